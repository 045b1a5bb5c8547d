"""What goes again, when and how often: pauses that grow, reversals first, and what is parked for an operator."""

from __future__ import annotations

import datetime as dt
import json
from random import Random

import msgspec
import pytest
from till import CARDS, PHARMACY, UNSAFE, Mute, Till, first, one_each, speaking, tick
from town import STAY, Town, items

from terminal.bureau.faults import FaultName
from terminal.center.pauses import Pauses
from terminal.center.profile import REFERENCE, Profile
from terminal.center.upload import IN_DOUBT_ORIGINAL
from terminal.errors import Refused


def next_pause_seconds(till: Till) -> float:
    """How long until the first message that waits is due."""
    return (first(till).next_attempt_at - till.town.clock.now()).total_seconds()


def test_pauses_double_and_half_of_each_is_chance() -> None:
    """From the least to the greatest; no two tills march, and none waits longer than said or less than half."""
    pauses = Pauses(Random(7), 2, 100)
    drawn = [{pauses.after(attempt).total_seconds() for _ in range(200)} for attempt in (1, 2, 3, 6, 7, 40)]
    for found, longest in zip(drawn, (2, 4, 8, 64, 100, 100), strict=True):
        assert longest / 2 < min(found) < longest * 0.55
        assert longest * 0.95 < max(found) <= longest


@pytest.mark.parametrize("fault", ["drop-before", "drop-after"])
def test_where_repeats_are_recognised_the_same_message_goes_again(town: Town, till: Till, fault: FaultName) -> None:
    """Under its own id, after its pause; nothing is reversed."""
    wire, _ = speaking(town, till), till.commit(town.purchase())
    town.server.faults.inject(fault, infno="2102")
    assert [tick(till) for _ in range(2)] == [True, False]
    assert 0.5 < next_pause_seconds(till) <= 1
    town.clock.advance(1)
    assert [tick(till) for _ in range(2)] == [True, False]
    assert wire.numbers == ["2102", "2102"]
    assert len({body["msgid"] for body in wire.bodies if body["infno"] == "2102"}) == 1
    assert till.journal.counts() == {"accepted": 1}


def test_where_they_are_not_the_reversal_goes_first_and_then_it_goes_anew(town: Town, till: Till) -> None:
    """2102, 2601 of that very message before anybody else's, 2102 under an id of its own."""
    wire, _ = speaking(town, till, profile=UNSAFE), one_each(town, till)
    town.server.faults.inject("drop-after", infno="2102")
    steps = 0
    while tick(till):
        steps += 1
    assert steps == len(wire.numbers) == 6
    assert wire.numbers == ["2102", "2601", "2102", "2102", "2102", "2102"]
    sent = [body for body in wire.bodies if body["infno"] in ("2102", "2601")]
    assert sent[1]["input"]["data"] == {
        "psn_no": town.person(CARDS[0]).person_number,
        "omsgid": sent[0]["msgid"],
        "oinfno": "2102",
    }
    settled = [body["input"]["druginfo"]["psn_no"] for body in sent if body["infno"] == "2102"]
    assert settled[0] == settled[1]
    assert len({body["msgid"] for body in sent}) == 6
    assert sorted(settled[1:]) == sorted(town.person(card).person_number for card in CARDS)


@pytest.mark.parametrize(("profile", "numbers"), [(REFERENCE, ["2102"]), (UNSAFE, ["2601", "2102"])])
def test_what_was_interrupted_is_in_doubt(town: Town, till: Till, profile: Profile, numbers: list[str]) -> None:
    """Found as sent after an end: repeated, or reversed first."""
    till.commit(town.purchase())
    till.journal.mark_sent(first(till).message_id, b"what was sent", town.clock.now())
    wire = speaking(town, till, profile=profile)
    assert tick(till)
    while tick(till):
        pass
    told = [json.loads(body)["reason"] for (body,) in till.rows("SELECT body FROM entries") if b"undoes" in body]
    assert told == (["interrupted"] if profile is UNSAFE else [])
    assert wire.numbers == numbers
    assert till.journal.counts()["accepted"] == 1


def rest(town: Town, till: Till, attempt: int) -> None:
    """Pass the pause after an attempt, from 0: up to twice the one before, five minutes at most, and at least half."""
    longest = min(300, 2**attempt)
    assert longest / 2 < next_pause_seconds(till) <= longest
    town.clock.advance(longest)


