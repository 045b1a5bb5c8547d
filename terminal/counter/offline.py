"""Limits for the time the center cannot be reached: what the terminal may advance on its own last knowledge.

Beyond them the whole of the funds' share, and then of the account's, falls to self-pay: entitlement and account become
`unverified`, and the bill says for which limit and what waiting for the center would give. The center is told, and
works the bill out in the same way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec
from msgspec import UNSET, Struct

from terminal.counter.identify import Identification
from terminal.journal.records import SettlementRecord
from terminal.money import Fen
from terminal.settlement.bill import Bill, Entitlement
from terminal.settlement.law import Law
from terminal.settlement.not_advanced import NotAdvanced, PassedLimit
from terminal.settlement.result import Settlement


class OfflineLimits(Struct, frozen=True, kw_only=True):
    """How far the terminal goes without the center.

    entitlement_age_hours_max: of the last answer about the person; an answer of another year is always too old.
    bill_fen_max, person_day_fen_max: funds and account together, a bill and a person's open bills of a calendar day.
    blacklist_age_hours_max: of the newest list; 0 where the center gives none.
    """

    entitlement_age_hours_max: int = 72
    bill_fen_max: int = 200_000
    person_day_fen_max: int = 500_000
    blacklist_age_hours_max: int = 0


def limited(
    bill: Bill,
    identification: Identification,
    pending: Sequence[SettlementRecord],
    law: Law,
    limits: OfflineLimits,
    now: dt.datetime,
    blacklist_as_of: dt.datetime | None,
) -> Bill:
    """The bill of somebody about whom the center could not be asked, as it may be settled now within `limits`."""
    whole = law.settle(bill)
    hours_max = limits.blacklist_age_hours_max
    if hours_max and not _is_young(blacklist_as_of, hours_max, now):
        old_list = PassedLimit(kind="blacklist-age", hours_max=hours_max)
        return _held_back(bill, whole, old_list, old_list)
    pool = _old_answer(bill, identification, limits, now)
    most = _most_to_advance(limits, _advanced_on(now.date(), pending))
    if pool is None and _advanced(whole) > most.left:
        pool = most
    without_pool = _held_back(bill, whole, pool, None)
    if _advanced(law.settle(without_pool)) > most.left:
        return _held_back(bill, whole, pool, most)
    return without_pool


def _old_answer(
    bill: Bill, identification: Identification, limits: OfflineLimits, now: dt.datetime
) -> PassedLimit | None:
    """Why what the center said last does not hold any more for the pool; None where it does."""
    as_of, hours_max = identification.as_of, limits.entitlement_age_hours_max
    if not _is_young(as_of, hours_max, now):
        return PassedLimit(kind="answer-age", hours_max=hours_max)
    if as_of and as_of.year != bill.date.year:
        return PassedLimit(kind="answer-year")
    return None


def _most_to_advance(limits: OfflineLimits, advanced_today: int) -> PassedLimit:
    """What may be advanced of this bill: the narrower one of the two limits."""
    left = max(0, limits.person_day_fen_max - advanced_today)
    if limits.bill_fen_max <= left:
        return PassedLimit(kind="bill", fen_max=Fen(limits.bill_fen_max), left=Fen(limits.bill_fen_max))
    return PassedLimit(kind="person-day", fen_max=Fen(limits.person_day_fen_max), left=Fen(left))


def _advanced_on(day: dt.date, pending: Sequence[SettlementRecord]) -> int:
    """What is advanced of a calendar day's bills, wherever their business day is, in fen; what is taken back is not."""
    taken_back = {one.voids or one.id for one in pending if one.kind == "void"}
    bills = (one for one in pending if one.kind == "settlement" and one.at.date() == day)
    return sum(_advanced(one.settlement) for one in bills if one.id not in taken_back)


def _advanced(settlement: Settlement) -> int:
    return settlement.fund_total + settlement.account


def _is_young(moment: dt.datetime | None, hours_max: int, now: dt.datetime) -> bool:
    return moment is not None and now - moment <= dt.timedelta(hours=hours_max)


def _held_back(bill: Bill, whole: Settlement, pool: PassedLimit | None, account: PassedLimit | None) -> Bill:
    """The bill without the pool, or the account, that would pay but for a limit. whole: as it splits without one."""
    entitlement, own = bill.entitlement, bill.account
    if entitlement.status != "active":
        pool = None
    if own.status != "open":
        account = None
    if pool is None and account is None:
        return bill
    if pool is not None:
        entitlement = Entitlement("unverified", f"offline: {pool.kind}")
    if account is not None:
        own = msgspec.structs.replace(own, status="unverified")
    told = NotAdvanced(
        pool=pool or UNSET,
        account=account or UNSET,
        fund_total=whole.fund_total,
        account_total=whole.account,
        cash=whole.cash,
    )
    return msgspec.structs.replace(bill, entitlement=entitlement, account=own, not_advanced=told)
