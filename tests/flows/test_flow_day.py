"""Day end: every one-sided entry is found with its cause, has a proposal that one command carries out, and is gone."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from at_the_center import leave_without_answer, sell_unseen, void_at_the_office
from counter_parts import DAY, STAY, Shop, purchase

from terminal.bureau import center as bureau_center
from terminal.bureau.arrivals import arrivals
from terminal.bureau.asked import Denied, Work
from terminal.bureau.reconciliation import details
from terminal.bureau.voiding import query
from terminal.center import fields
from terminal.center.profile import Profile
from terminal.counter.match_till import TillRow
from terminal.counter.repair import repair_here
from terminal.counter.till_lists import TillList
from terminal.errors import Conflict, InDoubt, Missing, Refused
from terminal.limits import CARD_LEASE_SECONDS
from terminal.money import Fen
from terminal.settlement.codec import encode

NEXT_DAY = DAY + dt.timedelta(days=1)


def causes(shop: Shop) -> list[tuple[str, str]]:
    """Run day end; cause and proposal of every difference."""
    report = shop.counter.close_day(DAY)
    chinese = [one.text_zh for one in report.differences] + [one.reason_zh for one in report.open_matters]
    assert all(re.search("[\u4e00-\u9fff]", text) for text in chinese), "everything is said in Chinese too"
    return [(one.cause, one.action) for one in report.differences]


def repaired(shop: Shop) -> str:
    """Carry out the one proposal of the last run, run day end again; the day's state."""
    (difference,) = shop.counter.close_day(DAY).differences
    shop.counter.repair(DAY, difference.id)
    return shop.counter.close_day(DAY).state


def test_what_the_center_has_lost_is_sent_again(shop: Shop) -> None:
    """Missing there: a settlement that the center no longer has is sent under a new id, and the day is sealed."""
    shop.settle(STAY)
    shop.upload_all()
    ((booked, _),) = shop.books.settlements()
    shop.books.set_state(booked.settlement_id, "reversed")
    assert causes(shop) == [("missing-there", "send-again")]
    # The center forgets what it moved, too.
    undone = shop.books.person(booked.person_number)
    assert undone is not None
    shop.books.keep_person(msgspec.structs.replace(undone, year=booked.bill.year, account=booked.bill.account))
    shop.books.storage.change("UPDATE visit_lines SET settled = 0")
    assert repaired(shop) == "sealed"
    assert [state for _, state in shop.books.settlements()] == ["reversed", "booked"]
    assert shop.journal.verify() == []


def test_what_only_the_center_has_is_reversed_there(shop: Shop) -> None:
    """Missing here: a request that came in late, after its reversal had been refused, is found by its message id."""
    known = shop.identify()
    shop.settle(purchase("20.00"), known)
    shop.upload_all()
    record = shop.counter.last(1)[0]
    late = msgspec.structs.replace(record, id="T120210630999999", bill=shop.quote(purchase("5.00")).asked)
    quote = shop.quote(purchase("5.00"))
    filled = msgspec.structs.replace(
        late,
        bill=msgspec.structs.replace(
            record.bill,
            items=quote.asked.items,
            account=quote.identification.person.account,
            year=quote.identification.person.year,
        ),
        settlement=quote.settlement,
    )
    shop.desk.send(filled, None, shop.desk.new_message_id(record.provider_id), "settle", lambda request: None)
    assert causes(shop) == [("missing-here", "reverse-at-center")]
    assert repaired(shop) == "sealed"
    assert [state for _, state in shop.books.settlements()] == ["booked", "reversed"]
    assert shop.identify().person.account.balance == 148_000


def test_what_is_taken_back_there_without_an_answer_is_told_by_the_next_run(shop: Shop) -> None:
    """The reversal arrives and its answer is lost: in doubt, its id durable, none is sent again before day end ran."""
    shop.settle(purchase("20.00"))
    shop.upload_all()
    sell_unseen(shop, 1, "pharmacy")
    assert causes(shop) == [("missing-here", "reverse-at-center")]
    (difference,) = shop.counter.close_day(DAY).differences
    shop.center.faults.inject("drop-after", infno="2601")
    for _ in range(2):
        with pytest.raises(InDoubt) as doubt:
            shop.counter.repair(DAY, difference.id)
        assert (doubt.value.code, doubt.value.money_moved) == ("repair-in-doubt", "unknown")
    begun = shop.journal._connection.execute("SELECT message_id FROM repairs").fetchall()
    assert [row[0] for row in begun] == [one.message_id for one in arrivals(shop.books.storage, infno="2601")]
    assert shop.counter.close_day(DAY).state == "sealed"
    assert [state for _, state in shop.books.settlements()] == ["booked", "reversed"]
    assert shop.journal.repairs_of(DAY) == []
    assert shop.journal.verify() == []


