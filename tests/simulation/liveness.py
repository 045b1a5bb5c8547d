"""When the faults stop: everything must come to its end, by itself or by what day end proposes, in bounded time."""

from __future__ import annotations

import datetime as dt

from tests.simulation.auditor.findings import require
from tests.simulation.shop import Shop
from tests.simulation.workload import Workload

ROUNDS_MAX = 40
ROUND_SECONDS = 400
"""Longer than the longest pause of the upload (300 s) and than a message may be late."""

DAYS_MAX = 60
"""More than a simulation lasts."""

PAUSES_OVER = dt.timedelta(days=1)
"""Whatever waits for its next try is due by then."""

NIGHT_EVERY_ROUNDS = 8
UNFINISHED = ("queued", "sent", "unknown", "parked")


def heal(workload: Workload) -> None:
    """From here on nothing fails, and whoever should help, helps."""
    shop = workload.shop
    shop.power.hold()
    shop.disk.rate = shop.interruptions.rate = 0.0
    shop.wire.down, shop.wire.next_fault = False, lambda infno: ""
    shop.printer.help()


def settle_down(workload: Workload) -> int:
    """Finish sales, empty the queues, close every day; how many rounds it took. Raises Disagreement `liveness`."""
    shop, till = workload.shop, workload.till
    heal(workload)
    to_close = _DaysToClose(workload)
    for rounds in range(1, ROUNDS_MAX + 1):
        _resume_visits(workload)
        shop.pass_time(ROUND_SECONDS)
        require(shop.sign_in(), "liveness", "nobody can sign in at a healthy center")
        if workload.purse is not None:
            workload.purse.settle_down()
        if workload.refunds is not None:
            workload.refunds.settle_down()
        for sale in till.sales:
            if sale.answer is None and sale.quoted is not None and not sale.walked_away:
                workload.serve(sale)
        for asked in till.voids:
            if not asked.done:
                till.void(asked)
        _resume_parked(workload)
        days = to_close.open()
        if days and (not _is_over(shop, min(days)) or rounds % NIGHT_EVERY_ROUNDS == 0):
            # A clock that ran ahead has sold on days to come, and what the center counts today shows tomorrow.
            shop.to_next_day()
        for day in days:
            workload.close(day, with_till_rows=False)
            workload.repair(day)
        if not _waiting(workload) and not to_close.open():
            return rounds
    require(False, "liveness", f"after {ROUNDS_MAX} rounds: {_waiting(workload)}, days {to_close.open()}")
    return ROUNDS_MAX


class _DaysToClose:
    """The days of a world that must be closed before it ends. What is sealed stays so, and is not asked about again."""

    def __init__(self, workload: Workload) -> None:
        self._shop = workload.shop
        self._days = [workload.first_day + dt.timedelta(days=one) for one in range(DAYS_MAX)]
        self._began = workload.shop.clock.now().date()
        self._sealed: set[dt.date] = set()

    def open(self) -> list[dt.date]:
        """Every day from the first to today, sold on or not, and every later one that was sold on. The day on which the
        faults end is one of them, whenever it is over: somebody at the bureau may have done something on it.
        """
        journal = self._shop.journal
        passed = {day for day in self._days if day <= self._began or _is_over(self._shop, day)}
        wanted = (passed | set(journal.unclosed_days(dt.date.max))) - self._sealed
        self._sealed |= {day for day in wanted if journal.day_state(day) == "sealed"}
        return sorted(wanted - self._sealed)


def _is_over(shop: Shop, day: dt.date) -> bool:
    """Whether the day may be closed. Where the center counts by its own days, a day is over at midnight."""
    today = shop.clock.now().date()
    return day < today or (day == today and shop.plan.days_by == "business-day")


def _waiting(workload: Workload) -> dict[str, int]:
    shop = workload.shop
    counts = shop.journal.counts()
    waiting = {state: counts[state] for state in UNFINISHED if counts.get(state)}
    if prints := len(shop.journal.print_queue()):
        waiting["prints"] = prints
    if intents := len(shop.journal.open_intents()):
        waiting["intents"] = intents
    if debits := len(shop.journal.open_debits()):
        waiting["debits"] = debits
    if refunds := len(shop.journal.open_refunds()):
        waiting["refunds"] = refunds
    if shop.journal.due_visit(shop.clock.now() + PAUSES_OVER) is not None:
        waiting["visits"] = 1
    if not shop.wire.is_quiet:
        waiting["late messages"] = 1
    return waiting


def _resume_parked(workload: Workload) -> None:
    shop = workload.shop
    for message in shop.journal.queue():
        if message.state == "parked":
            workload.seen["resumed"] += 1
            shop.journal.resume(message.message_id, shop.clock.now())


def _resume_visits(workload: Workload) -> None:
    """What the center once refused to take back was refused by a fault, or stays listed."""
    shop = workload.shop
    for left in shop.journal.stuck_visits():
        workload.seen["visit asked about again"] += 1
        shop.journal.ask_visit_again(left.record.id, shop.clock.now())
