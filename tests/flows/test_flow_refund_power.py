"""The power goes at any call while the center is asked for a refund: started again, its key leads to the same books."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from counter_parts import purchase
from power import UNSAFE, PoweredShop, as_a_till, books_of, sealed

from terminal.counter.refund import RefundAsked, RefundLine
from terminal.errors import Missing, TerminalError
from tests.simulation.power import Power, PowerCut

KEY = "give-back"


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder in memory: an end is played by copying the files."""
    where = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(dir=where) as folder:
        yield Path(folder)


def day(shop: PoweredShop, by_operator: bool) -> range:
    """A purchase of which a part comes back, then day end; the calls of the refund. May be begun anew.

    by_operator: after an end no till repeats its key, and the operator goes on with what is listed.
    """
    shop.counter.sign_in("007")
    number = msgspec.json.decode(as_a_till(shop, "goods", purchase("20.00", "5.00")))["id"]
    first = shop.power.calls + 1
    if by_operator and shop.counter.open_refunds():
        _until_certain(shop, lambda: shop.counter.go_on_with_refund(number))
    _until_certain(shop, lambda: _given_back(shop, number))
    refund = range(first, shop.power.calls + 1)
    sealed(shop)
    return refund


def _given_back(shop: PoweredShop, number: str) -> bytes:
    """As a till does: the same key and body again, and a new quote only where the terminal knows of nothing."""
    held = shop.keys_told.get(KEY)
    if held is not None:
        try:
            return shop.counter.refund(msgspec.json.decode(held, type=RefundAsked), KEY)
        except Missing:
            pass
    identification = shop.identify()
    quote, _ = shop.counter.quote_refund(identification.id, number, [RefundLine(item=1)])
    asked = RefundAsked(number, "returned", quote.id, quote.hash, till_reference="REST")
    shop.keys_told[KEY] = msgspec.json.encode(asked)
    return shop.counter.refund(asked, KEY)


def _until_certain(shop: PoweredShop, act: Callable[[], bytes]) -> None:
    while True:
        try:
            act()
            return
        except TerminalError as error:
            cause = error.__cause__ if error.code == "refund-half-done" else error
            if getattr(cause, "code", "") != "person-in-doubt":
                raise
            shop.clock.advance(60)
            shop.upload_all()


def one_day(folder: Path, cuts: tuple[int, ...], by_operator: bool = False) -> tuple[dict[str, Any], dict[int, str]]:
    """A day with an end at each of the calls `cuts`, counted from the start before; the books, and the calls of the
    refund since the last start."""
    folder.mkdir()
    power = Power()
    with PoweredShop(folder, power, mode="online", profile=UNSAFE) as shop:
        for calls in cuts:
            power.cut_after(calls)
            with pytest.raises(PowerCut):
                day(shop, by_operator)
            shop.crash()
        power.hold()
        started = power.calls
        refund = day(shop, by_operator)
        return books_of(shop), {number - started: power.points[number - 1] for number in refund}


@pytest.mark.parametrize("by_operator", [False, True], ids=["its key goes on", "the operator goes on"])
def test_an_end_at_any_call_of_a_refund_leads_to_the_same_books(memory: Path, by_operator: bool) -> None:
    """Before and after every call: the void and what stays are booked once each, here and there, to the fen."""
    expected, refund = one_day(memory / "whole", ())
    booked = [(-1, 2500, 0, 2500, "booked"), (1, 2000, 0, 2000, "booked"), (1, 2500, 0, 2500, "voided")]
    assert (expected["center"], expected["day"]) == (booked, "sealed")
    for number, point in refund.items():
        found, _ = one_day(memory / str(number), (number,), by_operator)
        assert found == expected, f"end {number}, {point}"
    assert list(refund.values()).count("center, after") == 3


def test_a_second_end_while_it_goes_on_leads_there_too(memory: Path) -> None:
    """Cut when the center has booked the void and not been heard, then at every call of going on."""
    expected, refund = one_day(memory / "whole", ())
    void_booked = [number for number, point in refund.items() if point == "center, after"][1]
    _, going_on = one_day(memory / "once", (void_booked,))
    for number, point in going_on.items():
        found, _ = one_day(memory / f"again {number}", (void_booked, number))
        assert found == expected, f"second end {number}, {point}"
