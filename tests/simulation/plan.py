"""What a seed draws before anything happens: which world this is, and which faults exist in it at all."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from random import Random
from typing import Literal

from terminal.bureau.persons import Person
from terminal.center.profile import Profile
from terminal.clock import BEIJING
from tests.simulation.blunders import has_blunders, mute_beside_blunders
from tests.simulation.disk import WELL, DiskWorld, disk_of
from tests.simulation.hasty_closing import LATE_RATE, closes_in_haste
from tests.simulation.interruptions import NEVER, InterruptedWorld, interrupted_in
from tests.simulation.lonely_hours import USUAL, Advances, advances_of
from tests.simulation.people import person_of, policies_on, policies_that_change
from tests.simulation.wallet import PurseWorld, holder_of, purse_of
from tests.simulation.wire import FAULTS

FIRST_DAYS = {
    "plain": dt.date(2021, 6, 29),
    "month end": dt.date(2021, 7, 30),
    "year end": dt.date(2021, 12, 30),
    "leap day": dt.date(2020, 2, 28),
    "law lapses": dt.date(2022, 12, 31),
    "law begins": dt.date(2024, 3, 30),
    "leap day, other law": dt.date(2024, 2, 28),
}
"""Where in the calendar a world begins; each lies a day or two before what its name says. The seeds take turns."""

LATE_EVENING, MORNING = dt.time(23, 50), dt.time(9)
"""When the first day of a world begins: the night is far, or a few sales away."""

CROSSED_WITHIN_DAYS = 3
"""So soon after its first day a world has come to what it was begun for."""

DEEDS = {
    "sell": 60,
    "repeat": 4,
    "reuse key": 2,
    "void": 6,
    "void again": 2,
    "refund a part": 3,
    "nonsense": 2,
    "reprint": 2,
    "work": 25,
    "wait": 8,
    "next day": 2,
    "clock jumps": 1,
    "close day": 4,
    "repair": 3,
    "month": 1,
    "restart": 1,
    "outage": 2,
    "printer": 4,
    "help printer": 4,
    "card": 3,
    "bureau": 10,
    "sign": 1,
}
"""What may happen at a step, and its usual weight."""

SETTLES, VOIDS = ("2102", "2207", "2304"), ("2103", "2208", "2305")
TIMES = (0, 1, 1, 2)
ALWAYS = ("sell", "work", "next day", "close day", "repair")
"""What is never wholly absent from a world."""

FAULTY = (0.0, 0.1, 0.3, 0.6, 0.8)
"""Which share of its messages a world's wire spoils."""

REFUND_WORLDS_SHARE = 0.2
"""Worlds in which parts are given back by line, drawn apart from all else."""

CRASH_RATES = (0.0, 0.01, 0.05, 0.15)


@dataclass(frozen=True, slots=True)
class Plan:
    """One world. wire: how often each fault strikes a message; power: how often the power goes within a step.

    mute: the transaction that the center takes in and never answers, as long as there are faults; mostly none, "".
    pin: what the first person's card asks for; "": no card asks.
    profile: the center's own way, and what the terminal knows of it. purse: what the last person's account lies on.
    refunds: from which seed refunds by line are drawn, "" where there are none. rush: whether there are rush hours.
    disk: whether the journal takes nothing for a moment, at times, once the center has decided. interrupted: how often
    the power goes while an upload waits. advances: how far the terminal goes without the center.
    blunders, haste: from which seed those of the bureau are drawn, and days that end in haste; "" where there are none.
    """

    first_day: dt.date
    occasion: str
    mode: Literal["local", "online"]
    profile: Profile
    days_by: Literal["business-day", "center-time"]
    persons: tuple[Person, ...]
    wire: dict[str, float]
    mute: str
    power: float
    pin: str
    begins_at: dt.time
    weights: dict[str, int] = field(hash=False)
    purse: PurseWorld | None = None
    refunds: str = ""
    rush: bool = False
    disk: DiskWorld = WELL
    interrupted: InterruptedWorld = NEVER
    advances: Advances = USUAL
    blunders: str = ""
    haste: str = ""

    @property
    def opens_at(self) -> dt.datetime:
        """The moment at which the first shutter goes up."""
        return dt.datetime.combine(self.first_day, self.begins_at, BEIJING)


