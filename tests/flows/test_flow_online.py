"""The online mode: the center decides before anyone is told "paid"; what it leaves open is undone, never guessed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from at_the_center import booked
from counter_parts import DAY, NAME, STAY, Shop, purchase

from terminal.center.profile import Profile
from terminal.errors import InDoubt, Refused, Unavailable
from terminal.journal.journal import Journal
from terminal.limits import LATE_SECONDS_MAX

UNSAFE = Profile(name="test", repeats="unsafe")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A shop in online mode, at a center that promises nothing about repeats."""
    with Shop(tmp_path, mode="online", profile=UNSAFE) as opened:
        yield opened


def test_paid_means_that_the_center_has_it(shop: Shop) -> None:
    """The answer says accepted, the center has booked it, its numbers are in the journal, nothing waits."""
    answer = shop.settle(purchase("20.00"))
    assert (answer["state"], answer["upload"]) == ("committed", "accepted")
    assert answer["center"]["differences"] == []
    assert answer["center"]["sums"]["account"] == "20.00"
    record = shop.journal.settlement(answer["id"])
    assert (record.state, record.upload_state) == ("committed", "accepted")
    assert record.center_references["setl_id"] == shop.books.settlements()[0][0].settlement_id
    assert shop.journal.counts() == {"accepted": 1}
    assert shop.journal.verify() == []
    assert "20.00" in shop.print_all()[-1]


def test_a_refused_step_before_the_settlement_says_once_who_refuses(shop: Shop) -> None:
    """The center registers no visit: its own words, and once that they are the center's, in both languages."""
    shop.center.faults.inject("refuse", infno="2401")
    with pytest.raises(Refused) as refused:
        shop.settle(STAY)
    assert refused.value.message == "the center refuses: the center is asked to refuse this"
    assert refused.value.message_zh == "医保中心拒绝：the center is asked to refuse this"


