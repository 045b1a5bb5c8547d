"""Many settlements in one step: durable before the first leaves, in flight together, each booked exactly once."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import msgspec
import pytest
from till import CARDS, PHARMACY, Till, one_each
from town import Town, items

from terminal.bureau.faults import FaultName
from terminal.center.answers import Institution
from terminal.center.burst import Burst, Prepared
from terminal.center.desk import CenterDesk
from terminal.center.profile import REFERENCE, Profile, load_profile
from terminal.center.upload import Upload
from terminal.journal.records import QueuedMessage
from terminal.money import Fen


class Listening:
    """A lane that looks at the queue before each settlement leaves, and is cut for good before one of them, or before
    one of the answers is heard. Several of them share what is `seen`.
    """

    def __init__(self, town: Town, till: Till, power_fails_at: int = 0, seen: Seen | None = None) -> None:
        self._link, self._till, self._power_fails_at = town.new_link(), till, power_fails_at
        self.seen: Seen = [] if seen is None else seen

    def post(self, body: bytes) -> bytes:
        self.send(body)
        return self.receive()

    def send(self, body: bytes) -> None:
        if b'"infno":"2102"' in body:
            self._see("left")
        self._link.send(body)

    def receive(self) -> bytes:
        answer = self._link.receive()
        if b'"setl_id"' in answer:
            self._see("heard")
        return answer

    def _see(self, what: str) -> None:
        self.seen.append((what, [message.state for message in self._till.journal.queue()]))
        if len(self.seen) == self._power_fails_at:
            raise KeyboardInterrupt


Seen = list[tuple[str, list[str]]]


def with_lanes(
    town: Town, till: Till, profile: Profile = REFERENCE, power_fails_at: int = 0, lanes: int | None = None
) -> tuple[Upload, Seen]:
    """An upload as the province of `profile` wants it, and what was seen of its settlements on their way."""
    desk, seen = desk_with_lanes(town, till, profile, power_fails_at, lanes)
    return Upload(till.journal, desk, town.clock, Random(7)), seen


def desk_with_lanes(
    town: Town, till: Till, profile: Profile, power_fails_at: int = 0, lanes: int | None = None
) -> tuple[CenterDesk, Seen]:
    """A desk of so many lanes, or of as many as the province allows."""
    names = {provider_id: provider.name for provider_id, provider in town.providers.items()}
    institution = Institution("370602", names, "T1")
    stamp, seen = till.journal.next_message_stamp, list[tuple[str, list[str]]]()
    ways = [Listening(town, till, power_fails_at, seen) for _ in range(lanes or profile.in_flight_max)]
    return CenterDesk(town.new_link(), institution, stamp, 1, town.clock, profile, lanes=ways), seen


def test_a_burst_is_durable_before_the_first_of_it_leaves(town: Town, till: Till) -> None:
    """Four persons' purchases in one step: all four stand as `sent` when the first leaves, all are on their way before
    the first is heard, and all are accepted.
    """
    records = one_each(town, till)
    upload, seen = with_lanes(town, till)
    assert upload.run(town.clock.now())
    assert [what for what, _ in seen] == ["left"] * 4 + ["heard"] * 4
    assert [states for _, states in seen] == [["sent"] * 4] * 8
    assert [till.state(record) for record in records] == ["accepted"] * 4
    assert till.journal.verify() == []


def test_one_is_in_flight_where_the_province_wants_all_in_order(town: Town, till: Till) -> None:
    """`order = "terminal"`: the next leaves when the one before was heard."""
    one_each(town, till)
    upload, seen = with_lanes(town, till, msgspec.structs.replace(REFERENCE, order="terminal"))
    assert upload.run(town.clock.now())
    assert [what for what, _ in seen] == ["left", "heard"] * 4
    assert till.journal.counts() == {"accepted": 4}


def test_as_many_are_in_flight_as_the_profile_says(town: Town, till: Till) -> None:
    """`in_flight = 2`: of four persons' purchases the third leaves when the first was heard."""
    one_each(town, till)
    upload, seen = with_lanes(town, till, msgspec.structs.replace(REFERENCE, in_flight=2))
    assert upload.run(town.clock.now())
    assert [what for what, _ in seen] == ["left", "left", "heard", "left", "heard", "left", "heard", "heard"]
    assert till.journal.counts() == {"accepted": 4}


