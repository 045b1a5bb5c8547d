"""A difference of a day: between whom, of which cause, and what to do about it. Nothing is done here."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from terminal.center.details import CenterRow
from terminal.counter.said import Said
from terminal.journal.records import SettlementRecord

Cause = Literal[
    "missing-here",
    "missing-there",
    "amount",
    "void-one-sided",
    "date-boundary",
    "another-till",
    "cancelled",
    "refused",
    "totals",
    "never-booked",
    "card-paid",
]
Action = Literal[
    "reverse-at-center",
    "void-at-center",
    "adopt-settlement",
    "send-again",
    "void-here",
    "adopt-amounts",
    "give-up-reversal",
    "none",
]


class Difference(Struct, frozen=True, kw_only=True):
    """One difference of a day. `id` names it in every run; `explained`: it needs no action.

    between: who differs from the terminal. settlement_id "": the terminal has nothing. Amounts in fen, of voids
    negative; the other's only where `tells_amounts`. message_id, center_number: the center's own, where it has a row.
    agency: the one that clears it. till: whose list differs, "" where no name came with it.
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
    agency: str = ""
    till: str = ""

    @property
    def explained(self) -> bool:
        """Whether it stands to reason and keeps no day open."""
        return self.cause in ("date-boundary", "another-till", "cancelled", "card-paid")

    @property
    def tells_amounts(self) -> bool:
        """Whether the other side's amounts are known: of totals the center says only that they differ."""
        return self.cause != "totals"

    @property
    def row(self) -> CenterRow:
        """The center's row behind it."""
        numbers = (self.person_number, self.visit_number, self.center_number, self.message_id)
        amounts = (self.other_total_fen, self.other_fund_total_fen, self.other_account_fen)
        return CenterRow(*numbers, "", self.refunded, "", *amounts)

    def saying(self, text: Said, action: Action = "none", cause: Cause | None = None, subject: str = "") -> Difference:
        """The same row, seen otherwise. subject: the settlement here that it is about."""
        row, found = self.row, cause or self.cause
        return of_row(f"{found}:{row.center_number}", found, action, text, self.provider_id, subject, row)


def of_record(name: str, cause: Cause, action: Action, text: Said, record: SettlementRecord) -> Difference:
    """A difference with the center of which only the record here is known."""
    return Difference(
        id=name,
        cause=cause,
        between="center",
        action=action,
        text=text.en,
        text_zh=text.zh,
        settlement_id=record.id,
        provider_id=record.provider_id,
        person_number=record.person_number,
        terminal_total_fen=record.sign * int(record.settlement.total),
    )


def of_row(
    name: str,
    cause: Cause,
    action: Action,
    text: Said,
    provider_id: str,
    settlement_id: str,
    row: CenterRow,
    terminal_total_fen: int = 0,
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
        terminal_total_fen=terminal_total_fen,
        other_total_fen=int(row.total),
        other_fund_total_fen=int(row.fund_total),
        other_account_fen=int(row.account),
    )
