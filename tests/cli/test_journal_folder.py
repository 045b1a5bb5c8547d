"""A journal in a folder that is not there: refused by name in both languages, and no folder is made of a slip."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def run(folder: Path, journal: str, *command: str) -> subprocess.CompletedProcess[str]:
    """Write a configuration with this journal, and run a command of the terminal on it."""
    config = folder / "terminal.toml"
    config.write_text(
        f'[terminal]\nid = "T1"\ntill_number = 1\njournal = "{journal}"\n[printer]\nkind = "none"\n[api]\nport = 0\n'
        '[center]\nurl = "http://127.0.0.1:9/"\narea_code = "370600"\n'
        '[[providers]]\nid = "H37060200003"\nname = "示例"\n',
        encoding="utf-8",
    )
    words = [sys.executable, "-m", "terminal.cli", *command, "--config", str(config)]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("journal", ["lib/termnal/journal.db", "lb/terminal/journal.db"])
@pytest.mark.parametrize("command", [("run",), ("till", "add", "till-1")])
def test_a_misspelt_folder_begins_no_new_journal(tmp_path: Path, journal: str, command: tuple[str, ...]) -> None:
    """The terminal's books lie elsewhere: an empty journal would sell on without them."""
    (tmp_path / "lib" / "terminal").mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    done = run(tmp_path, journal, *command)
    assert (done.returncode, done.stdout) == (1, "")
    assert str((tmp_path / journal).parent) in done.stderr
    assert "目录" in done.stderr or command[0] != "run"
    assert "Traceback" not in done.stderr
    assert sorted(tmp_path.rglob("*")) == [*before, tmp_path / "terminal.toml"]


def test_a_folder_that_was_made_for_it_takes_the_first_till(tmp_path: Path) -> None:
    """The first start after installation needs nothing else: the journal itself is made."""
    (tmp_path / "lib").mkdir()
    done = run(tmp_path, "lib/journal.db", "till", "add", "till-1")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "lib" / "journal.db.tills").is_file()
