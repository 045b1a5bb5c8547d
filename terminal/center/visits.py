"""Walks a visit up to its settlement and, where it comes to nothing, back: step by step, each one written down.

No step moves money: silence at one means that it is asked for again later, and a registration that was never answered
is looked up before another is made. Lines that may lie at the center already are withdrawn before they are sent again.
What was not answered may arrive late, behind what was sent after it, and change the visit unseen: such a visit is
doubted, and what is refused on it is not refused for good. That a visit is being taken back is written down before the
first step of it: whoever finds that after an end takes back what is left, and begins anew.
"""

from __future__ import annotations

import contextlib
from typing import Protocol

import msgspec

from terminal.center import fields
from terminal.center import visit_messages as messages
from terminal.center.exchange import Exchange
from terminal.center.no_answer import understood
from terminal.center.settle_messages import Input
from terminal.errors import Refused, Unavailable
from terminal.journal.records import SettlementRecord
from terminal.journal.visits import Visit, VisitStep


class VisitKeeper(Protocol):
    """Who remembers how far a visit has come, and where people are insured; the journal does."""

    def insured_place(self, person_number: str) -> str:
        """The division that the center named for a person last, six digits, or ""."""

    def visit_of(self, settlement_id: str) -> Visit | None:
        """The visit of a settlement, or None."""

    def keep_visit(self, settlement_id: str, visit: Visit) -> None:
        """The center has answered one more step, or the visit is about to be taken back."""

    def drop_visit(self, settlement_id: str) -> None:
        """The visit was taken back."""


class VisitMemory:
    """Remembers for as long as the process lives: for a desk without a journal."""

    def __init__(self) -> None:
        self._known: dict[str, Visit] = {}

    def insured_place(self, person_number: str) -> str:
        """See `VisitKeeper`; nothing is kept of anybody here."""
        return ""

    def visit_of(self, settlement_id: str) -> Visit | None:
        """See `VisitKeeper`."""
        return self._known.get(settlement_id)

    def keep_visit(self, settlement_id: str, visit: Visit) -> None:
        """See `VisitKeeper`."""
        self._known[settlement_id] = visit

    def drop_visit(self, settlement_id: str) -> None:
        """See `VisitKeeper`."""
        self._known.pop(settlement_id, None)


class VisitWalk:
    """The way of visits at one center."""

    def __init__(self, exchange: Exchange, keeper: VisitKeeper) -> None:
        self._exchange = exchange
        self._profile = exchange.profile
        self._keeper = keeper

    def ready(self, record: SettlementRecord) -> str:
        """The center's number of the visit, registered and with its lines there; "" for a set that knows no visits.

        Raises Unavailable (a step was not answered; ask again later) or Refused (the center says no to a step).
        """
        if self._profile.set_of(record.bill.service) == "pharmacy":
            return ""
        visit = self._keeper.visit_of(record.id)
        if visit is not None and visit.given_up:
            self.give_up(record)
            visit = None
        if visit is None:
            visit = self._kept(record, self._registered(record))
        elif visit.step != "ready" and not visit.doubted:
            visit = self._kept(record, msgspec.structs.replace(visit, doubted=True))
        if visit.step == "registered":
            self._describe(record, visit.number)
            if visit.doubted:
                self._withdraw_lines(record, visit.number)
            visit = self._send_lines(record, visit)
        if visit.step == "billed":
            visit = self._discharge(record, visit)
        return visit.number

    def is_doubted(self, record: SettlementRecord) -> bool:
        """Whether a step of its visit was not answered, and may have come behind a later one."""
        visit = self._keeper.visit_of(record.id)
        return visit is not None and visit.doubted

    def give_up(self, record: SettlementRecord, number: str = "") -> None:
        """Take an unsettled visit back, as far as the center lets us: lines, discharge, registration.

        number: where the visit is not on file here. What is left there is told by the day's reconciliation as nothing:
        no money stands on it.
        """
        visit = self._keeper.visit_of(record.id)
        number = number or (visit.number if visit else "")
        numbers = self._profile.numbers_of(record.bill.service)
        if not number or not numbers.unregister:
            return
        if visit is not None:
            self._keeper.keep_visit(record.id, msgspec.structs.replace(visit, given_up=True))
        with contextlib.suppress(Unavailable, Refused):
            if numbers.undo_discharge and (visit is None or visit.step == "ready"):
                self._ask(numbers.undo_discharge, record, messages.cancel_input(record, number))
            self._withdraw_lines(record, number)
            self._ask(numbers.unregister, record, messages.cancel_input(record, number))
        self._keeper.drop_visit(record.id)

    def _registered(self, record: SettlementRecord) -> Visit:
        """The visit, registered now; doubted where it stands there already."""
        numbers = self._profile.numbers_of(record.bill.service)
        data = messages.register_input(record, self._profile)
        try:
            answer = self._exchange.ask_about(record, numbers.register, data)
        except Refused:
            # An earlier try may have arrived without our hearing of it: then its number stands there already.
            found = self._found(record)
            if not found:
                raise
            return Visit(found, "registered", doubted=True)
        return Visit(understood(lambda found: messages.read_registered(found, record), answer), "registered")

    def _found(self, record: SettlementRecord) -> str:
        data = messages.find_input(record)
        answer = self._exchange.ask_about(record, fields.VISITS, data)
        return understood(lambda found: messages.read_found(found, record), answer)

    def _describe(self, record: SettlementRecord, number: str) -> None:
        describe = self._profile.numbers_of(record.bill.service).describe
        if describe:
            self._ask(describe, record, messages.describe_input(record, number, self._profile))

    def _send_lines(self, record: SettlementRecord, visit: Visit) -> Visit:
        numbers = self._profile.numbers_of(record.bill.service)
        data = messages.lines_input(record, visit.number, self._profile)
        answer = self._exchange.ask_about(record, numbers.lines, data)
        understood(lambda found: messages.read_lines(found, record), answer)
        step: VisitStep = "billed" if numbers.discharge else "ready"
        return self._kept(record, msgspec.structs.replace(visit, step=step))

    def _withdraw_lines(self, record: SettlementRecord, number: str) -> None:
        withdraw = self._profile.numbers_of(record.bill.service).withdraw_lines
        self._ask(withdraw, record, messages.withdraw_input(record, number))

    def _discharge(self, record: SettlementRecord, visit: Visit) -> Visit:
        discharge = self._profile.numbers_of(record.bill.service).discharge
        self._ask(discharge, record, messages.discharge_input(record, visit.number, self._profile))
        return self._kept(record, msgspec.structs.replace(visit, step="ready"))

    def _kept(self, record: SettlementRecord, visit: Visit) -> Visit:
        self._keeper.keep_visit(record.id, visit)
        return visit

    def _ask(self, infno: str, record: SettlementRecord, data: Input) -> None:
        self._exchange.ask_about(record, infno, data)
