"""A part of the proof: a command, and how the figures that it prints are read."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
TAIL_CHARACTERS = 1_500


@dataclass(frozen=True)
class Figures:
    """What a command printed of itself. unit: what `tried` counts. canaries: each with whether it was found out.
    unnoticed: mutants that no test told from the program, as many as the score allows.
    """

    tried: int
    unit: str
    bad: list[str] = field(default_factory=list)
    canaries: Mapping[str, bool] = field(default_factory=dict)
    notes: str = ""
    unnoticed: list[str] = field(default_factory=list)


Reader = Callable[[str, Path], Figures]
"""Reads the standard output, and the folder that the command may have written into."""


@dataclass(frozen=True)
class Lane:
    """Parts that are run `at_once` beside those of other lanes, and give way to them by `niceness` (0 to 19)."""

    at_once: int
    niceness: int = 0


ORDINARY = Lane(2)
CARD_SERVICE = Lane(1)
"""A machine has one card service, and whoever speaks to it waits for most of the time."""
LEFT_OVER = Lane(1, niceness=10)
"""Takes what the others leave of the cores, from their beginning until it is done itself."""
LANES = (LEFT_OVER, CARD_SERVICE, ORDINARY)


@dataclass(frozen=True)
class Part:
    """modes: the failure modes that it is evidence for. lane: beside what it is run. seconds_max: twenty times what it
    takes, or so, and at least 600, for a machine with other work; of a lane those with most begin first.

    command: words; `{folder}` becomes a folder of its own, `{python}` this interpreter. statuses: with which it ends
    when all is well; a canary's is that of a run that has found something. smaller: the same technique in `make test`.
    """

    name: str
    technique: str
    modes: tuple[int, ...]
    command: tuple[str, ...]
    read: Reader
    seconds_max: int
    seed: str = ""
    lane: Lane = ORDINARY
    smaller: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    statuses: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Result:
    """What became of a part. figures: None where it printed none that could be read; trouble says why then."""

    part: Part
    figures: Figures | None
    seconds: int
    trouble: str = ""

    @property
    def good(self) -> bool:
        """Everything tried, nothing bad, each canary found out."""
        figures = self.figures
        return bool(
            figures and not self.trouble and figures.tried and not figures.bad and all(figures.canaries.values())
        )


def carry_out(part: Part, folder: Path, python: str) -> Result:
    """Run one part to its end, or to the end of its time."""
    began = time.monotonic()
    way = ("nice", "-n", str(part.lane.niceness))
    command = [*way, *(filled(word, str(folder), python) for word in part.command)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | dict(part.environment)
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=part.seconds_max,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Result(part, None, part.seconds_max, f"not done after {part.seconds_max} s")
    seconds = round(time.monotonic() - began)
    said = done.stdout + done.stderr
    try:
        figures = part.read(said, folder)
    except (LookupError, ValueError, OSError, ElementTree.ParseError) as error:
        return Result(part, None, seconds, f"{type(error).__name__}: {error}; {said[-TAIL_CHARACTERS:]}")
    trouble = f"status {done.returncode}" if done.returncode not in part.statuses else ""
    return Result(part, figures, seconds, trouble)


def filled(word: str, folder: str, python: str) -> str:
    """A word of a command with its places filled in."""
    return word.replace("{folder}", folder).replace("{python}", python)


def json_of(said: str) -> dict[str, Any]:
    """The last line that is a JSON object. Raises LookupError."""
    for line in reversed(said.splitlines()):
        if line.startswith("{"):
            try:
                found: dict[str, Any] = json.loads(line)
            except ValueError:
                continue
            return found
    raise LookupError("no line of figures")


def read_json(tried: str, unit: str, bad: str = "bad", *told: str) -> Reader:
    """Figures out of the last line of JSON: which key counts what was tried, and which others are told of."""

    def read(said: str, folder: Path) -> Figures:
        found = json_of(said)
        canaries = {name: bool(count) for name, count in found.get("canaries", {}).items()}
        notes = ", ".join(f"{name} {found[name]}" for name in told)
        return Figures(int(found[tried]), unit, [str(line) for line in found[bad]], canaries, notes)

    return read


def read_canary(name: str, lost: str, betrayed: str) -> Reader:
    """A run that must lose: `lost` of it, each of them betrayed by a hash that was told before."""

    def read(said: str, folder: Path) -> Figures:
        found = json_of(said)
        good = found[lost] > 0 and found[betrayed] == found[lost]
        notes = f"{found[lost]} lost, {found[betrayed]} of them betrayed by a hash told before"
        return Figures(int(found["runs"]), "power cuts", [], {name: good}, notes)

    return read


def read_spoilt(name: str) -> Reader:
    """A run of something spoilt, in which something bad must be found."""

    def read(said: str, folder: Path) -> Figures:
        found = json_of(said)
        return Figures(int(found["runs"]), "runs", [], {name: bool(found["bad"])}, f"{len(found['bad'])} found")

    return read


def read_tests(unit: str, *figures: str) -> Reader:
    """The report that pytest wrote. figures: expressions whose first match in the output is told of."""

    def read(said: str, folder: Path) -> Figures:
        suites = ElementTree.parse(folder / "tests.xml").getroot().iter("testsuite")
        cases = [case for suite in suites for case in suite.iter("testcase")]
        failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
        bad = [f"{case.get('classname')}.{case.get('name')}" for case in failed]
        found = [match.group(0) for expression in figures for match in re.finditer(expression, said)]
        return Figures(len(cases), unit, bad, {}, "; ".join(found))

    return read


def pytest(*words: str) -> tuple[str, ...]:
    """The command of tests that report into the part's folder."""
    quiet = ("-n0", "-q", "-s", "-p", "no:cacheprovider", "--junit-xml={folder}/tests.xml")
    return ("{python}", "-m", "pytest", *quiet, *words)
