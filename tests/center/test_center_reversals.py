"""What may have been booked is reversed, or looked up where it cannot be; nothing is booked or taken back twice."""

from __future__ import annotations

import msgspec
import pytest
from till import UNSAFE, Mute, Till, first, speaking, tick
from town import Town, items
from watched import Telling, Watched

from terminal.bureau.faults import FaultName
from terminal.center.answers import TAKEN_BACK
from terminal.center.profile import Profile, Refusals, Said, load_profile
from terminal.center.reversals import NEVER_TAKEN_IN
from terminal.center.upload import STILL_IN_DOUBT, UNKNOWN_ATTEMPTS_MAX

WITHOUT_VOIDS = msgspec.structs.replace(UNSAFE, reversible=("2102",))


def test_a_reversal_is_asked_for_until_it_is_answered(town: Town, till: Till) -> None:
    """Never parked: forty silences, then one answer, and the settlement goes anew."""
    record = till.commit(town.purchase())
    town.server.faults.inject("drop-after", infno="2102")
    wire = speaking(town, till, Mute(town, "2601"), UNSAFE)
    for _ in range(40):
        while tick(till):
            pass
        town.clock.advance(300)
    assert wire.numbers == ["2102"] + ["2601"] * 40
    assert {message.state for message in till.journal.queue()} == {"unknown"}
    speaking(town, till, profile=UNSAFE)
    while tick(till):
        pass
    assert till.state(record) == "accepted"
    assert [state for _, state in town.books.settlements()] == ["reversed", "booked"]


@pytest.mark.parametrize(
    ("fault", "numbers", "found"),
    [("drop-before", ["2103", "5203", "2103"], ""), ("drop-after", ["2103", "5203"], TAKEN_BACK)],
)
def test_a_void_that_is_not_reversed_is_looked_up(
    town: Town, till: Till, fault: FaultName, numbers: list[str], found: str
) -> None:
    """5203 of its settlement: not taken back, it goes again; taken back, it is done, though nobody told its number."""
    purchase = till.commit(town.purchase())
    till.drain()
    void = till.void(purchase)
    town.server.faults.inject(fault, infno="2103")
    wire = speaking(town, till, profile=WITHOUT_VOIDS)
    for _ in range(3):
        while tick(till):
            pass
        town.clock.advance(5)
    assert wire.numbers == numbers
    assert till.state(void) == "accepted"
    assert till.journal.settlement(void.id).center_references.get("found", "") == found
    assert [state for _, state in town.books.settlements()] == ["voided", "booked"]


@pytest.mark.parametrize(
    ("fault", "state"),
    [("drop-before", "unknown"), ("refuse", "unknown"), ("gateway-401", "queued")],
)
def test_a_look_that_fails_says_nothing_of_the_void(town: Town, till: Till, fault: FaultName, state: str) -> None:
    """Silence and a refusal leave it in doubt, turned away it waits as it did; nobody else waits, and the next look
    decides."""
    purchase = till.commit(town.purchase())
    till.drain()
    void = till.void(purchase)
    town.server.faults.inject("drop-before", infno="2103")
    town.server.faults.inject(fault, infno="5203")
    wire = speaking(town, till, profile=WITHOUT_VOIDS)
    while tick(till):
        pass
    (waiting,) = (message for message in till.journal.queue() if message.transaction == "reverse")
    assert (waiting.state, till.upload.reachable) == (state, True)
    for _ in range(3):
        town.clock.advance(5)
        while tick(till):
            pass
    assert wire.numbers == ["2103", "5203", "5203", "2103"]
    assert till.state(void) == "accepted"


def test_a_look_that_is_refused_for_good_is_parked(town: Town, till: Till) -> None:
    """The center has lost the void's settlement: after thirty looks an operator is told its words."""
    purchase = till.commit(town.purchase())
    till.drain()
    till.void(purchase)
    town.server.faults.inject("drop-before", infno="2103")
    lost = '{"infcode":-1,"err_msg":"无此结算","output":{}}'
    wire = speaking(town, till, Telling(town, "5203", lost), WITHOUT_VOIDS)
    worked_through(town, till, UNKNOWN_ATTEMPTS_MAX + 5)
    assert wire.numbers == ["2103"] + ["5203"] * UNKNOWN_ATTEMPTS_MAX
    (parked,) = (message for message in till.journal.queue() if message.transaction == "reverse")
    assert (parked.state, parked.reason) == ("parked", f"{STILL_IN_DOUBT}: the center refuses: 无此结算")


