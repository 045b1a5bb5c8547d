"""One running terminal with its center, for every test of the API; each test signs in and uses its own keys."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from daemon.holding import line as line
from daemon.process import TerminalProcess, new_bureau

from terminal.bureau.server import BureauServer


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TerminalProcess]:
    """A terminal with a layout of its own, on which nobody has signed in yet."""
    folder: Path = tmp_path_factory.mktemp("terminal")
    (folder / "layout.toml").write_text('[month]\nheader = ["收费处一号窗口"]\n', encoding="utf-8")
    with new_bureau(folder) as bureau:
        process = TerminalProcess(folder, bureau.url)
        with process.config.open("a", encoding="utf-8") as config:
            config.write('\n[receipt]\nlayout = "layout.toml"\n')
        with process:
            yield process


@pytest.fixture
def terminal(running: TerminalProcess) -> TerminalProcess:
    """The terminal with an operator who has just signed in: nobody is being served, nothing is still on its way."""
    assert running.process.poll() is None, running.obituary()
    running.client.delete("/v1/sessions")
    running.sign_in()
    running.until_quiet()
    return running


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[BureauServer]:
    """A center for one test alone, listening."""
    with new_bureau(tmp_path) as server:
        yield server


@pytest.fixture
def own(bureau: BureauServer, tmp_path: Path) -> Iterator[TerminalProcess]:
    """A terminal for one test alone, with an operator signed in and nothing sold yet."""
    with TerminalProcess(tmp_path, bureau.url) as process:
        process.sign_in()
        yield process


_numbers = itertools.count(1)


@pytest.fixture
def new_key() -> Callable[[], str]:
    """A fresh `Idempotency-Key` at each call."""
    return lambda: f"key-{next(_numbers)}"
