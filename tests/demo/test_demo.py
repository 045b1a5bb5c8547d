"""The demonstration as `make demo` runs it: a whole day on the real parts, balanced to the fen."""

from __future__ import annotations

import signal
import subprocess
import sys
import urllib.request
from functools import partial
from pathlib import Path

import pytest


def demo(folder: Path, *options: str) -> str:
    """Run it, and give back what it printed. It must end by itself with status 0."""
    command = [sys.executable, "-m", "terminal.cli", "demo", "--folder", str(folder), *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    return done.stdout


@pytest.mark.usefixtures("card_service_alone")
@pytest.mark.parametrize(
    ("options", "reader"), [([], "real PC/SC stack"), (["--simulated-reader"], "simulated in the process")]
)
def test_a_day_at_the_counter_balances(tmp_path: Path, options: list[str], reader: str) -> None:
    """Every bill settled, printed and accepted; refused by name without a supplement; voided, closed, sealed."""
    said = demo(tmp_path / "demo", *options)
    bills = sorted(Path("examples/bills").glob("*.json"))
    assert reader in said
    assert "chronic.limit is left to" in " ".join(said.split())
    assert "the center is down: the counter goes on" in said
    assert said.count("中心已接收 accepted") == len(bills) + 1
    assert "reconciliation: matched, 营业日 day: sealed" in said
    assert f"{len(bills)} 笔结算全部平账 all settlements balanced" in said


def test_the_examples_are_worked_examples_of_the_decree(tmp_path: Path) -> None:
    """Receipts show figures worked by hand from the decree, such as 25491.17 above the cap (第三十条)."""
    said = demo(tmp_path / "demo", "--simulated-reader")
    for figure in ("5740.00", "10468.39", "25491.17", "4579.16", "1066.04", "20000.00", "2300.00"):
        assert figure in said, figure


def test_make_run_leaves_the_same_daemon_running_until_it_is_told_to_stop(tmp_path: Path) -> None:
    """A card is inserted, the API answers on its usual port, and Ctrl-C ends everything with status 0."""
    folder = str(tmp_path / "stay")
    command = [sys.executable, "-m", "terminal.cli", "demo", "--stay", "--simulated-reader", "--folder", folder]
    # Whoever runs the tests in the background has them ignore Ctrl-C, and a child inherits that.
    heeding = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, preexec_fn=heeding) as running:
        assert running.stdout is not None
        said = ""
        while "card inserted" not in said:
            line = running.stdout.readline()
            assert line, said
            said += line
        with urllib.request.urlopen("http://127.0.0.1:8431/readyz", timeout=10) as answer:
            assert answer.status == 200
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=60) == 0
