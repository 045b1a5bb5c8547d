"""The serial driver against a printer on a pty: every state, and every way a document can go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import serial

from hw.ports import DeviceError, Health
from hw.printer import SerialPrinter
from hw.simulated.printer import PtyPrinter

DOCUMENT = b"\x1b@\x1c&" + "医保结算单\n".encode("gb18030") + b"line\n" * 20 + b"\x1dV\x00"
LONG_DOCUMENT = b"\x1b@\x1c&" + b"a line of some length\n" * 4000 + b"\x1dV\x00"
PAPER = ["医保结算单", *["line"] * 20]


@pytest.fixture
def paper(tmp_path: Path) -> Iterator[PtyPrinter]:
    """A printer that can be unplugged and comes back under the same name."""
    with PtyPrinter(link=tmp_path / "printer") as printer:
        yield printer


@pytest.fixture
def driver(paper: PtyPrinter) -> Iterator[SerialPrinter]:
    """The driver on that printer's port, with short waits."""
    driver = SerialPrinter(paper.port, reply_timeout_seconds=0.2, write_timeout_seconds=1.0)
    yield driver
    driver.close()


class SlowPrinter(PtyPrinter):
    """Prints three lines, then stands still until it has been asked twice how it is while it prints."""

    def __init__(self, link: Path) -> None:
        super().__init__(link=link)
        self.fail_after_lines(3, "stalled")
        self.patience = 2

    def status_byte(self, query: int) -> int:
        """As ever, but the patience runs down while it stands still."""
        if self.stalled:
            self.patience -= 1
            self.stalled = self.patience > 0
        return super().status_byte(query)


class MuteForAWhile(PtyPrinter):
    """Falls silent after three lines, prints on, and speaks again at the third question."""

    def __init__(self, link: Path) -> None:
        super().__init__(link=link)
        self.fail_after_lines(3, "silent")
        self.unanswered = 0

    def status_byte(self, query: int) -> int:
        """As ever, but silence ends with the third question."""
        self.unanswered += self.silent
        self.silent = self.silent and self.unanswered < 3
        return super().status_byte(query)


class OpenedAtTheEnd(PtyPrinter):
    """Answers that all was processed, and then somebody opens the cover."""

    def feed(self, data: bytes, bytes_max: int | None = None) -> bytes:
        """As ever, but the end of a paper opens the cover."""
        replies = super().feed(data, bytes_max)
        if self.papers and b"\x00" in replies:
            self.cover_open = True
        return replies


def failure(driver: SerialPrinter, document: bytes = DOCUMENT) -> DeviceError:
    """The error of a print that must fail."""
    with pytest.raises(DeviceError) as caught:
        driver.print(document)
    return caught.value


def test_a_document_is_on_paper_when_print_returns(paper: PtyPrinter) -> None:
    """Also one far longer than the printer's buffer; no waiting needed after print has returned."""
    # As patient as the terminal is: a busy machine may leave a healthy printer standing for a second.
    with closing(SerialPrinter(paper.port)) as driver:
        driver.print(DOCUMENT)
        assert paper.papers == [PAPER]
        driver.print(LONG_DOCUMENT)
    assert len(paper.papers[1]) == 4000
    assert paper.faults == []


@pytest.mark.parametrize(
    ("sensor", "health", "code"),
    [
        ("paper_low", Health.GOOD, "paper-low"),
        ("paper_out", Health.FAULT, "paper-out"),
        ("cover_open", Health.FAULT, "cover-open"),
        ("cutter_error", Health.FAULT, "error"),
        ("silent", Health.UNKNOWN, "no-answer"),
    ],
)
def test_each_sensor_has_its_state_and_the_state_goes_with_its_cause(
    paper: PtyPrinter, driver: SerialPrinter, sensor: str, health: Health, code: str
) -> None:
    """Sensor on: the state; sensor off: ready again."""
    setattr(paper, sensor, True)
    state = driver.state()
    assert (state.health, state.code) == (health, code)
    setattr(paper, sensor, False)
    assert driver.state().code == "ready"


@pytest.mark.parametrize(
    ("sensor", "code"),
    [
        ("paper_out", "paper-out"),
        ("cover_open", "cover-open"),
        ("cutter_error", "error"),
        ("silent", "no-answer"),
    ],
)
def test_nothing_is_sent_to_a_printer_that_is_not_well(
    paper: PtyPrinter, driver: SerialPrinter, sensor: str, code: str
) -> None:
    """The error says that nothing was printed; when the cause is gone only the next document comes out."""
    setattr(paper, sensor, True)
    error = failure(driver)
    assert error.code == code
    assert "nothing was printed" in error.message
    assert "未打印" in error.message_zh
    setattr(paper, sensor, False)
    driver.print(DOCUMENT)
    assert paper.papers == [PAPER]


