"""The QR scanner: its framing, and the driver on a pty."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hw.ports import DeviceError, Health, ScannedCode
from hw.scan_frames import FRAME_BYTES_MAX, ScanFrames
from hw.scanner import SerialScanner
from hw.simulated.scanner import PtyScanner

CODE, OTHER = "2812345678901234567890123456", "2898765432109876543210987654"


@pytest.fixture
def gun(tmp_path: Path) -> Iterator[PtyScanner]:
    """A scanner on a pty that can be unplugged and comes back under the same name."""
    with PtyScanner(tmp_path / "scanner") as made:
        yield made


@pytest.fixture
def driver(gun: PtyScanner) -> Iterator[SerialScanner]:
    """The driver on its port."""
    made = SerialScanner(gun.port)
    assert made.wait_until_open(5)
    yield made
    made.close()


def wait_for(what: Callable[[], object]) -> object:
    """Look until there is something; a wait without end is a failure."""
    pause = threading.Event()
    for _ in range(500):
        if found := what():
            return found
        pause.wait(0.01)
    raise AssertionError("nothing came")


def next_text(driver: SerialScanner) -> str:
    found = wait_for(driver.next_code)
    assert isinstance(found, ScannedCode)
    return found.text


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\x03"])
def test_a_code_arrives_whatever_ends_it(gun: PtyScanner, driver: SerialScanner, end: bytes) -> None:
    """CR, LF, both, or ETX; two codes in one go are two."""
    gun.send(CODE.encode() + end + b"\x02" + OTHER.encode() + end)
    assert [next_text(driver), next_text(driver)] == [CODE, OTHER]
    assert driver.next_code() is None


def test_a_code_in_pieces_is_one(gun: PtyScanner, driver: SerialScanner) -> None:
    """The line's pieces say nothing about the code's."""
    for place in range(0, len(CODE), 5):
        gun.send(CODE[place : place + 5].encode())
    gun.send(b"\r")
    assert next_text(driver) == CODE


def test_after_a_megabyte_of_noise_the_next_code_is_read(gun: PtyScanner, driver: SerialScanner) -> None:
    """Nothing of the noise is taken for a code, and nothing of it stays in memory."""
    noise = bytes(byte for byte in range(0x20, 0x100)) * 4682
    assert len(noise) > 1_000_000
    gun.send(noise + b"\r")
    gun.scan(CODE)
    assert next_text(driver) == CODE
    assert driver.next_code() is None
    assert len(driver._frames._frame) <= FRAME_BYTES_MAX


def test_flushing_forgets_what_was_shown_before(gun: PtyScanner, driver: SerialScanner) -> None:
    """The last patient's code is never taken for the next one's, nor the rest of one that is under way."""
    gun.scan(CODE)
    wait_for(lambda: driver._codes)
    gun.send(b"99" + CODE[:10].encode())
    wait_for(lambda: len(driver._frames._frame) == 12)
    driver.flush()
    gun.send(CODE.encode() + b"\r")
    gun.scan(OTHER)
    assert next_text(driver) == OTHER


def test_an_unplugged_scanner_comes_back_by_itself(gun: PtyScanner, driver: SerialScanner) -> None:
    """While it is away the cashier is told; then the same driver reads on."""
    assert driver.state().health is Health.GOOD
    gun.unplug()
    wait_for(lambda: driver.state().code == "offline")
    with pytest.raises(DeviceError) as caught:
        driver.next_code()
    assert caught.value.code == "offline"
    gun.plug_in()
    wait_for(lambda: driver.state().code == "ready")
    gun.scan(CODE)
    assert next_text(driver) == CODE


def test_a_port_that_never_was_is_a_fault(tmp_path: Path) -> None:
    """A wrong path in the configuration is said, not raised at start."""
    driver = SerialScanner(str(tmp_path / "nothing"))
    try:
        assert driver.state().health is Health.FAULT
        with pytest.raises(DeviceError):
            driver.next_code()
    finally:
        driver.close()


def test_no_code_is_ever_printed(gun: PtyScanner, driver: SerialScanner, caplog: pytest.LogCaptureFixture) -> None:
    """Neither by a repr nor by a format, nor by a log of any level."""
    caplog.set_level(logging.DEBUG)
    gun.scan(CODE)
    code = wait_for(driver.next_code)
    assert isinstance(code, ScannedCode)
    assert CODE not in f"{code!r} {code} {[code]} {vars(driver)}" + caplog.text
    assert code.text == CODE


def test_a_code_shown_twice_in_two_seconds_is_one() -> None:
    """Held before the scanner a little longer; after two seconds it is shown again on purpose."""
    frames = ScanFrames()
    sent = CODE.encode() + b"\r"
    assert frames.feed(sent, 10.0) == [CODE]
    assert frames.feed(sent, 11.9) == []
    assert frames.feed(OTHER.encode() + b"\r", 12.0) == [OTHER]
    assert frames.feed(sent, 12.1) == [CODE]
    assert frames.feed(sent, 14.2) == [CODE]


def test_noise_and_a_silence_do_not_spoil_the_next_code() -> None:
    """A frame that stops in the middle is dropped when its rest does not come."""
    frames = ScanFrames()
    assert frames.feed(b"\xff\x00garbage", 0.0) == []
    assert frames.silence(0.2) == []
    assert frames.feed(CODE.encode() + b"\n", 1.0) == [CODE]


def test_a_scanner_without_an_end_is_ended_by_silence() -> None:
    """As some scanners are set up."""
    frames = ScanFrames(silence_ends=True)
    assert frames.feed(CODE.encode(), 0.0) == []
    assert frames.silence(0.2) == [CODE]
    assert frames.silence(0.4) == []


@pytest.mark.parametrize(
    "frame",
    [b"", b"%%NoRead", CODE[:15].encode(), b"9" * 65, b"9" * 5000, CODE.encode() + b"\x80", CODE.encode() + b" 1"],
    ids=range(7),
)
def test_what_is_no_code_is_dropped(frame: bytes) -> None:
    """Too short, too long, damaged; the code after it is read."""
    frames = ScanFrames()
    assert frames.feed(frame + b"\r", 0.0) == []
    assert frames.feed(CODE.encode() + b"\r", 1.0) == [CODE]


def test_the_scanners_prefix_is_taken_off() -> None:
    """An AIM identifier or what else it was set up to send."""
    assert ScanFrames(prefix="]Q1").feed(b"]Q1" + CODE.encode() + b"\r", 0.0) == [CODE]
