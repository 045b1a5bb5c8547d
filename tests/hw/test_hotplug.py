"""Readers and cards that come and go while everything runs: the watcher's events, and readers that recover."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue

import pytest

from hw.pcsc import PcscReader, ReaderWatcher, list_readers
from hw.ports import DeviceError, EventKind, Health, ReaderEvent
from hw.simulated.pcscd import READER_NAME, SECOND_READER_NAME, VirtualPcscd
from hw.simulated.script import Script, Step
from hw.simulated.social_card import VirtualCard

PATIENCE_SECONDS = 10.0
ARRIVED = [ReaderEvent(EventKind.READER_ARRIVED, name) for name in (READER_NAME, SECOND_READER_NAME)]
GONE = [ReaderEvent(EventKind.READER_GONE, name) for name in (READER_NAME, SECOND_READER_NAME)]
INSERTED, REMOVED = (ReaderEvent(kind, READER_NAME) for kind in (EventKind.CARD_INSERTED, EventKind.CARD_REMOVED))
LOST, BACK = ReaderEvent(EventKind.SERVICE_LOST), ReaderEvent(EventKind.SERVICE_BACK)


class Told:
    """The events in the order of their arrival."""

    def __init__(self) -> None:
        self._events: SimpleQueue[ReaderEvent] = SimpleQueue()
        self.put = self._events.put

    def next(self, count: int) -> list[ReaderEvent]:
        return [self._events.get(timeout=PATIENCE_SECONDS) for _ in range(count)]

    def quiet(self) -> bool:
        return self._events.empty()


@pytest.fixture
def told(service: VirtualPcscd) -> Iterator[Told]:
    """A watcher's events, from a start with both readers there and empty."""
    service.remove()
    service.remove(SECOND_READER_NAME)
    events = Told()
    with ReaderWatcher(events.put):
        assert events.next(2) == ARRIVED
        yield events


def test_cards_that_come_and_go_are_told(service: VirtualPcscd, told: Told, card: VirtualCard) -> None:
    """In both readers, each by its name; a reading in between is no event."""
    service.insert(card)
    assert told.next(1) == [INSERTED]
    PcscReader(READER_NAME).read_card()
    service.insert(card, SECOND_READER_NAME)
    assert told.next(1) == [ReaderEvent(EventKind.CARD_INSERTED, SECOND_READER_NAME)]
    service.remove()
    assert told.next(1) == [REMOVED]
    service.remove(SECOND_READER_NAME)
    assert told.next(1) == [ReaderEvent(EventKind.CARD_REMOVED, SECOND_READER_NAME)]
    assert told.quiet()


def test_a_card_that_was_there_before_the_watcher_is_told(service: VirtualPcscd, card: VirtualCard) -> None:
    """Its insertion comes right after its reader's arrival."""
    service.insert(card)
    events = Told()
    with ReaderWatcher(events.put):
        assert sorted(events.next(3), key=lambda event: event.kind.value) == [INSERTED, *ARRIVED]
    service.remove()


def test_a_card_torn_out_while_it_is_read_is_told(service: VirtualPcscd, told: Told, card: VirtualCard) -> None:
    """And the next one too."""
    card.script = Script([Step("pull-before", at=4, once=True)])
    service.insert(card)
    assert told.next(1) == [INSERTED]
    with pytest.raises(DeviceError):
        PcscReader(READER_NAME).read_card()
    assert told.next(1) == [REMOVED]
    service.insert(card)
    assert told.next(1) == [INSERTED]
    service.remove()
    assert told.next(1) == [REMOVED]


def test_a_killed_service_is_told_and_the_watcher_goes_on(service: VirtualPcscd, told: Told, card: VirtualCard) -> None:
    """Everything is gone; when the service is back, so are its readers, and a card is seen and read as before."""
    reader = PcscReader(READER_NAME)
    service.insert(card)
    assert told.next(1) == [INSERTED]
    held = reader.read_card()
    service.kill()
    try:
        assert told.next(4) == [REMOVED, *GONE, LOST]
        assert reader.state().health is Health.FAULT
    finally:
        service.start()
    assert told.next(3) == [BACK, *ARRIVED]
    service.insert(card)
    assert told.next(1) == [INSERTED]
    assert reader.read_card() == held
    service.remove()
    assert told.next(1) == [REMOVED]


def test_a_service_without_readers_is_watched_until_they_come(
    service: VirtualPcscd, told: Told, tmp_path: Path
) -> None:
    """No reader at all is a state, not an error: the till says so, and the watcher waits."""
    service.stop()
    assert told.next(3) == [*GONE, LOST]
    bare = subprocess.Popen(["pcscd", "--foreground", "--config", str(tmp_path)], stdout=subprocess.DEVNULL)
    try:
        assert told.next(1) == [BACK]
        assert list_readers() == []
        state = PcscReader().state()
        assert (state.health, state.code) == (Health.FAULT, "no-reader")
    finally:
        bare.terminate()
        bare.wait()
        service.start()
    assert told.next(4) == [LOST, BACK, *ARRIVED]


def test_of_two_readers_each_is_read_by_its_name(
    service: VirtualPcscd, card: VirtualCard, fields: dict[str, object]
) -> None:
    """And without a name the first."""
    service.insert(card)
    service.insert(VirtualCard.from_fields({**fields, "card_number": "B87654321"}), SECOND_READER_NAME)
    assert PcscReader(SECOND_READER_NAME).read_card().card_number == "B87654321"
    assert PcscReader(READER_NAME).read_card().card_number == "A12345678"
    assert PcscReader().read_card().card_number == "A12345678"
    service.remove(SECOND_READER_NAME)
    service.remove()


def test_a_watcher_waits_without_haste_and_ends_when_told(
    service: VirtualPcscd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A quiet reader costs a look each wait, not a busy processor; leaving the context ends the thread."""
    looks, enough = [], threading.Event()
    watcher = ReaderWatcher(lambda event: None, wait_seconds=0.1)
    look = watcher._compare_readers

    def counted(names: list[str]) -> None:
        looks.append(len(names))
        if len(looks) == 8:
            enough.set()
        look(names)

    monkeypatch.setattr(watcher, "_compare_readers", counted)
    with watcher:
        assert not enough.wait(0.3)
        assert enough.wait(PATIENCE_SECONDS)
    assert not any(thread.name == "reader-watcher" for thread in threading.enumerate())