def test_the_thirtieth_silence_parks_and_not_the_one_before(town: Town, till: Till) -> None:
    """Pauses grow up to five minutes; another person's settlement goes up meanwhile."""
    silent = till.commit(town.purchase())
    speaking(town, till, Mute(town, "2102"))
    for attempt in range(29):
        assert tick(till)
        assert till.state(silent) == "unknown"
        rest(town, till, attempt)
    assert tick(till)
    assert (till.state(silent), first(till).attempts) == ("parked", 30)
    assert first(till).reason == "never answered: no answer"
    assert tick(till) is False
    other = till.commit(town.record(town.bill("A00000002", "pharmacy", PHARMACY, items({"amount": "5.00"}))))
    speaking(town, till)
    till.drain()
    assert (till.state(silent), till.state(other)) == ("parked", "accepted")


def test_a_settlement_is_undone_three_times_and_then_parked(town: Town, till: Till) -> None:
    """2102 four times, 2601 three times: the fourth silence is an operator's."""
    record = till.commit(town.purchase())
    wire = speaking(town, till, Mute(town, "2102"), UNSAFE)
    for _ in range(20):
        while tick(till):
            pass
        town.clock.advance(300)
    assert wire.numbers == ["2102", "2601"] * 3 + ["2102"]
    assert till.state(record) == "parked"
    assert first(till).reason == "undone and unknown again: no answer"


def test_the_void_of_what_is_parked_is_parked_with_it(town: Town, till: Till) -> None:
    """Nobody knows whether there is anything to take back: the center is not asked."""
    purchase = till.commit(town.purchase())
    void = till.void(purchase)
    till.journal.mark_parked(first(till).message_id, "by hand", town.clock.now())
    wire = speaking(town, till)
    till.drain()
    assert (till.state(void), wire.numbers) == ("parked", [])
    assert till.journal.queue()[1].reason == IN_DOUBT_ORIGINAL


def test_a_visit_that_is_never_registered_is_parked_and_holds_up_nobody(town: Town, till: Till) -> None:
    """2401 without an answer thirty times, at pauses that grow; a purchase behind it goes up at once."""
    stay = till.commit(town.record(town.bill("A00000001", "inpatient", "H37060200003", STAY)))
    purchase = till.commit(town.purchase())
    speaking(town, till, Mute(town, "2401"))
    assert tick(till)
    assert till.upload.reachable
    assert (till.state(stay), till.drain(), till.state(purchase)) == ("queued", 1, "accepted")
    for attempt in range(29):
        assert till.state(stay) == "queued"
        rest(town, till, attempt)
        assert tick(till)
    assert (till.state(stay), first(till).attempts) == ("parked", 29)
    assert first(till).reason.startswith("came to nothing again and again: ")


class Broken:
    """A link over which the program falls with a fault of its own."""

    def __init__(self, town: Town, infno: str, error: Exception) -> None:
        self._link, self._infno, self._error = town.new_link(), f'"infno":"{infno}"'.encode(), error

    def post(self, body: bytes) -> bytes:
        if self._infno in body:
            self._infno = b"no more"
            raise self._error
        return self._link.post(body)


@pytest.mark.parametrize(
    ("error", "says"),
    [(ValueError("x"), "ValueError"), (KeyError("x"), "KeyError"), (Refused("bad-key", "", ""), "bad-key")],
)
def test_what_cannot_be_worked_on_is_parked_and_the_next_goes_up(
    town: Town, till: Till, error: Exception, says: str
) -> None:
    """A reversal at which the program itself fails: parked with the kind of fault; it is not met at every step."""
    one_each(town, till)
    town.server.faults.inject("drop-before", infno="2102")
    speaking(town, till, Broken(town, "2601", error), UNSAFE)
    assert tick(till)
    assert tick(till)
    parked = [message for message in till.journal.queue() if message.state == "parked"]
    assert [(message.transaction, message.reason) for message in parked] == [
        ("reverse", f"cannot be worked on: {says}")
    ]
    while tick(till):
        pass
    assert till.journal.counts()["accepted"] == 3


def test_what_does_not_fit_the_form_is_refused_before_anything_is_sent(town: Town, till: Till) -> None:
    """A note of the till's that no `exp_content` holds: an operator sees why."""
    record = till.commit(msgspec.structs.replace(town.purchase(), till_reference="9" * 4_000))
    wire = speaking(town, till)
    assert tick(till)
    assert (till.state(record), wire.numbers) == ("refused", [])
    assert first(till).reason.startswith("not sent, it does not fit the center's form: druginfo.exp_content: ")


