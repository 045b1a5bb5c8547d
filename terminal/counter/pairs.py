"""What a center has booked and taken back by itself, counted on two of its days: it stands for nothing on either side.

On one day such a pair cancels in the match (`match`). On two, each half looks like a row that only the center has, and
neither can be reversed: what is taken back is not reversed any more, and many a center reverses no void. Only the
center knows that they belong together, and is asked (5203).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from terminal.center.answers import RowThere
from terminal.center.desk import CenterDesk
from terminal.counter import said
from terminal.counter.match import Action, Cause, Difference, is_repaired
from terminal.counter.said import Said
from terminal.errors import Refused
from terminal.journal.journal import Journal

ONE_SIDED: dict[bool, tuple[Action, ...]] = {
    False: ("reverse-at-center",),
    True: ("reverse-at-center", "void-here", "adopt-settlement"),
}
"""What is proposed for a settlement, and for a void (True), that only the center has, as far as a day's rows tell. They
name the visit of a void, and one visit may have been settled twice.
"""


def without_pairs(journal: Journal, center: CenterDesk, found: Sequence[Difference]) -> list[Difference]:
    """The differences of a day, halves of such pairs explained. Raises Unavailable where the center does not answer."""
    return [_looked_at(journal, center, one) for one in found]


def _looked_at(journal: Journal, center: CenterDesk, one: Difference) -> Difference:
    if one.between != "center" or one.action not in ONE_SIDED[one.refunded] or not one.center_number:
        return one
    there = _row_there(center, one)
    if there is None:
        return one
    if not one.refunded:
        return _said_of(one, "date-boundary", said.TAKEN_BACK_BY_ITSELF) if there.taken_back else one
    if not there.takes_back or journal.by_center_reference(there.takes_back):
        return one
    if _may_be_adopted(journal, one.person_number):
        return _said_of(one, one.cause, said.TAKES_BACK_WHAT_WAITS)
    return _said_of(one, "date-boundary", said.TAKES_BACK_ITS_OWN)


def _row_there(center: CenterDesk, one: Difference) -> RowThere | None:
    try:
        return center.row_there(one.provider_id, one.person_number, one.center_number, one.visit_number)
    except Refused:
        # A center that does not tell has not said that it is half of a pair.
        return None


def _may_be_adopted(journal: Journal, person_number: str) -> bool:
    """Whether something of a person still waits for its number there, and could prove to be what was taken back."""
    waiting = [message.settlement_id for message in journal.queue() if message.transaction == "settle"]
    records = [one for one in journal.settlements_of(waiting).values() if one.person_number == person_number]
    return any(one.upload_state != "refused" or not is_repaired(journal, one) for one in records)


def _said_of(one: Difference, cause: Cause, text: Said) -> Difference:
    name = f"{cause}:{one.center_number}"
    return msgspec.structs.replace(
        one, id=name, cause=cause, action="none", text=text.en, text_zh=text.zh, settlement_id=""
    )
