"""Carries out what day end proposed for one difference, and writes down who wanted it.

Each action is safe to repeat: what was carried out before is found done. What is done here is one durable write, with
who wanted it: an end in the middle leaves nothing of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec
from msgspec import Struct

from terminal.center.answers import NotSent, Outcome, Rejected, Unknown
from terminal.center.desk import CenterDesk
from terminal.center.details import references_of, sums_there
from terminal.center.fields import SETTLING, VOIDING
from terminal.counter.difference import Difference
from terminal.counter.settle import Circumstances, digest_of
from terminal.counter.void import void, void_of
from terminal.errors import Conflict, InDoubt, Missing, Refused, Unavailable
from terminal.journal.journal import Journal


class LastRun(Struct, frozen=True):
    """What of a run's report a repair needs."""

    differences: list[Difference] = []


def take_back_there(journal: Journal, center: CenterDesk, day: dt.date, difference: Difference, operator: str) -> None:
    """Do what `difference` proposes at the center; nothing where it proposes something here.

    journal: also one from afar, for a thread beside the counter. Raises Refused (`nothing-to-do`: it proposes no
    action; `center-refused`), Unavailable (nothing was sent), InDoubt `repair-in-doubt` (the center gave no definite
    answer, now or since the day's last run).
    """
    if difference.action == "none":
        raise Refused("nothing-to-do", "nothing is proposed for this difference", "该差异无需处理", "difference")
    if difference.action in ("reverse-at-center", "void-at-center"):
        _at_center(_Repair(journal, center, day, difference, operator))


def repair_here(
    journal: Journal,
    center: CenterDesk,
    day: dt.date,
    difference: Difference,
    operator: str,
    business_day: dt.date,
) -> None:
    """Do what `difference` proposes here, and write down that it is carried out. Sends nothing.

    business_day: the open day on which a void counts. Raises Conflict, Refused `amounts-below-zero`.
    """
    now = journal.clock.now()
    with journal.writing():
        if difference.action == "adopt-settlement":
            journal.accept_found(difference.settlement_id, _references(difference, day), now)
        elif difference.action == "send-again":
            new_id = center.new_message_id(difference.provider_id)
            journal.send_again(difference.settlement_id, new_id, difference.text, now)
        elif difference.action == "give-up-reversal":
            new_id = center.new_message_id(difference.provider_id)
            journal.give_up_reversal(difference.settlement_id, new_id, now)
        elif difference.action == "adopt-amounts":
            _adopt(journal, difference, now)
        elif difference.action == "void-here":
            _void_here(journal, center, day, difference, operator, business_day)
        journal.note_repair(day, difference.id, difference.action, operator, now)


def found_in(differences: list[Difference], difference_id: str) -> Difference:
    """The difference of this id. Raises Missing."""
    for difference in differences:
        if difference.id == difference_id:
            return difference
    raise Missing(
        "no-such-difference", "the last run of this day's end has no such difference", "没有该差异", "difference"
    )


class _Repair(NamedTuple):
    """What is to be taken back at the center, and in whose name."""

    journal: Journal
    center: CenterDesk
    day: dt.date
    difference: Difference
    operator: str

    def announced(self, own_id: str) -> Callable[[bytes], None]:
        """Makes durable that a message leaves under `own_id`, before it does."""
        one, now = self.difference, self.journal.clock.now()
        return lambda request: self.journal.begin_repair(self.day, one.id, one.action, self.operator, own_id, now)

    def new_id(self) -> str:
        """A fresh message id."""
        return self.center.new_message_id(self.difference.provider_id)


def _at_center(asked: _Repair) -> None:
    journal, day, difference = asked.journal, asked.day, asked.difference
    if journal.repair_in_doubt(day, difference.id):
        raise _in_doubt("the last message about it was not answered")
    if difference.action == "void-at-center":
        outcome = _voided_by_number(asked)
    else:
        outcome = _surplus_voided(asked) or _reversed(asked)
    if isinstance(outcome, Rejected):
        words = outcome.reason
        journal.note_repair(day, difference.id, difference.action, asked.operator, journal.clock.now(), refused=words)
        raise Refused("center-refused", f"the center refuses: {words}", f"医保中心拒绝：{words}", "center")
    if isinstance(outcome, Unknown):
        raise _in_doubt(outcome.reason)
    if isinstance(outcome, NotSent):
        journal.note_unsent(day, difference.id, outcome.reason, journal.clock.now())
        message = f"nothing was sent, try again later: {outcome.reason}"
        raise Unavailable("center-unreachable", message, "未能发送，请稍后重试", "center")