def test_a_settlement_that_the_center_reverses_for_nobody_stays_in_doubt(town: Town, till: Till) -> None:
    """It is not looked up, since its number was never told: the reason says whom to ask."""
    till.commit(town.purchase())
    town.server.faults.inject("drop-after", infno="2102")
    wire = speaking(town, till, profile=msgspec.structs.replace(UNSAFE, reversible=("2207",)))
    while tick(till):
        pass
    assert wire.numbers == ["2102"]
    (reversal,) = (message for message in till.journal.queue() if message.transaction == "reverse")
    assert reversal.state == "unknown"
    assert reversal.reason == "this center does not reverse a settlement: ask the insurance office"


def test_a_void_of_what_has_no_number_there_is_neither_reversed_nor_looked_up(town: Town, till: Till) -> None:
    """It named nothing that could have been taken back: it goes again, and the center's no is its last word."""
    purchase = till.commit(town.purchase())
    till.journal.mark_accepted(first(till).message_id, b"", {}, town.clock.now())
    void = till.void(purchase)
    town.server.faults.inject("drop-before", infno="2103")
    wire = speaking(town, till, profile=WITHOUT_VOIDS)
    while tick(till):
        pass
    assert wire.numbers == ["2103", "2103"]
    assert till.state(void) == "refused"
    assert reversal_reasons(till) == [NEVER_TAKEN_IN]


def reversal_reasons(till: Till) -> list[str]:
    """What the journal says of each reversal."""
    return [reason for (reason,) in till.rows("SELECT reason FROM outbox WHERE transaction_name = 'reverse'")]


@pytest.mark.parametrize(("fault", "said"), [("drop-before", "omsgid: "), ("drop-after", "")])
def test_what_the_center_said_to_a_reversal_is_kept(town: Town, till: Till, fault: FaultName, said: str) -> None:
    """That it had booked nothing, in its own words; or nothing, where it has reversed."""
    record = till.commit(town.purchase())
    town.server.faults.inject(fault, infno="2102")
    speaking(town, till, profile=UNSAFE)
    while tick(till):
        pass
    (reason,) = reversal_reasons(till)
    assert reason.startswith(said)
    assert (reason == "") is (said == "")
    assert till.state(record) == "accepted"


def test_an_answer_to_a_reversal_shows_that_the_center_is_there(town: Town, till: Till) -> None:
    """After a dead line: the count of failures ends with it."""
    till.commit(town.purchase())
    town.server.faults.inject("drop-after", infno="2102")
    speaking(town, till, profile=UNSAFE)
    assert tick(till)
    town.server.down()
    assert tick(till)
    assert not till.upload.reachable
    town.server.up()
    town.clock.advance(1)
    assert tick(till)
    assert till.upload.reachable
    assert till.journal.center_rest()[0] == 0


def test_a_visit_s_settlement_that_was_reversed_goes_anew_on_the_same_visit(town: Town, till: Till) -> None:
    """2601 frees the lines; nothing is registered or sent a second time, nothing taken back."""
    bill = town.bill("A00000001", "outpatient", "H37060200003", items({"code": "XJ01", "amount": "100.00"}))
    record = till.commit(town.record(bill))
    town.server.faults.inject("drop-after", infno="2207")
    wire = speaking(town, till, profile=UNSAFE)
    while tick(till):
        pass
    assert wire.numbers == ["2201", "2203", "2204", "2207", "2601", "2207"]
    assert till.state(record) == "accepted"
    assert [state for _, state in town.books.settlements()] == ["reversed", "booked"]


BUSY = '{"infcode":-1,"err_msg":"系统繁忙，请稍后再试","output":{}}'


def refusing(town: Town, till: Till, refusal: str, profile: Profile = UNSAFE) -> Watched:
    """A till whose center refuses every 2601 with these words."""
    return speaking(town, till, Telling(town, "2601", refusal), profile)


def worked_through(town: Town, till: Till, pauses: int) -> None:
    """Let so many of the longest pauses pass, and all be done that is due."""
    for _ in range(pauses):
        while tick(till):
            pass
        town.clock.advance(300)


def test_a_refusal_that_says_nothing_of_the_message_leaves_it_in_doubt(town: Town, till: Till) -> None:
    """The center has booked it, and is too busy to reverse it: nothing goes anew, until it has been reversed."""
    record = till.commit(town.purchase())
    town.server.faults.inject("drop-after", infno="2102")
    wire = refusing(town, till, BUSY)
    worked_through(town, till, 5)
    assert wire.numbers == ["2102"] + ["2601"] * 5
    assert [state for _, state in town.books.settlements()] == ["booked"]
    assert (till.state(record), till.journal.in_doubt_of(record.person_number)) == ("unknown", True)
    speaking(town, till, profile=UNSAFE)
    worked_through(town, till, 1)
    assert [state for _, state in town.books.settlements()] == ["reversed", "booked"]
    assert (till.state(record), till.journal.in_doubt_of(record.person_number)) == ("accepted", False)


