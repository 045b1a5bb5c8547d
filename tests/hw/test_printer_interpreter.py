"""The simulated printer must reject what a real one prints as rubbish; otherwise it proves nothing."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from escpos.printer import Dummy

from hw.ports import DeviceError
from hw.simulated.printer import Interpreter, SimulatedPrinter

START = b"\x1b@\x1c&"


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"\x1b@" + "张".encode("gb18030"), "Chinese mode is off"),
        (START + b"\xd5\n", "unpaired lead byte"),
        (START + b"\xff\xa1", "unpaired lead byte"),
        (START + "𠮷".encode("gb18030"), "four-byte"),
        (START + b"x" * 49, "beyond 48 columns"),
        (START + b"x" * 47 + "张".encode("gb18030"), "beyond 48 columns"),
        (START + b"\x1d!\x10" + b"x" * 25, "beyond 48 columns"),
        (START + b"\x1bt\x00", "unknown command 1b 74"),
        (START + b"\x07", "unknown command 07"),
        (START + b"x\x1ba\x01", "within a line"),
        (START + b"x\x1c&", "within a line"),
    ],
)
def test_rubbish_is_recorded_as_a_fault(data: bytes, fault: str) -> None:
    """Each kind of rubbish is named by the first fault."""
    printer = Interpreter(48)
    printer.feed(data)
    assert fault in printer.faults[0]


def test_a_document_is_read_byte_by_byte_as_in_one_piece() -> None:
    """The sample stream of the reference, fed in single bytes: lines with their place, QR, drawer, cut."""
    escpos = Dummy()
    escpos.qr("医保", native=True)
    data = (
        START
        + b"\x1ba\x01\x1d!\x11"
        + "医保结算单\n".encode("gb18030")
        + b"\x1d!\x00\x1ba\x00\x1bE\x01"
        + "合计 ￥12.00\n".encode("gb18030")
        + b"\x1bE\x00"
        + escpos.output
        + b"\x1bp\x00\x32\x32\x1bd\x02\x1dV\x00"
    )
    printer = Interpreter(48)
    for byte in data:
        printer.feed(bytes((byte,)))
    assert printer.faults == []
    assert printer.papers == [[" " * 14 + "医保结算单", "合计 ￥12.00", "", ""]]
    assert printer.qr_codes == ["医保".encode()]
    assert printer.drawer_pulses == 1


def test_real_time_status_is_answered_while_the_buffer_waits_for_paper() -> None:
    """Out of paper only the real-time query is answered; with new paper the buffered one is too."""
    printer = Interpreter(48)
    printer.paper_out = True
    assert printer.feed(START + b"a\n\x1dr\x01") == b""
    assert printer.feed(b"\x10\x04\x04") == b"\x72"
    assert printer.lines == []
    printer.paper_out = False
    assert printer.feed(b"") == b"\x00"
    assert printer.lines == ["a"]


def test_the_printer_in_the_process_keeps_whole_documents_and_refuses_like_a_real_one() -> None:
    """Good, then out of paper in the middle, then mute: only the first document counts as printed."""
    printer = SimulatedPrinter()
    document = START + b"a\nb\n\x1dV\x00"
    printer.print(document)
    printer.fail_after_lines(1, "paper_out")
    with pytest.raises(DeviceError) as caught:
        printer.print(document)
    assert caught.value.code == printer.state().code == "paper-out"
    printer.paper_out, printer.silent = False, True
    with pytest.raises(DeviceError) as caught:
        printer.print(document)
    assert caught.value.code == printer.state().code == "no-answer"
    assert printer.documents == [document]


def test_a_drawer_that_is_opened_while_it_prints_waits_its_turn() -> None:
    """Two threads, one printer: every document is whole, and nobody's bytes stand in another's."""
    printer, document = SimulatedPrinter(), START + b"a line of some length\n" * 400 + b"\x1dV\x00"
    begin, before = threading.Barrier(2), sys.getswitchinterval()

    def at_once(work: Callable[[], None], times: int) -> None:
        begin.wait()
        for _ in range(times):
            work()

    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(2) as hands:
            printing = hands.submit(at_once, lambda: printer.print(document), 3)
            opening = hands.submit(at_once, printer.kick_drawer, 200)
            printing.result()
            opening.result()
    finally:
        sys.setswitchinterval(before)
    assert printer.documents == [document] * 3
    assert printer.faults == []
