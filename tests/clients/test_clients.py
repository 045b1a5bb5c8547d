"""The samples under examples/clients do what they say, on a line that loses the answers to what moves money."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from daemon.process import TIMEOUT_SECONDS, TerminalProcess, new_bureau

from .line import LossyLine

SAMPLES = Path(__file__).parents[2] / "examples" / "clients"
BILL = SAMPLES / "bill.json"


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TerminalProcess]:
    """A terminal in training with a card in its reader."""
    folder = tmp_path_factory.mktemp("clients")
    with new_bureau(folder) as bureau, TerminalProcess(folder, bureau.url) as process:
        yield process


@pytest.fixture
def line(terminal: TerminalProcess) -> Iterator[LossyLine]:
    """The line to it."""
    with LossyLine(terminal.url) as lossy:
        yield lossy


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The C# sample, compiled."""
    program = tmp_path_factory.mktemp("csharp") / "Sale.exe"
    command = ["mcs", "-warnaserror", "-r:System.Web.Extensions.dll", f"-out:{program}", str(SAMPLES / "Sale.cs")]
    subprocess.run(command, check=True, timeout=TIMEOUT_SECONDS)
    return program


def run(name: str, built: Path, line: LossyLine, token: str) -> subprocess.CompletedProcess[str]:
    """Run a sample at the till's end of the line."""
    runners = {"sale.sh": "sh", "sale.py": "python3", "sale.mjs": "node"}
    program = [runners[name], str(SAMPLES / name)] if name in runners else ["mono", str(built)]
    environment = {**os.environ, "TERMINAL_URL": line.url, "TERMINAL_TOKEN": token}
    command = [*program, f"T-{name}", str(BILL)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("name", ["sale.sh", "sale.py", "Sale.cs", "sale.mjs"])
def test_a_sample_settles_once_though_every_first_answer_is_lost(
    terminal: TerminalProcess, line: LossyLine, built: Path, name: str
) -> None:
    """Asked twice under one key: one settlement, one void, the receipt between them, and status 0."""
    done = run(name, built, line, terminal.token)
    assert done.returncode == 0, done.stdout + done.stderr
    found = terminal.client.get("/v1/settlements", params={"till_reference": f"T-{name}"}).json()["settlements"]
    assert [one["kind"] for one in found] == ["settlement", "void"]
    settled, void = found
    assert line.asked[f"sale-T-{name}"] == line.asked[f"void-T-{name}"] == 2
    said = done.stdout.splitlines()
    assert said[0] == f"settled {settled['id']}, cash {settled['settlement']['cash']}"
    assert said[-1] == f"voided by {void['id']}"
    assert any(settled["id"] in row for row in said[1:-1])


@pytest.mark.parametrize("name", ["sale.sh", "sale.py", "Sale.cs", "sale.mjs"])
def test_a_sample_gives_up_where_the_terminal_says_never(line: LossyLine, built: Path, name: str) -> None:
    """A refusal is told with its reason and not repeated."""
    done = run(name, built, line, "wrong")
    assert done.returncode != 0
    assert "token-unknown" in done.stderr
    assert line.asked == {"": 1}


def test_the_python_sample_asks_the_holder_for_the_pin(terminal: TerminalProcess, line: LossyLine) -> None:
    """A wrong one, then the right one, each sent once; the sale goes on, and no line says the PIN."""
    card = terminal.folder / "card.toml"
    content = card.read_bytes()
    card.write_bytes(content + b'\n[pin]\ndigits = "583920"\nguards_holder = true\n')
    environment = {**os.environ, "TERMINAL_URL": line.url, "TERMINAL_TOKEN": terminal.token}
    command = ["python3", str(SAMPLES / "sale.py"), "T-pin", str(BILL)]
    try:
        # Without a terminal of its own it reads what is typed from standard input.
        done = subprocess.run(
            command,
            env=environment,
            input="271828\n583920\n",
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            start_new_session=True,
        )
    finally:
        card.write_bytes(content)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PIN (3 tries left)" in done.stderr
    assert "PIN (2 tries left)" in done.stderr
    assert done.stdout.splitlines()[-1].startswith("voided by ")
    assert not [digits for digits in ("271828", "583920") if digits in done.stdout + done.stderr]
