"""Known bugs, planted into the product from outside, each of which the auditor must find: so that it is able to fail.

`python -m tests.simulation CANARY=name` plays the seeds with one of them.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec

from hw.purse_port import DebitOutcome, DebitState
from terminal.api import metrics_routes
from terminal.api.log import JsonLines
from terminal.center.desk import CenterDesk
from terminal.center.upload import Upload
from terminal.counter import day as day_end
from terminal.counter import documents
from terminal.counter.purse_cases import PurseCases
from terminal.counter.reception import Reception
from terminal.counter.recover import Recovered, recover
from terminal.counter.sales import Sales
from terminal.errors import TerminalError
from terminal.journal import commit
from terminal.journal.journal import Journal
from terminal.money import Fen
from terminal.settlement.law import Law
from tests.simulation import late_bugs, shop
from tests.simulation.late_bugs import Planted
from tests.simulation.plan import Plan
from tests.simulation.run import Outcome, plan_of, run

FRAME_BYTES = 24 + 4_096
"""One page in the write-ahead log, with its head."""


def answers_are_forgotten() -> Planted:
    """A start forgets the keys of the day before."""

    def forgetful(journal: Journal, center: CenterDesk) -> Recovered:
        with journal.writing() as connection:
            connection.execute("DELETE FROM keys")
        return recover(journal, center)

    return patch.object(shop, "recover", forgetful)


def writes_are_not_synced() -> Planted:
    """What was written last is lost with the power, as with `synchronous = OFF`."""
    take_up = shop.Shop._take_up_durable_bytes

    def forgetful(self: shop.Shop) -> None:
        take_up(self)
        log = Path(f"{self.journal_path}-wal")
        if log.exists():
            os.truncate(log, max(0, log.stat().st_size - FRAME_BYTES))

    return patch.object(shop.Shop, "_take_up_durable_bytes", forgetful)


def receipts_are_not_queued() -> Planted:
    """A settlement is committed and its print job is not."""
    return patch.object(commit, "queue_first_print", lambda connection, record, now: None)


def reprints_are_unmarked() -> Planted:
    """A second paper looks as the first."""
    return patch.object(documents, "mark_of", lambda job, training: "")


def days_are_sealed_unmatched() -> Planted:
    """A day end seals whatever the center says."""
    return patch.object(day_end, "_agreed", lambda groups, found: True)


def unknown_is_sent_anew() -> Planted:
    """A message that was not answered goes again under a new number, and nobody reverses the first."""

    def anew(self: Any, message: Any, record: Any, reason: str, now: dt.datetime) -> None:
        reversal_id = self._desk.new_message_id(record.provider_id)
        self._journal.reverse_unknown(message.message_id, reversal_id, reason, now)
        self._journal.renew(reversal_id, b"", "", False, self._desk.new_message_id(record.provider_id), now)

    return patch.object(Upload, "_undo", anew)


def a_given_up_sale_is_not_undone() -> Planted:
    """What was asked of the center without an answer is given up, after a silence or at a start, and not reversed."""
    abandon = Journal.abandon

    def idle(
        self: Any, settlement_id: str, reason: str, now: dt.datetime, reversal_id: str = "", answer: bytes = b""
    ) -> None:
        abandon(self, settlement_id, reason, now)

    return patch.object(Journal, "abandon", idle)


def uploads_go_twice() -> Planted:
    """Every purchase is sent a second time under a number that nobody has written down."""
    send = CenterDesk.send

    def twice(self: Any, record: Any, original: Any, message_id: str, transaction: str, before: Any) -> Any:
        outcome = send(self, record, original, message_id, transaction, before)
        if record.bill.service == "pharmacy":
            another = self.new_message_id(record.provider_id)
            send(self, record, original, another, transaction, lambda request: None)
        return outcome

    return patch.object(CenterDesk, "send", twice)


def a_fen_is_moved() -> Planted:
    """The account pays a fen that the patient should pay in cash."""
    settle = Law.settle

    def moved(self: Any, bill: Any) -> Any:
        split = settle(self, bill)
        fen = int(split.account > 0)
        return msgspec.structs.replace(split, account=Fen(split.account - fen), cash=Fen(split.cash + fen))

    return patch.object(Law, "settle", moved)


def a_mute_card_has_not_paid() -> Planted:
    """A card that was told to pay and did not answer is taken for one that has not paid."""
    conclude = PurseCases.conclude

    def hasty(self: Any, settlement_id: str, outcome: DebitOutcome) -> bool:
        if outcome.reason == "no-answer":
            outcome = DebitOutcome(DebitState.NOT_DONE, "not-debited")
        return conclude(self, settlement_id, outcome)

    return patch.object(PurseCases, "conclude", hasty)


def refusals_name_the_person() -> Planted:
    """A bill is refused with the number of whom it is for."""
    quote = Sales.quote

    def named(self: Any, identification_id: str, bill: Any) -> Any:
        try:
            return quote(self, identification_id, bill)
        except TerminalError as error:
            error.message += self._reception.known(identification_id).card.card_number
            raise

    return patch.object(Sales, "quote", named)


def refusals_name_the_pin() -> Planted:
    """What the card says against a PIN is told with it."""
    by_card = Reception.by_card

    def named(self: Any, number: str, pin: Any = None) -> Any:
        digits = bytes(pin.digits).decode() if pin else ""
        try:
            return by_card(self, number, pin)
        except TerminalError as error:
            error.message_zh += digits
            raise

    return patch.object(Reception, "by_card", named)


def the_log_quotes() -> Planted:
    """An exception is logged with the text of the card that it was about."""
    layout = JsonLines.format

    def quoting(self: Any, record: Any) -> str:
        trace = record.exc_info[2]
        found = []
        while trace is not None:
            found += [str(value) for value in trace.tb_frame.f_locals.values()]
            trace = trace.tb_next
        return layout(self, record) + " ".join(found)

    return patch.object(JsonLines, "format", quoting)


def figures_are_counted_by_person() -> Planted:
    """A supervisor's page has a line for each person that waits."""
    of_journal = metrics_routes._of_journal

    def by_person(gauges: Any, now: dt.datetime) -> Iterator[str]:
        yield from of_journal(gauges, now)
        yield 'terminal_uploads{person="370602197001010001"} 1'

    return patch.object(metrics_routes, "_of_journal", by_person)