def test_what_the_center_answered_unheard_is_adopted(shop: Shop) -> None:
    """The center booked, its answers are never heard, the message is parked: adopted, not sold twice."""
    number = shop.settle(purchase("20.00"))["id"]
    shop.center.faults.inject("drop-after", infno="2102")
    shop.upload_all()
    message = shop.journal.queue()[0]
    shop.journal.mark_parked(message.message_id, "never answered", shop.clock.now())
    shop.center.faults.clear()
    # A day on which only this happened agrees in its totals; a second difference brings the details in.
    report = shop.counter.close_day(DAY)
    assert (report.state, [matter.upload_state for matter in report.open_matters]) == ("frozen", ["parked"])
    assert [(one.cause, one.action) for one in report.differences] == [("missing-here", "adopt-settlement")]
    assert repaired(shop) == "sealed"
    assert shop.journal.settlement(number).upload_state == "accepted"
    assert shop.journal.verify() == []


def test_other_amounts_at_the_center_are_adopted_beside_ours(shop: Shop) -> None:
    """Amount: the center's counts in the totals from then on, ours stays in the journal."""
    number = shop.settle(purchase("20.00"))["id"]
    shop.upload_all()
    ((booked, _),) = shop.books.settlements()
    other = msgspec.structs.replace(booked.settlement, account=Fen(1_500), cash=Fen(500))
    shop.books.change_amounts(booked.settlement_id, other)
    assert causes(shop) == [("amount", "adopt-amounts")]
    assert repaired(shop) == "sealed"
    (group,) = shop.journal.group_totals(DAY)
    assert (group.account, group.cash) == (1_500, 500)
    assert shop.journal.settlement(number).settlement.account == 2_000
    assert shop.journal.verify() == []


def test_other_amounts_of_a_void_are_adopted_as_what_comes_back(shop: Shop) -> None:
    """Amount, of a void: 15.00 came back to the account there. The day's two rows leave 5.00 of it, and -5.00 in cash,
    and the day is sealed."""
    shop.void(shop.settle(purchase("20.00"))["id"])
    shop.upload_all()
    _, (void, _) = shop.books.settlements()
    other = msgspec.structs.replace(void.settlement, account=Fen(1_500), cash=Fen(500))
    shop.books.change_amounts(void.settlement_id, other)
    assert causes(shop) == [("amount", "adopt-amounts")]
    assert repaired(shop) == "sealed"
    (group,) = shop.journal.group_totals(DAY)
    assert (group.total, group.account, group.cash) == (0, 500, -500)


@pytest.mark.parametrize(
    "impossible",
    [
        pytest.param({"account": Fen(2_500)}, id="more of the account than the bill"),
        pytest.param({"total": Fen(1_500)}, id="less of the bill than of the account"),
    ],
)
@pytest.mark.parametrize("kind", ["settlement", "void"])
def test_amounts_that_nobody_can_have_paid_are_not_adopted(shop: Shop, kind: str, impossible: dict[str, Fen]) -> None:
    """Amount, with a share below zero: shown with its reason and no proposal, and refused where one stands from before;
    our sums go on counting, and nothing is written."""
    number = shop.settle(purchase("20.00"))["id"]
    if kind == "void":
        number = shop.void(number)["id"]
    shop.upload_all()
    booked, _ = shop.books.settlements()[-1]
    shop.books.change_amounts(booked.settlement_id, msgspec.structs.replace(booked.settlement, **impossible))
    assert causes(shop) == [("amount", "none")]
    (difference,) = shop.counter.close_day(DAY).differences
    assert "below zero" in difference.text
    before = shop.state()
    with pytest.raises(Refused) as refused:
        shop.counter.repair(DAY, difference.id)
    assert refused.value.code == "nothing-to-do"
    proposed = msgspec.structs.replace(difference, action="adopt-amounts")
    with pytest.raises(Refused) as refused:
        repair_here(shop.journal, shop.desk, DAY, proposed, "007", DAY)
    assert (refused.value.code, refused.value.money_moved) == ("amounts-below-zero", "no")
    assert shop.state() == before
    record = shop.journal.settlement(number)
    assert shop.journal.counted_sums(record).account == 2_000


