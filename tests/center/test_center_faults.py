"""Every fault that the reference center knows, and what the terminal makes of it: nothing spoilt is ever accepted."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from town import DAY, OPERATOR, Town, nothing_kept

from terminal.bureau.faults import Fault, FaultName, FaultPlan, Faults, load_fault_plan
from terminal.center.answers import Accepted, NotSent, Rejected, Unknown
from terminal.center.link import HttpLink
from terminal.clock import SystemClock
from terminal.errors import Refused, Unavailable
from terminal.journal.records import GroupTotals

OUTCOMES: dict[str, tuple[type, int]] = {
    "drop-before": (Unknown, 0),
    "drop-after": (Unknown, 1),
    "delay": (Unknown, 1),
    "slow": (Unknown, 1),
    "duplicate": (Accepted, 1),
    "reorder": (Unknown, 0),
    "html": (Unknown, 0),
    "empty": (Unknown, 0),
    "no-infcode": (Unknown, 0),
    "gateway-401": (NotSent, 0),
    "refuse": (Rejected, 0),
    "truncated": (Unknown, 1),
    "huge": (Unknown, 1),
    "strings": (Accepted, 1),
    "another": (Unknown, 1),
    "wrong-sums": (Unknown, 1),
    "wrong-amounts": (Accepted, 1),
}
"""Fault → what the terminal makes of the answer to a settlement, and how many the center has booked by then.

`strings` and `duplicate` are habits, not errors. `wrong-amounts` is a success whose amounts are not ours: it is taken
as the center's word, kept beside ours, and shown.
"""
ELSEWHERE = {"six-digits", "unknown-code", "unsigned"}
"""Faults of a reconciliation, and of a sealed answer (with the gateway's tests)."""


def test_every_fault_is_shown_somewhere() -> None:
    """No fault without a test of what the terminal makes of it."""
    assert OUTCOMES.keys() | ELSEWHERE == set(get_args(FaultName))


@pytest.mark.parametrize("name", OUTCOMES)
def test_a_fault_and_the_repeat_after_it(town: Town, name: FaultName) -> None:
    """The first outcome is the table's; the same message again settles it once, whatever came before."""
    record = town.purchase()
    message_id = town.desk.new_message_id(record.provider_id)
    # Time-outs are the machine's: the answer is late for this till alone.
    hasty = HttpLink(town.server.url, SystemClock(), 0.3)
    desk = town.new_desk(hasty)
    desk.sign_in(OPERATOR)
    town.server.faults.inject(name, infno="2102", milliseconds=1 if name == "slow" else 900)

    first = town.send(record, message_id, desk)
    booked = len(town.books.settlements())
    hasty.close()
    again = town.send(record, message_id)

    assert (type(first), booked) == OUTCOMES[name]
    assert isinstance(again, Accepted)
    assert [state for _, state in town.books.settlements()] == ["booked"]
    assert town.person("A00000006").account.balance == 0


def test_amounts_that_are_not_ours_are_shown_field_by_field(town: Town) -> None:
    """They add up, so the center has settled; a fen more from the account and one less in cash stand beside ours."""
    town.server.faults.inject("wrong-amounts", infno="2102")
    outcome = town.send(town.purchase())
    assert isinstance(outcome, Accepted)
    assert outcome.differences == (
        "acct_pay: center 75.01, terminal 75.00",
        "psn_cash_pay: center 36.69, terminal 36.70",
    )


def test_a_late_request_is_booked_behind_its_reversal(town: Town) -> None:
    """The reversal finds nothing, then the request comes in: the one-sided entry that only day end can find."""
    record = town.purchase()
    message_id = town.desk.new_message_id(record.provider_id)
    town.server.faults.inject("reorder", infno="2102")
    assert isinstance(town.send(record, message_id), Unknown)
    ask = (record.provider_id, record.operator, record.person_number, message_id, "2102")
    refused = town.desk.reverse(*ask, nothing_kept)
    assert isinstance(refused, Rejected)
    assert [(one.message_id, state) for one, state in town.books.settlements()] == [(message_id, "booked")]


@pytest.mark.parametrize(("name", "balanced"), [("six-digits", True), ("unknown-code", False)])
def test_a_reconciliation_result_of_another_kind(town: Town, name: FaultName, balanced: bool) -> None:
    """Six zeros balance as well as one; a code that no edition knows never does, though the totals are the same."""
    town.server.faults.inject(name, infno="3201")
    nothing = GroupTotals.of_nothing("P37060200001", "employee", "pharmacy")
    assert town.desk.totals(DAY, nothing).balanced is balanced
    town.server.faults.inject("six-digits", infno="3201")
    town.send(town.purchase())
    assert not town.desk.totals(DAY, nothing).balanced


@pytest.mark.parametrize("name", ["html", "empty", "no-infcode", "truncated", "huge"])
def test_a_reconciliation_without_a_readable_answer_is_none(town: Town, name: FaultName) -> None:
    """No totals were compared: said so, and the day stays open."""
    town.server.faults.inject(name, infno="3201")
    with pytest.raises(Unavailable):
        town.desk.totals(DAY, GroupTotals.of_nothing("P37060200001", "employee", "pharmacy"))


def met(faults: Faults, count: int) -> list[str]:
    """What `count` settlements in a row meet."""
    found = (faults.take("2102") for _ in range(count))
    return [fault.name if fault else "" for fault in found]


def test_a_plan_says_which_request_meets_what(tmp_path: Path) -> None:
    """After two, three are cut; a question meets nothing; then one in four is turned away, the same ones each time."""
    file = tmp_path / "plan.toml"
    file.write_text(
        "seed = 7\n"
        '[[fault]]\nname = "drop-after"\ninfno = "2102"\nafter = 2\ntimes = 3\n'
        '[[fault]]\nname = "gateway-401"\nshare = "0.25"\ntimes = 0\nafter = 2\n'
    )
    plan = load_fault_plan(file)
    faults = Faults(plan)
    assert met(faults, 5) == ["", "", "drop-after", "drop-after", "drop-after"]
    drawn = met(faults, 400)
    assert 70 <= drawn.count("gateway-401") <= 130
    assert met(Faults(plan), 405)[5:] == drawn
    other = FaultPlan(seed=8, fault=plan.fault)
    assert met(Faults(other), 405)[5:] != drawn


@pytest.mark.parametrize(
    ("text", "at"),
    [('[[fault]]\nname = "explode"\n', "name"), ('[[fault]]\nname = "html"\nshare = "1.5"\n', "share"), ("seed =", "")],
)
def test_a_plan_that_is_none_is_refused(tmp_path: Path, text: str, at: str) -> None:
    """Named with its file and key."""
    (tmp_path / "plan.toml").write_text(text)
    with pytest.raises(Refused) as refused:
        load_fault_plan(tmp_path / "plan.toml")
    assert "plan.toml" in str(refused.value)
    assert at in str(refused.value)


def test_what_stands_ready_is_used_up() -> None:
    """Two times is two times; `clear` forgets the rest."""
    faults = Faults(FaultPlan(fault=[Fault("refuse", times=2)]))
    assert met(faults, 3) == ["refuse", "refuse", ""]
    faults.inject("html", 5)
    faults.clear()
    assert met(faults, 1) == [""]
