"""What is looked at instead of watched: a twin's card and a scanner, their changes told once, and counted."""

from __future__ import annotations

from hw.ports import EventKind, ReaderEvent
from hw.simulated.reader import SimulatedReader
from hw.simulated.scanner import SimulatedScanner
from hw.simulated.social_card import VirtualCard
from terminal.api.events import EventHub
from terminal.clock import SystemClock
from terminal.hotplug import Hotplug

CARD = VirtualCard.foreign()


def test_each_change_of_a_twin_is_told_once_and_a_card_s_leaving_is_counted() -> None:
    """In, out, in, unplugged with the card, plugged in again; nothing is told of what has not changed."""
    events, reader, clock = EventHub(SystemClock()), SimulatedReader(), SystemClock()
    seen = Hotplug(events, "", False, {"reader": reader.state})
    with events.subscribe() as listener:

        def told() -> list[str]:
            assert seen.tick(clock.now()) is False
            seen.tick(clock.now())
            return [event.kind for event in listener.take()]

        assert told() == []
        reader.insert(CARD)
        assert told() == ["card-inserted"]
        reader.remove()
        assert (told(), seen.removals()) == (["card-removed"], 1)
        reader.insert(CARD)
        told()
        reader.connected = False
        assert (told(), seen.removals()) == (["card-removed", "reader-gone"], 2)
        reader.connected = True
        assert told() == ["reader-back", "card-inserted"]
    assert (seen.card_service, seen.readers) == ("not-used", [])


def test_only_the_patient_s_reader_counts_where_it_is_named() -> None:
    """The PSAM that is pulled out of the second reader frees no patient's card; without a name any reader counts."""
    removed = [ReaderEvent(EventKind.CARD_REMOVED, name) for name in ("first", "second")]
    for name, count in (("first", 1), ("", 2)):
        seen = Hotplug(EventHub(SystemClock()), name, True, {})
        for event in removed:
            seen.told(event)
        assert seen.removals() == count


def test_a_scanner_s_cable_is_told() -> None:
    """Gone and back, by the device's word."""
    events, scanner, clock = EventHub(SystemClock()), SimulatedScanner(), SystemClock()
    seen = Hotplug(events, "", False, {"scanner": scanner.state})
    with events.subscribe() as listener:
        for connected in (True, False, True):
            scanner.connected = connected
            seen.tick(clock.now())
        assert [event.kind for event in listener.take()] == ["scanner-gone", "scanner-back"]


def test_each_card_that_comes_is_answered_once() -> None:
    """Whoever waits for a card is called at the next look, once a card, for the patient's reader only."""
    reader, clock, called = SimulatedReader(), SystemClock(), []
    seen = Hotplug(EventHub(SystemClock()), "first", True, {"reader": reader.state})
    seen.after_insertion = lambda: called.append(1)
    seen.tick(clock.now())
    for insert in (lambda: reader.insert(CARD), lambda: seen.told(ReaderEvent(EventKind.CARD_INSERTED, "first"))):
        insert()
        seen.tick(clock.now())
        seen.tick(clock.now())
    seen.told(ReaderEvent(EventKind.CARD_INSERTED, "second"))
    seen.tick(clock.now())
    assert len(called) == 2
