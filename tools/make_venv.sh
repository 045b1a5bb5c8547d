#!/bin/sh
# Makes the virtual environment: PYTHON FOLDER. Needs Python 3.11 or newer with its headers and venv.
set -eu
python=$1
folder=$2

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Python 3.11 or newer is needed; set PYTHON=… / 需要 Python 3.11 以上" >&2
    exit 1
}
if ! "$python" -c 'import ensurepip, os, sysconfig, sys; sys.exit(not os.path.exists(os.path.join(sysconfig.get_paths()["include"], "Python.h")))' 2>/dev/null; then
    sh "$(dirname "$0")/install_debian.sh" python3-venv python3-dev
fi
"$python" -m venv "$folder"