def drawn(random: Random, seed: int) -> Plan:
    """The world of a seed: about half of the faults, seldom or often, and deeds of uneven weight."""
    occasion = sorted(FIRST_DAYS)[seed % len(FIRST_DAYS)]
    first_day = FIRST_DAYS[occasion]
    repeats: Literal["recognised", "unsafe"] = random.choice(("recognised", "unsafe"))
    reversible = random.choice((SETTLES + VOIDS, SETTLES + VOIDS, SETTLES))
    policies = [random.choice(policies_on(first_day)) for _ in range(random.randint(1, 5))]
    if changing := policies_that_change(first_day, CROSSED_WITHIN_DAYS):
        policies.append(random.choice(changing))
    persons = [person_of(random, number, policy, first_day.year) for number, policy in enumerate(policies, 1)]
    days_by: Literal["business-day", "center-time"] = random.choice(("business-day", "business-day", "center-time"))
    faults = [fault for fault in FAULTS if random.random() < 0.4 and can_be_mended(fault, repeats, days_by)]
    wire = dict.fromkeys(faults, random.choice(FAULTY) / max(1, len(faults)))
    order: Literal["terminal", "person"] = "terminal" if seed % 4 == 0 else "person"
    return Plan(
        first_day=first_day,
        occasion=occasion,
        mode=random.choice(("local", "local", "online")),
        profile=Profile(name="simulated", repeats=repeats, reversible=reversible, order=order),
        days_by=days_by,
        persons=tuple(persons),
        wire=wire,
        mute=random.choice(SETTLES + VOIDS) if random.random() < 0.3 else "",
        power=random.choice(CRASH_RATES),
        pin=f"{random.randrange(10**12):012}" if random.random() < 0.3 else "",
        begins_at=random.choice((MORNING, LATE_EVENING)),
        weights={deed: weight * random.choice(TIMES) or _least(deed) for deed, weight in DEEDS.items()},
    )


def with_more(plan: Plan, seed: int) -> Plan:
    """The same world, where its seed wants it, with what is drawn apart: a person whose account lies on the card,
    refunds by line, and whatever else only some worlds have.
    """
    purse = purse_of(seed)
    if purse is not None:
        plan = replace(plan, persons=(*plan.persons, holder_of(purse)), purse=purse)
    plan = replace(plan, disk=disk_of(seed), interrupted=interrupted_in(seed), advances=advances_of(seed))
    if closes_in_haste(seed) and can_be_mended("late", plan.profile.repeats, plan.days_by):
        plan = replace(plan, wire={**plan.wire, "late": LATE_RATE}, haste=str(seed))
    if has_blunders(seed):
        plan = replace(plan, blunders=str(seed), mute=plan.mute or mute_beside_blunders(seed))
    return replace(plan, refunds=str(seed)) if has_refunds(seed) else plan


def has_refunds(seed: int) -> bool:
    """Whether refunds by line happen in the world of a seed."""
    return Random(f"refunds {seed}").random() < REFUND_WORLDS_SHARE


def can_be_mended(fault: str, repeats: str, days_by: str) -> bool:
    """Whether a terminal can mend what this fault does at such a center.

    One that does not recognise repeats books what the network brings twice. Where a center counts by its own days, what
    comes late may count on a day that is sealed here.
    """
    return not (fault == "duplicate" and repeats == "unsafe") and not (fault == "late" and days_by == "center-time")


def _least(deed: str) -> int:
    return (DEEDS[deed] + 1) // 2 if deed in ALWAYS else 0
