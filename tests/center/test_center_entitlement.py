"""2001: asked where the province's profile wants it, and what its answer does to a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from town import Town, card_of

from terminal.bureau.arrivals import arrivals
from terminal.center.answers import InsuredPerson
from terminal.center.entitlement import with_entitlement
from terminal.center.envelope import Answer, Unreadable
from terminal.center.profile import REFERENCE
from terminal.settlement.bill import Account, Entitlement, Patient, Year

HOSPITAL = "H37060200003"
POOL = {"trt_chk_type": "01", "fund_pay_type": "310100", "trt_chk_rslt": ""}
ACTIVE = InsuredPerson(
    *("37060200000001", "370602195301011234", "张一", "yantai-employee", "370602"),
    *(Patient(), Entitlement(), Account(), Year()),
)


def _found(person: InsuredPerson, *rows: dict[str, Any]) -> Entitlement:
    return with_entitlement(person, Answer(0, "", {"trtinfo": list(rows)}, b"")).entitlement


@pytest.fixture
def asking_town() -> Iterator[Town]:
    """A town whose province wants 2001 about ordinary outpatient care (`med_type` 11)."""
    town = Town(profile=msgspec.structs.replace(REFERENCE, entitlement_check="11"))
    town.open()
    yield town
    town.close()


def test_a_province_may_want_2001_after_each_1101(asking_town: Town) -> None:
    """The center sees 2001 after 1101; an entitled person stays so, one in arrears keeps the reason that 1101 gave."""
    entitled, in_arrears = (asking_town.desk.identify(HOSPITAL, card_of(card)) for card in ("A00000001", "A00000007"))
    asked = [one.infno for one in arrivals(asking_town.books.storage) if one.infno != "9001"]
    assert asked == ["2001", "1101"] * 2
    assert entitled.entitlement == Entitlement()
    assert in_arrears.entitlement == Entitlement("arrears", "2021-05")


def test_other_provinces_are_not_asked(town: Town) -> None:
    """The profile says nothing of it: one question a person."""
    town.desk.identify(HOSPITAL, card_of("A00000001"))
    assert [one.infno for one in arrivals(town.books.storage)] == ["1101", "9001"]


def test_the_pools_no_takes_the_entitlement_with_the_centers_reason() -> None:
    """Another fund's answer beside it changes nothing."""
    other = POOL | {"fund_pay_type": "330100", "trt_enjymnt_flag": "1"}
    refused = POOL | {"trt_enjymnt_flag": "0", "trt_chk_rslt": "等待期未满"}
    assert _found(ACTIVE, refused, other) == Entitlement("none", "等待期未满")
    assert _found(ACTIVE, POOL | {"trt_enjymnt_flag": "1"}, other | {"trt_enjymnt_flag": "0"}) == Entitlement()


def test_what_1101_found_against_a_person_stands() -> None:
    """A suspended person is not entitled again by a laxer second answer."""
    suspended = msgspec.structs.replace(ACTIVE, entitlement=Entitlement("suspended", "2021-06"))
    assert _found(suspended, POOL | {"trt_enjymnt_flag": "1"}) == suspended.entitlement


def test_silence_about_the_pool_is_neither_yes_nor_no() -> None:
    """No row for the pool: not verified, so its share is the patient's, and the settlement says why."""
    assert _found(ACTIVE).status == "unverified"


@pytest.mark.parametrize("flag", ["", "2", None])
def test_a_flag_that_nobody_knows_is_no_answer(flag: str | None) -> None:
    """Neither 0 nor 1: not understood, and so not identified by it."""
    with pytest.raises(Unreadable, match="trt_enjymnt_flag"):
        _found(ACTIVE, POOL | {"trt_enjymnt_flag": flag})
