"""Figures for a supervisor, as Prometheus reads them (text format 0.0.4), to be asked every few seconds.

Promise: no device, no center and not the counter's thread is touched; nothing of a person, a settlement or a till.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from resource import getpagesize

from starlette.responses import Response

from terminal.api.contract import AnyOperation, Call, Media, Operation
from terminal.api.health_types import CenterAnswer, FailingStep
from terminal.api.meter import Meter
from terminal.api.served import Served
from terminal.api.token import METRICS_PATH
from terminal.journal.gauges import Gauges

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_UPLOAD_STATES = ("queued", "sent", "accepted", "refused", "unknown", "parked")
_DAY_STATES = ("open", "frozen", "sealed")
_REACHABLE = ("yes", "no", "unknown")

Sample = tuple[Mapping[str, str], float]


async def metrics(call: Call[None, None]) -> Response:
    """All figures."""
    terminal = call.terminal
    gauges = await asyncio.to_thread(_gauges, terminal)
    lines = [
        *_of_journal(gauges, terminal.clock.now()),
        *_of_center(terminal.center_sight()),
        *_of_steps(terminal.standing()),
        *_of_requests(terminal.meter),
        *_family("process_resident_memory_bytes", "gauge", "Memory of the process.", [({}, _resident_bytes())]),
    ]
    return Response("".join(f"{line}\n" for line in lines), headers={"content-type": MEDIA_TYPE})


def _gauges(terminal: Served) -> Gauges | None:
    try:
        return terminal.gauges()
    except (sqlite3.Error, OSError):
        return None


def _of_journal(gauges: Gauges | None, now: dt.datetime) -> Iterable[str]:
    readable = int(gauges is not None)
    yield from _family("terminal_journal_readable", "gauge", "1 where the journal can be read.", [({}, readable)])
    if gauges is None:
        return
    oldest = gauges.oldest_waiting_at
    age = max((now - oldest).total_seconds(), 0) if oldest else 0
    uploads = [({"state": state}, gauges.uploads.get(state, 0)) for state in _UPLOAD_STATES]
    days = [({"state": state}, int(state == gauges.day_state)) for state in _DAY_STATES]
    yield from _family("terminal_uploads", "gauge", "Messages to the center, by state.", uploads)
    yield from _family("terminal_upload_oldest_seconds", "gauge", "Age of the oldest that waits.", [({}, age)])
    stuck = [({"what": kind}, count) for kind, count in gauges.stuck.items()]
    yield from _family("terminal_stuck", "gauge", "What no waiting changes, by kind.", stuck)
    yield from _family("terminal_prints_waiting", "gauge", "Documents not on paper.", [({}, gauges.prints_waiting)])
    yield from _family("terminal_journal_entries", "gauge", "Entries of the chain.", [({}, gauges.entries)])
    yield from _family("terminal_journal_bytes", "gauge", "Size of the journal on disk.", [({}, gauges.bytes)])
    yield from _family("terminal_day", "gauge", "1 for the state of the calendar day.", days)


def _of_center(seen: CenterAnswer) -> Iterable[str]:
    samples = [({"answer": answer}, int(answer == seen.reachable)) for answer in _REACHABLE]
    yield from _family("terminal_center_reachable", "gauge", "1 for what the last exchange said.", samples)
    moment = seen.as_of.timestamp() if seen.as_of else 0
    yield from _family("terminal_center_seen_timestamp_seconds", "gauge", "When that was.", [({}, moment)])


def _of_steps(standing: Mapping[str, FailingStep | None]) -> Iterable[str]:
    samples = [({"step": name}, failing.times if failing else 0) for name, failing in standing.items()]
    yield from _family(
        "terminal_step_failures", "gauge", "How often a step behind the counter failed in a row.", samples
    )


def _of_requests(meter: Meter) -> Iterable[str]:
    answers = [({"route": route, "status": str(status)}, n) for (route, status), n in sorted(meter.answers.items())]
    yield from _family("terminal_requests_total", "counter", "Requests, by route and answer.", answers)
    name = "terminal_request_seconds"
    yield from (f"# HELP {name} How long requests took.", f"# TYPE {name} histogram")
    for route, buckets, seconds, count in meter.durations():
        for bound, so_many in [*((str(bound), so_many) for bound, so_many in buckets), ("+Inf", count)]:
            yield _sample(f"{name}_bucket", {"route": route, "le": bound}, so_many)
        yield _sample(f"{name}_sum", {"route": route}, seconds)
        yield _sample(f"{name}_count", {"route": route}, count)


def _family(name: str, kind: str, told: str, samples: Iterable[Sample]) -> Iterable[str]:
    yield f"# HELP {name} {told}"
    yield f"# TYPE {name} {kind}"
    yield from (_sample(name, labels, value) for labels, value in samples)


def _sample(name: str, labels: Mapping[str, str], value: float) -> str:
    """One line. Labels are words of this program and need no escaping."""
    inside = ",".join(f'{label}="{word}"' for label, word in labels.items())
    return f"{name}{{{inside}}} {value}" if inside else f"{name} {value}"


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * getpagesize()


OPERATIONS: tuple[AnyOperation, ...] = (
    Operation(
        method="GET",
        path=METRICS_PATH,
        tag="health",
        zh="运行指标（Prometheus 文本），仅限本机",
        en="figures for a supervisor on this machine (Prometheus text)",
        handler=metrics,
        gives={200: Media(("text/plain",))},
        errors=("local-only",),
    ),
)