def after_failures(town: Town, till: Till, count: int) -> None:
    """The line was dead so many times in a row."""
    town.server.down()
    for attempt in range(count):
        assert tick(till)
        assert till.journal.center_rest()[0] == attempt + 1
        longest = min(300, 2**attempt)
        assert longest / 2 < next_pause_seconds(till) <= longest
        assert tick(till) is False
        if attempt < count - 1:
            town.clock.advance(longest)
    assert not till.upload.reachable


def restarted(town: Town, till: Till) -> None:
    till.journal.close()
    till.open()


def test_how_long_the_center_is_left_alone_outlives_the_program(town: Town, till: Till) -> None:
    """Three failures, an end: the new process waits for the rest of the pause, and counts on from three."""
    till.commit(town.purchase())
    assert till.upload.reachable
    after_failures(town, till, 3)
    left = next_pause_seconds(till)
    restarted(town, till)
    assert till.upload.run(town.clock.now()) is False
    restarted(town, till)
    assert tick(till) is False
    assert not till.upload.reachable
    town.clock.advance(left - 0.01)
    assert (tick(till), till.upload.run(town.clock.now())) == (False, False)
    town.clock.advance(0.01)
    assert tick(till)
    assert till.journal.center_rest()[0] == 4
    assert 4 < next_pause_seconds(till) <= 8


def test_a_rest_that_is_over_at_the_start_delays_nothing(town: Town, till: Till) -> None:
    """The program was off for longer than the pause; the first answer ends the count."""
    record = till.commit(town.purchase())
    after_failures(town, till, 2)
    town.server.up()
    town.clock.advance(600)
    restarted(town, till)
    assert tick(till)
    assert till.state(record) == "accepted"
    assert till.upload.reachable
    assert till.journal.center_rest()[0] == 0


def test_a_clock_set_back_does_not_make_a_rest_longer_than_any_pause(town: Town, till: Till) -> None:
    """A rest that seems to end tomorrow ends in five minutes; and where the center was reached, there is none."""
    till.commit(town.purchase())
    after_failures(town, till, 2)
    town.clock.set(town.clock.now() - dt.timedelta(days=1))
    restarted(town, till)
    assert tick(till) is False
    town.clock.advance(299)
    assert tick(till) is False
    town.server.up()
    town.clock.advance(1)
    assert tick(till)
    assert till.upload.reachable
    till.commit(town.record(town.bill("A00000002", "pharmacy", PHARMACY, items({"amount": "5.00"}))))
    town.clock.set(town.clock.now() - dt.timedelta(days=1))
    restarted(town, till)
    assert tick(till)


@pytest.mark.parametrize("restart", [True, False])
def test_an_operator_may_have_it_tried_at_once(town: Town, till: Till, restart: bool) -> None:
    """Whatever is left of the pause, also just after a start."""
    record = till.commit(town.purchase())
    after_failures(town, till, 5)
    town.server.up()
    if restart:
        restarted(town, till)
    till.journal.hurry(town.clock.now())
    assert tick(till) is False
    till.upload.wake()
    assert tick(till)
    assert till.state(record) == "accepted"


def test_a_silence_shows_that_the_center_is_there(town: Town, till: Till) -> None:
    """After two dead lines one silence: nobody else waits for the line any more."""
    one_each(town, till)
    after_failures(town, till, 2)
    town.server.up()
    town.clock.advance(2)
    town.server.faults.inject("drop-before", infno="2102")
    assert tick(till)
    assert (till.upload.reachable, till.journal.center_rest()[0]) == (True, 0)
    assert till.drain() == 3


def test_a_step_before_the_message_shows_that_the_center_is_there(town: Town, till: Till) -> None:
    """After two dead lines a stay cannot be registered, which is that stay's alone: the purchase behind it goes up."""
    stay = till.commit(town.record(town.bill("A00000001", "inpatient", "H37060200003", STAY)))
    purchase = till.commit(town.purchase())
    after_failures(town, till, 2)
    town.server.up()
    town.clock.advance(2)
    town.server.faults.inject("drop-before", infno="2401")
    assert tick(till)
    assert (till.upload.reachable, till.journal.center_rest()[0]) == (True, 0)
    assert (till.drain(), till.state(stay), till.state(purchase)) == (1, "queued", "accepted")