def test_what_follows_is_prepared_while_the_center_works(town: Town, till: Till) -> None:
    """Two batches of two, one in flight: the third is prepared while the first is out, and none leaves unwritten."""
    records = {record.id: record for record in one_each(town, till)}
    desk, seen = desk_with_lanes(town, till, REFERENCE, lanes=1)
    desk.sign_in("0001")

    def prepared(messages: list[QueuedMessage]) -> Iterator[Prepared]:
        for message in messages:
            ready = desk.lanes.prepare(records[message.settlement_id], message.wire_id)
            assert ready is not None
            seen.append(("prepared", []))
            yield message, ready

    waiting = till.journal.queue()
    batches = iter([prepared(waiting[2:]), iter(())])
    first = list(prepared(waiting[:2]))
    burst = Burst(till.journal, desk.lanes, town.clock, batches.__next__)
    burst.fly(first, town.clock.now())
    steps = [what for what, _ in seen]
    assert steps[2:] == ["left", "prepared", "heard", "left", "prepared", "heard", "left", "heard", "left", "heard"]
    assert till.journal.counts() == {"accepted": 4}


class Slow:
    """A center that takes a second for each settlement."""

    def __init__(self, town: Town) -> None:
        self._link, self._town = town.new_link(), town

    def post(self, body: bytes) -> bytes:
        if b'"infno":"2102"' in body:
            self._town.clock.advance(1)
        return self._link.post(body)


def test_nothing_is_begun_after_two_seconds(town: Town, till: Till) -> None:
    """One after the other, a second each: the third leaves just in time, the fourth waits as if nobody had tried."""
    records = one_each(town, till)
    till.desk = town.new_desk(Slow(town))
    till.upload = Upload(till.journal, till.desk, town.clock, Random(7))
    assert till.upload.run(town.clock.now()) is True
    assert [till.state(record) for record in records] == ["accepted"] * 3 + ["queued"]
    assert [message.attempts for message in till.journal.queue()] == [0]


@pytest.mark.parametrize("lanes", [1, 3])
def test_a_batch_has_its_bound(town: Town, till: Till, monkeypatch: pytest.MonkeyPatch, lanes: int) -> None:
    """With a batch of two, one in flight or three: two are written at a time, and the next two in the same step; then
    nothing is left to do.
    """
    monkeypatch.setattr("terminal.center.upload.BATCH_MESSAGES_MAX", 2)
    one_each(town, till)
    desk, seen = desk_with_lanes(town, till, REFERENCE, lanes=lanes)
    upload = Upload(till.journal, desk, town.clock, Random(7))
    assert upload.run(town.clock.now()) is True
    left = [states for what, states in seen if what == "left"]
    assert left[:2] == [["sent", "sent", "queued", "queued"]] * 2
    assert [states.count("queued") for states in left[2:]] == [0, 0]
    assert till.journal.counts() == {"accepted": 4}
    assert upload.run(town.clock.now()) is False


def test_two_that_wait_go_together_and_one_goes_alone(town: Town, till: Till) -> None:
    """Of three persons' purchases the first is done: the two others are both written down before either leaves."""
    one_each(town, till)
    till.upload.tick(town.clock.now())
    till.upload.tick(town.clock.now())
    upload, seen = with_lanes(town, till)
    upload.run(town.clock.now())
    assert seen[0] == ("left", ["sent", "sent"])


def test_what_is_special_at_the_head_goes_alone(town: Town, till: Till) -> None:
    """A void and a stay are before two purchases: each takes its own turn, the purchases go together."""
    first = till.commit(town.record(town.bill(CARDS[3], "pharmacy", PHARMACY, items({"amount": "1.00"}))))
    till.drain()
    void = till.void(first)
    stay = till.commit(town.stay())
    others = [
        till.commit(town.record(town.bill(card, "pharmacy", PHARMACY, items({"amount": "5.00"}))))
        for card in CARDS[1:3]
    ]
    upload, seen = with_lanes(town, till)
    states = []
    while upload.run(town.clock.now()):
        states.append([till.state(record) for record in (void, stay, *others)])
    assert states == [["accepted"] + ["queued"] * 3, ["accepted"] * 2 + ["queued"] * 2, ["accepted"] * 4]
    assert [what for what, _ in seen] == ["left", "left", "heard", "heard"]
    assert [booked.sign for booked, _ in town.books.settlements()] == [1, -1, 1, 1, 1]


def test_who_was_interrupted_before_goes_first(town: Town, till: Till) -> None:
    """Found as sent at the head of the queue: repeated alone, before anything new leaves."""
    records = one_each(town, till)
    waiting = till.journal.queue()[0]
    till.journal.mark_sent(waiting.message_id, b"what was sent", town.clock.now())
    assert till.upload.run(town.clock.now())
    assert [till.state(record) for record in records] == ["accepted"] + ["queued"] * 3


def test_what_is_in_flight_is_heard_although_one_before_it_is_silent(town: Town, till: Till) -> None:
    """The second of four is cut off: it alone is unknown, and goes again under the same id; each is booked once."""
    records = one_each(town, till)
    town.server.faults.inject("strings", infno="2102")
    town.server.faults.inject("drop-after", infno="2102")
    upload, _ = with_lanes(town, till)
    upload.run(town.clock.now())
    assert [till.state(record) for record in records] == ["accepted", "unknown", "accepted", "accepted"]
    town.clock.advance(2)
    upload.run(town.clock.now())
    assert till.journal.counts() == {"accepted": 4}
    assert [state for _, state in town.books.settlements()] == ["booked"] * 4


