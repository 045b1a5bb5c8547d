"""The card between quote and settlement, on real PC/SC and on its twin: swapped or gone, nothing happens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from counter_parts import Shop, card, purchase

from hw.pcsc import PcscReader
from hw.simulated.pcscd import VirtualPcscd
from hw.simulated.reader import SimulatedReader
from hw.simulated.social_card import VirtualCard
from terminal.errors import Conflict, TerminalError, Unavailable


class Slot:
    """The shop's reader, and a hand at it."""

    def __init__(self, service: VirtualPcscd | None) -> None:
        self.reader = SimulatedReader() if service is None else PcscReader(service.reader_name)
        self._hand = self.reader if service is None else service

    def change(self, inserted: VirtualCard | None) -> None:
        """Take out what is in; put this in."""
        self._hand.remove()
        if inserted is not None:
            self._hand.insert(inserted)


@pytest.fixture(scope="module")
def service(card_service_alone: None) -> Iterator[VirtualPcscd]:
    """The card service with its virtual readers."""
    with VirtualPcscd() as running:
        yield running


@pytest.fixture(params=["pcsc", "twin"])
def bench(request: pytest.FixtureRequest) -> Iterator[Slot]:
    """A slot with nothing in it before and after."""
    slot = Slot(request.getfixturevalue("service") if request.param == "pcsc" else None)
    yield slot
    slot.change(None)


def test_only_the_card_that_was_quoted_for_is_settled_for(bench: Slot, tmp_path: Path) -> None:
    """Another's card, a bank card, a copy with another identification code, none: refused by name with the journal
    as it was; the patient's own card back, the very same request under the same key settles once."""
    shop, own = Shop(tmp_path), card(1)
    shop.reader = bench.reader  # type: ignore[assignment]
    with shop:
        bench.change(own)
        quote = shop.quote(purchase("12.00"))
        before = shop.state()
        for inserted, kind, code in (
            (card(2), Conflict, "card-swapped"),
            (VirtualCard.foreign(), Conflict, "card-swapped"),
            (card(1, identification_code="3706000000000000000000000000FFFF"), Conflict, "card-swapped"),
            (None, Unavailable, "card-removed"),
        ):
            bench.change(inserted)
            with pytest.raises(TerminalError) as refused:
                shop.counter.settle(quote.id, quote.hash, False, "", "k1")
            assert (type(refused.value), refused.value.code) == (kind, code)
            assert (refused.value.money_moved, refused.value.retry) == ("no", "after")
            assert shop.state() == before
        bench.change(own)
        answer = shop.counter.settle(quote.id, quote.hash, False, "", "k1")
        assert shop.state() != before
        bench.change(None)
        assert shop.counter.settle(quote.id, quote.hash, False, "", "k1") == answer
        assert len(shop.counter.last(5)) == 1


def test_a_reader_that_is_gone_at_the_settlement_settles_nothing(tmp_path: Path) -> None:
    """The cable was pulled: it is said, and once it is back the same request goes through."""
    with Shop(tmp_path) as shop:
        quote = shop.quote(purchase("12.00"))
        before = shop.state()
        shop.reader.connected = False
        with pytest.raises(Unavailable) as refused:
            shop.counter.settle(quote.id, quote.hash, False, "", "k1")
        assert (refused.value.code, refused.value.at) == ("no-reader", "reader")
        assert shop.state() == before
        shop.reader.connected = True
        shop.counter.settle(quote.id, quote.hash, False, "", "k1")
