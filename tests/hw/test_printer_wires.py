"""Printers on the network and on USB, and lines that drop, lie, crawl and ignore flow control."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import usb.backend
import usb.core

from hw.ports import DeviceError, Health
from hw.printer import SerialPrinter, WirePrinter, network_printer, usb_printer
from hw.printer_wires import UsbWire
from hw.simulated.printer import Interpreter, PtyPrinter, TcpPrinter

DOCUMENT = b"\x1b@\x1c&" + "医保结算单\n".encode("gb18030") + b"line\n" * 20 + b"\x1dV\x00"
LONG_DOCUMENT = b"\x1b@\x1c&" + b"a line of some length\n" * 1500 + b"\x1dV\x00"
PAPER = ["医保结算单", *["line"] * 20]


@pytest.fixture
def network() -> Iterator[TcpPrinter]:
    """A printer that listens on loopback."""
    with TcpPrinter() as printer:
        yield printer


@pytest.fixture
def line(tmp_path: Path) -> Iterator[PtyPrinter]:
    """A printer on a pty."""
    with PtyPrinter(link=tmp_path / "printer") as printer:
        yield printer


def failure(driver: WirePrinter, document: bytes = DOCUMENT) -> DeviceError:
    """The error of a print that must fail."""
    with pytest.raises(DeviceError) as caught:
        driver.print(document)
    return caught.value


def test_a_network_printer_prints_says_its_state_and_is_found_again(network: TcpPrinter) -> None:
    """As on a serial line: proof of the end, states, a switch-off in between, the drawer."""
    driver = network_printer(network.host, network.port, reply_timeout_seconds=0.3, write_timeout_seconds=2)
    driver.print(DOCUMENT)
    assert network.papers == [PAPER]
    network.cover_open = True
    assert (driver.state().health, driver.state().code) == (Health.FAULT, "cover-open")
    network.cover_open = False
    network.unplug()
    assert (driver.state().health, driver.state().code) == (Health.UNKNOWN, "no-answer")
    assert "nothing was printed" in failure(driver).message
    network.plug_in()
    driver.print(DOCUMENT)
    driver.kick_drawer()
    driver.print(DOCUMENT)
    assert network.papers == [PAPER] * 3
    assert network.drawer_pulses == 1
    driver.close()


def test_a_network_printer_that_runs_out_of_paper_puts_the_paper_in_doubt(network: TcpPrinter) -> None:
    """In the middle of the document, at line 3."""
    driver = network_printer(network.host, network.port, reply_timeout_seconds=0.3)
    network.fail_after_lines(3, "paper_out")
    error = failure(driver)
    assert error.code == "paper-out"
    assert "in doubt" in error.message
    assert len(network.lines) == 3
    driver.close()


class UsbStack(usb.backend.IBackend):
    """A USB with one printer, for pyusb: descriptors as a printer class device has them, pipes to an interpreter."""

    def __init__(self, printer: Interpreter) -> None:
        self.printer, self.there, self._replies = printer, True, bytearray()

    def enumerate_devices(self) -> list[int]:
        return [1] if self.there else []

    def get_device_descriptor(self, device: int) -> Any:
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x200, bDeviceClass=0, bDeviceSubClass=0, bDeviceProtocol=0,
            bMaxPacketSize0=64, idVendor=0x04B8, idProduct=0x0E15, bcdDevice=1, iManufacturer=0, iProduct=0,
            iSerialNumber=0, bNumConfigurations=1, address=1, bus=1, port_number=1, port_numbers=(1,), speed=2,
        )  # fmt: skip

    def get_configuration_descriptor(self, device: int, config: int) -> Any:
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=32, bNumInterfaces=1, bConfigurationValue=1, iConfiguration=0,
            bmAttributes=0xC0, bMaxPower=1, extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(self, device: int, interface: int, alternate: int, config: int) -> Any:
        if interface or alternate:
            raise IndexError
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=0, bNumEndpoints=2,
            bInterfaceClass=7, bInterfaceSubClass=1, bInterfaceProtocol=2, iInterface=0, extra_descriptors=[],
        )  # fmt: skip

    def get_endpoint_descriptor(self, device: int, endpoint: int, interface: int, alternate: int, config: int) -> Any:
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=(0x01, 0x82)[endpoint], bmAttributes=2,
            wMaxPacketSize=64, bInterval=0, bRefresh=0, bSynchAddress=0, extra_descriptors=[],
        )  # fmt: skip

    def open_device(self, device: int) -> int:
        return device

    def close_device(self, handle: int) -> None: ...
    def set_configuration(self, handle: int, value: int) -> None: ...
    def get_configuration(self, handle: int) -> int:
        return 1

    def claim_interface(self, handle: int, interface: int) -> None: ...
    def release_interface(self, handle: int, interface: int) -> None: ...
    def reset_device(self, handle: int) -> None: ...

    def bulk_write(self, handle: int, endpoint: int, interface: int, data: Any, timeout: int) -> int:
        if not self.there:
            raise usb.core.USBError("no such device", None, 19)
        if self.printer.busy:
            raise usb.core.USBTimeoutError("timed out", None, 110)
        self._replies += self.printer.feed(bytes(data))
        return len(data)

    def bulk_read(self, handle: int, endpoint: int, interface: int, buffer: array[int], timeout: int) -> int:
        if not self.there:
            raise usb.core.USBError("no such device", None, 19)
        if not self._replies:
            raise usb.core.USBTimeoutError("timed out", None, 110)
        taken = self._replies[: len(buffer)]
        del self._replies[: len(taken)]
        buffer[: len(taken)] = array("B", taken)
        return len(taken)


def test_a_usb_printer_prints_through_pyusb_and_survives_being_unplugged() -> None:
    """The real pyusb and python-escpos over a USB of our own: print, busy, unplugged, back. No hardware is in it."""
    stack = UsbStack(Interpreter())
    driver = WirePrinter(UsbWire(0x04B8, 0x0E15, 0.1, 1.0, usb_arguments={"backend": stack}))
    driver.print(DOCUMENT)
    assert stack.printer.papers == [PAPER]
    stack.printer.busy = True
    assert failure(driver).code == "write-timeout"
    stack.printer.busy, stack.there = False, False
    assert driver.state().code == "no-answer"
    stack.there = True
    driver.print(DOCUMENT)
    assert stack.printer.papers == [PAPER, PAPER]


def test_a_usb_printer_that_is_not_there_is_unknown() -> None:
    """On this machine's own USB there is none."""
    driver = usb_printer(0x04B8, 0x0E15, reply_timeout_seconds=0.1)
    assert (driver.state().health, driver.state().code) == (Health.UNKNOWN, "no-answer")
    assert "nothing was printed" in failure(driver).message