def test_a_dead_line_is_counted_once_however_many_met_it(town: Town, till: Till) -> None:
    """All four are turned away at the gateway: three show that it is the line, which pauses once; the fourth waits as
    before."""
    one_each(town, till)
    town.server.faults.inject("gateway-401", 4, "2102")
    upload, _ = with_lanes(town, till)
    upload.run(town.clock.now())
    waiting = till.journal.queue()
    assert [(message.state, message.attempts) for message in waiting] == [("queued", 1)] * 3 + [("queued", 0)]
    assert till.journal.center_rest()[0] == 1
    town.clock.advance(2)
    while upload.run(town.clock.now()):
        pass
    assert till.journal.counts() == {"accepted": 4}


def test_a_line_that_is_gone_is_knocked_at_by_each_lane_once_a_pause(town: Town, till: Till) -> None:
    """Nothing has left: all four wait as they were, one attempt the more for the first; each pause is longer than the
    one before it, and when the line is back all four go up."""
    one_each(town, till)
    desk, _ = desk_with_lanes(town, till, REFERENCE)
    desk.sign_in("0001")
    upload = Upload(till.journal, desk, town.clock, Random(7))
    town.server.down()
    assert upload.run(town.clock.now()) is True
    assert [(message.state, message.attempts) for message in till.journal.queue()] == [
        ("queued", 1),
        *[("queued", 0)] * 3,
    ]
    assert not upload.reachable
    assert upload.run(town.clock.now()) is False
    town.clock.advance(1)
    assert upload.run(town.clock.now()) is True
    assert till.journal.center_rest()[0] == 2
    assert upload.run(town.clock.now()) is False
    town.server.up()
    town.clock.advance(2)
    assert upload.run(town.clock.now()) is True
    assert till.journal.counts() == {"accepted": 4}
    assert upload.reachable


@pytest.mark.parametrize("fault", ["drop-after", "gateway-401"])
def test_a_burst_ends_at_the_first_without_a_last_word(town: Town, till: Till, fault: FaultName) -> None:
    """The third finds no answer, or no way in: two are done, the fourth waits as if nothing had been tried."""
    records = one_each(town, till)
    town.server.faults.inject("strings", 2, "2102")
    town.server.faults.inject(fault, infno="2102")
    till.upload.run(town.clock.now())
    third = "unknown" if fault == "drop-after" else "queued"
    assert [till.state(record) for record in records] == ["accepted", "accepted", third, "queued"]
    assert [message.attempts for message in till.journal.queue()] == [1, 0]
    town.clock.advance(2)
    till.drain()
    assert [state for _, state in town.books.settlements()] == ["booked"] * 4


def test_one_person_s_settlements_are_never_in_one_burst(town: Town, till: Till) -> None:
    """The second of a person waits for the last word on the first."""
    bill = town.bill("A00000006", "pharmacy", PHARMACY, items({"code": "XJ01", "amount": "5.00"}))
    first = till.commit(town.record(bill))
    account = msgspec.structs.replace(bill.account, balance=Fen(bill.account.balance - 500))
    second = till.commit(town.record(msgspec.structs.replace(bill, account=account)))
    till.upload.run(town.clock.now())
    assert [till.state(first), till.state(second)] == ["accepted", "queued"]


@pytest.mark.parametrize("name", ["reference", "baseline"])
@pytest.mark.parametrize(("lanes", "at"), [(1, 1), (1, 3), (1, 8), (2, 2), (2, 5), (4, 1), (4, 4), (4, 5), (4, 8)])
def test_a_power_cut_inside_a_burst_loses_and_doubles_nothing(
    town: Town, till: Till, name: str, lanes: int, at: int
) -> None:
    """Answers that were heard and not yet written down are asked for again, or reversed first: booked once each."""
    records = one_each(town, till)
    profile = load_profile(name)
    upload, _ = with_lanes(town, till, profile, at, lanes)
    with pytest.raises(KeyboardInterrupt):
        upload.run(town.clock.now())
    till.journal.close()
    till.open()
    till.journal.mark_interrupted(town.clock.now())
    upload, _ = with_lanes(town, till, profile, lanes=lanes)
    while upload.run(town.clock.now()):
        pass
    assert [till.state(record) for record in records] == ["accepted"] * 4
    assert [state for _, state in town.books.settlements()].count("booked") == 4
    assert [town.person(card).account.balance for card in CARDS] == [149_500, 299_500, 9_500, 7_000]
