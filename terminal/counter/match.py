"""The three-way match of a day: the till's own references, the terminal, the center; every difference has a cause.

Pure but for the journal's reading. A difference names what to do about it; nothing is done here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence, Set
from typing import Literal

import msgspec
from msgspec import Struct

from terminal.center.details import CenterRow, OwnRow, counted_there, number_there, own_row
from terminal.counter import said
from terminal.counter.said import Said
from terminal.journal.journal import Journal
from terminal.journal.records import SettlementRecord, Whereabouts
from terminal.money import Fen

Cause = Literal["missing-here", "missing-there", "amount", "void-one-sided", "date-boundary", "another-till", "refused"]
Action = Literal[
    "reverse-at-center", "void-at-center", "adopt-settlement", "send-again", "void-here", "adopt-amounts", "none"
]


class TillRow(Struct, frozen=True):
    """What the till has: its own reference, the total of its bill in fen, and whether it took it back."""

    reference: str
    total: Fen
    voided: bool = False


class Difference(Struct, frozen=True, kw_only=True):
    """One difference of a day. `id` names it in every run; `explained`: it needs no action.

    between: who differs from the terminal. settlement_id "": the terminal has nothing. Amounts in fen, of voids
    negative. message_id, center_number: the center's own, where it has a row.
    """

    id: str
    cause: Cause
    between: Literal["center", "till"]
    action: Action
    text: str
    text_zh: str = ""
    settlement_id: str = ""
    provider_id: str = ""
    person_number: str = ""
    message_id: str = ""
    center_number: str = ""
    visit_number: str = ""
    refunded: bool = False
    terminal_total_fen: int = 0
    other_total_fen: int = 0
    other_fund_total_fen: int = 0
    other_account_fen: int = 0

    @property
    def explained(self) -> bool:
        """Whether it stands to reason and keeps no day open."""
        return self.cause in ("date-boundary", "another-till")

    @property
    def row(self) -> CenterRow:
        """The center's row behind it."""
        numbers = (self.person_number, self.visit_number, self.center_number, self.message_id)
        amounts = (self.other_total_fen, self.other_fund_total_fen, self.other_account_fen)
        return CenterRow(*numbers, "", self.refunded, "", *amounts)

    def saying(self, text: Said, action: Action = "none", cause: Cause | None = None, subject: str = "") -> Difference:
        """The same row, seen otherwise. subject: the settlement here that it is about."""
        row, found = self.row, cause or self.cause
        return _with_row(f"{found}:{row.center_number}", found, action, text, self.provider_id, subject, row)


def own_rows(journal: Journal, records: Sequence[SettlementRecord]) -> list[OwnRow]:
    """The day's rows for the center's details: everything that it has accepted, voids as negative rows of their own."""
    return [row for row, _ in _paired(journal, records)]


def counted_elsewhere(
    day: dt.date, records: Sequence[SettlementRecord], rows: Sequence[CenterRow]
) -> dict[dt.date, list[SettlementRecord]]:
    """Records that the center counts on another day than `day`, by that day: the rows there must hold them."""
    here = {row.center_number for row in rows if not _is_lost(row)}
    found: dict[dt.date, list[SettlementRecord]] = {}
    for record in records:
        counted = counted_there(record)
        if number_there(record) and number_there(record) not in here and counted not in ("", day.isoformat()):
            found.setdefault(dt.date.fromisoformat(counted), []).append(record)
    return found


def match_center(
    journal: Journal,
    day: dt.date,
    provider_id: str,
    records: Sequence[SettlementRecord],
    rows: Sequence[CenterRow],
    is_of_another_till: Callable[[str], bool],
    rows_elsewhere: Sequence[CenterRow] = (),
) -> list[Difference]:
    """Every difference between the day's records of one provider and class and the center's rows of the same.

    The center knows institutions and no tills: is_of_another_till tells by a message's id who has sent it.
    rows_elsewhere: its rows of the other days on which it counts some of the records (`counted_elsewhere`).
    """
    ours = {row.center_number: (row, record) for row, record in _paired(journal, records)}
    found: list[Difference] = []
    for row in _that_count(journal, rows, ours.keys()):
        mine, record = ours.pop(row.center_number, (None, None))
        if mine is None or record is None:
            found.append(_only_there(journal, day, provider_id, row, is_of_another_till(row.message_id)))
        elif _amounts(mine) != _amounts(row):
            found.append(_amount(provider_id, record, mine, row))
    elsewhere = {row.center_number: row for row in rows_elsewhere if not _is_lost(row)}
    for mine, record in ours.values():
        other = elsewhere.get(mine.center_number)
        if other is not None and _amounts(mine) != _amounts(other):
            found.append(_amount(provider_id, record, mine, other))
        else:
            found.append(_only_here(day, provider_id, record, mine, other is not None))
    unnumbered = [_unnumbered(provider_id, record) for record in records if _is_unnumbered(record)]
    return found + unnumbered


