"""The front door tells the truth: its commands run and print what it shows."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

README = Path("README.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"```sh\n(.*?)```\n```\n(.*?)```", README, flags=re.DOTALL)


@pytest.mark.parametrize(("command", "output"), SHOWN, ids=[command.split()[-1] for command, _ in SHOWN])
def test_command_prints_what_the_readme_shows(command: str, output: str) -> None:
    """Standard output and standard error together, to the byte."""
    done = subprocess.run(["bash", "-c", f"{{ {command.strip()}; }} 2>&1"], capture_output=True, text=True, check=False)
    assert done.stdout == output


def test_every_command_shown_is_run() -> None:
    """No sh block without its output, and every make target that the page names exists."""
    assert README.count("```sh") == len(SHOWN) == 3
    makefile = Path("Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`make (\w+)`", README):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target


def test_the_page_fits_one_look() -> None:
    """About eighty lines."""
    assert len(README.splitlines()) <= 80


def test_every_linked_file_exists() -> None:
    """Links and named folders."""
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert Path(target).exists(), target


def test_every_threat_names_tests_that_exist() -> None:
    """The fourth column of each row: paths below `tests/`; a bare file lies where the one before it does, and
    behind `::` stands a test in it."""
    rows = Path("THREATS.md").read_text(encoding="utf-8").splitlines()
    shown = [row.split(" | ")[3] for row in rows if re.match(r"\| [A-Z]", row)]
    assert len(shown) > 10
    for cell in shown:
        folder = Path("tests")
        for name, test in re.findall(r"([\w./]+)(?:::(\w+))?", cell):
            path = Path("tests", name) if "/" in name else folder / name
            folder = path.parent
            assert path.exists(), path
            assert not test or f"def {test}(" in path.read_text(encoding="utf-8"), test