def repairs_are_nobodys() -> Planted:
    """What day end proposed is carried out, and nobody writes down who wanted it."""
    return patch.object(Journal, "note_repair", lambda *arguments: None)


@dataclass(frozen=True, slots=True)
class Canary:
    """A bug, the checks that may find it, and the worlds in which it makes a difference."""

    plant: Callable[[], Planted]
    checks: frozenset[str]
    bites_in: Callable[[Plan], bool] = lambda plan: True


def _breaks(plan: Plan) -> bool:
    return plan.power > 0


def _pays_by_card(plan: Plan) -> bool:
    return plan.purse is not None


def _falls_silent(plan: Plan) -> bool:
    return plan.profile.repeats == "unsafe" and plan.wire.keys() >= {"drop-after"} and sum(plan.wire.values()) > 0.2


def _is_interrupted(plan: Plan) -> bool:
    return plan.interrupted.rate > 0 and plan.profile.repeats == "unsafe"


def _blunders(plan: Plan) -> bool:
    return plan.blunders != ""


def _ends_in_haste(plan: Plan) -> bool:
    return plan.haste != "" and plan.profile.repeats == "unsafe"


def _loses_steps(plan: Plan) -> bool:
    return bool(plan.wire.keys() & {"drop-before", "drop-after", "late"}) and sum(plan.wire.values()) > 0.2


def _goes_alone(plan: Plan) -> bool:
    return plan.advances.seed != "" and plan.mode == "local"


CANARIES = {
    "interrupted-is-queued": Canary(
        late_bugs.interrupted_is_queued, frozenset({"booked once", "refused"}), _is_interrupted
    ),
    "known-rows-are-not-looked-for": Canary(
        late_bugs.known_rows_are_not_looked_for, frozenset({"repairs", "booked once", "liveness"}), _blunders
    ),
    "late-matters-are-not-shown": Canary(
        late_bugs.late_matters_are_not_shown, frozenset({"booked once"}), _ends_in_haste
    ),
    "sealed-days-are-not-looked-at": Canary(
        late_bugs.sealed_days_are_not_looked_at, frozenset({"booked once", "liveness"}), _blunders
    ),
    "left-visits-are-never-asked-again": Canary(
        late_bugs.left_visits_are_never_asked_again, frozenset({"liveness", "visits"}), _loses_steps
    ),
    "advances-have-no-limit": Canary(late_bugs.advances_have_no_limit, frozenset({"advances"}), _goes_alone),
    "answers-are-forgotten": Canary(answers_are_forgotten, frozenset({"keys", "never two"}), _breaks),
    "writes-are-not-synced": Canary(
        writes_are_not_synced, frozenset({"entries stay", "numbers", "refused", "card"}), _breaks
    ),
    "receipts-are-not-queued": Canary(receipts_are_not_queued, frozenset({"papers"})),
    "reprints-are-unmarked": Canary(reprints_are_unmarked, frozenset({"papers"})),
    "days-are-sealed-unmatched": Canary(
        # What was sealed is repaired no more: a void of what the center has lost is asked after for ever.
        days_are_sealed_unmatched,
        frozenset({"booked once", "days", "liveness"}),
    ),
    "unknown-is-sent-anew": Canary(unknown_is_sent_anew, frozenset({"booked once", "refused"}), _falls_silent),
    "a-given-up-sale-is-not-undone": Canary(
        a_given_up_sale_is_not_undone, frozenset({"undone"}), lambda plan: plan.mode == "online"
    ),
    "uploads-go-twice": Canary(uploads_go_twice, frozenset({"intent first"})),
    "a-fen-is-moved": Canary(a_fen_is_moved, frozenset({"law"})),
    "a-mute-card-has-not-paid": Canary(a_mute_card_has_not_paid, frozenset({"card"}), _pays_by_card),
    "refusals-name-the-person": Canary(refusals_name_the_person, frozenset({"quiet"})),
    "refusals-name-the-pin": Canary(refusals_name_the_pin, frozenset({"quiet"}), lambda plan: plan.pin != ""),
    "repairs-are-nobodys": Canary(repairs_are_nobodys, frozenset({"repairs"})),
    "the-log-quotes": Canary(the_log_quotes, frozenset({"quiet"})),
    "figures-are-counted-by-person": Canary(figures_are_counted_by_person, frozenset({"quiet"})),
}
"""Each bug by its name."""


def found_by(name: str, seeds: Iterable[int], steps: int) -> list[Outcome]:
    """Play the seeds in whose worlds the bug bites, with it, until one finds it; that one is the last."""
    canary, outcomes = CANARIES[name], []
    for seed in seeds:
        if canary.bites_in(plan_of(seed)):
            with canary.plant():
                outcomes.append(run(str(seed), steps))
            if outcomes[-1].finding:
                break
    return outcomes
