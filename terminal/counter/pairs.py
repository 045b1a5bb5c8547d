"""What a center has booked and taken back by itself, counted on two of its days: it stands for nothing on either side.

On one day such a pair cancels in the match (`match`). On two, each half looks like a row that only the center has, and
neither can be reversed: what is taken back is not reversed any more, and many a center reverses no void. Only the
center knows that they belong together, and is asked (5203); where it does not tell, `lookalikes` compares.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from terminal.center.answers import RowThere
from terminal.center.desk import CenterDesk
from terminal.center.fields import VOIDING
from terminal.counter import said
from terminal.counter.behind import proposal_for
from terminal.counter.difference import Action, Difference
from terminal.counter.lookalikes import Lookalikes, row_there
from terminal.journal.journal import Journal
from terminal.journal.records import GroupTotals

ONE_SIDED: dict[bool, tuple[Action, ...]] = {
    False: ("reverse-at-center",),
    True: ("reverse-at-center", "void-here", "adopt-settlement"),
}
"""What is proposed for a settlement, and for a void (True), that only the center has, as far as a day's rows tell. They
name the visit of a void, and one visit may have been settled twice.
"""


def without_pairs(
    journal: Journal, center: CenterDesk, day: dt.date, nothing: GroupTotals, found: Sequence[Difference]
) -> list[Difference]:
    """The differences of one provider, class and agency on a day, halves of such pairs explained. What cannot be told
    apart is no proposal. nothing: that group, empty. Raises Unavailable where the center does not answer.
    """
    lookalikes = Lookalikes(journal, center, day, nothing)
    return [_looked_at(journal, center, one, lookalikes) for one in found]


def _looked_at(journal: Journal, center: CenterDesk, one: Difference, lookalikes: Lookalikes) -> Difference:
    if one.between != "center" or one.action not in ONE_SIDED[one.refunded] or not one.center_number:
        return one
    there = row_there(center, one.provider_id, one.row)
    if there is not None and there.taken_back and not one.refunded:
        return one.saying(said.TAKEN_BACK_BY_ITSELF, cause="date-boundary")
    if there is not None and there.takes_back:
        return _named(journal, one, there)
    if one.refunded and _is_known_by_its_message(journal, one):
        return one
    return _compared(journal, center, one, lookalikes)


def _named(journal: Journal, one: Difference, there: RowThere) -> Difference:
    """A void of which the center has told what it takes back."""
    if journal.by_center_reference(there.takes_back):
        return one
    if waiting := _waiting_days(journal, one.person_number):
        return one.saying(said.takes_back_what_waits(waiting))
    return one.saying(said.TAKES_BACK_ITS_OWN, cause="date-boundary")


def _compared(journal: Journal, center: CenterDesk, one: Difference, lookalikes: Lookalikes) -> Difference:
    """One of which the center tells nothing, as sign, amounts, person and time have it."""
    like = lookalikes.of(one)
    if like.verdict == "unclear":
        return one.saying(said.UNCLEAR)
    if like.verdict == "alone":
        lost = one.refunded and one.action == "reverse-at-center" and not set(VOIDING) & set(center.profile.reversible)
        return one.saying(said.TAKES_BACK_NOTHING_KNOWN) if lost else one
    if like.original is not None:
        subject, action, text = proposal_for(like.original)
        return one.saying(text, action, subject=subject)
    if one.refunded and (waiting := _waiting_days(journal, one.person_number)):
        return one.saying(said.takes_back_what_waits(waiting))
    return one.saying(said.SEEMS_TO_TAKE_BACK if one.refunded else said.SEEMS_TAKEN_BACK, cause="date-boundary")


def _is_known_by_its_message(journal: Journal, one: Difference) -> bool:
    """Whether it came from here, and what it takes back need not be looked for."""
    behind = journal.on_wire(one.message_id) if one.message_id else None
    return behind is not None and not behind.undone


def _waiting_days(journal: Journal, person_number: str) -> list[dt.date]:
    """The days of what of a person still waits for its number there, and could prove to be what was taken back."""
    waiting = [message.settlement_id for message in journal.queue() if message.transaction == "settle"]
    records = journal.settlements_of(waiting).values()
    return sorted({one.business_day for one in records if one.person_number == person_number})