def test_a_printer_that_answers_nonsense_is_not_believed(line: PtyPrinter) -> None:
    """XON, XOFF, an automatic report, letters: no state, and nothing is printed on their word."""
    line.nonsense = b"\x11\x13\x10\xff\x41"
    driver = SerialPrinter(line.port, reply_timeout_seconds=0.1)
    assert (driver.state().health, driver.state().code) == (Health.UNKNOWN, "no-answer")
    assert "nothing was printed" in failure(driver).message
    assert line.papers == []
    driver.close()


def test_a_line_that_drops_bytes_shows_on_the_paper(line: PtyPrinter) -> None:
    """Every 50th byte lost: what the printer got is not what was sent, and the interpreter shows it."""
    driver = SerialPrinter(line.port, reply_timeout_seconds=0.2)
    assert driver.state().code == "ready"
    line.drop_every = 50
    line.feed(DOCUMENT)
    assert [*line.papers, line.lines][0] != PAPER
    driver.close()


def test_a_slow_printer_that_says_busy_by_byte_gets_everything(line: PtyPrinter) -> None:
    """20,000 bytes a second behind XON/XOFF: it had to say "busy", and no byte was lost."""
    line.flow_control, line.bytes_per_second = "xonxoff", 20_000
    driver = SerialPrinter(line.port, reply_timeout_seconds=1, write_timeout_seconds=5, flow_control="xonxoff")
    driver.print(LONG_DOCUMENT)
    assert len(line.papers[0]) == 1500
    assert line.xoffs > 0
    assert (line.lost_bytes, line.faults) == (0, [])
    driver.close()


def test_without_flow_control_bytes_are_lost_and_the_paper_is_in_doubt(
    line: PtyPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full buffer and nobody who waits: the end is never proved, so that the document counts as torn."""
    monkeypatch.setattr("hw.printer.END_POLLS_MAX", 4)
    line.flow_control, line.bytes_per_second = "ignored", 2_000
    driver = SerialPrinter(line.port, reply_timeout_seconds=0.2, flow_control="none")
    error = failure(driver, LONG_DOCUMENT)
    assert line.lost_bytes > 0
    assert "in doubt" in error.message
    driver.close()


def test_who_asks_while_a_document_is_printed_is_answered_at_once(line: PtyPrinter) -> None:
    """The printer hangs in the middle for as long as we like; its state is the one from before."""
    line.fail_after_lines(3, "stalled")
    driver = SerialPrinter(line.port, reply_timeout_seconds=0.2)
    printing = threading.Thread(target=driver.print, args=(DOCUMENT,))
    printing.start()
    with line._changed:
        assert line._changed.wait_for(lambda: line.stalled, 10)
    assert driver.state().code == "ready"
    assert printing.is_alive()
    line.stalled = False
    printing.join(10)
    assert line.papers == [PAPER]
    driver.close()


def test_a_printer_that_is_not_well_opens_no_drawer_now_or_later(line: PtyPrinter) -> None:
    """The command would wait in its buffer and open the drawer when nobody expects it."""
    driver = SerialPrinter(line.port, reply_timeout_seconds=0.2)
    line.cover_open = True
    with pytest.raises(DeviceError, match="drawer was not opened"):
        driver.kick_drawer()
    line.cover_open = False
    driver.print(DOCUMENT)
    assert line.drawer_pulses == 0
    driver.close()
