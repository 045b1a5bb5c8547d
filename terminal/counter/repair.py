"""Carries out what day end proposed for one difference, and writes down who wanted it.

Each action is safe to repeat: what was carried out before is found done. What is done here is one durable write, with
who wanted it: an end in the middle leaves nothing of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import msgspec
from msgspec import Struct

from terminal.center.answers import Accepted, Outcome, Rejected
from terminal.center.desk import CenterDesk
from terminal.center.details import references_of
from terminal.center.fields import SETTLING, VOIDING
from terminal.counter.difference import Difference
from terminal.counter.settle import Circumstances, digest_of
from terminal.counter.void import void, void_of
from terminal.errors import Conflict, Missing, Refused, Unavailable
from terminal.journal.journal import Journal
from terminal.journal.repairs import sums_from


class LastRun(Struct, frozen=True):
    """What of a run's report a repair needs."""

    differences: list[Difference] = []


def repair(
    journal: Journal,
    center: CenterDesk,
    day: dt.date,
    difference: Difference,
    operator: str,
    business_day: dt.date,
) -> None:
    """Do what `difference` proposes. business_day: the open day on which a void counts.

    Raises Refused `nothing-to-do` (it proposes no action), Unavailable (the center gave no definite answer), Conflict.
    """
    if difference.action == "none":
        raise Refused("nothing-to-do", "nothing is proposed for this difference", "该差异无需处理", "difference")
    if difference.action in ("reverse-at-center", "void-at-center"):
        _take_back_there(journal, center, day, difference, operator)
    now = journal.clock.now()
    with journal.writing():
        if difference.action == "adopt-settlement":
            journal.accept_found(difference.settlement_id, _references(difference, day), now)
        elif difference.action == "send-again":
            new_id = center.new_message_id(difference.provider_id)
            journal.send_again(difference.settlement_id, new_id, difference.text, now)
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


def _take_back_there(journal: Journal, center: CenterDesk, day: dt.date, difference: Difference, operator: str) -> None:
    if difference.action == "void-at-center":
        outcome = _voided_by_number(center, day, difference, operator)
    else:
        outcome = _surplus_voided(journal, center, day, difference, operator) or _reversed(center, difference, operator)
    if isinstance(outcome, Rejected):
        words = outcome.reason
        journal.note_repair(day, difference.id, difference.action, operator, journal.clock.now(), refused=words)
        raise Refused("center-refused", f"the center refuses: {words}", f"医保中心拒绝：{words}", "center")
    if not isinstance(outcome, Accepted):
        raise Unavailable("center-silent", f"no definite answer: {outcome.reason}", "医保中心未明确答复", "center")


def _surplus_voided(
    journal: Journal, center: CenterDesk, day: dt.date, difference: Difference, operator: str
) -> Outcome | None:
    """Where the center has a settlement of ours twice, the row that is too many is voided by its own number: a reversal
    names the message, which brought the other one too. None: it is another case.
    """
    record = journal.settlement(difference.settlement_id) if difference.settlement_id else None
    if record is None or difference.refunded or record.upload_state == "refused":
        return None
    surplus = msgspec.structs.replace(record, center_references=_references(difference, day), entry_hash="")
    void = msgspec.structs.replace(surplus, kind="void", voids=record.id, operator=operator)
    message_id = center.new_message_id(record.provider_id)
    return center.send(void, surplus, message_id, "void", lambda request: None)


def _reversed(center: CenterDesk, difference: Difference, operator: str) -> Outcome:
    def asked(undone: str) -> Outcome:
        message_id = difference.message_id
        return center.reverse(difference.provider_id, operator, difference.person_number, message_id, undone)

    return _under_its_number(VOIDING if difference.refunded else SETTLING, asked)


def _voided_by_number(center: CenterDesk, day: dt.date, difference: Difference, operator: str) -> Outcome:
    def asked(number: str) -> Outcome:
        return center.void_by_number(number, difference.provider_id, operator, difference.row, day)

    return _under_its_number(VOIDING, asked)


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
    own, sign = journal.counted_sums(record), record.sign
    amounts = (difference.other_total_fen, difference.other_fund_total_fen, difference.other_account_fen)
    total, fund_total, account = (sign * amount for amount in amounts)
    journal.adopt(record.id, sums_from(total, fund_total, account, own), now)


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
    references = references_of(difference.center_number, difference.visit_number, day)
    return references | {"found": difference.id}
