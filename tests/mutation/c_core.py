"""Runs the mutants of the C core: each is compiled, and the core's own C tests must notice it.

Most fall within milliseconds, so the first build is the one that compiles fastest. Only what passes it is built with
sanitizers, which see what is read behind an end, and optimised: where the object code is then the program's own, byte
for byte, the mutant is none; the compiler has proved it.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from tests.mutation.c_tokens import mutants_of
from tests.mutation.mutant import Mutant
from tests.mutation.verdict import Verdict

ROOT = Path(__file__).parents[2]
NATIVE, TESTS = ROOT / "native", ROOT / "tests" / "native"
SOURCES = ("fen", "facts", "check", "items", "patient", "stages", "walk", "whole", "state", "columns")

PROGRAMS = (("edges",), ("by_hand",), ("random", "2000"))
"""Small parts of the core's own tests: what passes these, and nobody can explain, wants a test that is worked out."""

SECONDS_MAX = 1
"""Of processor time, for one program: some ten times what it takes. A mutant that does not end is noticed."""

COMPILE = ("clang", "-std=c11", "-w", "-DSETTLE_STEP=static", "-fPIC")
"""Steps as plain functions compile three times faster than steps that are inlined everywhere."""

FAST = ("-O0", "-ftrivial-auto-var-init=pattern")
"""What is read before it is written is not zero by chance."""

SANITIZED = ("-O0", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")


class CoreBench:
    """A place where mutants of the core are built and tried."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._source = folder / "native" / "settle.c"
        self._source.parent.mkdir()
        for file in NATIVE.glob("*.[ch]"):
            (self._source.parent / file.name).write_bytes(file.read_bytes())
        self._must_compile(*FAST, "-shared", self._source, "-o", "libsettle.so")
        for name, *_ in PROGRAMS:
            self._must_compile("-O1", *_test(name), "libsettle.so", f"-Wl,-rpath,{folder}", "-o", name)
        self._must_compile(*SANITIZED, "-c", *_test("edges"), "-o", "edges.o")
        assert self._noticed(PROGRAMS) == "", "the program itself does not pass"
        self._pristine = self._optimised()

    def try_out(self, mutant: Mutant) -> Verdict:
        """What becomes of one mutant."""
        file = self._source.parent / mutant.path.name
        file.write_text(mutant.changed, encoding="utf-8")
        try:
            if not self._compiles(*FAST, "-shared", self._source, "-o", "libsettle.so"):
                return Verdict(mutant, "stillborn")
            if by := self._noticed(PROGRAMS) or self._noticed_by_sanitizers():
                return Verdict(mutant, "killed", by)
            return Verdict(mutant, "same" if self._optimised() == self._pristine else "survived")
        finally:
            file.write_text(mutant.text, encoding="utf-8")

    def _compiles(self, *words: object) -> bool:
        command = [*COMPILE, *map(str, words)]
        return subprocess.run(command, cwd=self._folder, capture_output=True, check=False).returncode == 0

    def _must_compile(self, *words: object) -> None:
        assert self._compiles(*words), f"does not compile: {words}"

    def _optimised(self) -> bytes:
        """The object code that the source comes to."""
        self._must_compile("-O2", "-c", self._source, "-o", "settle.o")
        return (self._folder / "settle.o").read_bytes()

    def _noticed_by_sanitizers(self) -> str:
        """Whether address and undefined-behaviour sanitizers, as in the core's own tests, end the edges."""
        self._must_compile(*SANITIZED, self._source, "edges.o", "-o", "sanitized")
        return self._noticed((("sanitized",),))

    def _noticed(self, programs: tuple[tuple[str, ...], ...]) -> str:
        """The test that fails first; "" where none does."""
        for name, *arguments in programs:
            command = ["prlimit", f"--cpu={SECONDS_MAX}", str(self._folder / name), *arguments]
            if subprocess.run(command, capture_output=True, check=False).returncode:
                return name
        return ""


def _test(name: str) -> tuple[str, str, str]:
    """How one of the core's C tests is compiled."""
    return (f"-I{NATIVE}", f"-I{TESTS}", str(TESTS / f"{name}.c"))


def core_mutants() -> list[Mutant]:
    """Every mutant of the core, in order."""
    files = [NATIVE / "settle.c", *(NATIVE / f"{name}.h" for name in SOURCES)]
    return [mutant for file in files for mutant in mutants_of(file)]


def try_core(mutants: list[Mutant]) -> list[Verdict]:
    """Try these one after the other, in a place of their own in memory."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        bench = CoreBench(Path(folder))
        return [bench.try_out(mutant) for mutant in mutants]
