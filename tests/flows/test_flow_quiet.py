"""Day end with a center that tells less than ours: it flags no settlement as undone, and no void names its original."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from at_the_center import sell_unseen, take_back_there, void_at_the_office
from counter_parts import DAY, ID_NUMBER, Shop, purchase

from terminal.bureau import center as bureau_center
from terminal.bureau.asked import Denied, Work
from terminal.bureau.reconciliation import details
from terminal.bureau.voiding import query
from terminal.center import fields
from terminal.center.details import unpacked, zipped
from terminal.center.profile import Profile
from terminal.counter import said
from terminal.errors import Refused
from terminal.limits import CARD_LEASE_SECONDS

NEXT_DAY = DAY + dt.timedelta(days=1)
VOIDS_STAND = Profile(name="test", repeats="unsafe", reversible=("2102", "2207", "2304"))


def untold(work: Work) -> dict[str, Any]:
    """5203 without its flag, and without the number of what a void takes back."""
    nodes = query(work)
    nodes["setlinfo"] |= {"refd_setl_flag": "0", "init_setl_id": ""}
    return nodes


def without_visits(work: Work) -> dict[str, Any]:
    """3202 whose file names no visit."""
    nodes = details(work)
    number = int(nodes["fileinfo"]["file_qury_no"])
    lines = [line.split("\t") for line in unpacked(work.books.file(str(number)) or b"").decode().splitlines()]
    text = "".join("\t".join([person, "null", *rest]) + "\n" for person, _, *rest in lines)
    kept = work.books.keep_file("without.txt", zipped(text.encode(), "without.txt"))
    return {"fileinfo": nodes["fileinfo"] | {"file_qury_no": str(kept)}}


@pytest.fixture(params=["visits named", "visits not named"])
def quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Shop]:
    """A shop at such a center, which reverses no voids, with a first sale of its own."""
    monkeypatch.setitem(bureau_center.TRANSACTIONS, fields.QUERY, untold)
    if request.param == "visits not named":
        monkeypatch.setitem(bureau_center.TRANSACTIONS, fields.DETAILS, without_visits)
    with Shop(tmp_path, profile=VOIDS_STAND, center_profile=VOIDS_STAND) as shop:
        shop.settle(purchase("20.00"))
        shop.upload_all()
        yield shop


def close(shop: Shop, day: dt.date) -> list[tuple[str, str, str]]:
    """Run a day's end; cause, proposal and text of every difference."""
    return [(one.cause, one.action, one.text) for one in shop.counter.close_day(day).differences]


def repair_the_first(shop: Shop, day: dt.date) -> None:
    """Carry out what the last run proposes first."""
    shop.counter.repair(day, shop.counter.close_day(day).differences[0].id)


def unseen(shop: Shop, *amounts: str) -> list[str]:
    """Sell at the counter, and once more unseen for each amount: of these, the numbers that the center has."""
    numbers = []
    for amount in amounts:
        shop.settle(purchase(amount))
        shop.upload_all()
        sell_unseen(shop, 1, "pharmacy")
        numbers.append(shop.books.settlements()[-1][0].settlement_id)
        shop.void(shop.counter.last(1)[0].id)
        shop.upload_all()
        shop.clock.advance(CARD_LEASE_SECONDS)
    return numbers


def take_back(shop: Shop, number: str) -> None:
    """The center takes one of them back by itself, the day after."""
    booked = shop.books.booked(number)
    assert booked is not None
    take_back_there(shop, booked[0], NEXT_DAY)


def to_the_next_day(shop: Shop) -> None:
    """The shop opens on the morning after."""
    shop.clock.advance(86_400)
    shop.sign_in()


def test_a_pair_is_recognised_by_sign_amounts_person_and_time(quiet: Shop) -> None:
    """Booked and taken back there on two days, of which it tells nothing: nothing is proposed that it would refuse, and
    both days are sealed."""
    (number,) = unseen(quiet, "5.00")
    to_the_next_day(quiet)
    take_back(quiet, number)
    assert close(quiet, DAY) == [("date-boundary", "none", said.SEEMS_TAKEN_BACK.en)]
    assert close(quiet, NEXT_DAY) == [("date-boundary", "none", said.SEEMS_TO_TAKE_BACK.en)]
    assert [quiet.journal.day_state(day) for day in (DAY, NEXT_DAY)] == ["sealed", "sealed"]


