"""Local mode at a center that does not recognise repeats: an unknown message is undone, then sent under a new id."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from at_the_center import booked, passed
from counter_parts import DAY, STAY, Shop, card, person, purchase

from terminal.center.profile import REFERENCE, Profile
from terminal.center.upload import REVERSALS_MAX, UNKNOWN_ATTEMPTS_MAX

UNSAFE = Profile(name="test", repeats="unsafe")
VOIDS_STAY = Profile(name="test", repeats="unsafe", reversible=("2304",))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with Shop(tmp_path, profile=UNSAFE) as opened:
        yield opened


@pytest.mark.parametrize(
    ("fault", "at_center"), [("drop-after", ["reversed", "booked"]), ("drop-before", ["booked"]), ("html", ["booked"])]
)
def test_an_unknown_settlement_is_undone_and_sent_anew(shop: Shop, fault: str, at_center: list[str]) -> None:
    """Whether it had been booked or not, it is there once in the end, under a message id that was never used before."""
    number = shop.settle(purchase("20.00"))["id"]
    shop.center.faults.inject(fault, infno="2102")  # type: ignore[arg-type]
    passed(shop)
    assert booked(shop) == at_center
    assert shop.journal.settlement(number).upload_state == "accepted"
    ids = [one.message_id for one, _ in shop.books.settlements()]
    assert len(set(ids)) == len(ids)
    assert shop.books.person("37060200000001").account.balance == 148_000  # type: ignore[union-attr]
    assert shop.journal.verify() == []


def test_an_interrupted_settlement_is_undone_and_sent_anew(shop: Shop) -> None:
    """The terminal ends between sending and answer: after the restart the same way is gone."""
    shop.settle(purchase("20.00"))
    message = shop.journal.due(shop.clock.now())
    assert message is not None
    record = shop.journal.settlement(message.settlement_id)
    shop.desk.send(
        record,
        None,
        message.message_id,
        "settle",
        lambda request: shop.journal.mark_sent(message.message_id, request, shop.clock.now()),
    )
    shop.crash()
    shop.counter.sign_in("007")
    passed(shop)
    assert booked(shop) == ["reversed", "booked"]
    assert shop.journal.verify() == []


def test_nothing_is_counted_twice_while_a_message_is_in_doubt(shop: Shop) -> None:
    """The center may hold the message or not: its answer from before counts, with what was sold since."""
    shop.settle(purchase("20.00"))
    shop.center.faults.inject("drop-after", infno="2102")
    shop.center.faults.inject("drop-before", 2, infno="2601")
    shop.upload_all()
    assert shop.books.person("37060200000001").account.balance == 148_000  # type: ignore[union-attr]
    assert shop.quote(purchase("1.00")).settlement.account_balance == 147_900
    shop.settle(purchase("1.00"))
    passed(shop)
    assert shop.journal.counts() == {"accepted": 3}
    assert shop.identify().person.account.balance == 147_900


def test_reversals_go_first_and_one_person_s_silence_holds_up_nobody_else(tmp_path: Path) -> None:
    """Three persons; the first is unknown and its reversal silent: the others are accepted meanwhile, in order."""
    with Shop(tmp_path, *(person(number) for number in (1, 2, 3)), profile=UNSAFE) as shop:
        for number in (1, 2, 3):
            shop.reader.insert(card(number))
            shop.settle(purchase("20.00"))
        shop.center.faults.inject("drop-after", infno="2102")
        shop.center.faults.inject("drop-before", 3, infno="2601")
        shop.upload_all()
        assert [one.person_number[-1] for one, _ in shop.books.settlements()] == ["1", "2", "3"]
        assert shop.journal.counts() == {"unknown": 2, "accepted": 2}
        passed(shop)
        assert booked(shop) == ["reversed", "booked", "booked", "booked"]


def test_a_void_whose_outcome_is_unknown_is_undone_and_sent_anew(shop: Shop) -> None:
    """Where voids are reversible: the void is undone, then booked once."""
    number = shop.settle(STAY)["id"]
    shop.upload_all()
    shop.void(number)
    shop.center.faults.inject("drop-after", infno="2305")
    passed(shop)
    assert booked(shop) == ["voided", "reversed", "booked"]
    assert shop.books.person("37060200000001").account.balance == 150_000  # type: ignore[union-attr]
    assert shop.journal.counts() == {"accepted": 3}


@pytest.mark.parametrize(
    ("fault", "at_center"), [("drop-after", ["voided", "booked"]), ("drop-before", ["voided", "booked"])]
)
def test_a_void_that_may_not_be_reversed_is_asked_after(tmp_path: Path, fault: str, at_center: list[str]) -> None:
    """Where they are not (Hunan): the settlement is looked up (5203); the void goes again only if it is needed."""
    with Shop(tmp_path, profile=VOIDS_STAY) as shop:
        number = shop.settle(STAY)["id"]
        shop.upload_all()
        void = shop.void(number)["id"]
        shop.center.faults.inject(fault, infno="2305")  # type: ignore[arg-type]
        passed(shop)
        assert booked(shop) == at_center
        assert shop.journal.settlement(void).upload_state == "accepted"
        assert shop.journal.verify() == []


def test_a_poisoned_message_is_parked_and_never_dropped(tmp_path: Path) -> None:
    """Always unreadable: parked with its reason and the raw answer, masked; all others go on; resumed, it is booked."""
    with Shop(tmp_path, profile=REFERENCE) as shop:
        poisoned = shop.settle(purchase("20.00"))["id"]
        shop.center.faults.inject("html", UNKNOWN_ATTEMPTS_MAX, infno="2102")
        shop.upload_all()
        passed(shop, 4 * 3_600, 60)
        (message,) = shop.journal.queue()
        assert (message.settlement_id, message.state) == (poisoned, "parked")
        assert b"502 Bad Gateway" in message.answer
        shop.reader.insert(card(2))
        other = shop.settle(purchase("5.00"))["id"]
        shop.upload_all()
        assert shop.journal.settlement(other).upload_state == "accepted"
        shop.journal.resume(message.message_id, shop.clock.now())
        passed(shop)
        assert shop.journal.counts() == {"accepted": 2}


def test_day_end_sends_all_but_what_the_gateway_turns_away_and_names_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two of four are turned away, the oldest: the others go up, and the day says what the gateway said of the two."""
    with Shop(tmp_path, *(person(number) for number in (1, 2, 3, 4)), profile=REFERENCE) as shop:
        numbers = []
        for number in (1, 2, 3, 4):
            shop.reader.insert(card(number))
            numbers.append(shop.settle(purchase("20.00"))["id"])
        post = shop.link.post

        def picky(body: bytes) -> bytes:
            poisoned = b'"2102"' in body and (b"37060200000001" in body or b"37060200000002" in body)
            return b'{"code":403,"message":"blocked"}' if poisoned else post(body)

        monkeypatch.setattr(shop.link, "post", picky)
        report = shop.counter.close_day(DAY)
        assert report.uploads == {"queued": 2, "accepted": 2}
        assert [one.settlement_id for one in report.open_matters] == numbers[:2]
        assert {one.reason for one in report.open_matters} == {"gateway code 403: blocked"}


