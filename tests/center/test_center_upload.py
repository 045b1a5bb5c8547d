"""The upload with the real journal and the real center: everything committed is booked exactly once, in order."""

from __future__ import annotations

import datetime as dt
from random import Random

import msgspec
from till import Till
from town import DAY, E7_ITEMS, LAW, OPERATOR, Town

from terminal.center.reconcile import GroupResult, reconcile
from terminal.center.upload import Upload
from terminal.money import Fen


def test_what_is_committed_goes_up_and_is_accepted(town: Town, till: Till) -> None:
    """Two settlements and a void of the first are booked in order; the center's numbers are in the journal."""
    stay, purchase = till.commit(town.stay()), till.commit(town.purchase())
    void = till.void(stay)

    assert till.drain() == 3

    assert [till.state(record) for record in (stay, purchase, void)] == ["accepted"] * 3
    assert [booked.sign for booked, _ in town.books.settlements()] == [1, 1, -1]
    references = till.journal.settlement(purchase.id).center_references
    assert references["setl_id"] == town.books.settlements()[1][0].settlement_id
    assert till.journal.verify() == []


def test_an_answer_cut_after_booking_is_settled_by_the_repeat(town: Town, till: Till) -> None:
    """Unknown is a state of its own in the journal; when its pause is over, the repeat settles it, booked once."""
    record = till.commit(town.purchase())
    town.server.faults.inject("drop-after", infno="2102")

    assert till.drain() == 1
    in_doubt = till.state(record)
    town.clock.advance(2)
    till.drain()

    assert (in_doubt, till.state(record)) == ("unknown", "accepted")
    assert len(town.books.settlements()) == 1
    assert town.person("A00000006").account.balance == 0


def test_a_crash_between_sending_and_answer_is_settled_after_the_restart(town: Town, till: Till) -> None:
    """The power goes while the answer is on its way: the restarted terminal repeats the same message."""
    record = till.commit(town.purchase())
    message = till.journal.due(town.clock.now())
    assert message is not None
    till.journal.mark_sent(message.message_id, b"what was sent", town.clock.now())
    town.send(record, message.message_id)
    till.journal.close()

    till.open()
    till.journal.mark_interrupted(town.clock.now())
    till.drain()

    assert till.state(record) == "accepted"
    assert len(town.books.settlements()) == 1


def test_the_request_is_in_the_journal_before_it_leaves(town: Town, till: Till) -> None:
    """Intent before effect: at the moment of sending, the message stands as `sent` with its very bytes."""
    record = till.commit(town.purchase())
    seen: list[tuple[str, bool]] = []
    link = town.new_link()

    class Watched:
        def post(self, body: bytes) -> bytes:
            message = till.journal.queue()[0]
            if b'"infno":"2102"' in body:
                seen.append((message.state, message.request == body))
            return link.post(body)

    till.upload = Upload(till.journal, town.new_desk(Watched()), town.clock, Random(7))
    till.drain()

    assert seen == [("sent", True)]
    assert till.state(record) == "accepted"


def test_while_the_center_is_down_everything_waits_and_nothing_is_in_doubt(town: Town, till: Till) -> None:
    """Down: one knock, then a pause that doubles; up again: all of it goes up."""
    records = [till.commit(town.stay()), till.commit(town.purchase())]
    town.server.down()

    knocks = []
    for _ in range(12):
        knocks.append(till.drain())
        town.clock.advance(1)
    states = {till.state(record) for record in records}
    reachable = till.upload.reachable
    town.server.up()
    town.clock.advance(300)
    till.drain()

    assert max(knocks) == 1
    assert 3 <= sum(knocks) <= 6
    assert states == {"queued"}
    assert not reachable
    assert [till.state(record) for record in records] == ["accepted"] * 2


def test_the_pause_grows_to_its_greatest_and_no_further(town: Town, till: Till) -> None:
    """A day without the center: knocks come never more than 300 seconds apart."""
    till.commit(town.purchase())
    town.server.down()

    knocks = 0
    for _ in range(24 * 60):
        knocks += till.drain()
        town.clock.advance(60)

    assert 24 * 12 <= knocks <= 24 * 30


def test_a_refused_settlement_holds_nobody_up(town: Town, till: Till) -> None:
    """A settlement that is one fen off is refused with the field; the next one and the rest of the day go on."""
    stay = town.stay()
    wrong = msgspec.structs.replace(
        stay.settlement, cash=Fen(stay.settlement.cash + 1), account=Fen(stay.settlement.account - 1)
    )
    refused = till.commit(msgspec.structs.replace(stay, settlement=wrong))
    purchase = till.commit(town.purchase())

    till.drain()

    assert (till.state(refused), till.state(purchase)) == ("refused", "accepted")
    assert "acct_pay: center 1500.00, terminal 1499.99" in till.journal.queue()[0].reason


