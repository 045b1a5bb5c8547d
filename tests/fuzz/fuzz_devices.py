"""Coverage-guided fuzzing of everything a card or a scanner can send.

    python tests/fuzz/fuzz_devices.py social|purse|scanner [-runs=N] [-max_total_time=SECONDS] [FOLDER]

Ends with a finding (an exception that is not a driver's own) or when the runs are over.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[2]))

with atheris.instrument_imports(include=["hw"]):
    from card_targets import TARGETS

if __name__ == "__main__":
    target = TARGETS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()
