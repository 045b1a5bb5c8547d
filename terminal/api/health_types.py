"""What the local API tells of the terminal itself: health, devices, the doctor's findings."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from msgspec import Struct

from terminal.counter.month import StatementDue
from terminal.receipt.doctor import Verdict


class DeviceAnswer(Struct, frozen=True):
    """A device's own word: `good`, `fault` or `unknown`."""

    health: Literal["good", "fault", "unknown"]
    code: str
    detail: str


class SeenReader(Struct, frozen=True):
    """A card reader that the card service has, and whether a card is in it."""

    name: str
    card: bool


class CenterAnswer(Struct, frozen=True):
    """Whether the center answered when it was last asked, and when; it is not asked for this."""

    reachable: Literal["yes", "no", "unknown"]
    as_of: dt.datetime | None


class FailingStep(Struct, frozen=True):
    """A step behind the counter that fails: `intents`, `uploads`, `goods`, `downloads`, `prints`, `devices`.

    error: the code, or of an error that nobody foresaw its type. times: in a row, since `since`. next_try_at: null
    where it is tried every second.
    """

    step: str
    error: str
    times: int
    since: dt.datetime
    next_try_at: dt.datetime | None


class HealthAnswer(Struct, frozen=True):
    """GET /v1/health: what an operator wants to know first. `uploads`: how many in each state.

    statement: last month's, where a day is agreed for it.
    refused_downloads: what the bureau published and this terminal did not take, with the reason.
    day_ahead_of_clock: the newest business day where the clock has fallen behind it, and must be set; else null.
    clock_off_seconds: how far the clock was before the center's at the last sign-in, negative behind; null: not known.
    clock_measured_at: when that was, by the center's clock. clock_is_off: by so much that it must be set.
    failing_steps: what goes on behind the counter and fails just now; empty where all is well.
    card_service, readers: what is seen of PC/SC now; `not-used` where no reader stands behind it.
    """

    terminal: str
    mode: str
    now: dt.datetime
    training_clock: bool
    signed_in: str
    business_day: dt.date
    day_state: str
    day_ahead_of_clock: dt.date | None
    clock_off_seconds: int | None
    clock_measured_at: dt.datetime | None
    clock_is_off: bool
    devices: dict[str, DeviceAnswer]
    card_service: Literal["running", "stopped", "not-used"]
    readers: list[SeenReader]
    center: CenterAnswer
    uploads: dict[str, int]
    prints_waiting: int
    refused_downloads: list[str]
    statement: StatementDue | None
    failing_steps: list[FailingStep]


class DevicesAnswer(Struct, frozen=True):
    """GET /v1/devices, by the port's name."""

    devices: dict[str, DeviceAnswer]


class DiagnosisCheck(Struct, frozen=True):
    """One thing that was looked at; `remedy`: what to do, in Chinese and English."""

    name: str
    verdict: Verdict
    detail: str
    remedy: str


class DiagnosisAnswer(Struct, frozen=True):
    """GET /v1/diagnosis. `verdict`: the worst of the checks."""

    terminal: str
    version: str
    at: dt.datetime
    verdict: Verdict
    checks: list[DiagnosisCheck]


class Liveness(Struct, frozen=True):
    """GET /livez, /readyz: the process runs; it takes requests."""

    status: Literal["live", "ready"]