def _in_doubt(reason: str) -> InDoubt:
    """Nobody knows whether the center has taken it back: only the next run of day end does."""
    message = f"the center may have taken it back or not: run day end again, which shows it ({reason})"
    error = InDoubt("repair-in-doubt", message, "中心是否已撤销未知：请重新执行日终，以其结果为准", "center")
    error.retry = "after"
    return error


def _surplus_voided(asked: _Repair) -> Outcome | None:
    """Where the center has a settlement of ours twice, the row that is too many is voided by its own number: a reversal
    names the message, which brought the other one too. None: it is another case.
    """
    difference = asked.difference
    record = asked.journal.settlement(difference.settlement_id) if difference.settlement_id else None
    if record is None or difference.refunded or record.upload_state == "refused":
        return None
    surplus = msgspec.structs.replace(record, center_references=_references(difference, asked.day), entry_hash="")
    void = msgspec.structs.replace(surplus, kind="void", voids=record.id, operator=asked.operator)
    own_id = asked.new_id()
    return asked.center.send(void, surplus, own_id, "void", asked.announced(own_id))


def _reversed(asked: _Repair) -> Outcome:
    def sent(undone: str) -> Outcome:
        one, own_id = asked.difference, asked.new_id()
        names = (one.provider_id, asked.operator, one.person_number, one.message_id)
        return asked.center.reverse(*names, undone, asked.announced(own_id), own_id)

    return _under_its_number(VOIDING if asked.difference.refunded else SETTLING, sent)


def _voided_by_number(asked: _Repair) -> Outcome:
    def sent(number: str) -> Outcome:
        one, own_id = asked.difference, asked.new_id()
        names = (one.provider_id, asked.operator, one.row, asked.day)
        return asked.center.void_by_number(number, *names, asked.announced(own_id), own_id)

    return _under_its_number(VOIDING, sent)


def _under_its_number(numbers: Sequence[str], asked: Callable[[str], Outcome]) -> Outcome:
    """What the center says to the first number that it takes, or everything that it said to them all. The details do
    not tell which transaction it was, and a center refuses the wrong number.
    """
    refused: list[str] = []
    for number in numbers:
        outcome = asked(number)
        if not isinstance(outcome, Rejected):
            return outcome
        refused.append(outcome.reason)
    return Rejected(b"", "; ".join(dict.fromkeys(refused)))


def _adopt(journal: Journal, difference: Difference, now: dt.datetime) -> None:
    record = journal.settlement(difference.settlement_id)
    sums = sums_there(record, difference.row, journal.counted_sums(record))
    if sums is None:
        message = "one of the center's amounts comes below zero: nothing was adopted, ask the insurance office"
        raise Refused("amounts-below-zero", message, "中心金额有一项小于零：未采用，请询问医保经办机构", "difference")
    journal.adopt(record.id, sums, now)


def _void_here(
    journal: Journal,
    center: CenterDesk,
    day: dt.date,
    difference: Difference,
    operator: str,
    business_day: dt.date,
) -> None:
    key = f"repair-{day}-{difference.id}"
    request = digest_of("repair", difference.id)
    if journal.stored_answer(key, request) is not None:
        return
    original = journal.settlement(difference.settlement_id)
    if original.state == "voided":
        raise Conflict("already-voided", "this settlement was taken back before", "该结算已撤销")
    # A void that the center has on this day counts here on this day too, as long as it takes anything.
    record = void_of(original, journal, f"day end: {difference.text}", Circumstances(operator, business_day))
    void(journal, center, record, key, request)
    if difference.refunded:
        journal.accept_found(record.id, _references(difference, day), journal.clock.now())


def _references(difference: Difference, day: dt.date) -> dict[str, str]:
    references = references_of(difference.center_number, difference.visit_number, day, difference.agency)
    return references | {"found": difference.id}
