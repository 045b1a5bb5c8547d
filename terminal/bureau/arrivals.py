"""What arrived at the center, one row a message, whatever became of it: for the page that shows it.

A row holds no name and no number of a card or an ID; persons stand under the center's own number of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from terminal.bureau.asked import Asked
from terminal.bureau.storage import Found, Storage
from terminal.center.envelope import fen_of, text_of

SHOWN_MAX = 50
"""Rows on one page."""

TEXT_CHARACTERS_MAX = 200


class Arrival(Struct, frozen=True, kw_only=True):
    """One message. verdict: accepted, refused, or turned away at the gateway; "" where the center never saw it.

    fault: what it met by order. Amounts in fen, None where its answer had none, of a void negative. state: what became
    of the settlement that it brought since (booked, voided, reversed), else "".
    """

    number: int
    at: dt.datetime
    infno: str
    message_id: str
    provider_id: str
    operator: str
    person_number: str
    verdict: str
    said: str
    fault: str
    total: int | None
    fund_total: int | None
    account: int | None
    cash: int | None
    state: str


class Note(Struct, frozen=True):
    """What is written down of one message. output: the nodes that it was answered with."""

    asked: Asked | None
    verdict: str
    said: str = ""
    fault: str = ""
    output: dict[str, Any] = {}


def note_arrivals(storage: Storage, at: dt.datetime, notes: Sequence[Note]) -> None:
    """Write down messages, in their order."""
    moment = at.isoformat(timespec="milliseconds")
    storage.change_each(
        "INSERT INTO arrivals (at, infno, message_id, provider_id, operator, person_number, verdict, said, fault,"
        " total, fund_total, account, cash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(moment, *_row(note)) for note in notes],
    )


def _row(note: Note) -> tuple[str | int | None, ...]:
    asked, told = note.asked, note.output.get("setlinfo") or {}
    envelope = (asked.infno, asked.message_id, asked.provider_id, asked.operator) if asked else ("", "", "", "")
    return (
        *[value[:TEXT_CHARACTERS_MAX] for value in envelope],
        _person_number(asked, note.output),
        note.verdict,
        note.said[:TEXT_CHARACTERS_MAX],
        note.fault,
        *[_fen(told.get(name)) for name in ("medfee_sumamt", "fund_pay_sumamt", "acct_pay", "psn_cash_pay")],
    )


def arrivals(storage: Storage, before: int | None = None, verdict: str = "", infno: str = "") -> Sequence[Arrival]:
    """The newest messages, newest first; `before`: only those with a lower number."""
    found = storage.rows(
        "SELECT a.*, coalesce((SELECT min(s.state) FROM settlements s WHERE s.provider_id = a.provider_id"
        " AND s.message_id = a.message_id AND a.total IS NOT NULL), '') AS state FROM arrivals a"
        " WHERE a.number < ? AND ? IN ('', a.verdict) AND ? IN ('', a.infno) ORDER BY a.number DESC LIMIT ?",
        *(before or 2**62, verdict, infno, SHOWN_MAX),
    )
    return [_arrival(row) for row in found]


def arrival_counts(storage: Storage) -> dict[str, int]:
    """How many messages had which verdict."""
    found = storage.rows("SELECT verdict, count(*) AS messages FROM arrivals GROUP BY verdict")
    return {row["verdict"]: int(row["messages"]) for row in found}


def _arrival(row: Found) -> Arrival:
    values = {name: row[name] for name in Arrival.__struct_fields__}
    return Arrival(**values | {"at": dt.datetime.fromisoformat(row["at"])})


def _fen(value: Any) -> int | None:
    try:
        return None if value is None else fen_of(value)
    except ValueError:
        return None


def _person_number(asked: Asked | None, output: dict[str, Any]) -> str:
    """Whom it is about: as the answer says, else as the request's first node with a person says."""
    for nodes in (output, asked.input if asked else {}):
        for node in nodes.values():
            row = node[0] if isinstance(node, list) and node else node
            if isinstance(row, dict) and (number := text_of(row.get("psn_no"))):
                return number[:30]
    return ""