def test_a_reversal_that_is_refused_to_the_end_is_parked_and_the_person_stays_in_doubt(town: Town, till: Till) -> None:
    """After thirty tries an operator is told what the center said; resumed, it goes on where it was."""
    record = till.commit(town.purchase())
    town.server.faults.inject("drop-after", infno="2102")
    wire = refusing(town, till, BUSY)
    worked_through(town, till, UNKNOWN_ATTEMPTS_MAX + 5)
    assert wire.numbers == ["2102"] + ["2601"] * UNKNOWN_ATTEMPTS_MAX
    (parked,) = (message for message in till.journal.queue() if message.transaction == "reverse")
    assert parked.state == "parked"
    assert parked.reason == f"{STILL_IN_DOUBT}: the center refuses to reverse it: 系统繁忙，请稍后再试"
    assert till.journal.in_doubt_of(record.person_number)
    till.journal.mark_parked(first(till).message_id, "by hand", town.clock.now())
    assert till.journal.in_doubt_of(record.person_number)
    speaking(town, till, profile=UNSAFE)
    till.journal.resume(parked.message_id, town.clock.now())
    worked_through(town, till, 1)
    assert [state for _, state in town.books.settlements()] == ["reversed", "booked"]


@pytest.mark.parametrize("name", ["baseline", "hunan", "jilin"])
@pytest.mark.parametrize(
    ("said", "goes_anew"),
    [
        ('{"infcode":-1,"err_msg":"冲正失败：原交易不存在","output":{}}', True),
        ('{"infcode":"-1","err_msg":"未查询到原交易信息","output":null}', True),
        ('{"infcode":-1,"err_msg":"原交易已冲正，不能重复冲正"}', True),
        ('{"infcode":-1,"err_msg":"人员不存在"}', False),
        ('{"infcode":-1,"err_msg":"机构不存在或已停用"}', False),
        ('{"infcode":-1,"err_msg":"该交易不支持冲正"}', False),
        ('{"infcode":-1,"err_msg":""}', False),
        ('{"infcode":404,"err_msg":null}', False),
    ],
)
def test_only_the_province_s_own_words_say_that_nothing_stands_there(
    town: Town, till: Till, name: str, said: str, goes_anew: bool
) -> None:
    """Of the original transaction itself, that it is not there or undone already: not of whatever else is missing."""
    till.commit(town.purchase())
    town.server.faults.inject("drop-before", infno="2102")
    wire = refusing(town, till, said, msgspec.structs.replace(UNSAFE, refusals=load_profile(name).refusals))
    worked_through(town, till, 2)
    assert wire.numbers[:2] == ["2102", "2601"]
    assert wire.numbers[2:] == (["2102"] if goes_anew else ["2601"])


def test_a_province_may_have_a_code_for_what_was_never_booked(town: Town, till: Till) -> None:
    """Data of its profile: then only that code says so, and the nation's words do not."""
    coded = msgspec.structs.replace(UNSAFE, refusals=Refusals(never_booked=Said(codes=(4071,))))
    till.commit(town.purchase())
    town.server.faults.inject("drop-before", infno="2102")
    refusing(town, till, '{"infcode":-1,"err_msg":"原交易不存在"}', coded)
    worked_through(town, till, 2)
    assert till.journal.counts() == {"unknown": 2}
    refusing(town, till, '{"infcode":4071,"err_msg":"no"}', coded)
    worked_through(town, till, 1)
    assert till.journal.counts() == {"accepted": 1}


@pytest.mark.parametrize(
    ("fault", "found", "numbers"),
    [("drop-before", "", ["2103", "2601", "5203", "2103"]), ("drop-after", TAKEN_BACK, ["2103", "2601", "5203"])],
)
def test_a_void_whose_reversal_is_refused_is_looked_up(
    town: Town, till: Till, fault: FaultName, found: str, numbers: list[str]
) -> None:
    """5203 of its settlement, whose number is known, says what 2601 did not; while silent, both are asked again."""
    purchase = till.commit(town.purchase())
    till.drain()
    void = till.void(purchase)
    town.server.faults.inject(fault, infno="2103")
    town.server.faults.inject("drop-before", infno="5203")
    wire = refusing(town, till, BUSY)
    while tick(till):
        pass
    assert till.state(void) == "unknown"
    worked_through(town, till, 3)
    assert wire.numbers == [numbers[0], "2601", "5203", *numbers[1:]]
    assert till.state(void) == "accepted"
    assert till.journal.settlement(void.id).center_references.get("found", "") == found
    assert [state for _, state in town.books.settlements()] == ["voided", "booked"]
