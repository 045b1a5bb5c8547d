"""Runs the mutants of the C core: each is compiled, and the core's own C tests must notice it.

A mutant whose optimised object code is the program's own, byte for byte, is no mutant: the compiler has proved it.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from tests.mutation.c_tokens import mutants_of
from tests.mutation.mutant import Mutant
from tests.mutation.verdict import Verdict

ROOT = Path(__file__).parents[2]
NATIVE, TESTS = ROOT / "native", ROOT / "tests" / "native"
SOURCES = ("fen", "facts", "check", "items", "patient", "stages", "walk", "whole", "state", "columns")
PROGRAMS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (5, ("edges",)),
    (5, ("random", "2000")),
    (20, ("random", "20000")),
    (90, ("exhaustive",)),
)
"""Seconds that each may take, some ten times what it does, and its words. Most mutants fall at the first."""

COMPILE = ("gcc", "-std=c11", "-w", "-fPIC")


class CoreBench:
    """A place where mutants of the core are built and tried."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sources = folder / "native"
        self._sources.mkdir()
        for file in NATIVE.glob("*.[ch]"):
            (self._sources / file.name).write_bytes(file.read_bytes())
        self._library("-O1")
        for name in {words[0] for _, words in PROGRAMS}:
            source, program = str(TESTS / f"{name}.c"), str(folder / name)
            link = (f"-L{folder}", "-lsettle", "-o", program)
            subprocess.run([*COMPILE, "-O1", f"-I{NATIVE}", f"-I{TESTS}", source, *link], check=True)
        assert self._noticed() == "", "the program itself does not pass"
        self._pristine = self._object()

    def try_out(self, mutant: Mutant) -> Verdict:
        """What becomes of one mutant."""
        file = self._sources / mutant.path.name
        file.write_text(mutant.changed, encoding="utf-8")
        try:
            if not self._library("-O0"):
                return Verdict(mutant, "stillborn")
            if by := self._noticed():
                return Verdict(mutant, "killed", by)
            if self._object() == self._pristine:
                return Verdict(mutant, "same")
            return Verdict(mutant, "killed", "sanitizers") if self._sanitized() else Verdict(mutant, "survived")
        finally:
            file.write_text(mutant.text, encoding="utf-8")

    def _library(self, level: str) -> bool:
        target = str(self._folder / "libsettle.so")
        command = [*COMPILE, level, "-shared", str(self._sources / "settle.c"), "-o", target]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    def _object(self) -> bytes:
        target = self._folder / "settle.o"
        subprocess.run([*COMPILE, "-O2", "-c", str(self._sources / "settle.c"), "-o", str(target)], check=True)
        return target.read_bytes()

    def _sanitized(self) -> bool:
        """Whether address and undefined-behaviour sanitizers, as in the core's own tests, end the edges."""
        program = self._folder / "sanitized"
        sources = (str(TESTS / "edges.c"), str(self._sources / "settle.c"))
        flags = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", f"-I{NATIVE}", f"-I{TESTS}")
        subprocess.run([*COMPILE, "-O0", *flags, *sources, "-o", str(program)], check=True)
        return subprocess.run([str(program)], capture_output=True, check=False).returncode != 0

    def _noticed(self) -> str:
        """The test that fails first; "" where none does."""
        environment = os.environ | {"LD_LIBRARY_PATH": str(self._folder)}
        for seconds_max, (name, *arguments) in PROGRAMS:
            command = [str(self._folder / name), *arguments]
            try:
                done = subprocess.run(command, env=environment, capture_output=True, timeout=seconds_max, check=False)
            except subprocess.TimeoutExpired:
                return f"{name} (it does not end)"
            if done.returncode:
                return name
        return ""


def core_mutants() -> list[Mutant]:
    """Every mutant of the core, in order."""
    files = [NATIVE / "settle.c", *(NATIVE / f"{name}.h" for name in SOURCES)]
    return [mutant for file in files for mutant in mutants_of(file)]


def try_core(mutants: list[Mutant]) -> list[Verdict]:
    """Try these one after the other, in a place of their own in memory."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        bench = CoreBench(Path(folder))
        return [bench.try_out(mutant) for mutant in mutants]
