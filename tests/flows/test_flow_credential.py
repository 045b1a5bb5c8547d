"""What a person showed is what the center is told in every message about them, as far as it counts when that goes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from counter_parts import MORNING, STAY, Shop, bill, card, person, purchase

from terminal.bureau.ecredential import code_shown
from terminal.counter.identify import Identification
from terminal.journal.records import ShownAs

ID_NUMBER = "11010519491231002X"
"""The example of GB 11643."""

CREDENTIAL = "QR-KXWP"
CODE = code_shown(CREDENTIAL, MORNING)
IDENTIFICATION_CODE = "37060000000000000000000000000001"

CARD = ("03", "A00000001", IDENTIFICATION_CODE)
NUMBER = ("02", ID_NUMBER, "")
E_CREDENTIAL = ("01", CODE, "")


def opened(folder: Path, mode: Any) -> Shop:
    """A shop whose center knows the person's card, phone and number."""
    known = person(1, credential=CREDENTIAL, card_identification=IDENTIFICATION_CODE, id_number=ID_NUMBER)
    shop = Shop(folder, known, mode=mode)
    shop.reader.insert(card(1, id_number=ID_NUMBER))
    return shop


@pytest.fixture(params=["local", "online"])
def shop(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Shop]:
    """Such a shop in both modes."""
    with opened(tmp_path, request.param) as one:
        yield one


def named(shop: Shop) -> dict[str, set[tuple[str, str, str]]]:
    """By transaction, what the messages sent from here on name; the list fills as they go."""
    found: dict[str, set[tuple[str, str, str]]] = {}
    post = shop.link.post

    def listening(body: bytes, number: str = "") -> bytes:
        message = msgspec.json.decode(body)
        for node in message["input"].values():
            if isinstance(node, dict) and "mdtrt_cert_type" in node:
                told = (node["mdtrt_cert_type"], node["mdtrt_cert_no"], node["card_sn"])
                found.setdefault(message["infno"], set()).add(told)
        return post(body)

    shop.link.post = listening  # type: ignore[method-assign]
    return found


def by_card(shop: Shop) -> Identification:
    """The card in the reader."""
    return shop.counter.identify_card()


def by_number(shop: Shop) -> Identification:
    """The identity number, typed in."""
    shop.reader.remove()
    return shop.counter.identify_id_number(ID_NUMBER)


@pytest.mark.parametrize(("identify", "expected"), [(by_card, CARD), (by_number, NUMBER)])
def test_a_card_and_a_number_are_named_in_purchase_visit_and_stay(
    shop: Shop, identify: Callable[[Shop], Identification], expected: tuple[str, str, str]
) -> None:
    """2102, 2201 and 2207, 2401 and 2304: the same as 1101, the card with its identification code; in the local mode
    after a restart, where nothing but the journal knows it."""
    told = named(shop)
    for asked in (purchase("20.00"), bill("outpatient", {"amount": "50.00"}), STAY):
        known = identify(shop)
        shop.settle(asked, known)
        shop.counter.release(known.id)
    if shop.mode == "local":
        shop.reopen()
        told = named(shop)
        shop.sign_in()
        shop.upload_all()
    told.pop("1101", None)
    assert told == {number: {expected} for number in ("2102", "2201", "2207", "2401", "2304")}
    assert {record.upload_state for record in shop.counter.last(3)} == {"accepted"}


def test_online_a_code_is_named_by_what_the_center_decides_at_once(tmp_path: Path) -> None:
    """1101 and 2102 name the same code; nothing shows it."""
    with opened(tmp_path, "online") as shop:
        told = named(shop)
        shop.reader.remove()
        shop.settle(purchase("20.00"), shop.counter.identify_code(CODE))
        assert told["1101"] == told["2102"] == {E_CREDENTIAL}
        assert CODE not in repr(shop.counter.last(1)[0].shown_as)


def test_a_code_is_named_by_nothing_that_waits(tmp_path: Path) -> None:
    """In the local mode the message may go hours later, when no code counts any more: it names the number, and the code
    is nowhere in the journal."""
    with opened(tmp_path, "local") as shop:
        shop.reader.remove()
        shop.settle(purchase("20.00"), shop.counter.identify_code(CODE))
        shop.clock.advance(dt.timedelta(hours=5).total_seconds())
        told = named(shop)
        shop.upload_all()
        assert told == {"2102": {NUMBER}}
        assert shop.counter.last(1)[0].shown_as is None


def test_the_center_refuses_what_somebody_else_has_shown(shop: Shop) -> None:
    """The reference center holds the card in the message against the person: another one's books nothing."""
    shop.settle(purchase("20.00"))
    record = msgspec.structs.replace(shop.counter.last(1)[0], shown_as=ShownAs("card", "A00000002"))
    outcome = shop.desk.send(record, None, shop.desk.new_message_id(record.provider_id), "settle", lambda body: None)
    assert "mdtrt_cert_no" in getattr(outcome, "reason", "")