def test_the_request_is_durable_before_it_is_sent(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the moment of sending, the journal holds the intent with the very bytes and their message id."""
    seen = []
    quote = shop.quote(purchase("20.00"))
    post = shop.link.post

    def watched(body: bytes, infno: str = "") -> bytes:
        if b'"infno":"2102"' in body:
            ((intent),) = shop.journal.open_intents()
            seen.append((intent.record.state, intent.request == body, intent.message_id.encode() in body))
        return post(body)

    monkeypatch.setattr(shop.link, "post", watched)
    shop.counter.settle(quote.id, quote.hash, False, "", "k1")
    assert seen == [("authorising", True, True)]
    assert shop.journal.open_intents() == []


def test_a_refusal_leaves_nothing_and_the_same_quote_may_be_settled_again(shop: Shop) -> None:
    """The center says no: the operator hears why, nothing is committed or printed; a second try settles once."""
    quote = shop.quote(purchase("20.00"))
    shop.center.faults.inject("refuse", infno="2102")
    with pytest.raises(Refused) as refused:
        shop.counter.settle(quote.id, quote.hash, False, "", "k1")
    assert refused.value.code == "center-refused"
    assert (shop.journal.counts(), shop.journal.print_queue(), booked(shop)) == ({}, [], [])
    shop.counter.settle(quote.id, quote.hash, False, "", "k1")
    assert booked(shop) == ["booked"]
    assert shop.journal.verify() == []


def test_a_center_that_is_away_leaves_nothing(shop: Shop) -> None:
    """No connection: surely not sent, so no reversal either."""
    quote = shop.quote(purchase("20.00"))
    shop.center.down()
    with pytest.raises(Unavailable) as refused:
        shop.counter.settle(quote.id, quote.hash, False, "", "k1")
    assert (refused.value.code, refused.value.money_moved) == ("center-unreachable", "no")
    assert shop.journal.counts() == {}
    shop.center.up()


@pytest.mark.parametrize(
    ("fault", "at_center"), [("drop-after", ["reversed"]), ("truncated", ["reversed"]), ("drop-before", [])]
)
def test_silence_is_reversed_and_nothing_is_paid(shop: Shop, fault: str, at_center: list[str]) -> None:
    """Cut after or before booking: in doubt is said, the person waits, the reversal goes; then a new sale goes once."""
    quote = shop.quote(purchase("20.00"))
    shop.center.faults.inject(fault, infno="2102")  # type: ignore[arg-type]
    with pytest.raises(InDoubt) as doubt:
        shop.counter.settle(quote.id, quote.hash, False, "", "k1")
    assert (doubt.value.code, doubt.value.money_moved, doubt.value.retry) == ("center-silent", "unknown", "after")
    with pytest.raises(Unavailable) as waits:
        shop.counter.settle(quote.id, quote.hash, False, "", "k1")
    assert waits.value.code == "person-in-doubt"
    with pytest.raises(Unavailable):
        shop.identify()
    shop.upload_all()
    assert booked(shop) == at_center
    assert shop.identify().person.account.balance == 150_000
    shop.settle(purchase("20.00"))
    assert booked(shop) == [*at_center, "booked"]
    assert len(shop.print_all()) == 1
    assert shop.journal.verify() == []


def test_a_reversal_is_repeated_until_it_is_answered(shop: Shop) -> None:
    """Silence on the reversal, twice: it goes again, each time as a message of its own, and undoes once."""
    quote = shop.quote(purchase("20.00"))
    shop.center.faults.inject("drop-after", infno="2102")
    shop.center.faults.inject("drop-before", infno="2601")
    shop.center.faults.inject("drop-after", infno="2601")
    with pytest.raises(InDoubt):
        shop.counter.settle(quote.id, quote.hash, False, "", "k1")
    sent = []
    for _ in range(4):
        shop.upload_all()
        sent += [(message.state, message.attempts) for message in shop.journal.queue()]
        shop.clock.advance(10)
    assert sent == [("unknown", 1), ("unknown", 2)]
    assert booked(shop) == ["reversed"]
    assert shop.books.person("37060200000001").account.balance == 150_000  # type: ignore[union-attr]


def test_a_difference_is_shown_recorded_and_the_center_s_amounts_count(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The center takes 1.00 less from the account: both splits are kept, the till collects the center's cash."""
    quote = shop.quote(purchase("20.00"))
    post = shop.link.post

    def other(body: bytes, infno: str = "") -> bytes:
        return post(body).replace(b'"acct_pay":"20.00","psn_cash_pay":"0.00"', b'"acct_pay":"19.00","psn_cash_pay":1')

    monkeypatch.setattr(shop.link, "post", other)
    answer = msgspec.json.decode(shop.counter.settle(quote.id, quote.hash, False, "", "k1"))
    assert answer["center"]["sums"] == {
        "total": "20.00",
        "fund_total": "0.00",
        "provider_borne": "0.00",
        "account": "19.00",
        "cash": "1.00",
    }
    assert answer["settlement"]["account"] == "20.00"
    assert "acct_pay: center 19.00, terminal 20.00" in answer["center"]["differences"]
    assert "acct_pay" in shop.journal.settlement(answer["id"]).center_references["differences"]
    (group,) = shop.journal.group_totals(shop.clock.now().date())
    assert (group.account, group.cash, group.total) == (1_900, 100, 2_000)
    assert shop.journal.verify() == []


def test_a_void_gives_back_only_what_the_center_has_taken_back(shop: Shop) -> None:
    """Refused, silent and accepted: only the last one voids; the silent one is undone first."""
    number = shop.settle(STAY)["id"]
    shop.center.faults.inject("refuse", infno="2305")
    with pytest.raises(Refused):
        shop.void(number)
    assert shop.journal.settlement(number).state == "committed"
    shop.center.faults.inject("drop-after", infno="2305")
    with pytest.raises(InDoubt, match="give nothing back yet, and repeat under the same key"):
        shop.void(number)
    assert shop.journal.settlement(number).state == "committed"
    shop.upload_all()
    assert booked(shop) == ["booked", "reversed"]
    taken_back = shop.void(number)
    assert shop.journal.settlement(number).voided_by == taken_back["id"]
    assert booked(shop) == ["voided", "reversed", "booked"]
    assert shop.identify().person.account.balance == 150_000
    assert shop.journal.verify() == []


def test_what_an_end_left_open_is_reversed_at_start(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The power goes with the answer on its way: the restart abandons and reverses; the key settles nothing twice."""

    class PowerCut(BaseException):
        """Not an error of the program: it ends here."""

    quote = shop.quote(purchase("20.00"))

    def cut(journal: Journal, *arguments: object) -> None:
        raise PowerCut

    with monkeypatch.context() as power:
        power.setattr(Journal, "authorise", cut)
        with pytest.raises(PowerCut):
            shop.counter.settle(quote.id, quote.hash, False, "", "k1")
    assert booked(shop) == ["booked"]
    shop.crash()
    assert [shop.journal.settlement(number).state for number in shop.recovered.reversed] == ["abandoned"]
    shop.counter.sign_in("007")
    shop.upload_all()
    assert booked(shop) == ["reversed"]
    shop.settle(purchase("20.00"), key="k1")
    assert booked(shop) == ["reversed", "booked"]
    assert shop.journal.verify() == []


def test_a_day_with_abandoned_intents_is_sealed(shop: Shop) -> None:
    """What was refused or undone counts nowhere: the day balances and is closed."""
    quote = shop.quote(purchase("20.00"))
    shop.center.faults.inject("drop-after", infno="2102")
    with pytest.raises(InDoubt):
        shop.counter.settle(quote.id, quote.hash, False, "", "k1")
    report = shop.counter.close_day(STAY.date)
    assert report.state == "sealed"
    assert [(group.group.count, group.balanced) for group in report.groups] == [(0, True)]


def test_a_day_on_which_the_center_was_asked_without_an_answer_is_not_forgotten(tmp_path: Path) -> None:
    """A day with nothing but a void that was never answered, at a center that reverses no voids: it stands there, the
    day is called for, and its end takes the settlement back here too."""
    voids_stand = Profile(name="test", repeats="recognised", reversible=("2102",))
    with Shop(tmp_path, mode="online", profile=voids_stand, center_profile=voids_stand) as shop:
        number = shop.settle(purchase("20.00"))["id"]
        assert shop.counter.close_day(DAY).state == "sealed"
        shop.clock.advance(86_400)
        shop.sign_in()
        shop.center.faults.inject("drop-after", infno="2103")
        with pytest.raises(InDoubt):
            shop.void(number)
        shop.upload_all()
        shop.clock.advance(86_400)
        shop.sign_in()
        (asked,) = shop.counter.forgotten_days()
        assert asked == DAY + dt.timedelta(days=1)
        (difference,) = shop.counter.close_day(asked).differences
        shop.counter.repair(asked, difference.id)
        assert shop.counter.close_day(asked).state == "sealed"
        assert shop.counter.forgotten_days() == []
        assert shop.journal.settlement(number).state == "voided"
        assert booked(shop) == ["voided", "booked"]


def test_what_the_center_said_and_nobody_understood_is_kept_without_names(tmp_path: Path) -> None:
    """Wrong sums: in doubt. The masked answer is in the chain for good, and in the queue while it is being undone."""
    with Shop(tmp_path, mode="online", profile=Profile(name="test", repeats="unsafe")) as shop:
        shop.center.faults.inject("wrong-sums", infno="2102")
        with pytest.raises(InDoubt):
            shop.settle(purchase("20.00"))
        (reversal,) = shop.journal.queue()
        query = 'SELECT body FROM entries WHERE CAST(body AS TEXT) LIKE \'%"kind":"abandoned"%\''
        (entry,) = shop.journal._connection.execute(query).fetchall()
        told = msgspec.json.decode(entry["body"])["answer"]
        assert reversal.answer.decode() == told
        assert '"setlinfo"' in told
        assert '"psn_name":"…"' in told
        assert NAME not in told
        assert shop.journal.verify() == []


def test_a_void_that_the_look_finds_done_is_concluded_by_itself(tmp_path: Path) -> None:
    """In doubt at a center that reverses no voids: 5203 finds it taken back. With nobody repeating the key and no day
    end, it is voided here as well; the key then gets its answer, once, and nothing more goes to the center."""
    voids_stand = Profile(name="test", repeats="recognised", reversible=("2102",))
    with Shop(tmp_path, mode="online", profile=voids_stand, center_profile=voids_stand) as shop:
        number = shop.settle(purchase("20.00"))["id"]
        shop.center.faults.inject("drop-after", infno="2103")
        with pytest.raises(InDoubt):
            shop.counter.void(number, "退货", "void-key")
        assert not shop.counter.undo_interrupted()
        assert shop.journal.settlement(number).state == "committed"
        shop.upload_all()
        assert shop.counter.undo_interrupted()
        assert not shop.counter.undo_interrupted()
        void = msgspec.json.decode(shop.counter.void(number, "退货", "void-key"))
        assert (void["voids"], void["upload"]) == (number, "accepted")
        assert shop.journal.settlement(number).voided_by == void["id"]
        assert booked(shop) == ["voided", "booked"]
        assert shop.identify().person.account.balance == 150_000
        (difference,) = shop.counter.close_day(DAY).differences
        assert (difference.settlement_id, difference.action) == (void["id"], "adopt-settlement")
        shop.counter.repair(DAY, difference.id)
        shop.clock.advance(LATE_SECONDS_MAX)
        assert shop.counter.close_day(DAY).state == "sealed"
        assert shop.journal.verify() == []


def test_no_visit_is_left_open_where_the_intent_cannot_be_written(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stay is registered and billed at the center, then the disk is full: nothing is settled, the visit is gone there
    too, and the same stay settles once there is room.
    """
    quote = shop.quote(STAY)

    def full(journal: Journal) -> None:
        raise Unavailable("disk-full", "the disk is full", "磁盘已满", "journal")

    with monkeypatch.context() as disk:
        disk.setattr(Journal, "require_room", full)
        with pytest.raises(Unavailable, match="disk is full"):
            shop.counter.settle(quote.id, quote.hash, False, "", "k1")
    rows = shop.books.storage.rows("SELECT state FROM visits")
    assert [row["state"] for row in rows] == ["cancelled"]
    assert shop.journal.open_intents() == []
    assert shop.settle(STAY)["state"] == "committed"


def test_a_center_too_busy_to_reverse_books_nothing_a_second_time(shop: Shop) -> None:
    """Booked there, its answer lost, its reversal refused: the person waits, and nobody is told that all is well."""
    quote = shop.quote(purchase("20.00"))
    shop.center.faults.inject("drop-after", infno="2102")
    shop.center.faults.inject("refuse", 2, infno="2601")
    with pytest.raises(InDoubt):
        shop.counter.settle(quote.id, quote.hash, False, "", "k1")
    shop.upload_all()
    assert [message.state for message in shop.journal.queue()] == ["unknown"]
    with pytest.raises(Unavailable) as waits:
        shop.counter.settle(quote.id, quote.hash, False, "", "k2")
    assert (waits.value.code, booked(shop)) == ("person-in-doubt", ["booked"])
    for _ in range(3):
        shop.clock.advance(10)
        shop.upload_all()
    assert (booked(shop), shop.journal.queue()) == (["reversed"], [])
    shop.counter.settle(quote.id, quote.hash, False, "", "k2")
    assert booked(shop) == ["reversed", "booked"]