def adopted_once(found: Sequence[Difference]) -> list[Difference]:
    """Of several rows that the center has for one settlement, the first is adopted; the others are surplus there."""
    seen: set[str] = set()
    result = []
    for one in found:
        if one.action == "adopt-settlement" and one.settlement_id in seen:
            one = msgspec.structs.replace(one, action="reverse-at-center", text=said.TWICE.en, text_zh=said.TWICE.zh)
        elif one.action == "adopt-settlement":
            seen.add(one.settlement_id)
        result.append(one)
    return result


def may_hide(one: Whereabouts, day: dt.date) -> bool:
    """Whether the totals of `day` may agree by chance because of it, so that only the details tell.

    Its number there is not known, and its row may stand on any day; or it counts on this day on one side only; or
    its amounts or its answer were once in doubt.
    """
    if one.upload_state in ("sent", "unknown", "parked") or _is_unnumbered(one):
        return True
    elsewhere = counted_there(one) not in ("", one.business_day.isoformat())
    concerned = day.isoformat() in (counted_there(one), one.business_day.isoformat())
    return (elsewhere and concerned) or (one.doubted and one.business_day == day)


def match_till(records: Sequence[SettlementRecord], rows: Sequence[TillRow]) -> list[Difference]:
    """Every difference between the day's records and what the till says of itself, by its own references."""
    theirs = {row.reference: row for row in rows}
    found = []
    for record in records:
        if record.kind == "void" or not record.till_reference:
            continue
        row = theirs.pop(record.till_reference, None)
        if row is None and record.state == "committed":
            found.append(_till("missing-there", "void-here", record, None, said.TILL_MISSING))
        elif row is not None and row.total != record.settlement.total:
            found.append(_till("amount", "none", record, row, said.TILL_TOTAL))
        elif row is not None and row.voided != (record.state == "voided"):
            action: Action = "void-here" if row.voided else "none"
            found.append(_till("void-one-sided", action, record, row, said.TILL_VOID))
    found += [_till("missing-here", "none", None, row, said.TILL_ONLY) for row in theirs.values()]
    return found


def refused_matters(journal: Journal, records: Sequence[SettlementRecord]) -> list[Difference]:
    """What the center refused and still stands here: a settlement is to be taken back; a void, whose money is given
    back already, is to be sent again.
    """
    return [_refused(one) for one in records if one.upload_state == "refused" and not is_repaired(journal, one)]


def _refused(record: SettlementRecord) -> Difference:
    action: Action = "send-again" if record.voids else "void-here"
    text = said.VOID_REFUSED if record.voids else said.REFUSED
    return Difference(
        id=f"refused:{record.id}",
        cause="refused",
        between="center",
        action=action,
        text=text.en,
        text_zh=text.zh,
        settlement_id=record.id,
        provider_id=record.provider_id,
        terminal_total_fen=record.sign * int(record.settlement.total),
    )


def is_repaired(journal: Journal, refused: SettlementRecord) -> bool:
    """Whether no money stands any more on what the center refused: taken back, or itself the void of such a one."""
    if refused.voids:
        return journal.settlement(refused.voids).upload_state == "refused"
    return refused.state != "committed"


def _paired(journal: Journal, records: Sequence[SettlementRecord]) -> list[tuple[OwnRow, SettlementRecord]]:
    rows = ((own_row(record, journal.counted_sums(record)), record) for record in records)
    return [(row, record) for row, record in rows if row is not None]


def _that_count(journal: Journal, rows: Sequence[CenterRow], ours: Set[str]) -> list[CenterRow]:
    """The center's rows without those that it lacks, and without pairs of one visit that are not ours and cancel each
    other: what it has booked and taken back by itself counts on neither side.
    """
    there = [row for row in rows if not _is_lost(row)]
    foreign: dict[str, list[int]] = {}
    for row in there:
        known = row.center_number in ours or journal.by_center_reference(row.visit_number)
        if row.visit_number and not known:
            foreign.setdefault(row.visit_number, []).append(row.total)
    cancelled = {visit for visit, totals in foreign.items() if len(totals) > 1 and sum(totals) == 0}
    return [row for row in there if row.center_number in ours or row.visit_number not in cancelled]


def _amounts(row: OwnRow | CenterRow) -> tuple[int, int, int]:
    return row.total, row.fund_total, row.account


def _is_lost(row: CenterRow) -> bool:
    return not row.message_id and not (row.total or row.fund_total or row.account)


