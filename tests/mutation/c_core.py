"""Runs the mutants of the C core: the core's own C tests must notice each of them.

All are compiled at once (`c_together.py`) and most fall within milliseconds, so the first build is the one that
compiles fastest. Only what passes it is built with sanitizers, which see what is read before it is written, or behind
an end. What passes these too, and nobody has explained, is compiled alone and optimised: where the object code is then
the program's own, byte for byte, the mutant is none; the compiler has proved it.
"""

from __future__ import annotations

import os
import re
import resource
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.mutation.c_together import CHOICE, MICROSECONDS, NUMBER, together
from tests.mutation.c_tokens import mutants_of
from tests.mutation.mutant import Mutant, known_equivalents
from tests.mutation.verdict import Fate, Verdict

ROOT = Path(__file__).parents[2]
NATIVE, TESTS = ROOT / "native", ROOT / "tests" / "native"
SOURCES = ("fen", "facts", "check", "items", "patient", "stages", "walk", "whole", "state", "columns")
FILES = (NATIVE / "settle.c", *(NATIVE / f"{name}.h" for name in SOURCES))

COMPILE = ("clang", "-std=c11", "-w", "-DSETTLE_STEP=static")
"""Steps as plain functions compile three times faster than steps that are inlined everywhere."""

BEHIND_AN_END = ("-O0", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
BEFORE_WRITTEN = ("-O0", "-fsanitize=memory")
MICROSECONDS_MIN, MICROSECONDS_MAX, TIMES_AS_LONG = 100_000, 999_999, 10
"""A test may take so many times what it takes with the program itself. A mutant that does not end is noticed."""


class Build(NamedTuple):
    """How the core and its tests are compiled, and which of them are run then, with their arguments."""

    core: tuple[str, ...]
    tests: tuple[str, ...]
    programs: tuple[tuple[str, ...], ...]


BUILDS = {
    # What is read before it is written is at least not zero by chance. The programs are small parts of the core's own
    # tests: what passes these, and nobody can explain, wants a test that is worked out.
    "plain": Build(
        ("-O0", "-ftrivial-auto-var-init=pattern"), ("-O1",), (("edges",), ("by_hand",), ("random", "2000"))
    ),
    "before written": Build(BEFORE_WRITTEN, BEFORE_WRITTEN, (("edges",),)),
    "behind an end": Build(BEHIND_AN_END, BEHIND_AN_END, (("edges",),)),
}


class CoreBench:
    """A place where mutants of the core, by their numbers, are built and tried."""

    def __init__(self, folder: Path, mutants: Mapping[int, Mutant]) -> None:
        self._folder = folder
        self._mutants = mutants
        self._source = folder / "native" / "settle.c"
        self._source.parent.mkdir()
        (self._source.parent / "settle.h").write_bytes((NATIVE / "settle.h").read_bytes())

    def verdicts(self) -> dict[int, Verdict]:
        """What becomes of each."""
        found = {number: Verdict(self._mutants[number], "stillborn") for number in self._stillborn()}
        for name, build in BUILDS.items():
            left = {number: mutant for number, mutant in self._mutants.items() if number not in found}
            limits = self._built(build, left)
            for number, mutant in left.items():
                if by := self._noticed(build, number, limits):
                    found[number] = Verdict(mutant, "killed", f"{by}, {name}")
        explained = known_equivalents()
        for number, mutant in self._mutants.items():
            if number not in found:
                fate: Fate = "same" if mutant.name not in explained and self._changes_nothing(mutant) else "survived"
                found[number] = Verdict(mutant, fate)
        return found

    def _stillborn(self) -> set[int]:
        """Those that are no C."""
        self._write(self._mutants)
        said = self._compiler("-fsyntax-only", "-ferror-limit=0", self._source).stderr
        return {int(number) for number in re.findall(r"^mutant (\d+):[\d:]+ error: ", said, re.MULTILINE)}

    def _built(self, build: Build, mutants: Mapping[int, Mutant]) -> dict[str, int]:
        """Build the tests on all of these. Returns how many microseconds of processor time each may take."""
        self._write(mutants)
        self._must_compile(*build.core, "-c", self._source, "-o", "settle.o")
        limits = {}
        for name, *arguments in build.programs:
            self._must_compile(*build.tests, f"-I{NATIVE}", f"-I{TESTS}", TESTS / f"{name}.c", "settle.o", "-o", name)
            before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
            assert self._passes(0, MICROSECONDS_MAX, name, *arguments), "the program itself does not pass"
            used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
            limits[name] = min(max(MICROSECONDS_MIN, round(used * 1_000_000) * TIMES_AS_LONG), MICROSECONDS_MAX)
        return limits

    def _write(self, mutants: Mapping[int, Mutant]) -> None:
        """The core with all of these in it."""
        for file in FILES:
            mine = {number: mutant for number, mutant in mutants.items() if mutant.path == file}
            changed = together(file.read_text(encoding="utf-8"), mine)
            (self._source.parent / file.name).write_text(
                CHOICE + changed if file.name == self._source.name else changed, encoding="utf-8"
            )

    def _noticed(self, build: Build, number: int, limits: Mapping[str, int]) -> str:
        """The test that fails first with this mutant; "" where none does."""
        failing = (name for name, *rest in build.programs if not self._passes(number, limits[name], name, *rest))
        return next(failing, "")

    def _passes(self, number: int, microseconds: int, name: str, *arguments: str) -> bool:
        environment = os.environ | {NUMBER: str(number), MICROSECONDS: str(microseconds)}
        command = [str(self._folder / name), *arguments]
        return subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0

    def _changes_nothing(self, mutant: Mutant) -> bool:
        """Whether the optimised object code of the program with this mutant, alone, is the program's own."""
        objects = []
        for replaced in (mutant.text, mutant.changed):
            self._write({})
            (self._source.parent / mutant.path.name).write_text(replaced, encoding="utf-8")
            self._must_compile("-O2", "-c", self._source, "-o", "settle.o")
            objects.append((self._folder / "settle.o").read_bytes())
        return objects[0] == objects[1]

    def _must_compile(self, *words: object) -> None:
        done = self._compiler(*words)
        assert done.returncode == 0, f"does not compile: {done.stderr}"

    def _compiler(self, *words: object) -> subprocess.CompletedProcess[str]:
        command = [*COMPILE, *map(str, words)]
        return subprocess.run(command, cwd=self._folder, capture_output=True, text=True, check=False)


def core_mutants() -> list[Mutant]:
    """Every mutant of the core, in order."""
    return [mutant for file in FILES for mutant in mutants_of(file)]


def try_core(mutants: Sequence[Mutant]) -> list[Verdict]:
    """Try these in a place of their own in memory."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        numbered = dict(enumerate(mutants, 1))
        verdicts = CoreBench(Path(folder), numbered).verdicts()
        return [verdicts[number] for number in numbered]
