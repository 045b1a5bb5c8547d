"""The day's records of one provider and class against the center's rows of the same; every difference has a cause.

Pure but for the journal's reading.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence, Set

import msgspec

from terminal.center.details import CenterRow, OwnRow, counted_there, number_there, own_row, sums_there
from terminal.counter import said
from terminal.counter.behind import behind, may_be_taken_back_by, proposal_for
from terminal.counter.difference import Action, Cause, Difference, of_row
from terminal.journal.journal import Journal
from terminal.journal.records import SettlementRecord


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
    there = [row for row in rows if not _is_lost(row)]
    cancelled = _cancelled(journal, there, ours.keys())
    found: list[Difference] = []
    for row in there:
        mine, record = ours.pop(row.center_number, (None, None))
        if mine is None or record is None:
            one = _only_there(journal, day, provider_id, row, is_of_another_till(row.message_id))
            is_foreign = one.cause != "another-till" and row.visit_number in cancelled
            found.append(one.saying(said.CANCELLED, cause="cancelled") if is_foreign else one)
        elif _amounts(mine) != _amounts(row):
            found.append(_amount(journal, provider_id, record, row))
    elsewhere = {row.center_number: row for row in rows_elsewhere if not _is_lost(row)}
    for mine, record in ours.values():
        other = elsewhere.get(mine.center_number)
        if other is not None and _amounts(mine) != _amounts(other):
            found.append(_amount(journal, provider_id, record, other))
        else:
            found.append(_only_here(day, provider_id, record, mine, other is not None))
    return found


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


def _paired(journal: Journal, records: Sequence[SettlementRecord]) -> list[tuple[OwnRow, SettlementRecord]]:
    rows = ((own_row(record, journal.counted_sums(record)), record) for record in records)
    return [(row, record) for row, record in rows if row is not None]


def _cancelled(journal: Journal, there: Sequence[CenterRow], ours: Set[str]) -> set[str]:
    """The visits of which only the center has rows, and these cancel each other: what it has booked and taken back by
    itself counts on neither side.
    """
    foreign: dict[str, list[int]] = {}
    for row in there:
        record, undone = behind(journal, row)
        known = row.center_number in ours or journal.by_center_reference(row.visit_number) or (record and not undone)
        if row.visit_number and not known:
            foreign.setdefault(row.visit_number, []).append(row.total)
    return {visit for visit, totals in foreign.items() if len(totals) > 1 and sum(totals) == 0}


def _amounts(row: OwnRow | CenterRow) -> tuple[int, int, int]:
    return row.total, row.fund_total, row.account


def _is_lost(row: CenterRow) -> bool:
    return not row.message_id and not (row.total or row.fund_total or row.account)


def _only_there(journal: Journal, day: dt.date, provider_id: str, row: CenterRow, is_anothers: bool) -> Difference:
    record, undone = behind(journal, row)
    cause: Cause = "void-one-sided" if row.refunded else "missing-here"
    action: Action = "reverse-at-center"
    text = said.NEVER_SENT if record is None and row.message_id else said.NOTHING_HERE
    subject = ""
    if record is None and is_anothers:
        cause, action, text = "another-till", "none", said.ANOTHER_TILL
    elif record is not None and not undone and record.state in ("committed", "voided"):
        subject = record.id
        if number_there(record) == row.center_number:
            cause, action, text = "date-boundary", "none", said.counts_here(record.business_day)
        elif number_there(record):
            text = said.TWICE
        elif record.upload_state == "refused" and journal.refusal_is_over(record.id):
            text = said.REFUSED_AND_TAKEN_BACK
        else:
            action, text = "adopt-settlement", said.NEVER_HEARD
    elif row.refunded:
        original = next(
            (one for one in journal.by_center_reference(row.visit_number) if one.kind == "settlement"), None
        )
        if original is not None and may_be_taken_back_by(journal, original):
            subject, action, text = proposal_for(original)
    return of_row(f"{cause}:{row.center_number or row.message_id}", cause, action, text, provider_id, subject, row)


def _amount(journal: Journal, provider_id: str, record: SettlementRecord, row: CenterRow) -> Difference:
    own = journal.counted_sums(record)
    action: Action = "adopt-amounts" if sums_there(record, row, own) else "none"
    text = said.OTHER_AMOUNTS if action == "adopt-amounts" else said.BELOW_ZERO
    ours = record.sign * own.total
    return of_row(f"amount:{record.id}", "amount", action, text, provider_id, record.id, row, ours)


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