def _only_there(journal: Journal, day: dt.date, provider_id: str, row: CenterRow, is_anothers: bool) -> Difference:
    record, undone = _behind(journal, row)
    cause: Cause = "void-one-sided" if row.refunded else "missing-here"
    action: Action = "reverse-at-center"
    text = said.NOTHING_HERE
    subject = ""
    if record is None and is_anothers:
        cause, action, text = "another-till", "none", said.ANOTHER_TILL
    elif record is not None and not undone and record.state in ("committed", "voided"):
        subject = record.id
        if number_there(record) == row.center_number:
            cause, action, text = "date-boundary", "none", said.counts_here(record.business_day)
        elif number_there(record):
            text = said.TWICE
        elif record.upload_state == "refused" and is_repaired(journal, record):
            text = said.REFUSED_AND_TAKEN_BACK
        else:
            action, text = "adopt-settlement", said.NEVER_HEARD
    elif row.refunded:
        original = next(
            (one for one in journal.by_center_reference(row.visit_number) if one.kind == "settlement"), None
        )
        if original is not None and may_be_taken_back_by(journal, original):
            subject, action, text = proposal_for(original)
    return _with_row(f"{cause}:{row.center_number or row.message_id}", cause, action, text, provider_id, subject, row)


def _behind(journal: Journal, row: CenterRow) -> tuple[SettlementRecord | None, bool]:
    """What of ours stands behind a row of the center, by its number or its message, and whether that was undone."""
    known = [one for one in journal.by_center_reference(row.center_number) if (one.sign < 0) == row.refunded]
    if known:
        return known[0], False
    behind = journal.on_wire(row.message_id) if row.message_id else None
    return (journal.settlement(behind.settlement_id), behind.undone) if behind else (None, False)


def _amount(provider_id: str, record: SettlementRecord, mine: OwnRow, row: CenterRow) -> Difference:
    text = said.OTHER_AMOUNTS
    return _with_row(f"amount:{record.id}", "amount", "adopt-amounts", text, provider_id, record.id, row, mine.total)


def _with_row(
    name: str,
    cause: Cause,
    action: Action,
    text: Said,
    provider_id: str,
    settlement_id: str,
    row: CenterRow,
    terminal_total: int = 0,
) -> Difference:
    """A difference for which the center has a row of its own."""
    return Difference(
        id=name,
        cause=cause,
        between="center",
        action=action,
        text=text.en,
        text_zh=text.zh,
        settlement_id=settlement_id,
        provider_id=provider_id,
        person_number=row.person_number,
        message_id=row.message_id,
        center_number=row.center_number,
        visit_number=row.visit_number,
        refunded=row.refunded,
        terminal_total_fen=terminal_total,
        other_total_fen=int(row.total),
        other_fund_total_fen=int(row.fund_total),
        other_account_fen=int(row.account),
    )


def _only_here(day: dt.date, provider_id: str, record: SettlementRecord, row: OwnRow, elsewhere: bool) -> Difference:
    one_sided: Cause = "void-one-sided" if record.kind == "void" else "missing-there"
    text = said.counts_there(counted_there(record)) if elsewhere else said.GONE_THERE
    return Difference(
        id=f"{'date-boundary' if elsewhere else one_sided}:{record.id}",
        cause="date-boundary" if elsewhere else one_sided,
        between="center",
        action="none" if elsewhere else "send-again",
        text=text.en,
        text_zh=text.zh,
        settlement_id=record.id,
        provider_id=provider_id,
        person_number=record.person_number,
        center_number=row.center_number,
        terminal_total_fen=int(row.total),
    )


def may_be_taken_back_by(journal: Journal, original: SettlementRecord) -> bool:
    """Whether a void that only the center has may be that of `original`: it stands here, or its own void here lacks its
    row there, which was refused because somebody else had taken it back, or only asked whether it is taken back.
    """
    if original.kind != "settlement" or original.state not in ("committed", "voided"):
        return False
    if original.state == "committed":
        return True
    void = journal.settlement(original.voided_by)
    return void.upload_state == "refused" or _is_unnumbered(void)


def proposal_for(original: SettlementRecord) -> tuple[str, Action, Said]:
    """What a void at the center asks for that took `original` back: its subject here, the proposal, and why."""
    if original.state == "committed":
        return original.id, "void-here", said.TAKEN_BACK_THERE
    return original.voided_by, "adopt-settlement", said.TOOK_IT_BACK


def _is_unnumbered(record: SettlementRecord | Whereabouts) -> bool:
    return record.upload_state == "accepted" and not number_there(record)


def _unnumbered(provider_id: str, record: SettlementRecord) -> Difference:
    return Difference(
        id=f"unnumbered:{record.id}",
        cause="void-one-sided",
        between="center",
        action="none",
        text=said.UNNUMBERED.en,
        text_zh=said.UNNUMBERED.zh,
        settlement_id=record.id,
        provider_id=provider_id,
        person_number=record.person_number,
        terminal_total_fen=record.sign * int(record.settlement.total),
    )


def _till(cause: Cause, action: Action, record: SettlementRecord | None, row: TillRow | None, text: Said) -> Difference:
    subject = record.id if record else ""
    return Difference(
        id=f"till-{cause}:{subject or (row.reference if row else '')}",
        cause=cause,
        between="till",
        action=action,
        text=text.en,
        text_zh=text.zh,
        settlement_id=subject,
        terminal_total_fen=int(record.settlement.total) if record else 0,
        other_total_fen=int(row.total) if row else 0,
    )
