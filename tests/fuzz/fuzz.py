"""Coverage-guided fuzzing of everything that comes from outside: cards, scanners, printers, tills, centers.

    python tests/fuzz/fuzz.py social|purse|scanner|printer|bill|center FOLDER [-runs=N] [-max_total_time=SECONDS]

Begins with the inputs kept in `corpus/`, which it puts into FOLDER, and writes there what reaches anything new. Ends
with a finding (an exception that is none of the terminal's own) or when the runs are over.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[2]))

with atheris.instrument_imports(include=["hw", "terminal"]):
    from targets import TARGETS

from corpus import unpack

if __name__ == "__main__":
    name, folder = sys.argv[1:3]
    unpack(name, Path(folder))
    atheris.Setup([sys.argv[0], folder, *sys.argv[3:]], TARGETS[name])
    atheris.Fuzz()
