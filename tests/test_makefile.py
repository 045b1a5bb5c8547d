"""What `make` installs, and when: by the real Makefile, with an installer, a compiler and a Python that only say what
they are asked for."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

STATED = ("pyproject.toml", "constraints.txt", "setup.py")
SIMULATED, COMPILED, INSTALLED, READY = "simulated", "compiled", "installed .", "installed .[dev]"

AFTERWARDS = 4_000_000_000
"""A moment in seconds since 1970 that is younger than whatever the test makes."""

TOOL = """#!/bin/sh
here=$(basename "$PYTHONPATH")
case "$0 $*" in
*/pip*) for last; do :; done; echo "$here installed $last" ;;
*build_ext*) echo "$here compiled"; touch native/_settle.abi3.so ;;
*tests.simulation*) echo "$here simulated" ;;
esac >>"$(dirname "$0")/said"
"""


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """The folder of two checkouts, `one` and `two`, with one `.venv`."""
    tools = tmp_path / "venv" / "bin"
    tools.mkdir(parents=True)
    for name in ("pip", "python"):
        (tools / name).write_text(TOOL)
        (tools / name).chmod(0o755)
    for name in ("one", "two"):
        checkout = tmp_path / name
        (checkout / "native").mkdir(parents=True)
        (checkout / "tools").mkdir()
        for file in ("Makefile", *STATED, "native/settle.c", "native/settle.h", "native/build.py"):
            shutil.copyfile(file, checkout / file)
        (checkout / "tools/install_debian.sh").write_text("")
        (checkout / ".venv").symlink_to("../venv")
    return tmp_path


def simulate(shared: Path, checkout: str) -> list[str]:
    """What `make simulate` has done in this checkout, each with the checkout whose code it was done with."""
    said = shared / "venv/bin/said"
    said.write_text("")
    settings = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "PYTHON"))}
    subprocess.run(["make", "simulate"], cwd=shared / checkout, env=settings, check=True, capture_output=True)
    return said.read_text().splitlines()


def test_what_is_installed_is_installed_once(shared: Path) -> None:
    """The second time only simulates, though every file be younger; the other checkout compiles its own core and
    simulates its own code; what the first one has is left alone."""
    first = [f"one {what}" for what in (INSTALLED, READY, COMPILED, SIMULATED)]
    assert simulate(shared, "one") == first
    assert simulate(shared, "one") == ["one simulated"]
    for name in STATED:
        (shared / "two" / name).touch()
    assert simulate(shared, "two") == ["two compiled", "two simulated"]
    assert simulate(shared, "one") == ["one simulated"]


@pytest.mark.parametrize("name", STATED)
def test_what_is_stated_anew_is_installed_anew(shared: Path, name: str) -> None:
    """A changed version, and its taking back, which finds the changed one installed."""
    simulate(shared, "one")
    for text in (Path(name).read_text() + "\n", Path(name).read_text()):
        (shared / "one" / name).write_text(text)
        done = simulate(shared, "one")
        assert done[:2] == [f"one {INSTALLED}", f"one {READY}"]
        assert done[-1] == "one simulated"
        assert simulate(shared, "one") == ["one simulated"]


@pytest.mark.parametrize("name", ["settle.c", "settle.h", "build.py"])
def test_a_changed_core_is_compiled_and_nothing_installed(shared: Path, name: str) -> None:
    """A header too; what the compiler leaves behind is no source of it."""
    simulate(shared, "one")
    core = shared / "one/native"
    (core / "_settle.c").write_text("/* by the compiler */")
    os.utime(core / "_settle.c", (AFTERWARDS, AFTERWARDS))
    assert simulate(shared, "one") == ["one simulated"]
    os.utime(core / name, (AFTERWARDS, AFTERWARDS))
    assert simulate(shared, "one") == ["one compiled", "one simulated"]