def test_a_void_that_only_the_terminal_has_is_sent_again(shop: Shop) -> None:
    """Void one-sided: the center has lost the void; it goes again."""
    shop.void(shop.settle(purchase("20.00"))["id"])
    shop.settle(purchase("7.00"))
    shop.upload_all()
    (first, _), (lost, _), _ = shop.books.settlements()
    shop.books.set_state(lost.settlement_id, "reversed")
    shop.books.set_state(first.settlement_id, "booked")
    assert causes(shop) == [("void-one-sided", "send-again")]
    assert repaired(shop) == "sealed"
    assert [state for _, state in shop.books.settlements()] == ["voided", "reversed", "booked", "booked"]


def test_a_void_that_only_the_center_has_is_made_here(shop: Shop) -> None:
    """Void one-sided, the other way: the office has voided; the settlement is taken back here too, once."""
    number = shop.settle(purchase("20.00"))["id"]
    shop.upload_all()
    void_at_the_office(shop, number)
    assert causes(shop) == [("void-one-sided", "void-here")]
    (difference,) = shop.counter.close_day(DAY).differences
    shop.counter.repair(DAY, difference.id)
    assert shop.journal.settlement(number).state == "voided"
    shop.counter.repair(DAY, difference.id)
    assert len([one for one in shop.books.settlements() if one[0].sign < 0]) == 1
    shop.clock.advance(86_400)
    assert shop.counter.close_day(NEXT_DAY).differences[0].cause == "date-boundary"


def test_a_date_boundary_is_explained_and_keeps_no_day_open(tmp_path: Path) -> None:
    """A center that counts by its own time: what went up after midnight is explained on both days."""
    with Shop(tmp_path, days_by="center-time") as shop:
        known = shop.identify()
        shop.settle(purchase("20.00"), known)
        shop.upload_all()
        shop.settle(purchase("30.00"), known)
        shop.clock.set(dt.datetime.combine(NEXT_DAY, dt.time(0, 5), shop.clock.now().tzinfo))
        shop.counter.sign_in("007")
        report = shop.counter.close_day(DAY)
        assert [(one.cause, one.text) for one in report.differences] == [
            ("date-boundary", "counts at the center on 2021-07-01")
        ]
        assert (report.state, report.reconciliation) == ("sealed", "matched")
        shop.settle(purchase("40.00"))
        report = shop.counter.close_day(NEXT_DAY)
        assert [(one.cause, one.text) for one in report.differences] == [("date-boundary", "counts here on 2021-06-30")]
        assert report.state == "sealed"


def test_a_void_without_a_number_is_found_on_a_day_that_seemed_to_balance(tmp_path: Path) -> None:
    """Sold and taken back on one day, both booked on the next, where they cancel; the void's answer was never heard.

    The next day's totals are nothing on both sides, and its details still tell the number that the first day wants.
    """
    unsafe = Profile(name="test", repeats="unsafe", reversible=("2102",))
    with Shop(tmp_path, days_by="center-time", profile=unsafe) as shop:
        number = shop.settle(purchase("20.00"))["id"]
        void = shop.void(number)["id"]
        shop.clock.set(dt.datetime.combine(NEXT_DAY, dt.time(0, 5), shop.clock.now().tzinfo))
        shop.counter.sign_in("007")
        shop.center.faults.inject("drop-after", infno="2103")
        while shop.journal.settlement(void).upload_state != "accepted":
            shop.upload_all()
            shop.clock.advance(60)
        report = shop.counter.close_day(DAY)
        assert report.state == "frozen"
        assert report.differences[-1].text.endswith("its row stands on 2021-07-01, close that day")
        assert "2021-07-01" in report.differences[-1].text_zh
        shop.clock.advance(86_400)
        report = shop.counter.close_day(NEXT_DAY)
        assert [(one.cause, one.action) for one in report.differences] == [
            ("date-boundary", "none"),
            ("void-one-sided", "adopt-settlement"),
        ]
        shop.counter.repair(NEXT_DAY, report.differences[1].id)
        assert [shop.counter.close_day(day).state for day in (DAY, NEXT_DAY)] == ["sealed", "sealed"]
        assert [state for _, state in shop.books.settlements()] == ["voided", "booked"]


