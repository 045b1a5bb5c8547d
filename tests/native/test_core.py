"""The C core by itself: clean under two compilers, right in every bill of small worlds, and quiet in its symbols."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.native.coverage import HERE, NATIVE, expected_branches, measure, run

WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wstrict-prototypes", "-Wvla", "-Werror", "-pedantic"]
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-g"]
FUZZ_RUNS = 10_000
BOTH = pytest.mark.parametrize("compiler", ["gcc", "clang"])


@pytest.fixture(scope="module")
def cores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The core under address and undefined-behaviour sanitizers, by each compiler, built once."""
    folder = tmp_path_factory.mktemp("cores")
    for compiler in ("gcc", "clang"):
        core = folder / f"{compiler}.o"
        run(folder, compiler, "-std=c11", "-O1", *WARNINGS, *SANITIZERS, "-c", NATIVE / "settle.c", "-o", core)
    return {compiler: folder / f"{compiler}.o" for compiler in ("gcc", "clang")}


def program_on(core: Path, folder: Path, name: str) -> Path:
    """Build one of the C tests on a sanitized core, by the compiler that built the core."""
    program = folder / name
    flags = ("-std=c11", "-O1", *WARNINGS, *SANITIZERS, f"-I{NATIVE}")
    run(folder, core.stem, *flags, HERE / f"{name}.c", core, "-o", program)
    return program


@BOTH
def test_core_is_clean_under_strict_warnings(compiler: str, tmp_path: Path) -> None:
    """Both compilers take settle.c with every named warning as an error, as the build optimises and as it does not."""
    for level in ("-O0", "-O3"):
        run(tmp_path, compiler, "-std=c11", level, *WARNINGS, "-c", NATIVE / "settle.c", "-o", tmp_path / "settle.o")


def test_every_bill_of_small_worlds_agrees_with_a_model_that_walks_fen_by_fen(
    cores: dict[str, Path], tmp_path: Path
) -> None:
    """Under sanitizers, on every front; the number of bills is that of the dials' positions."""
    program = program_on(cores["clang"], tmp_path, "exhaustive")
    tried = dict(line.rsplit(": ", 1) for line in run(tmp_path, program).splitlines())
    assert {name: int(count) for name, count in tried.items()} == {
        "segments and rooms": 25 * 4 * 4 * 3 * 3 * 5 * 5 * 2,
        "classes and reductions": 25 * 3 * 4 * 5 * 3 * 3 * 3,
        "lines and axes": 25 * 3 * 3 * 3 * 3 * 2 * 3 * 3 * 3,
        "ceilings and windows": 25 * 5 * 3 * 4 * 4 * 5 * 2 * 3,
        "burdens and guarantees": 25 * 2 * 3 * 1 * 4 * 2 * 3 * 5 * 4,
        "co-payment beyond a point": 25 * 5 * 5 * 4 * 3 * 4 * 3,
        "pools without a walk": 25 * 3 * 5 * 5 * 2 * 5 * 3 * 2,
        "bed-days": 25 * 4 * 3 * 3 * 4 * 4 * 2 * 5,
        "accounts and kinds": 25 * 2 * 8 * 4 * 2 * 3 * 2 * 2 * 2 * 3,
    }


@BOTH
def test_one_bill_a_batch_and_columns_agree_on_random_plans(
    compiler: str, cores: dict[str, Path], tmp_path: Path
) -> None:
    """To the byte, small bills with the model too; bills with numbers outside their ranges get the same code."""
    program = program_on(cores[compiler], tmp_path, "random")
    settled = int(run(tmp_path, program, 20_000).split()[0])
    assert 25_000 < settled <= 40_000


@BOTH
def test_edges_of_the_contract_are_refused_by_code(compiler: str, cores: dict[str, Path], tmp_path: Path) -> None:
    """Every number one beyond its range; the largest inside settle without a wrapped number."""
    assert run(tmp_path, program_on(cores[compiler], tmp_path, "edges")).endswith("edges\n")


@BOTH
def test_bills_worked_out_by_hand_and_every_line_of_them(compiler: str, cores: dict[str, Path], tmp_path: Path) -> None:
    """The lines of further funds, of the patient and of what is paid as a whole; the last hair before half a fen."""
    assert run(tmp_path, program_on(cores[compiler], tmp_path, "by_hand")).endswith("by hand\n")


def test_fuzzer_finds_no_bill_that_differs_from_the_model(tmp_path: Path) -> None:
    """A fixed number of runs from a fixed seed; `make fuzz` runs it for longer."""
    program = tmp_path / "fuzz"
    sources = (HERE / "fuzz.c", NATIVE / "settle.c")
    flags = ("-std=c11", "-O1", *WARNINGS, *SANITIZERS, "-fsanitize=fuzzer", f"-I{NATIVE}")
    run(tmp_path, "clang", *flags, *sources, "-o", program)
    done = subprocess.run(
        [program, f"-runs={FUZZ_RUNS}", "-seed=1", "-max_len=1024"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert f"Done {FUZZ_RUNS} runs" in done.stderr


def test_c_tests_run_every_line_and_every_branch_that_can_be_reached(tmp_path: Path) -> None:
    """gcov counts; what nothing can reach stands in unreached_branches.txt with its reason, and nothing else does."""
    found = measure(tmp_path)
    assert found.line_count > 300
    assert found.branch_count > 150
    assert found.lines == []
    assert found.branches == expected_branches()


def test_core_needs_no_heap_and_exports_three_functions(tmp_path: Path) -> None:
    """The object calls nothing but memset and memcpy (and the compiler's own stack guard), and keeps no data."""
    target = tmp_path / "settle.o"
    run(tmp_path, "gcc", "-std=c11", "-O3", "-c", NATIVE / "settle.c", "-o", target)
    symbols = [line.split()[-2:] for line in run(tmp_path, "nm", target).splitlines()]
    exported = sorted(name for kind, name in symbols if kind == "T")
    assert exported == ["settle_bill", "settle_bills", "settle_columns"]
    assert {name for kind, name in symbols if kind == "U"} <= {"memset", "memcpy", "__stack_chk_fail"}
    assert not [name for kind, name in symbols if kind in "bBdDC"]
