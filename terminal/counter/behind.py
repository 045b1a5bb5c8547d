"""What of ours stands, or may stand, behind a row that only the center seems to have."""

from __future__ import annotations

from terminal.center.details import CenterRow, number_there
from terminal.counter import said
from terminal.counter.difference import Action
from terminal.counter.said import Said
from terminal.journal.journal import Journal
from terminal.journal.records import SettlementRecord, Whereabouts


def behind(journal: Journal, row: CenterRow) -> tuple[SettlementRecord | None, bool]:
    """What of ours stands behind a row of the center, by its number or its message, and whether that was undone."""
    known = [one for one in journal.by_center_reference(row.center_number) if (one.sign < 0) == row.refunded]
    if known:
        return known[0], False
    sent = journal.on_wire(row.message_id) if row.message_id else None
    return (journal.settlement(sent.settlement_id), sent.undone) if sent else (None, False)


def may_be_taken_back_by(journal: Journal, original: SettlementRecord) -> bool:
    """Whether a void that only the center has may be that of `original`: it stands here, or its own void here lacks its
    row there, which was refused because somebody else had taken it back, or only asked whether it is taken back.
    """
    if original.kind != "settlement" or original.state not in ("committed", "voided"):
        return False
    if original.state == "committed":
        return True
    void = journal.settlement(original.voided_by)
    return void.upload_state == "refused" or is_unnumbered(void)


def proposal_for(original: SettlementRecord) -> tuple[str, Action, Said]:
    """What a void at the center asks for that took `original` back: its subject here, the proposal, and why."""
    if original.state == "committed":
        return original.id, "void-here", said.TAKEN_BACK_THERE
    return original.voided_by, "adopt-settlement", said.TOOK_IT_BACK


def is_unnumbered(record: SettlementRecord | Whereabouts) -> bool:
    """Whether the center has it, under a number that it has not told."""
    return record.upload_state == "accepted" and not number_there(record)