def test_a_center_of_single_days_leaves_the_days_among_which_a_void_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The office took back what was voided here: refused here for that reason, so without a number. The center gives
    details of single days only: the days between the settlement and today are named."""

    def of_one_day(work: Work) -> dict[str, Any]:
        asked = work.asked.row("data")
        if asked["stmt_begndate"] != asked["stmt_enddate"]:
            raise Denied("stmt_enddate: one day only")
        return details(work)

    monkeypatch.setitem(bureau_center.TRANSACTIONS, fields.DETAILS, of_one_day)
    with Shop(tmp_path, days_by="center-time") as shop:
        number = shop.settle(purchase("20.00"))["id"]
        shop.upload_all()
        shop.clock.advance(86_400)
        shop.sign_in()
        void_at_the_office(shop, number, NEXT_DAY)
        shop.clock.advance(86_400)
        shop.sign_in()
        shop.void(number)
        shop.upload_all()
        found = shop.counter.close_day(DAY + dt.timedelta(days=2)).differences
        assert [one.text for one in found if "has not told" in one.text] == [
            "the center has it under a number that it has not told: its row stands on a day from 2021-06-30 to"
            " 2021-07-02, close those days"
        ]


def test_an_office_void_of_what_counts_a_day_later_there_does_not_hide_in_the_totals(tmp_path: Path) -> None:
    """Sold before midnight, booked after it, taken back at the office: that day is nothing in total on both sides."""
    with Shop(tmp_path, days_by="center-time") as shop:
        number = shop.settle(purchase("20.00"))["id"]
        shop.clock.set(dt.datetime.combine(NEXT_DAY, dt.time(0, 5), shop.clock.now().tzinfo))
        shop.counter.sign_in("007")
        shop.upload_all()
        void_at_the_office(shop, number)
        assert shop.counter.close_day(DAY).state == "sealed"
        shop.clock.advance(86_400)
        report = shop.counter.close_day(NEXT_DAY)
        assert ("void-one-sided", "void-here") in [(one.cause, one.action) for one in report.differences]


def test_two_errors_that_cancel_do_not_hide_behind_an_attempt_that_was_in_doubt(tmp_path: Path) -> None:
    """Online: the undone attempt stands at the center again, and the office has taken back the one that followed it."""
    with Shop(tmp_path, mode="online", profile=Profile(name="test", repeats="unsafe")) as shop:
        shop.center.faults.inject("drop-after", infno="2102")
        with pytest.raises(InDoubt):
            shop.settle(purchase("20.00"))
        shop.upload_all()
        number = shop.settle(purchase("20.00"))["id"]
        (undone, _), _ = shop.books.settlements()
        shop.books.set_state(undone.settlement_id, "booked")
        void_at_the_office(shop, number)
        assert sorted(causes(shop)) == [("missing-here", "reverse-at-center"), ("void-one-sided", "void-here")]


def test_a_time_that_is_none_is_no_day_s_and_day_end_goes_on(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The center writes its time with strokes and loses the row: booked as always, and found missing at day end."""
    post = shop.link.post
    monkeypatch.setattr(shop.link, "post", lambda body, number="": post(body).replace(b'"2021-06-30 ', b'"2021/06/30 '))
    sold = shop.settle(STAY)["id"]
    shop.upload_all()
    assert shop.journal.settlement(sold).upload_state == "accepted"
    ((booked, _),) = shop.books.settlements()
    shop.books.set_state(booked.settlement_id, "reversed")
    assert causes(shop) == [("missing-there", "send-again")]
    shop.books.set_state(booked.settlement_id, "booked")
    assert shop.counter.close_day(DAY).state == "sealed"


