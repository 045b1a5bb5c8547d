"""What a run of many seeds must have reached: a generator that never comes somewhere proves nothing about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tests.simulation.blunders import DEEDS as BLUNDERS
from tests.simulation.bureau_deeds import DEEDS as CLERKS_DEEDS
from tests.simulation.devices import SENSORS
from tests.simulation.hasty_closing import DEED as HASTE
from tests.simulation.interruptions import CUT as INTERRUPTED
from tests.simulation.lonely_hours import DEEDS as LONELY_DEEDS
from tests.simulation.plan import DEEDS, FIRST_DAYS
from tests.simulation.power import CUTS
from tests.simulation.purse_deeds import DECISIONS
from tests.simulation.purse_deeds import DEEDS as PURSE_DEEDS
from tests.simulation.refund_deeds import DEEDS as REFUND_DEEDS
from tests.simulation.rush_hours import DEEDS as RUSH_DEEDS
from tests.simulation.wallet import CUTS as PURSE_CUTS
from tests.simulation.wallet import MISDEEDS
from tests.simulation.wire import FAULTS

CODES = (
    "already-voided",
    "bill-in-the-future",
    "card-expired",
    "card-mute",
    "card-removed",
    "center-refused",
    "center-silent",
    "center-unreachable",
    "day-closed",
    "day-to-come",
    "key-reused",
    "no-card",
    "no-such-quote",
    "no-such-settlement",
    "not-debited",
    "not-signed-in",
    "outside-versions",
    "person-in-doubt",
    "pin-needed",
    "pin-wrong",
    "printer-not-ready",
    "purse-in-doubt",
    "refund-half-done",
    "settlement-in-doubt",
    "quote-changed",
)
ENTRIES = (
    "settlement",
    "void",
    "authorising",
    "authorised",
    "abandoned",
    "accepted",
    "refused",
    "debiting",
    "debited",
    "not-debited",
    "debit-trouble",
    "refunding",
    "refund-given-up",
    "reversing",
    "renewed",
    "reopened",
    "adopted",
    "repair-begun",
    "repaired",
    "day-frozen",
    "day-run",
    "day-sealed",
)
CAUSES = ("amount", "date-boundary", "missing-here", "missing-there", "refused", "void-one-sided")
ACTIONS = ("adopt-amounts", "adopt-settlement", "reverse-at-center", "send-again", "void-here")

WANTED = (
    *(f"deed {name}" for name in DEEDS),
    *(f"fault {name}" for name in FAULTS),
    *(f"code {name}" for name in CODES),
    *(f"entry {name}" for name in ENTRIES),
    *(f"cut {name}" for name in CUTS),
    *(f"deed {name}" for name in (*PURSE_DEEDS, *REFUND_DEEDS)),
    *(f"purse {name}" for name in MISDEEDS),
    *(f"cut {name}" for name in PURSE_CUTS),
    *(f"decided {name}" for name in DECISIONS),
    *("world with a purse", "world with refunds"),
    *(f"deed {name}" for name in (*BLUNDERS, *LONELY_DEEDS, HASTE)),
    *("bureau entered twice", "bureau took back late", "judged without center", f"cut {INTERRUPTED}"),
    *(f"printer {name}" for name in SENSORS),
    *(f"begins {name}" for name in FIRST_DAYS),
    *(f"difference {name}" for name in CAUSES),
    *(f"repair {name}" for name in ACTIONS),
    *(f"clerk {name}" for name in CLERKS_DEEDS),
    *(f"world {name}" for name in ("local", "online", "recognised", "unsafe")),
    *("crash", "outage", "walked away", "clock back", "clock on", "day frozen", "day sealed"),
    *("reconciliation matched", "reconciliation different", "reconciliation pending", "resumed"),
)
"""Every bucket that must not be empty over all seeds of a run together."""

WANTED_OF_RUSH = (
    *(f"deed {name}" for name in RUSH_DEEDS),
    *("world with rush hours", "code no-such-identification"),
)
"""The same, of a run with rush hours."""


def empty_buckets(reached: Counter[str], wanted: Iterable[str] = WANTED) -> list[str]:
    """What was never reached."""
    return [name for name in wanted if not reached[name]]
