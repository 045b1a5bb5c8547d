"""The terminal as a process: how it starts, ends, dies and comes back, and what it leaves in its log."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.process import DAY, ROOT, TerminalProcess, bill
from terminal.bureau.server import BureauServer


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_when_told(bureau: BureauServer, tmp_path: Path, number: signal.Signals) -> None:
    """TERM and Ctrl-C end with status 0 and a closed journal: no write-ahead log, and no gap in the numbers."""
    terminal = TerminalProcess(tmp_path, bureau.url)
    terminal.start()
    assert terminal.client.get("/readyz").json() == {"status": "ready"}
    terminal.sign_in()
    assert terminal.settled(bill("1.00"), "before").json()["id"].endswith("000001")
    assert terminal.stop(number) == 0
    assert not (tmp_path / "journal.db-wal").exists()
    assert json.loads(terminal.log_text().splitlines()[-1])["event"] == "stopped"
    with terminal:
        terminal.sign_in()
        assert terminal.settled(bill("1.00"), "after").json()["id"].endswith("000002")


def test_one_journal_has_one_daemon(bureau: BureauServer, tmp_path: Path) -> None:
    """A second start ends with status 1 and a plain message, and the first goes on."""
    with TerminalProcess(tmp_path, bureau.url) as terminal:
        assert terminal.failed_start() == (1, "")
        assert "another program has this journal open" in terminal.log_text()
        assert "Traceback" not in terminal.log_text()
        assert terminal.client.get("/readyz").status_code == 200


def test_a_killed_terminal_gives_the_same_answer_after_its_restart(bureau: BureauServer, tmp_path: Path) -> None:
    """The till asked, the power went, the till asks again under the same key: same bytes, one settlement."""
    terminal = TerminalProcess(tmp_path, bureau.url)
    terminal.start()
    terminal.sign_in()
    body = terminal.quoted(bill("10000.00"))
    first = terminal.post("/v1/settlements", body, "power-cut")
    terminal.kill()
    with terminal:
        repeat = terminal.post("/v1/settlements", body, "power-cut")
        assert (repeat.status_code, repeat.content) == (201, first.content)
        groups = terminal.client.get(f"/v1/days/{DAY}").json()["groups"]
        assert [group["count"] for group in groups] == [1]
        other = terminal.post("/v1/settlements", body | {"till_reference": "other"}, "power-cut")
        assert (other.status_code, other.json()["code"]) == (422, "key-reused")


def test_what_the_center_missed_is_uploaded_after_the_restart(bureau: BureauServer, tmp_path: Path) -> None:
    """The counter goes on without the center; killed and started again, the terminal still delivers once."""
    terminal = TerminalProcess(tmp_path, bureau.url)
    terminal.start()
    terminal.sign_in()
    body = terminal.quoted(bill("100.00"))
    bureau.down()
    number = terminal.post("/v1/settlements", body, "no-center").json()["id"]
    queue = terminal.until("/v1/queue", lambda queue: queue["uploads"][0]["reason"] != "")
    assert [upload["settlement"] for upload in queue["uploads"]] == [number]
    assert terminal.client.get("/v1/health").json()["center"]["reachable"] == "no"
    terminal.kill()
    bureau.up()
    with terminal:
        terminal.until(f"/v1/settlements/{number}", lambda one: one["upload"] == "accepted")
        assert terminal.client.get("/v1/health").json()["center"]["reachable"] == "yes"


def test_a_lost_answer_is_asked_for_again_and_booked_once(bureau: BureauServer, tmp_path: Path) -> None:
    """The center booked and the line broke: the same message goes again and the center knows it."""
    with TerminalProcess(tmp_path, bureau.url) as terminal:
        terminal.sign_in()
        body = terminal.quoted(bill("100.00"))
        bureau.faults.inject("drop-after", infno="2304")
        number = terminal.post("/v1/settlements", body, "lost-answer").json()["id"]
        terminal.until(f"/v1/settlements/{number}", lambda one: one["upload"] == "accepted")
        closed = terminal.post(f"/v1/days/{DAY}/close", {})
        assert closed.status_code == 200, closed.text
        assert terminal.client.get(f"/v1/days/{DAY}").json()["state"] == "sealed"


def test_an_answer_that_nobody_understood_is_shown_as_it_came(bureau: BureauServer, tmp_path: Path) -> None:
    """A proxy's page in the place of an answer: the operator sees it in the queue, then the message goes again."""
    with TerminalProcess(tmp_path, bureau.url) as terminal:
        terminal.sign_in()
        body = terminal.quoted(bill("100.00"))
        bureau.faults.inject("html", 2, infno="2304")
        number = terminal.post("/v1/settlements", body, "proxy-page").json()["id"]
        seen = terminal.until("/v1/queue", lambda found: any(one["answer"] for one in found["uploads"]))
        assert "502 Bad Gateway" in seen["uploads"][0]["answer"]
        terminal.until(f"/v1/settlements/{number}", lambda one: one["upload"] == "accepted")