def test_the_till_s_own_references_are_matched_too(shop: Shop) -> None:
    """Three ways: a reference that only the till has, one that only we have, another total, a void on one side."""
    same = shop.settle(purchase("1.00"), till_reference="same")["id"]
    here = shop.settle(purchase("2.00"), till_reference="only-here")["id"]
    other = shop.settle(purchase("3.00"), till_reference="other")["id"]
    back = shop.settle(purchase("4.00"), till_reference="back")["id"]
    rows = [
        TillRow("same", Fen(100)),
        TillRow("other", Fen(333)),
        TillRow("back", Fen(400), True),
        TillRow("x", Fen(9)),
    ]
    report = shop.counter.close_day(DAY, TillList("", rows))
    assert report.state == "frozen"
    assert [(one.cause, one.settlement_id, one.action) for one in report.differences] == [
        ("missing-there", here, "void-here"),
        ("amount", other, "none"),
        ("void-one-sided", back, "void-here"),
        ("missing-here", "", "none"),
    ]
    for one in (report.differences[0], report.differences[2]):
        shop.counter.repair(DAY, one.id)
    assert shop.journal.settlement(here).state == shop.journal.settlement(back).state == "voided"
    assert shop.journal.settlement(same).state == "committed"
    with pytest.raises(Refused):
        shop.counter.repair(DAY, report.differences[1].id)


def test_runs_are_numbered_kept_and_sealed_with_the_chain(shop: Shop) -> None:
    """Three runs: away, different, sealed; each report is kept as it was, and the audit covers it."""
    shop.settle(STAY)
    shop.center.down()
    assert shop.counter.close_day(DAY).run == 1
    shop.center.up()
    shop.center.faults.inject("refuse", infno="3201")
    assert shop.counter.close_day(DAY).run == 2
    report = shop.counter.close_day(DAY)
    assert (report.run, report.state) == (3, "sealed")
    kept = [msgspec.json.decode(run) for run in shop.journal.runs(DAY)]
    assert [(run["run"], run["reconciliation"]) for run in kept] == [(1, "pending"), (2, "different"), (3, "matched")]
    with pytest.raises(Conflict):
        shop.counter.repair(DAY, "amount:1")
    assert shop.journal.verify() == []
    shop.journal._connection.execute("UPDATE day_runs SET report = x'7b7d' WHERE run = 2")
    assert any("day's run was changed" in line for line in shop.journal.verify())


def test_an_unknown_difference_is_missing(shop: Shop) -> None:
    """Neither a day without a run nor a run without that difference is repaired."""
    with pytest.raises(Missing):
        shop.counter.repair(DAY, "amount:1")


def test_a_day_forgotten_open_is_noticed(shop: Shop) -> None:
    """Yesterday was never closed: it is told, also in today's report, until it is sealed."""
    shop.settle(purchase("1.00"))
    shop.clock.advance(86_400)
    shop.counter.sign_in("007")
    assert shop.counter.forgotten_days() == [DAY]
    assert shop.counter.close_day(NEXT_DAY).forgotten == [DAY]
    assert shop.counter.close_day(DAY).state == "sealed"
    assert shop.counter.forgotten_days() == []


def test_a_day_that_the_center_has_closed_is_noticed(shop: Shop) -> None:
    """Closed there with a settlement still here: refused with the reason, proposed to be taken back, told as closed."""
    shop.settle(purchase("1.00"))
    shop.books.close_day(shop.counter.last(1)[0].provider_id, DAY)
    report = shop.counter.close_day(DAY)
    assert (report.closed_there, report.state) == (True, "frozen")
    assert "已关账" in report.open_matters[0].reason
    assert [(one.cause, one.action) for one in report.differences] == [("refused", "void-here")]
    assert repaired(shop) == "sealed"


@pytest.mark.parametrize("closed", [False, True])
def test_what_only_the_totals_show_is_told_and_seals_nothing(shop: Shop, closed: bool) -> None:
    """Counted under another insurance type there, which no detail tells: for the office, also where it has closed."""
    shop.settle(purchase("20.00"))
    shop.upload_all()
    ((booked, _),) = shop.books.settlements()
    with shop.books.transaction():
        shop.books.storage.change("UPDATE settlements SET insurance_type = '390'")
    if closed:
        shop.books.close_day(booked.provider_id, DAY)
    assert causes(shop) == [("totals", "none")]
    report = shop.counter.close_day(DAY)
    assert (report.state, report.reconciliation, report.closed_there) == ("frozen", "different", closed)
    with shop.books.transaction():
        shop.books.storage.change(f"UPDATE settlements SET insurance_type = '{booked.insurance_type}'")
    assert shop.counter.close_day(DAY).state == "sealed"


