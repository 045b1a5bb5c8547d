"""What the fuzzers do with bytes that come from devices: a card, a purse, a PSAM and a scanner that may say anything.

Each target takes bytes and raises nothing but the drivers' own errors; anything else that escapes is a finding.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from hw.apdu import CardLink, Octets
from hw.cards.inspection import inspect_social_security_card
from hw.cards.purse import PurseDriver
from hw.cards.social_security import read_social_security_card
from hw.ports import DeviceError, DeviceState, Health, Pin
from hw.purse_port import DebitState
from hw.scan_frames import CODE_CHARACTERS_MAX, CODE_CHARACTERS_MIN, FRAME_BYTES_MAX, ScanFrames

COMMANDS_MAX = 400
MOMENT = dt.datetime(2024, 1, 15, 10, 30, tzinfo=dt.UTC)


class TalkingCard:
    """A CardSlot and its link. Each answer is the next piece of the data: a length byte, then so many bytes; where the
    length byte is odd, a good status word is put behind them, so that the fuzzer comes further."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.commands = 0

    def state(self) -> DeviceState:
        """Always there."""
        return DeviceState(Health.GOOD, "card-present")

    @contextmanager
    def connect(self) -> Iterator[CardLink]:
        """The card itself."""
        yield self

    def transmit(self, command: Octets, /) -> bytes:
        """The next piece, whatever was asked."""
        self.commands += 1
        assert self.commands <= COMMANDS_MAX, "a conversation without an end"
        if not self._data:
            return b""
        length = self._data[0]
        answer, self._data = self._data[1 : 1 + (length >> 1)], self._data[1 + (length >> 1) :]
        return answer + b"\x90\x00" if length & 1 else answer


def talk_as_social_card(data: bytes) -> None:
    """Reading and inspecting, with and without a PIN."""
    for pin in (None, Pin(bytearray(b"123456"))):
        try:
            card = read_social_security_card(TalkingCard(data).transmit, pin)
            assert card.area_code.isdigit()
            assert len(card.area_code) == 6
            assert card.name
        except DeviceError:
            pass
        assert pin is None or not any(pin.digits)
    with suppress(DeviceError):
        inspect_social_security_card(TalkingCard(data).transmit)


def talk_as_purse(data: bytes) -> None:
    """A purse and a PSAM that share the data: what comes of a debit is one of three outcomes."""
    half = len(data) // 2
    driver = PurseDriver(TalkingCard(data[:half]), TalkingCard(data[half:]))
    try:
        with driver.session() as purse:
            intent = purse.prepare_debit(3680, MOMENT)
            outcome = purse.debit(intent)
            assert (outcome.state is DebitState.DONE) == (outcome.proof is not None)
            if outcome.state is DebitState.DONE:
                assert outcome.balance_after_fen == intent.balance_before_fen - 3680
            purse.ask_proof(intent)
            purse.log()
    except DeviceError:
        pass


def talk_as_scanner(data: bytes) -> None:
    """Any stream, in any pieces, with any silences: codes are printable and bounded, memory too."""
    frames, now_seconds = ScanFrames(), 0.0
    for start in range(0, len(data), 7):
        now_seconds += data[start] / 64
        found = frames.feed(data[start : start + 7], now_seconds)
        if data[start] % 5 == 0:
            found += frames.silence(now_seconds)
        for code in found:
            assert CODE_CHARACTERS_MIN <= len(code) <= CODE_CHARACTERS_MAX
            assert code.isascii()
            assert code.isprintable()
    assert len(frames._frame) <= FRAME_BYTES_MAX


TARGETS = {"social": talk_as_social_card, "purse": talk_as_purse, "scanner": talk_as_scanner}
