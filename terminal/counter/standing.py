"""How a settlement or a void stands, as far as its papers must know it.

Promise: no paper is had of what was never settled, and the paper of what was taken back, or of what the center has
refused, says so as long as it can be had.
"""

from __future__ import annotations

from terminal.errors import Conflict
from terminal.journal.journal import Journal
from terminal.journal.records import SettlementRecord
from terminal.receipt.head import REFUSED, voided_mark


def require_settled(record: SettlementRecord) -> None:
    """Raises Conflict `not-settled` where nothing was settled, or taken back, under this number: there is no paper of
    it. Its `money_moved` is `unknown` as long as nobody knows what the card, or the center, has done.
    """
    if record.state in ("committed", "voided"):
        return
    if record.state in ("debiting", "authorising"):
        text, text_zh = "nobody knows yet whether this was settled", "该笔是否结算尚未确认，确认之前没有结算单"
    elif record.upload_state == "reversing":
        text, text_zh = "nothing was settled, the center is still asked to undo it", "该号未结算，正在撤回，没有结算单"
    else:
        text, text_zh = "nothing was settled under this number", "该号未结算，没有结算单"
    refused = Conflict("not-settled", f"{text}: there is no receipt of it", text_zh, "id")
    if _is_in_doubt(record):
        refused.money_moved, refused.retry = "unknown", "after"
    raise refused


def standing_marks(journal: Journal, record: SettlementRecord) -> tuple[str, ...]:
    """What the paper of a settlement or a void must say of what has become of it; () where it stands as it was."""
    marks = [voided_mark(record.voided_by)] if record.voided_by else []
    # The void of what the center had refused is not sent there: nothing was left to refuse.
    if record.upload_state == "refused" and not (record.voids and journal.refusal_is_over(record.id)):
        marks.append(REFUSED)
    return tuple(marks)


def _is_in_doubt(record: SettlementRecord) -> bool:
    """Whether nobody knows yet what the card, or the center, has done under this number."""
    return record.state in ("debiting", "authorising") or record.upload_state == "reversing"