@pytest.mark.parametrize("fault", ["html", "truncated", "no-infcode", "drop-after"])
@pytest.mark.parametrize("infno", ["9101", "3202", "9102"])
def test_details_that_do_not_come_leave_the_day_pending(shop: Shop, fault: str, infno: str) -> None:
    """The file's way up, the question or the way down fails: nothing is called a difference, nothing is sealed."""
    shop.settle(STAY)
    shop.upload_all()
    ((booked, _),) = shop.books.settlements()
    shop.books.set_state(booked.settlement_id, "reversed")
    shop.center.faults.inject(fault, infno=infno)  # type: ignore[arg-type]
    report = shop.counter.close_day(DAY)
    assert (report.state, report.reconciliation, report.differences) == ("frozen", "pending", [])
    assert causes(shop) == [("missing-there", "send-again")]


def test_another_till_of_the_same_institution_is_told_apart(shop: Shop) -> None:
    """The center knows no tills: what till 2 sold is in its totals, is known by its message's id, and seals the day."""
    shop.settle(purchase("20.00"))
    shop.upload_all()
    sell_unseen(shop, 2, "pharmacy")
    report = shop.counter.close_day(DAY)
    assert [(one.cause, one.action) for one in report.differences] == [("another-till", "none")]
    assert (report.state, report.reconciliation) == ("sealed", "matched")


@pytest.mark.parametrize("moved", [0, 1], ids=["another amount", "the amount that another till sold"])
def test_what_another_till_sold_hides_nothing_else(shop: Shop, moved: int) -> None:
    """One of ours is counted under another insurance type there, and another till has sold: the totals differ by more
    than that till's row, or, where the amounts are the same, agree by chance. Told, and nothing is sealed until the
    center counts it right.
    """
    for amount in ("5.00", "20.00"):
        shop.settle(purchase(amount))
    shop.upload_all()
    sell_unseen(shop, 2, "pharmacy")
    booked, _ = shop.books.settlements()[moved]
    count_under(shop, booked.settlement_id, "390")
    report = shop.counter.close_day(DAY)
    assert [(one.cause, one.action) for one in report.differences] == [("another-till", "none"), ("totals", "none")]
    totals = report.differences[1]
    assert (totals.terminal_total_fen, totals.tells_amounts) == (2500, False)
    assert (report.state, report.reconciliation) == ("frozen", "different")
    count_under(shop, booked.settlement_id, booked.insurance_type)
    report = shop.counter.close_day(DAY)
    assert (report.state, report.reconciliation) == ("sealed", "matched")
    assert [(one.balanced, one.explained) for one in report.groups] == [(False, True)]


def count_under(shop: Shop, number: str, insurance_type: str) -> None:
    """The center counts one of its rows under this insurance type."""
    found = shop.books.booked(number)
    assert found is not None
    body = encode(msgspec.structs.replace(found[0], insurance_type=insurance_type))
    change = "UPDATE settlements SET insurance_type = ?, body = ? WHERE settlement_id = ?"
    with shop.books.transaction():
        shop.books.storage.change(change, insurance_type, body, number)


