"""The event hub: one order for all, from any thread, bounded, and no listener is lied to about what it missed."""

from __future__ import annotations

import threading

import pytest

from terminal.api.events import EVENTS_WAITING_MAX, LISTENERS_MAX, EventHub
from terminal.clock import SystemClock
from terminal.errors import Unavailable


def test_every_listener_hears_the_same_events_in_one_order_from_all_threads() -> None:
    """Four devices publish at once; two listeners hear all of it, alike, and each device in its own order."""
    hub = EventHub(SystemClock())
    with hub.subscribe() as first, hub.subscribe() as second:
        threads = [
            threading.Thread(target=lambda name=name: [hub.publish(name, {"n": str(n)}) for n in range(50)])
            for name in ("reader", "scanner", "printer", "journal")
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        heard = first.take()
        assert heard == second.take()
    assert len(heard) == 200
    assert [event.data["n"] for event in heard if event.kind == "scanner"] == [str(n) for n in range(50)]
    assert [event.at for event in heard] == sorted(event.at for event in heard)


def test_a_listener_is_woken_by_each_event_and_no_more_once_it_has_left() -> None:
    """The wake-up comes with the event; after the context nothing comes."""
    hub, woken = EventHub(SystemClock()), threading.Event()
    with hub.subscribe(woken.set) as listener:
        hub.publish("card-inserted", {"reader": "A"}, number=7)
        assert woken.is_set()
        [event] = listener.take()
        assert (event.number, event.kind, event.data) == (7, "card-inserted", {"reader": "A"})
        assert listener.take() == []
    woken.clear()
    hub.publish("card-removed")
    assert not woken.is_set()
    assert listener.take() == []


def test_a_slow_listener_loses_the_oldest_events_and_is_told_how_many() -> None:
    """It holds no more than its bound, and a quick one beside it loses nothing."""
    hub = EventHub(SystemClock())
    with hub.subscribe() as slow, hub.subscribe() as quick:
        heard = []
        for number in range(EVENTS_WAITING_MAX + 3):
            hub.publish("card-inserted", number=number)
            heard += quick.take()
        assert [event.number for event in slow.take()] == list(range(3, EVENTS_WAITING_MAX + 3))
        assert (slow.lost_count, quick.lost_count) == (3, 0)
        assert len(heard) == EVENTS_WAITING_MAX + 3


def test_too_many_listeners_are_refused_until_one_leaves() -> None:
    """A page that is opened again and again cannot fill the memory."""
    hub = EventHub(SystemClock())
    listeners = [hub.subscribe() for _ in range(LISTENERS_MAX)]
    with pytest.raises(Unavailable) as refused:
        hub.subscribe()
    assert refused.value.code == "busy"
    hub.forget(listeners[0])
    with hub.subscribe() as listener:
        hub.publish("reader-gone")
        assert [event.kind for event in listener.take()] == ["reader-gone"]
