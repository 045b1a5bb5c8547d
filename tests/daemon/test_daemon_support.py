"""`terminal support`: the engineer gets what he needs of a terminal, and nobody's name, number or amount."""

from __future__ import annotations

import io
import json
import signal
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from prometheus_client.parser import text_string_to_metric_families

from daemon.process import CREDENTIAL, ROOT, TILL, TerminalProcess, bill
from terminal.bureau.server import BureauServer
from terminal.clock import SystemClock
from terminal.config import load
from terminal.crash_trace import crash_line
from terminal.support_bundle import bundle_of

PERSONAL = ("张三", "370602197001011234", "A12345678", "37060200000001", CREDENTIAL)
SPOKEN = "张三（370602197001011234）账户已冻结，卡号A12345678，电话13800138000，银行卡6222021234567890123"
"""What a center may say when it refuses."""


def support(folder: Path, *arguments: str, log: str = "") -> tuple[int, str, dict[str, str]]:
    """Run the command; its status, what it said, and the files that it packed."""
    target = folder / "bundle.zip"
    words = ["support", str(target), "--config", str(folder / "terminal.toml"), *arguments]
    command = [sys.executable, "-m", "terminal.cli", *words]
    done = subprocess.run(command, input=log, capture_output=True, text=True, check=False)
    assert target.exists(), done.stderr
    with zipfile.ZipFile(io.BytesIO(target.read_bytes())) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    return done.returncode, done.stdout + done.stderr, files


def test_beside_a_running_terminal(bureau: BureauServer, tmp_path: Path) -> None:
    """Counts, figures and log of one that sells; the configuration; not a word of who bought, or for how much."""
    with TerminalProcess(tmp_path, bureau.url) as terminal:
        config = terminal.config.read_text(encoding="utf-8")
        terminal.config.write_text(config.replace("port = 0", f"port = {urlsplit(terminal.url).port}"), "utf-8")
        terminal.sign_in()
        terminal.settled(bill("7531.90"), "one")
        terminal.until_quiet()
        status, said, files = support(tmp_path, "--log", str(terminal.log))
    assert status == 0, said
    assert files["README.txt"] in said
    families = {family.name: family.samples for family in text_string_to_metric_families(files["metrics.txt"])}
    assert families["terminal_journal_entries"][0].value > 0
    journal = json.loads(files["journal.json"])
    assert journal["counts"]["settlements"] == {"committed": 1}
    assert journal["counts"]["uploads"] == {"settle accepted": 1}
    assert journal["open_uploads"] == journal["open_prints"] == []
    assert json.loads(files["configuration.json"])["terminal"]["id"] == "T00000001"
    events = [json.loads(line) for line in files["log.jsonl"].splitlines()]
    settled = [one for one in events if (one.get("method"), one.get("status")) == ("POST", 201)]
    assert [one["till"] for one in settled if one["event"] == "request"][-1] == TILL
    everything = "".join(files.values())
    assert [word for word in (*PERSONAL, "7531.90", "753190", terminal.token) if word in everything] == []


def test_what_a_center_says_of_somebody_is_taken_out(bureau: BureauServer, tmp_path: Path) -> None:
    """A stuck message is shown with its reason, number and state; the person in it is not, and the reader is told."""
    with TerminalProcess(tmp_path, bureau.url) as terminal:
        terminal.sign_in()
        bureau.faults.inject("refuse", infno="2304")
        number = terminal.settled(bill("10.00"), "one").json()["id"]
        terminal.until("/v1/queue", lambda queue: any(one["state"] == "refused" for one in queue["uploads"]))
    with closing(sqlite3.connect(tmp_path / "journal.db")) as connection, connection:
        connection.execute("UPDATE outbox SET reason = ?", (SPOKEN,))
    foreign = f"Traceback {SPOKEN}\n" + json.dumps({"event": "request", "patient": "张三", "code": SPOKEN}) + "\n"
    status, said, files = support(tmp_path, "--log", "-", log=foreign)
    assert status == 0, said
    [stuck] = json.loads(files["journal.json"])["open_uploads"]
    assert (stuck["settlement_id"], stuck["state"]) == (number, "refused")
    assert stuck["reason"] == "▇（▇）账户已冻结，卡号▇，电话▇，银行卡▇"
    assert json.loads(files["log.jsonl"]) == {"event": "request", "code": stuck["reason"]}
    assert files["metrics.txt"].startswith("# the terminal did not answer")
    told = [line.strip() for line in files["README.txt"].splitlines()]
    assert {
        "known person 已知人员: 6",
        "bank card number 银行卡号: 2",
        "line that is not the terminal's 非终端日志行: 1",
    } <= set(told)
    everything = "".join(files.values()) + said
    assert [word for word in (*PERSONAL, "13800138000", "6222021234567890123") if word in everything] == []


def test_a_journal_that_cannot_be_read_does_not_keep_the_engineer_waiting(tmp_path: Path) -> None:
    """The rest is there, and the bundle says what is wrong with the journal; a second one overwrites nothing."""
    TerminalProcess(tmp_path, "http://127.0.0.1:9/")
    (tmp_path / "journal.db").write_bytes(b"this is no database at all" * 100)
    status, said, files = support(tmp_path)
    assert status == 0, said
    assert json.loads(files["journal.json"]) == {"trouble": "it cannot be read: file is not a database"}
    assert "故障 FAULT" in files["doctor.txt"]
    before = (tmp_path / "bundle.zip").read_bytes()
    status, said, _ = support(tmp_path)
    assert (status, said.count("\n")) == (1, 1)
    assert "cannot write the bundle: File exists" in said
    assert (tmp_path / "bundle.zip").read_bytes() == before


def test_where_a_crash_was_goes_along(bureau: BureauServer, tmp_path: Path) -> None:
    """Brought down by a signal: the bundle has the calls of every thread, by file and line, and no folder's name."""
    terminal = TerminalProcess(tmp_path, bureau.url)
    terminal.start()
    assert terminal.stop(signal.SIGSEGV) == -signal.SIGSEGV
    status, said, files = support(tmp_path, "--log", str(terminal.log))
    assert status == 0, said
    crashes = files["crashes.txt"].splitlines()
    assert crashes[0] == "Fatal Python error: Segmentation fault"
    assert any(line.startswith("  terminal/daemon.py:") and line.endswith(" run") for line in crashes)
    assert str(ROOT) not in files["crashes.txt"]


@pytest.mark.parametrize(
    "line",
    [
        f'  File "{SPOKEN}", line 3 in run',
        f'  File "/opt/a/b.py", line 3 in {SPOKEN}',
        f"Fatal Python error: {SPOKEN}",
        f"Thread 0x12 (most recent call first): {SPOKEN}",
    ],
)
def test_what_only_looks_like_a_crash_is_left_out(line: str) -> None:
    """A line that says more than where it was is none of these."""
    assert crash_line(line) is None


def test_a_device_that_nobody_knows_is_named_as_its_plug_says(tmp_path: Path) -> None:
    """Vendor, product and their names, of devices only; never the serial number of the box."""
    for name, facts in {"1-1": {"idVendor": "04b8", "idProduct": "0202", "serial": "X4711"}, "1-1:1.0": {}}.items():
        (tmp_path / name).mkdir()
        for key, value in facts.items():
            (tmp_path / name / key).write_text(f"{value}\n", encoding="utf-8")
    config = load(Path("terminal.toml"))
    files = bundle_of(config, "", "", (), SystemClock(), tmp_path)
    assert json.loads(files["usb.json"]) == [{"idProduct": "0202", "idVendor": "04b8"}]
