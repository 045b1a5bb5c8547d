"""Walks a visit up to its settlement and, where it comes to nothing, back: step by step, each one written down.

No step moves money: silence at one means that it is asked for again later, and a registration that was never answered
is looked up before another is made. Lines that may lie at the center already are withdrawn before they are sent again.
What was not answered may arrive late, behind what was sent after it, and change the visit unseen: such a visit is
doubted, and what is refused on it is not refused for good. That a visit is being taken back is written down before the
first step of it, and it is on file until the center has none of it any more: whoever finds that, after an end or a
silence, takes back what is left (`left_visits`), and a settlement that goes up again begins anew. So is that a visit is
about to be registered for what nobody has written down yet: an online sale that ends before its intent leaves none.
"""

from __future__ import annotations

import contextlib
import datetime as dt

import msgspec

from terminal.center import fields
from terminal.center import visit_messages as messages
from terminal.center.exchange import Exchange
from terminal.center.no_answer import understood
from terminal.center.settle_messages import Input
from terminal.center.visit_keeper import VisitKeeper
from terminal.errors import Refused, Unavailable
from terminal.journal.records import SettlementRecord
from terminal.journal.visits import Visit, VisitStep
from terminal.limits import LATE_SECONDS_MAX, RETRY_PAUSE_SECONDS_MIN

FIRST_PAUSE = dt.timedelta(seconds=RETRY_PAUSE_SECONDS_MIN)
"""Between the first try to take a visit back and the next one, which another thread makes."""

BEGUN_PAUSE = dt.timedelta(seconds=2 * LATE_SECONDS_MAX)
"""For so long a visit may be on its way to a settlement that is written down; its registration comes no later."""


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
            if visit.number:
                # What the center refuses to take back is found as it stands there, and gone on with.
                with contextlib.suppress(Refused):
                    self.take_back(record)
            visit = None
        if visit is None:
            visit = self._begun(record)
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
        """An unsettled visit is to stand open at the center no longer: written down, then asked for once. Until it is
        heard to be gone there it stays on file as given up (`take_back`).

        number: of a visit that is not on file here.
        """
        visit = self._keeper.visit_of(record.id)
        if visit is None and number:
            visit = Visit(number, "ready")
        if visit is None or not self._profile.numbers_of(record.bill.service).unregister:
            return
        if not (visit.number or number):
            # Its registration may arrive yet; when it cannot any more, what is due on file is looked up.
            return
        is_on_file = number in ("", visit.number)
        if is_on_file:
            self._keeper.leave_visit(record, visit, self._exchange.now() + FIRST_PAUSE)
        with contextlib.suppress(Unavailable, Refused):
            if is_on_file:
                self.take_back(record)
            else:
                # The center had the settlement twice: the visit on file is that of the one that stands.
                self._close(record, Visit(number, "ready"))

    def take_back(self, record: SettlementRecord) -> None:
        """Take the visit on file back at the center: discharge, lines, registration. Done before, it is found done. It
        stays on file without its number until it was looked up that no late registration has made another one.

        Raises Unavailable (not answered: ask again) or Refused, with the center's words: it stands open there.
        """
        visit = self._keeper.visit_of(record.id)
        if visit is None:
            return
        there = visit if visit.number else Visit(self._found(record), visit.step)
        if not there.number:
            self._keeper.drop_visit(record.id, visit.number)
            return
        self._close(record, there)
        self._keeper.close_visit(record.id, visit.number, self._exchange.now() + BEGUN_PAUSE)

    def _close(self, record: SettlementRecord, visit: Visit) -> None:
        numbers = self._profile.numbers_of(record.bill.service)
        cancelled = messages.cancel_input(record, visit.number)
        steps = [
            (numbers.withdraw_lines, messages.withdraw_input(record, visit.number)),
            (numbers.unregister, cancelled),
        ]
        if numbers.undo_discharge and visit.step == "ready":
            steps.insert(0, (numbers.undo_discharge, cancelled))
        refusal: Refused | None = None
        for infno, data in steps:
            refusal = self._refusal(infno, record, data)
        # The last step alone tells: a step that was done before, unheard, is refused now.
        if refusal is not None and self._found(record) == visit.number:
            raise refusal

    def _refusal(self, infno: str, record: SettlementRecord, data: Input) -> Refused | None:
        try:
            self._ask(infno, record, data)
        except Refused as error:
            return error
        return None

    def _begun(self, record: SettlementRecord) -> Visit:
        """The visit, registered and on file. Where that is not heard to be done it counts as given up, for the center
        may refuse it yet, or somebody may go away, and the registration may stand there.
        """
        is_provisional = self._keeper.begin_visit(record, self._exchange.now() + BEGUN_PAUSE)
        try:
            registered = self._registered(record)
        except Unavailable as error:
            if error.code != "center-unreachable":
                self._keeper.leave_visit(record, Visit("", "registered"), self._exchange.now() + BEGUN_PAUSE)
            raise
        return self._kept(record, msgspec.structs.replace(registered, given_up=is_provisional))

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