def test_what_differs_by_a_fen_is_no_pair(quiet: Shop) -> None:
    """The settlement stands, as far as anybody can tell, and is reversed there; of the void nobody knows, and this
    center reverses none."""
    number, _ = unseen(quiet, "5.00", "5.01")
    to_the_next_day(quiet)
    take_back(quiet, number)
    quiet.books.set_state(number, "reversed")
    assert close(quiet, DAY) == [("missing-here", "reverse-at-center", said.NEVER_SENT.en)]
    assert close(quiet, NEXT_DAY) == [("void-one-sided", "none", said.TAKES_BACK_NOTHING_KNOWN.en)]


def test_of_two_that_look_alike_nobody_guesses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One void, two settlements of the same person and amounts, no visit named: the office is asked, and no command is
    offered."""
    monkeypatch.setitem(bureau_center.TRANSACTIONS, fields.QUERY, untold)
    monkeypatch.setitem(bureau_center.TRANSACTIONS, fields.DETAILS, without_visits)
    with Shop(tmp_path, profile=VOIDS_STAND, center_profile=VOIDS_STAND) as shop:
        _, second = unseen(shop, "5.00", "5.00")
        to_the_next_day(shop)
        take_back(shop, second)
        assert close(shop, DAY) == [("missing-here", "none", said.UNCLEAR.en)] * 2
        assert close(shop, NEXT_DAY) == [("void-one-sided", "none", said.UNCLEAR.en)]
        with pytest.raises(Refused):
            repair_the_first(shop, DAY)


def test_what_came_after_the_void_was_not_taken_back_by_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two settlements that look alike, one of them booked after the void: time tells which was taken back. The other is
    not cancelled by the void of its own day (something else there keeps that day's totals apart)."""
    monkeypatch.setitem(bureau_center.TRANSACTIONS, fields.QUERY, untold)
    monkeypatch.setitem(bureau_center.TRANSACTIONS, fields.DETAILS, without_visits)
    with Shop(tmp_path, profile=VOIDS_STAND, center_profile=VOIDS_STAND) as shop:
        (first,) = unseen(shop, "5.00")
        to_the_next_day(shop)
        take_back(shop, first)
        shop.clock.advance(60)
        unseen(shop, "5.00")
        shop.settle(purchase("1.00"))
        shop.upload_all()
        shop.books.set_state(shop.books.settlements()[-1][0].settlement_id, "reversed")
        assert close(shop, DAY) == [("date-boundary", "none", said.SEEMS_TAKEN_BACK.en)]
        assert close(shop, NEXT_DAY) == [
            ("date-boundary", "none", said.SEEMS_TO_TAKE_BACK.en),
            ("missing-here", "reverse-at-center", said.NEVER_SENT.en),
            ("missing-there", "send-again", said.GONE_THERE.en),
        ]
        shop.counter.repair(NEXT_DAY, shop.counter.close_day(NEXT_DAY).differences[1].id)
        assert [cause for cause, _, _ in close(shop, NEXT_DAY)] == ["date-boundary", "missing-there"]


def test_an_office_void_of_ours_is_made_here(quiet: Shop) -> None:
    """The one settlement that fits is ours: it is taken back here too, though the void names nothing."""
    number = quiet.counter.last(1)[0].id
    to_the_next_day(quiet)
    void_at_the_office(quiet, number, NEXT_DAY)
    assert close(quiet, NEXT_DAY) == [("void-one-sided", "void-here", said.TAKEN_BACK_THERE.en)]
    repair_the_first(quiet, NEXT_DAY)
    assert quiet.journal.settlement(number).state == "voided"
    assert [quiet.counter.close_day(day).state for day in (DAY, NEXT_DAY)] == ["sealed", "sealed"]


def never_offered(work: Work) -> dict[str, Any]:
    """A transaction that this center does not offer."""
    raise Denied("infno 2103 is not offered here")


def wrong_day(work: Work) -> dict[str, Any]:
    """2601 of something that is older than this center likes."""
    raise Denied("omsgid 370602197001010001: only on the day itself")


