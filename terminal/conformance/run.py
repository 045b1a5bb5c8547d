"""`terminal conformance URL`: every convention once, and a report of what was seen.

It signs in, sells one bill to the card in the reader and takes it back. Exit status 0: every convention is kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from terminal.conformance.before import BEFORE
from terminal.conformance.kept import Convention, NotKept, NotReached, Sale
from terminal.conformance.money import MONEY
from terminal.conformance.wire import Wire
from terminal.errors import Refused, TerminalError

CONVENTIONS = (*BEFORE, *MONEY)

BILL = {
    "service": "pharmacy",
    "items": [{"kind": "drug", "class": "A", "code": "X1", "name": "接口测试", "amount": "12.50"}],
}
"""What is sold where no other bill is given: one drug over the counter. Its date is the business day."""

_MARKS = {"kept": "✓", "not-kept": "✗", "not-reached": "-"}


class Finding(Struct, frozen=True):
    """What came of one convention. outcome: `kept`, `not-kept`, `not-reached`; seen: what was seen instead, or ""."""

    name: str
    zh: str
    en: str
    outcome: str
    seen: str


def examine(wire: Wire, run: str, bill: dict[str, Any]) -> list[Finding]:
    """Look at every convention, in order. Raises Refused where the terminal is not in training, Unavailable."""
    health = wire.ask("GET", "/v1/health")
    if health.status != 200 or not isinstance(health.json, dict):
        raise Refused(
            "no-health", f"the terminal answers {health.status}; is the token right?", "无法查询终端状态", "url"
        )
    if not health.json.get("training_clock"):
        raise Refused(
            "not-in-training",
            "this terminal is not in training; the kit moves money and runs on a training terminal only",
            "该终端不在培训模式；接口测试只能在培训终端上运行",
            "url",
        )
    return list(_findings(Sale(wire, run, bill)))


def _findings(sale: Sale) -> Iterator[Finding]:
    for convention in CONVENTIONS:
        outcome, seen = _looked_at(convention, sale)
        yield Finding(convention.name, convention.zh, convention.en, outcome, seen)


def _looked_at(convention: Convention, sale: Sale) -> tuple[str, str]:
    try:
        convention.check(sale)
    except NotReached as why:
        return "not-reached", str(why)
    except NotKept as seen:
        return "not-kept", str(seen)
    except TerminalError as error:
        return "not-kept", str(error)
    except (KeyError, TypeError, ValueError) as error:
        return "not-kept", f"an answer of another form ({type(error).__name__}: {error})"
    return "kept", ""


def conformance(url: str, token: str, run: str, authority: Path | None, bill: Path | None, as_json: bool) -> int:
    """Print the report. Returns 0 where every convention is kept, else 1."""
    wire = Wire(url, token, authority)
    given = BILL if bill is None else json.loads(bill.read_text(encoding="utf-8"))
    findings = examine(wire, run, given)
    if as_json:
        print(json.dumps([dict(zip(one.__struct_fields__, _values(one), strict=True)) for one in findings], indent=1))
    else:
        print("\n".join(_lines(findings, wire.asked)))
    return 0 if all(one.outcome == "kept" for one in findings) else 1


def _values(finding: Finding) -> list[str]:
    return [getattr(finding, name) for name in finding.__struct_fields__]


def _lines(findings: list[Finding], asked: int) -> Iterator[str]:
    for one in findings:
        yield f"{_MARKS[one.outcome]} {one.name:<12} {one.zh} · {one.en}"
        if one.seen:
            yield f"    {one.seen}"
    kept = sum(one.outcome == "kept" for one in findings)
    yield f"{kept} / {len(findings)} 项符合 conventions kept, {asked} requests"
