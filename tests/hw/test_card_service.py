"""The card service itself: stopped, killed, restarted, shared, or without our reader."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path

import pytest

from hw.pcsc import PcscReader, list_readers, wait_for_card
from hw.ports import DeviceError, Health
from hw.simulated.pcscd import VirtualPcscd, available
from hw.simulated.social_card import VirtualCard


def test_the_reader_comes_back_after_the_service_was_killed(service: VirtualPcscd, card: VirtualCard) -> None:
    """The same reader object reads again once the service is back, without a restart of the program."""
    reader = PcscReader()
    service.insert(card)
    before = reader.read_card()
    service.kill()
    try:
        state = reader.state()
        assert (state.health, state.code) == (Health.FAULT, "no-reader")
        with pytest.raises(DeviceError) as caught:
            reader.read_card()
        assert caught.value.code == "no-reader"
        assert "card service" in caught.value.message
    finally:
        service.start()
    assert reader.state().code == "no-card"
    service.insert(card)
    assert reader.read_card() == before
    service.remove()


def test_a_service_killed_while_it_reads_is_an_error_of_that_reading(service: VirtualPcscd, card: VirtualCard) -> None:
    """The reading ends with an error at once, long before its time-out, and the next one works."""
    reader = PcscReader(reply_timeout_seconds=60)
    service.insert(card)
    answer = card.transmit

    def killing(command: bytes) -> bytes:
        if card.apdu_count == 4:
            service.kill()
        return answer(command)

    card.transmit = killing  # type: ignore[method-assign]
    try:
        with pytest.raises(DeviceError) as caught:
            reader.read_card()
        assert caught.value.code == "no-reader"
    finally:
        service.start()
    card.transmit = answer  # type: ignore[method-assign]
    service.insert(card)
    assert reader.read_card().card_number == "A12345678"
    service.remove()


def test_an_unknown_reader_is_named_with_those_there_are(service: VirtualPcscd) -> None:
    """The engineer sees what is plugged in."""
    reader = PcscReader("Another Reader 00 00")
    assert reader.state().code == "no-reader"
    with pytest.raises(DeviceError) as caught:
        reader.read_card()
    assert caught.value.code == "no-reader"
    assert service.reader_name in caught.value.message


def test_the_virtual_reader_is_listed(service: VirtualPcscd) -> None:
    """The list an engineer chooses from."""
    assert service.reader_name in list_readers()


def test_a_running_service_is_borrowed_and_left_running(service: VirtualPcscd, card: VirtualCard) -> None:
    """One machine runs one card service: a second user shares the first, and does not end it."""
    assert available() is None
    with VirtualPcscd() as second:
        assert second.borrowed
        second.insert(card)
        assert PcscReader().read_card().card_number == "A12345678"
        second.remove()
        with pytest.raises(RuntimeError, match="not ours"):
            second.kill()
    assert service.reader_name in list_readers()


def test_waiting_for_a_card_has_an_end(service: VirtualPcscd) -> None:
    """Nobody inserts a card: the wait says so."""
    service.remove()
    with pytest.raises(TimeoutError):
        wait_for_card(service.reader_name, present=True, timeout_seconds=0.1)


def test_another_service_without_our_reader_is_left_alone(service: VirtualPcscd, tmp_path: Path) -> None:
    """A service that somebody else runs is neither used nor stopped; the reason is said."""
    service.stop()
    other = subprocess.Popen(["pcscd", "--foreground", "--config", str(tmp_path)], stdout=subprocess.DEVNULL)
    try:
        reason = _reason_once_it_answers(other)
        assert "another card service" in reason
        assert PcscReader().state().code == "no-reader"
        with pytest.raises(RuntimeError, match="another card service"):
            VirtualPcscd().start()
        assert other.poll() is None
    finally:
        other.terminate()
        other.wait()
        service.start()


def _reason_once_it_answers(other: subprocess.Popen[bytes]) -> str:
    pause = threading.Event()
    for _ in range(200):
        if (reason := available()) is not None:
            return reason
        assert other.poll() is None
        pause.wait(0.05)
    raise AssertionError("the other service is taken for ours")