def test_the_void_of_what_was_refused_needs_no_center(town: Town, till: Till) -> None:
    """The center never booked it, so there is nothing to take back: the void is closed, and both are done with."""
    town.server.faults.inject("refuse", infno="2102")
    purchase = till.commit(town.purchase())
    void = till.void(purchase)

    till.drain()

    assert (till.state(purchase), till.state(void)) == ("refused", "refused")
    assert till.journal.queue() == []
    assert town.books.settlements() == []


def test_differences_are_kept_with_the_settlement(town: Town, till: Till) -> None:
    """The account was used elsewhere before the upload: booked, and the other balance is kept beside it."""
    stay = town.record(town.bill("A00000002", "inpatient", "H37060200003", E7_ITEMS))
    record = till.commit(stay)
    elsewhere = town.person("A00000002")
    account = msgspec.structs.replace(elsewhere.account, balance=Fen(elsewhere.account.balance - 100))
    town.books.keep_person(msgspec.structs.replace(elsewhere, account=account))

    till.drain()

    assert till.state(record) == "accepted"
    kept = till.journal.settlement(record.id).center_references["differences"]
    assert kept.startswith("balc: center ")


def reconciled(till: Till) -> dict[tuple[str, str], GroupResult]:
    till.desk.sign_in(OPERATOR)
    return {
        (result.group.scheme, result.group.clearing_class): result
        for result in reconcile(till.journal, till.desk, DAY, till.journal.of_day(DAY))
    }


def test_a_day_that_went_up_whole_is_balanced(town: Town, till: Till) -> None:
    """Per scheme and clearing class the center has the same totals; a void and its settlement cancel out."""
    stay = till.commit(town.stay())
    till.commit(town.purchase())
    till.void(stay)
    till.commit(town.record(town.bill("A00000011", "accident", "H37060200001", E7_ITEMS)))
    till.drain()

    results = reconciled(till)

    assert set(results) == {("employee", "inpatient"), ("employee", "pharmacy"), ("resident", "outpatient")}
    assert all(result.balanced for result in results.values())


def test_what_has_not_gone_up_shows_as_a_difference(town: Town, till: Till) -> None:
    """A settlement still queued: its group does not balance, the other does, and the text says by how much."""
    till.commit(town.stay())
    till.drain()
    till.commit(town.purchase())

    results = reconciled(till)

    assert results["employee", "inpatient"].balanced
    unbalanced = results["employee", "pharmacy"]
    assert not unbalanced.balanced
    assert "fixmedins_setl_cnt: center 0, institution 1" in unbalanced.text
    assert "medfee_sumamt: center 0.00, institution 111.70" in unbalanced.text


def test_what_the_center_has_more_shows_as_a_difference(town: Town, till: Till) -> None:
    """A one-sided entry at the center: a settlement that this journal does not know."""
    till.commit(town.purchase())
    till.drain()
    town.send(town.record(town.bill("A00000004", "pharmacy", "P37060200001", E7_ITEMS), 9))

    result = reconciled(till)["employee", "pharmacy"]

    assert not result.balanced
    assert "fixmedins_setl_cnt: center 2, institution 1" in result.text


def test_what_goes_up_after_midnight_belongs_to_its_business_day(town: Town, till: Till) -> None:
    """A settlement of the 30th that the center gets on the 1st is in the totals of the 30th."""
    till.commit(town.purchase())
    town.clock.set(dt.datetime.combine(DAY + dt.timedelta(days=1), dt.time(0, 5), town.clock.now().tzinfo))
    till.drain()

    assert reconciled(till)["employee", "pharmacy"].balanced


def test_pending_settlements_are_known_to_the_next_quote(town: Town, till: Till) -> None:
    """Two purchases while the center is down: the second is worked out on the first's balance, and both are booked."""
    from terminal.settlement.accumulate import with_pending

    bill = town.bill("A00000002", "inpatient", "H37060200003", E7_ITEMS)
    town.server.down()
    first = till.commit(town.record(bill, 1))
    pending = [(one.bill, one.settlement, one.sign) for one in till.journal.pending_of(first.person_number)]
    year, balance = with_pending(bill.year, bill.account.balance, pending)
    account = msgspec.structs.replace(bill.account, balance=balance)
    second = till.commit(town.record(msgspec.structs.replace(bill, year=year, account=account), 2))
    town.server.up()

    till.drain()

    assert [till.state(first), till.state(second)] == ["accepted", "accepted"]
    assert town.person("A00000002").account.balance == LAW.settle(second.bill).account_balance