@pytest.mark.parametrize("told", [True, False])
def test_another_till_s_rows_of_two_insurance_types_are_told_apart_by_the_center(
    shop: Shop, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another till sold to an employee and to a resident. The details name no insurance type, the look at a row (5203)
    does: the day is sealed. Where it does not, nobody can say that the totals differ by just these rows.
    """
    if not told:
        silent = {"insutype": ""}
        monkeypatch.setitem(
            bureau_center.TRANSACTIONS, fields.QUERY, lambda work: {"setlinfo": query(work)["setlinfo"] | silent}
        )
    shop.settle(purchase("20.00"))
    shop.upload_all()
    for _ in range(2):
        sell_unseen(shop, 2, "pharmacy")
        shop.clock.advance(CARD_LEASE_SECONDS)
    count_under(shop, shop.books.settlements()[-1][0].settlement_id, "390")
    report = shop.counter.close_day(DAY)
    assert [one.cause for one in report.differences] == ["another-till", "another-till", *([] if told else ["totals"])]
    assert report.state == ("sealed" if told else "frozen")


def test_a_till_that_sells_while_day_end_asks_keeps_the_day_open_until_the_next_run(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its row came behind the details: the totals differ by more than these explain, and the next run explains all."""
    shop.settle(purchase("20.00"))
    shop.upload_all()
    for _ in range(2):
        sell_unseen(shop, 2, "pharmacy")
        shop.clock.advance(CARD_LEASE_SECONDS)
    late = shop.books.settlements()[-1][0].settlement_id
    shop.books.set_state(late, "reversed")

    def sold_behind(work: Work) -> dict[str, Any]:
        nodes = details(work)
        shop.books.set_state(late, "booked")
        return nodes

    monkeypatch.setitem(bureau_center.TRANSACTIONS, fields.DETAILS, sold_behind)
    assert causes(shop) == [("another-till", "none"), ("totals", "none")]
    assert shop.counter.close_day(DAY).state == "sealed"


def test_a_group_with_nothing_here_is_asked_too(shop: Shop) -> None:
    """One outpatient settlement stands at the center and none here: found, reversed there, and the day is sealed."""
    shop.settle(purchase("20.00"))
    shop.upload_all()
    sell_unseen(shop, 1, "outpatient")
    assert causes(shop) == [("missing-here", "reverse-at-center")]
    assert repaired(shop) == "sealed"
    assert [state for _, state in shop.books.settlements()] == ["booked", "reversed"]


def test_adopted_amounts_stand_on_the_papers(shop: Shop) -> None:
    """The center took 5.00 less from the account: the day's paper has its sums, a receipt says both."""
    number = shop.settle(purchase("20.00"))["id"]
    shop.print_all()
    shop.upload_all()
    ((booked, _),) = shop.books.settlements()
    other = msgspec.structs.replace(booked.settlement, account=Fen(1_500), cash=Fen(500))
    shop.books.change_amounts(booked.settlement_id, other)
    assert repaired(shop) == "sealed"
    shop.counter.papers.reprint(number)
    papers = shop.print_all()
    assert "医保中心入账金额" not in papers[0]
    assert "医保中心入账金额：基金 0.00，个人账户 15.00，现金 5.00" in papers[-1].replace("\n", "")
    assert "15.00" in papers[-2]


TWICE_BOOKING = Profile(name="test", repeats="unsafe")
"""A center that takes the same message again for another one."""


@pytest.mark.parametrize("answer", ["heard", "never heard"])
def test_what_the_center_has_twice_is_voided_there_once(tmp_path: Path, answer: str) -> None:
    """The network brings one purchase twice to a center that books both: one stays, ours, and can be taken back later;
    the other is voided by its own number, since their message is the same.
    """
    with Shop(tmp_path, profile=TWICE_BOOKING, center_profile=TWICE_BOOKING) as shop:
        number = shop.settle(purchase("20.00"))["id"]
        shop.center.faults.inject("duplicate", infno="2102")
        if answer == "never heard":
            leave_without_answer(shop)
        shop.upload_all()
        assert [state for _, state in shop.books.settlements()] == ["booked", "booked"]
        first = [] if answer == "heard" else [("missing-here", "adopt-settlement")]
        assert causes(shop) == [*first, ("missing-here", "reverse-at-center")]
        for difference in shop.counter.close_day(DAY).differences:
            shop.counter.repair(DAY, difference.id)
        assert shop.counter.close_day(DAY).state == "sealed"
        ours = shop.journal.settlement(number).center_references["setl_id"]
        assert [one.settlement_id for one, state in shop.books.settlements() if state == "booked" and one.sign > 0] == [
            ours
        ]
        assert shop.identify().person.account.balance == 148_000
        shop.clock.advance(86_400)
        shop.sign_in()
        shop.void(number)
        shop.upload_all()
        assert shop.journal.counts() == {"accepted": 2}
        assert shop.identify().person.account.balance == 150_000


def test_what_was_refused_the_second_time_is_adopted_and_nothing_else(tmp_path: Path) -> None:
    """The network brings it twice, the account suffices once: the refusal was heard, the booking is there. One
    proposal, not two that contradict each other.
    """
    with Shop(tmp_path, profile=TWICE_BOOKING, center_profile=TWICE_BOOKING) as shop:
        shop.settle(purchase("1500.00"))
        shop.center.faults.inject("duplicate", infno="2102")
        shop.upload_all()
        assert shop.journal.counts() == {"refused": 1}
        assert causes(shop) == [("missing-here", "adopt-settlement")]
        assert repaired(shop) == "sealed"
        assert shop.identify().person.account.balance == 0