def refused_repair(shop: Shop, words: str) -> None:
    """The center will not have what is proposed for the first difference, and the operator is told why."""
    with pytest.raises(Refused, match=words) as caught:
        repair_the_first(shop, DAY)
    assert words in caught.value.message_zh
    assert ID_NUMBER not in caught.value.message


def test_after_a_refusal_something_else_is_proposed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reversed: refused with the center's words. Then its void by number is proposed, which the center takes."""
    monkeypatch.setitem(bureau_center.TRANSACTIONS, fields.REVERSE, wrong_day)
    with Shop(tmp_path) as shop:
        (number,) = unseen(shop, "5.00")
        refused_repair(shop, "only on the day itself")
        assert close(shop, DAY) == [
            (
                "missing-here",
                "void-at-center",
                "the center refused to reverse it (omsgid …0001: only on the day itself): void it there by its number",
            )
        ]
        repair_the_first(shop, DAY)
        assert shop.counter.close_day(DAY).state == "sealed"
        assert shop.books.booked(number)[1] == "voided"
        assert [one[1] for one in shop.journal.repairs_of(DAY)] == ["void-at-center"]
        assert shop.journal.verify() == []


def test_a_center_that_refuses_everything_is_not_asked_again_today(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reversal and void refused: the office is to be asked, in its words, and there is no command; the same command
    pressed again without a new run of day end is none either. On the next day the terminal tries again."""
    monkeypatch.setitem(bureau_center.TRANSACTIONS, fields.REVERSE, wrong_day)
    for number in fields.VOIDING:
        monkeypatch.setitem(bureau_center.TRANSACTIONS, number, never_offered)
    with Shop(tmp_path) as shop:
        unseen_and_never_voided(shop)
        difference = shop.counter.close_day(DAY).differences[0]
        refused_repair(shop, "only on the day itself")
        for words in ("is not offered here", "nothing is proposed"):
            with pytest.raises(Refused, match=words):
                shop.counter.repair(DAY, difference.id)
        shop.reopen()
        shop.sign_in()
        ((cause, action, text),) = close(shop, DAY)
        assert (cause, action) == ("missing-here", "none")
        assert text == "the center refused it (infno 2103 is not offered here): ask the insurance office"
        to_the_next_day(shop)
        assert close(shop, DAY) == [("missing-here", "reverse-at-center", said.NEVER_SENT.en)]
        assert shop.journal.verify() == []


def unseen_and_never_voided(shop: Shop) -> None:
    """Something that only the center has, beside a sale of ours."""
    shop.settle(purchase("5.00"))
    shop.upload_all()
    sell_unseen(shop, 1, "pharmacy")


def test_a_void_that_is_refused_twice_is_not_sent_a_third_time(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The center refuses the void of what it has; it is sent again, and refused again: the office is to be asked."""
    shop.settle(purchase("5.00"))
    shop.upload_all()
    monkeypatch.setitem(bureau_center.TRANSACTIONS, "2103", never_offered)
    shop.void(shop.counter.last(1)[0].id)
    shop.upload_all()
    assert close(shop, DAY)[0] == ("refused", "send-again", said.VOID_REFUSED.en)
    repair_the_first(shop, DAY)
    text = "the center refused it (infno 2103 is not offered here): ask the insurance office"
    assert close(shop, DAY)[0] == ("refused", "none", text)


def test_a_void_that_was_sent_again_is_not_sent_twice(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """On its way and then accepted: who presses again on the old list is told so, and nothing is sent."""
    shop.settle(purchase("5.00"))
    shop.upload_all()
    monkeypatch.setitem(bureau_center.TRANSACTIONS, "2103", never_offered)
    shop.void(shop.counter.last(1)[0].id)
    shop.upload_all()
    (difference,) = shop.counter.close_day(DAY).differences
    monkeypatch.undo()
    shop.counter.repair(DAY, difference.id)
    for _ in range(2):
        with pytest.raises(Refused) as told:
            shop.counter.repair(DAY, difference.id)
        assert told.value.code == "nothing-to-do"
        assert shop.counter.proposed(DAY, difference.id).text == said.SENT_AGAIN.en
        shop.upload_all()
    assert [state for _, state in shop.books.settlements()] == ["voided", "booked"]
    assert close(shop, DAY) == []
