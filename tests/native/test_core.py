"""The C core by itself: clean under two compilers, right in every bill of a small world, and quiet in its symbols."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

NATIVE = Path(__file__).parents[2] / "native"
WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wstrict-prototypes", "-Wvla", "-Werror", "-pedantic"]
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g"]


def run(*command: str) -> str:
    """Run a command that must succeed; show its words where it does not."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_core_is_clean_under_strict_warnings(compiler: str, tmp_path: Path) -> None:
    """Both compilers take settle.c with every named warning as an error."""
    run(compiler, "-std=c11", "-O2", *WARNINGS, "-c", str(NATIVE / "settle.c"), "-o", str(tmp_path / "settle.o"))


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_every_bill_of_a_small_world_agrees_with_a_model_that_walks_fen_by_fen(compiler: str, tmp_path: Path) -> None:
    """Under address and undefined-behaviour sanitizers; the number tried is that of the loops."""
    program = tmp_path / "exhaustive"
    sources = [str(Path(__file__).with_name("exhaustive.c")), str(NATIVE / "settle.c")]
    run(compiler, "-std=c11", "-O1", *SANITIZERS, f"-I{NATIVE}", *sources, "-o", str(program))
    tried = 5 * 5 * 3 * 3 * 4 * 3 * (6 * 5 * 3 * 4 * 3)
    assert run(str(program)) == f"{tried} bills\n"


def test_core_needs_no_heap_and_exports_two_functions(tmp_path: Path) -> None:
    """The object calls nothing but memset (and the compiler's own stack guard), and shows only its contract."""
    target = tmp_path / "settle.o"
    run("gcc", "-std=c11", "-O2", "-c", str(NATIVE / "settle.c"), "-o", str(target))
    symbols = [line.split()[-2:] for line in run("nm", str(target)).splitlines()]
    assert sorted(name for kind, name in symbols if kind == "T") == ["settle_bill", "settle_bills"]
    assert {name for kind, name in symbols if kind == "U"} <= {"memset", "memcpy", "__stack_chk_fail"}
    assert not [name for kind, name in symbols if kind in "bBdDC"]