def test_low_paper_still_prints(paper: PtyPrinter, driver: SerialPrinter) -> None:
    """Near the end is a warning, not a fault."""
    paper.paper_low = True
    driver.print(DOCUMENT)
    assert paper.papers == [PAPER]


@pytest.mark.parametrize(
    ("sensor", "code"),
    [
        ("paper_out", "paper-out"),
        ("cover_open", "cover-open"),
        ("cutter_error", "error"),
        ("silent", "no-answer"),
    ],
)
def test_trouble_in_the_middle_puts_the_paper_in_doubt(
    paper: PtyPrinter, driver: SerialPrinter, sensor: str, code: str
) -> None:
    """After three lines the printer stops, or falls silent: never success, and the error says so."""
    paper.fail_after_lines(3, sensor)
    error = failure(driver)
    assert error.code == code
    assert "in doubt" in error.message
    assert "存疑" in error.message_zh


def test_a_printer_that_takes_no_more_data_ends_in_a_write_timeout(paper: PtyPrinter, driver: SerialPrinter) -> None:
    """Busy in a document longer than every buffer: no endless wait, and the paper is in doubt."""
    paper.fail_after_lines(3, "busy")
    error = failure(driver, LONG_DOCUMENT)
    assert error.code == "write-timeout"
    assert "in doubt" in error.message


def test_a_slow_printer_is_waited_for(tmp_path: Path) -> None:
    """All is well while it prints, but print returns only when the whole paper is out."""
    with SlowPrinter(tmp_path / "printer") as slow:
        driver = SerialPrinter(slow.port, reply_timeout_seconds=0.2)
        driver.print(DOCUMENT)
        assert slow.papers == [PAPER]
        driver.close()


def test_a_printer_that_is_well_but_never_done_is_not_believed(
    paper: PtyPrinter, driver: SerialPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hung mechanism: after a bounded number of questions the paper is in doubt."""
    monkeypatch.setattr("hw.printer.END_POLLS_MAX", 6)
    paper.fail_after_lines(3, "stalled")
    error = failure(driver)
    assert error.code == "no-answer"
    assert "in doubt" in error.message


def test_a_good_status_does_not_make_up_for_a_lost_proof(tmp_path: Path) -> None:
    """The answer that proves the end got lost; that the printer is well afterwards proves nothing."""
    with MuteForAWhile(tmp_path / "printer") as mute:
        driver = SerialPrinter(mute.port, reply_timeout_seconds=0.2)
        error = failure(driver)
        assert error.code == "no-answer"
        assert "in doubt" in error.message
        assert driver.state().code == "ready"
        driver.close()


def test_a_fault_right_after_the_end_still_counts(tmp_path: Path) -> None:
    """The status after the document is asked too: a cover opened at the last line puts the paper in doubt."""
    with OpenedAtTheEnd(link=tmp_path / "printer") as opened:
        driver = SerialPrinter(opened.port, reply_timeout_seconds=0.2)
        error = failure(driver)
        assert error.code == "cover-open"
        assert "in doubt" in error.message
        driver.close()


def test_a_port_that_vanished_is_unknown_and_is_opened_again_when_it_is_back(
    paper: PtyPrinter, driver: SerialPrinter
) -> None:
    """Unplugged between two documents: state and print say so; plugged in again, it prints."""
    driver.print(DOCUMENT)
    paper.unplug()
    state = driver.state()
    assert (state.health, state.code) == (Health.UNKNOWN, "no-answer")
    assert failure(driver).code == "no-answer"
    paper.plug_in()
    driver.print(DOCUMENT)
    assert paper.papers == [PAPER, PAPER]


def test_a_replug_nobody_noticed_does_not_cost_a_document(paper: PtyPrinter, driver: SerialPrinter) -> None:
    """The old handle is dead; the driver takes a new one before it sends anything."""
    driver.print(DOCUMENT)
    paper.unplug()
    paper.plug_in()
    driver.print(DOCUMENT)
    assert paper.papers == [PAPER, PAPER]


def test_a_port_in_other_hands_is_an_error_and_not_shared(paper: PtyPrinter, driver: SerialPrinter) -> None:
    """Two programs on one printer would mix two receipts."""
    with serial.Serial(paper.port, exclusive=True):
        assert driver.state().health is Health.UNKNOWN
        assert failure(driver).code == "no-answer"
    assert driver.state().code == "ready"