def test_without_a_printer_every_receipt_is_electronic(bureau: BureauServer, tmp_path: Path) -> None:
    """Nothing waits for a printer that is not there; the receipt is had from the terminal."""
    with TerminalProcess(tmp_path, bureau.url, printer="none") as terminal:
        terminal.sign_in()
        number = terminal.settled(bill("100.00"), "no-printer").json()["id"]
        assert terminal.client.get("/v1/queue").json()["prints"] == []
        assert number in terminal.client.get(f"/v1/settlements/{number}/receipt").text


def test_the_log_holds_no_person(bureau: BureauServer, tmp_path: Path) -> None:
    """Every line is JSON; neither the holder's number, name and card nor the till's reference stand in any."""
    with TerminalProcess(tmp_path, bureau.url) as terminal:
        terminal.sign_in()
        number = terminal.settled(bill("100.00"), "log").json()["id"]
        terminal.client.get(f"/v1/settlements/{number}/receipt")
        terminal.client.get("/v1/settlements", params={"till_reference": "370602197001011234"})
        terminal.client.get("/v1/370602197001011234")
        terminal.post("/v1/quotes", {"identification": "370602197001011234", "bill": {"A12345678": 1}})
    lines = [json.loads(line) for line in terminal.log_text().splitlines()]
    assert {line["event"] for line in lines} >= {"training-clock", "ready", "request", "stopped"}
    for secret in ("370602197001011234", "张三", "A12345678", "37060200000001", "R-1", number):
        assert secret not in terminal.log_text()


def test_a_policy_that_shall_go_on_and_is_none_is_told_at_the_start(bureau: BureauServer, tmp_path: Path) -> None:
    """It may come down later, so that the terminal sells; the log says that the name does nothing yet."""
    terminal = TerminalProcess(tmp_path, bureau.url)
    with terminal.config.open("a", encoding="utf-8") as config:
        config.write('\n[policies]\nlapsed_goes_on = ["yantai-employee", "yantai-resdient"]\n')
    with terminal:
        terminal.sign_in()
    lines = [json.loads(line) for line in terminal.log_text().splitlines()]
    assert [line["code"] for line in lines if line["event"] == "lapsed-policy-unknown"] == ["yantai-resdient"]


def test_training_has_a_journal_of_its_own(bureau: BureauServer, tmp_path: Path) -> None:
    """A journal that was begun in training is refused without its clock: practice never mixes with business."""
    terminal = TerminalProcess(tmp_path, bureau.url)
    with terminal:
        terminal.sign_in()
        terminal.settled(bill("100.00"), "practice")
    text = terminal.config.read_text(encoding="utf-8")
    terminal.config.write_text(text.partition("[clock]")[0], encoding="utf-8")
    assert terminal.failed_start() == (1, "")
    assert "this journal is for training settlements" in terminal.log_text()
    terminal.config.write_text(text, encoding="utf-8")
    with terminal:
        assert terminal.client.get("/v1/health").json()["training_clock"]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('id = "T00000001"', 'id = "T00000001"\ntilt = 1', "terminal.tilt"),
        ('card = "card.toml"', 'card = "card.toml"\n[policies]\nsupplements = ["nowhere.toml"]', "nowhere.toml"),
        ("port = 0", "port = {taken}", "api.port"),
    ],
)
def test_what_cannot_start_says_why(bureau: BureauServer, tmp_path: Path, old: str, new: str, named: str) -> None:
    """A wrong key, a missing supplement and a taken port end the start with status 1 and the key's name."""
    terminal = TerminalProcess(tmp_path, bureau.url)
    text = terminal.config.read_text(encoding="utf-8").replace(old, new.format(taken=bureau.port))
    terminal.config.write_text(text, encoding="utf-8")
    ended, said = terminal.failed_start()
    assert (ended, said) == (1, "")
    assert named in terminal.log_text()
    assert "Traceback" not in terminal.log_text()


def test_what_brings_the_process_down_is_in_its_log(bureau: BureauServer, tmp_path: Path) -> None:
    """A library of C's crashes: the log ends with the calls of every thread, and with no value of any."""
    terminal = TerminalProcess(tmp_path, bureau.url)
    terminal.start()
    terminal.sign_in()
    assert terminal.stop(signal.SIGSEGV) == -signal.SIGSEGV
    assert "Segmentation fault" in terminal.log_text()
    assert 'daemon.py", line' in terminal.log_text()


def test_threads_that_read_for_the_first_time_at_once_do_no_harm() -> None:
    """Four threads read into every type at the same moment, as the first sale and a doctor's visit may."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.daemon.first_reads", "learned"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 200
