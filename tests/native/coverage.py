"""Which lines and branches of the C core its tests run, by gcov; `python tests/native/coverage.py` prints the rest.

A branch stands by the text of its line, so that the list of those which nothing can reach outlives a line's number.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
NATIVE = HERE.parents[1] / "native"
PROGRAMS = (("exhaustive",), ("edges",), ("by_hand",), ("random", "20000"))
UNREACHED = HERE / "unreached_branches.txt"


class Coverage(NamedTuple):
    """What was missed: lines as `file:number: text`; branches as (file, text of the line) with how many of them."""

    lines: list[str]
    branches: Counter[tuple[str, str]]
    line_count: int
    branch_count: int


def measure(folder: Path) -> Coverage:
    """Build the core for coverage, its steps as plain functions, run the C tests on it and read what gcov counted."""
    core = folder / "settle.o"
    run(
        folder,
        "gcc",
        "-std=c11",
        "-O0",
        "-DSETTLE_STEP=static",
        "--coverage",
        "-c",
        str(NATIVE / "settle.c"),
        "-o",
        core,
    )
    for name, *arguments in PROGRAMS:
        program = folder / name
        run(folder, "gcc", "-std=c11", "-O2", f"-I{NATIVE}", HERE / f"{name}.c", core, "-lgcov", "-o", program)
        run(folder, program, *arguments)
    report = json.loads(run(folder, "gcov", "--json-format", "--branch-probabilities", "--stdout", str(core)))
    return _missed(report)


def expected_branches() -> Counter[tuple[str, str]]:
    """The list of branches that nothing can reach, from the readable file beside this one."""
    expected: Counter[tuple[str, str]] = Counter()
    for line in UNREACHED.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", " ")):
            file, count, text = line.split(maxsplit=2)
            expected[file, text] += int(count)
    return expected


def run(folder: Path, *command: object) -> str:
    """Run in a folder a command that must succeed; show its words where it does not."""
    done = subprocess.run([str(word) for word in command], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _missed(report: dict[str, object]) -> Coverage:
    lines: list[str] = []
    branches: Counter[tuple[str, str]] = Counter()
    line_count = branch_count = 0
    for file in report["files"]:  # type: ignore[attr-defined]
        path = Path(file["file"])
        if path.parent != NATIVE:
            continue
        text = path.read_text(encoding="utf-8").splitlines()
        for line in file["lines"]:
            said = text[line["line_number"] - 1].strip()
            line_count += 1
            branch_count += len(line["branches"])
            if line["count"] == 0:
                lines.append(f"{path.name}:{line['line_number']}: {said}")
            missed = sum(branch["count"] == 0 for branch in line["branches"])
            if missed:
                branches[path.name, said] += missed
    return Coverage(lines, branches, line_count, branch_count)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        result = measure(Path(name))
    print(f"{result.line_count} lines, {result.branch_count} branches; not run:")
    for missing in result.lines:
        print(missing)
    for (missed_file, missed_text), missed_count in sorted(result.branches.items()):
        print(f"{missed_file} {missed_count} {missed_text}")
    sys.exit(bool(result.lines))
