"""What the center says to a reversal (2601), or, where it reverses no voids, to the question whether one was booked."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from terminal.center.answers import TAKEN_BACK, Accepted, NotSent, Outcome, Rejected, Unknown
from terminal.center.desk import CenterDesk
from terminal.center.telling import hindrance_of
from terminal.errors import Refused, Unavailable
from terminal.journal.journal import Journal
from terminal.journal.records import QueuedMessage, SettlementRecord

NEVER_TAKEN_IN = "the center never took in the settlement that this takes back: nothing to undo there"


class Reversals:
    """Takes back at the center what is queued to be, and writes down what became of it."""

    def __init__(self, journal: Journal, desk: CenterDesk) -> None:
        self._journal = journal
        self._desk = desk

    def taken_back(self, message: QueuedMessage, record: SettlementRecord, now: dt.datetime) -> Outcome:
        """What the center says to the reversal `message` of `record`. Accepted: it was booked, and is no longer.
        Rejected: it never was booked, or its last word is known. Unknown, NotSent: it is to be asked again.
        """
        transaction = message.undoes_transaction or "settle"
        if self._desk.is_reversible(transaction, record.bill.service):
            return self._undone(message, record, transaction, now)
        # A look counts as a try too: what is refused for good must not be asked for ever.
        self._journal.mark_sent(message.message_id, b"", now)
        return self._asked_instead(record, transaction, now)

    def conclude(
        self, message: QueuedMessage, record: SettlementRecord, outcome: Accepted | Rejected, now: dt.datetime
    ) -> None:
        """The reversal has its last word: what it undid goes again under a new id, unless it was abandoned."""
        undone = isinstance(outcome, Accepted)
        reason = outcome.reason if isinstance(outcome, Rejected) else ""
        new_id = self._desk.new_message_id(record.provider_id)
        self._journal.renew(message.message_id, outcome.answer, reason, undone, new_id, now)
        if record.state == "abandoned":
            self._desk.give_up(record)

    def _undone(
        self, message: QueuedMessage, record: SettlementRecord, transaction: Literal["settle", "void"], now: dt.datetime
    ) -> Outcome:
        """What 2601 comes to; where it is refused without a word on the message itself, a void is looked up as well."""
        outcome = self._desk.undo(
            record,
            message.undoes,
            self._desk.money_number(transaction, record.bill.service),
            lambda request: self._journal.mark_sent(message.message_id, request, now),
        )
        if transaction == "void" and isinstance(outcome, Unknown) and outcome.is_refusal:
            looked = self._asked_instead(record, transaction, now)
            return outcome if isinstance(looked, Unknown | NotSent) else looked
        return outcome

    def _asked_instead(self, record: SettlementRecord, transaction: str, now: dt.datetime) -> Outcome:
        """A void that this center does not reverse: whether its settlement is taken back there says what became of it.

        Not taken back: the void never was booked, and goes again. Taken back: it was, and that is its last word.
        """
        if transaction != "void":
            return Unknown("this center does not reverse a settlement: ask the insurance office", is_refusal=True)
        original = self._journal.settlement(record.voids)
        if not original.center_references.get("setl_id"):
            # The void named nothing that the center could have taken back.
            return Rejected(b"", NEVER_TAKEN_IN)
        try:
            taken_back = self._desk.is_taken_back(original)
        except Unavailable as error:
            is_silent = error.code == "center-silent"
            return Unknown(error.message) if is_silent else NotSent(error.message, hindrance_of(error))
        except Refused as error:
            return Unknown(error.message, is_refusal=True)
        if not taken_back:
            return Rejected(b"", "never booked at the center")
        for message in self._journal.queue():
            if message.settlement_id == record.id and message.transaction == "void":
                self._journal.mark_accepted(message.message_id, b"", {"found": TAKEN_BACK}, now)
        return Rejected(b"", TAKEN_BACK)