def test_a_settlement_that_is_unknown_again_and_again_is_parked(shop: Shop) -> None:
    """Undone and sent anew a few times, it waits for an operator: no endless booking and reversing."""
    shop.settle(purchase("20.00"))
    shop.center.faults.inject("truncated", 10, infno="2102")
    passed(shop, 3_600, 30)
    assert booked(shop) == ["reversed"] * REVERSALS_MAX + ["booked"]
    assert [message.state for message in shop.journal.queue()] == ["parked"]


def test_a_reversal_that_found_nothing_is_done_and_nobody_is_told_to_act(shop: Shop) -> None:
    """The message was lost, its reversal is refused, it goes anew: the queue holds nothing that is stuck."""
    shop.settle(purchase("20.00"))
    shop.center.faults.inject("drop-before", infno="2102")
    passed(shop)
    assert (booked(shop), shop.journal.counts()) == (["booked"], {"accepted": 1})
    assert (shop.journal.queue(), shop.journal.progress(shop.clock.now()).stuck) == ([], 0)


def test_the_pause_survives_a_restart(shop: Shop) -> None:
    """A center that is down for an hour is not knocked at anew by a terminal that restarts."""
    shop.settle(purchase("20.00"))
    shop.center.down()
    passed(shop, 3_600, 60)
    knocks = 0
    for _ in range(5):
        shop.reopen()
        knocks += shop.upload.tick(shop.clock.now())
    assert knocks <= 1
    shop.center.up()
    shop.clock.advance(300)
    shop.upload_all()
    assert booked(shop) == ["booked"]
