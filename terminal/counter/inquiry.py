"""An inquiry (查询): what an identified person has, this terminal's own settlements since then counted."""

from __future__ import annotations

import datetime as dt

import msgspec
from msgspec import Struct

from terminal.counter.identify import Identification
from terminal.counter.tally import Tally
from terminal.settlement.bill import Account, Entitlement, Year


class Standing(Struct, frozen=True):
    """Account and year of a person. as_of: when the center said so; `offline`: it could not be asked at that time.

    pending: how many settlements and voids of this terminal are counted here that the center had not taken in then.
    """

    as_of: dt.datetime
    offline: bool
    policy: str
    entitlement: Entitlement
    account: Account
    year: Year
    pending: int


def inquire(identification: Identification, tally: Tally, today: dt.date) -> Standing:
    """What a bill of `today` would start from."""
    person = identification.person
    year, balance = tally.of(identification, today)
    return Standing(
        as_of=identification.as_of or identification.taken_at,
        offline=identification.offline,
        policy=person.policy,
        entitlement=person.entitlement,
        account=msgspec.structs.replace(person.account, balance=balance),
        year=year,
        pending=len(tally.pending(identification)),
    )
