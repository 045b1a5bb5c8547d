#!/bin/sh
# Installs the Debian packages named that are missing, as root or through sudo; else says which are missing and stops.
set -eu

missing=""
for package in "$@"; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    echo "Missing Debian packages:$missing" >&2
    echo "Install them as root, then run this again: apt-get install$missing" >&2
    echo "缺少 Debian 软件包：$missing，请以 root 安装后重试" >&2
    exit 1
fi
echo "Installing Debian packages:$missing"
$as_root apt-get update -qq
# The card service is started by those who need it, not by the installation.
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
