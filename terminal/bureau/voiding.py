"""2103 and 2601: a settlement taken back by a row of its own, and an attempt of unknown outcome undone.

Both take the bill's own share out of the year and give the account back what it paid, key by key; what was
booked since stays. A void is booked once; a reversal may be asked again and is answered the same.
"""

from __future__ import annotations

from typing import Any

import msgspec

from terminal.bureau.asked import Denied, Work
from terminal.bureau.bookings import Booked
from terminal.bureau.persons import Person
from terminal.bureau.setlinfo import voided_nodes
from terminal.bureau.settling import move, new_number
from terminal.bureau.visits import mark_lines, set_of_visit
from terminal.center import fields
from terminal.center.envelope import text_of
from terminal.center.extension import VoidExtension, read_extension


def void(work: Work) -> dict[str, Any]:
    """2103. Raises Denied: no such settlement of this provider and person, or voided or reversed already."""
    data = work.asked.row("data")
    found = work.books.booked(text_of(data.get("setl_id")))
    if found is None or found[0].sign < 0 or found[0].provider_id != work.asked.provider_id:
        raise Denied("setl_id: no such settlement of this institution")
    original, state = found
    if work.asked.infno != fields.SETS[set_of_visit(work, original.visit_id)].void:
        raise Denied("setl_id: settled by another transaction")
    if text_of(data.get("psn_no")) != original.person_number:
        raise Denied("psn_no: not the person of this settlement")
    if state != "booked":
        raise Denied(f"setl_id: {state} already")
    person = move(work, _person_of(work, original), original.bill, original.settlement, -1)
    number, extension = new_number(work), _extension(data, work)
    booked = msgspec.structs.replace(
        original,
        settlement_id=number,
        message_id=work.asked.message_id,
        business_day=extension.business_day,
        booked_at=work.now,
        sign=-1,
        original=original.settlement_id,
        journal_hash=extension.journal_hash,
        journal_head=extension.journal_head,
    )
    work.books.book([booked])
    work.books.set_state(original.settlement_id, "voided")
    mark_lines(work, original.visit_id, settled=False)
    return voided_nodes(booked, person)


def reverse(work: Work) -> dict[str, Any]:
    """2601 of a settlement or a void. Raises Denied: never processed here, of another kind, taken back by a void; or a
    void whose money is spent.
    """
    data = work.asked.row("data")
    undone = text_of(data.get("oinfno"))
    if undone not in (*fields.SETTLING, *fields.VOIDING) or undone not in work.profile.reversible:
        raise Denied(f"oinfno: {undone[:6]} is not reversed here")
    message_id = text_of(data.get("omsgid"))
    found = work.books.booked_by_message(work.asked.provider_id, message_id)
    if found is None or found[0].person_number != text_of(data.get("psn_no")):
        raise Denied("omsgid: 原交易不存在 (no such message was booked here)")
    booked, state = found
    numbers = fields.SETS[set_of_visit(work, booked.visit_id)]
    if undone != (numbers.void if booked.sign < 0 else numbers.settle):
        raise Denied("oinfno: not the transaction of this message")
    if state == "voided":
        raise Denied("omsgid: 原交易已撤销 (voided already)")
    if state == "booked":
        person = _person_of(work, booked)
        if booked.sign < 0 and booked.settlement.account > person.account.balance:
            raise Denied("omsgid: 个人账户余额不足 (the account has spent what this void gave back: the void stands)")
        move(work, person, booked.bill, booked.settlement, -booked.sign)
        work.books.set_state(booked.settlement_id, "reversed")
        mark_lines(work, booked.visit_id, settled=booked.sign < 0)
        if booked.sign < 0:
            work.books.set_state(booked.original, "booked")
        work.books.mark_reversed(work.asked.provider_id, message_id)
    return {}


def query(work: Work) -> dict[str, Any]:
    """5203: one settlement of this institution as it stands. Raises Denied where there is none of this person."""
    data = work.asked.row("data")
    found = work.books.booked(text_of(data.get("setl_id")))
    if found is None or found[0].provider_id != work.asked.provider_id:
        raise Denied("setl_id: no such settlement of this institution")
    booked, state = found
    if booked.person_number != text_of(data.get("psn_no")) or state == "reversed":
        raise Denied("setl_id: no such settlement of this person")
    nodes = voided_nodes(booked, _person_of(work, booked))
    nodes["setlinfo"]["refd_setl_flag"] = "1" if state == "voided" or booked.sign < 0 else "0"
    return nodes


def _person_of(work: Work, booked: Booked) -> Person:
    person = work.books.person(booked.person_number)
    if person is None:
        raise Denied("psn_no: no longer on file")
    return person


def _extension(data: dict[str, Any], work: Work) -> VoidExtension:
    try:
        return read_extension(data.get("exp_content"), VoidExtension)
    except ValueError:
        return VoidExtension(work.now.date())
