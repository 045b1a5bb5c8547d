"""Where a person is insured goes with every message about them, as it was at the settlement's own time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from counter_parts import DAY, STAY, Shop, purchase

from terminal.center.link import Silence
from terminal.counter.month import month_statement
from terminal.errors import InDoubt

JUNE = DAY.replace(day=1)
HOME, MOVED_TO = "370602", "370999"


class Wire:
    """What a shop sends while it is listened to; the center can be made to name another insured place."""

    def __init__(self, shop: Shop) -> None:
        self.sent: list[dict[str, Any]] = []
        self.place = HOME
        self.silent = ""
        self.listen(shop)

    def listen(self, shop: Shop) -> None:
        """To this opening of the shop."""
        shop.link.post = self._over(shop.link.post)  # type: ignore[method-assign]

    def _over(self, post: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
        def posted(body: bytes) -> bytes:
            message = msgspec.json.decode(body)
            self.sent.append(message)
            answer = post(body)
            if message["infno"] == self.silent:
                raise Silence("no answer: TimeoutError timed out")
            return answer.replace(f'"insuplc_admdvs":"{HOME}"'.encode(), f'"insuplc_admdvs":"{self.place}"'.encode())

        return posted

    def places(self) -> dict[str, set[str]]:
        """By transaction, the insured places that its envelopes named."""
        found: dict[str, set[str]] = {}
        for message in self.sent:
            if "psn_no" in str(message["input"]):
                found.setdefault(message["infno"], set()).add(message["insuplc_admdvs"])
        return found


def test_every_message_about_a_person_names_their_insured_place(tmp_path: Path) -> None:
    """1.2: a purchase, a stay, their voids after a restart, an inquiry and the accumulators all name it; 1101, which
    asks for it, names none."""
    with Shop(tmp_path) as shop:
        wire = Wire(shop)
        sold = [shop.settle(asked)["id"] for asked in (purchase("20.00"), STAY)]
        shop.upload_all()
        shop.desk.inquire(shop.journal.settlement(sold[0]))
        shop.desk.accumulators("P37060200001", "37060200000001")
        shop.reopen()
        wire.listen(shop)
        shop.sign_in()
        for number in sold:
            shop.void(number)
        shop.upload_all()
    asked = {"2102", "2401", "2301", "2402", "2304", "5203", "5206", "2103", "2305"}
    assert asked <= set(wire.places())
    assert set().union(*wire.places().values()) == {HOME}
    assert {message["insuplc_admdvs"] for message in wire.sent if message["infno"] == "1101"} == {""}


def test_a_message_about_an_earlier_sale_names_the_place_of_its_time(tmp_path: Path) -> None:
    """The person has moved since: the void and the inquiry name the old place, the next sale names the new one."""
    with Shop(tmp_path) as shop:
        wire = Wire(shop)
        number = shop.settle(purchase("20.00"))["id"]
        shop.upload_all()
        wire.place = MOVED_TO
        shop.identify()
        wire.sent.clear()
        shop.desk.inquire(shop.journal.settlement(number))
        shop.void(number)
        shop.settle(purchase("30.00"))
        shop.upload_all()
    assert wire.places() == {"5203": {HOME}, "2103": {HOME}, "2102": {MOVED_TO}}


def test_a_reversal_names_the_place_of_what_it_takes_back(tmp_path: Path) -> None:
    """Online, no answer: 2601, sent after a restart, names the place of the sale."""
    with Shop(tmp_path, mode="online") as shop:
        wire = Wire(shop)
        wire.silent = "2102"
        with pytest.raises(InDoubt):
            shop.settle(purchase("20.00"))
        shop.reopen()
        wire.listen(shop)
        shop.sign_in()
        wire.silent = ""
        shop.upload_all()
    assert wire.places()["2601"] == {HOME}


def test_a_months_statement_stays_what_it_was_when_a_person_moves(tmp_path: Path) -> None:
    """June's 20.00 stays in the county where the person was insured then; the 30.00 of a time when no place was told,
    as in entries of old, stands where the person is known to be insured now."""
    with Shop(tmp_path) as shop:
        wire = Wire(shop)
        shop.settle(purchase("20.00"))
        wire.place = ""
        shop.settle(purchase("30.00"))
        wire.place = MOVED_TO
        shop.identify()
        june = month_statement(shop.journal, JUNE, {}, DAY)
    assert [(line.county, line.total) for line in june.lines] == [(HOME, 20_00), (MOVED_TO, 30_00)]
