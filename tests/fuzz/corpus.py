"""The inputs kept for each target: one a line, in base64. They steer the fuzzers, and the tests replay them all.

python tests/fuzz/corpus.py NAME FOLDER     keep what lies in FOLDER, as the fuzzer's -merge=1 leaves it
"""

from __future__ import annotations

import base64
import sys
from pathlib import Path

HERE = Path(__file__).parent / "corpus"


def inputs(name: str) -> list[bytes]:
    """What is kept for this target."""
    return [base64.b64decode(line) for line in (HERE / f"{name}.txt").read_text(encoding="ascii").splitlines()]


def unpack(name: str, folder: Path) -> None:
    """As files, for the fuzzer."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(inputs(name)):
        (folder / f"kept-{number:03}").write_bytes(data)


def keep(name: str, folder: Path) -> None:
    """All files of a folder, shortest first."""
    found = sorted({file.read_bytes() for file in folder.iterdir()}, key=lambda data: (len(data), data))
    lines = [base64.b64encode(data).decode() for data in found if data]
    (HERE / f"{name}.txt").write_text("".join(f"{line}\n" for line in lines), encoding="ascii")


if __name__ == "__main__":
    keep(sys.argv[1], Path(sys.argv[2]))
