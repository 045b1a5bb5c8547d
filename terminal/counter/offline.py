"""Limits for the time the center cannot be reached: what the terminal may advance on its own last knowledge.

Beyond them the pool's share, and then the account's, falls to self-pay: entitlement and account become `unverified`,
which the law itself answers with its notices. The center is told, and works the bill out in the same way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from terminal.counter.identify import Identification
from terminal.journal.records import SettlementRecord
from terminal.money import format_fen
from terminal.settlement.bill import Account, Bill, Entitlement
from terminal.settlement.law import Law


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
    if limits.blacklist_age_hours_max and not _is_young(blacklist_as_of, limits.blacklist_age_hours_max, now):
        return _without_account(_without_pool(bill, "offline: the blacklist is too old"))
    as_of = identification.as_of
    if not _is_young(as_of, limits.entitlement_age_hours_max, now) or (as_of and as_of.year != bill.date.year):
        bill = _without_pool(bill, "offline: the last entitlement is too old")
    room = min(limits.bill_fen_max, limits.person_day_fen_max - _advanced_on(now.date(), pending))
    if _advanced(law.settle(bill)) > room and bill.entitlement.status == "active":
        bill = _without_pool(bill, f"offline: more than {format_fen(max(0, room))} to advance")
    if _advanced(law.settle(bill)) > room:
        bill = _without_account(bill)
    return bill


def _advanced_on(day: dt.date, pending: Sequence[SettlementRecord]) -> int:
    """What is advanced of a calendar day's bills, wherever their business day is, in fen; what is taken back is not."""
    taken_back = {one.voids or one.id for one in pending if one.kind == "void"}
    bills = (one for one in pending if one.kind == "settlement" and one.at.date() == day)
    return sum(_advanced(one.settlement) for one in bills if one.id not in taken_back)


def _advanced(settlement: object) -> int:
    return int(getattr(settlement, "fund_total", 0)) + int(getattr(settlement, "account", 0))


def _is_young(moment: dt.datetime | None, hours_max: int, now: dt.datetime) -> bool:
    return moment is not None and now - moment <= dt.timedelta(hours=hours_max)


def _without_pool(bill: Bill, reason: str) -> Bill:
    return msgspec.structs.replace(bill, entitlement=Entitlement("unverified", reason))


def _without_account(bill: Bill) -> Bill:
    account = Account(bill.account.balance, "unverified", bill.account.relation)
    return msgspec.structs.replace(bill, account=account)
