"""Everything that the OpenAPI document lets one think of, sent to a real terminal: no 5xx, no undocumented answer.

The cases are made from the document alone, the same in every run; half of those that fit it are pointed at a
settlement, an identification and a quote that exist, so that they get past the first look-up.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import schemathesis
from daemon.process import CONTRACT, TIMEOUT_SECONDS, TerminalProcess, bill, new_bureau
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

pytestmark = pytest.mark.xdist_group("schemathesis")
"""One worker takes all of it, in order."""

EXAMPLES_PER_OPERATION = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "5"))
"""Beside those that walk every bound of the document; `make schemathesis` takes more."""

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]

AWAY_FROM_THE_COUNTER = {"printer-not-ready", "center-unreachable", "center-silent", "no-scanner", "no-psam", "busy"}
"""503 and 504 are answers too, where a device or the center is really not there."""

# The stream of events never ends, and who signs out takes the operator from all that come after.
SCHEMA = schemathesis.openapi.from_dict(CONTRACT.document).exclude(operation_id=["events", "sign_out"])
SCHEMA.config.checks.negative_data_rejection.expected_statuses = [
    "400",
    "401",
    "404",
    "405",
    "409",
    "413",
    "415",
    "422",
]


@dataclass(frozen=True)
class World:
    """A terminal with somebody signed in and something to find."""

    process: TerminalProcess
    settlement: str
    identification: str
    quote: str
    drawn: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Its own: days are closed and queues hurried here."""
    folder = tmp_path_factory.mktemp("schemathesis")
    with new_bureau(folder) as bureau, TerminalProcess(folder, bureau.url) as process:
        process.sign_in()
        settlement = process.settled(bill("20.00", "5.00"), "first").json()["id"]
        identification = process.identified()
        asked = {"identification": identification, "bill": bill("10.00")}
        quote = process.post("/v1/quotes", asked).json()["id"]
        yield World(process, settlement, identification, quote)


@SCHEMA.parametrize()
@settings(
    max_examples=EXAMPLES_PER_OPERATION,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_nothing_that_the_document_allows_or_forbids_surprises(world: World, case: schemathesis.Case) -> None:
    """Every answer is one that the document describes, and what it forbids is refused."""
    point_at(world, case)
    if drawn_before(world, case):
        return
    url, headers = world.process.url.rstrip("/"), world.process.headers
    answer = case.call(base_url=url, headers=headers, timeout=TIMEOUT_SECONDS)
    checks = CHECKS
    if answer.status_code in (503, 504) and answer.json()["code"] in AWAY_FROM_THE_COUNTER:
        checks = CHECKS[1:]
    case.validate_response(answer, checks=checks)


def drawn_before(world: World, case: schemathesis.Case) -> bool:
    """Whether this very file was asked for already: a page takes a second to draw, and is the same each time."""
    name = case.formatted_path
    if not name.endswith((".pdf", ".png", ".xlsx")):
        return False
    known = name in world.drawn
    world.drawn.add(name)
    return known


def point_at(world: World, case: schemathesis.Case) -> None:
    """Let every other case that fits the document name what is there."""
    fits = case.meta is not None and case.meta.generation.mode.is_positive
    if not fits or len(case.as_curl_command()) % 2:
        return
    for name in case.path_parameters or {}:
        if name == "id":
            case.path_parameters[name] = world.quote if "/quotes/" in case.path else world.settlement
    if isinstance(case.body, dict):
        known = {"identification": world.identification, "quote": world.quote}
        case.body.update({name: value for name, value in known.items() if name in case.body})


def test_the_terminal_still_sells_after_all_of_it(world: World) -> None:
    """Runs last of this file: whatever came, the counter goes on and its books agree."""
    world.process.sign_in()
    assert world.process.settled(bill("10.00"), "afterwards").status_code == 201
    checks = world.process.client.get("/v1/diagnosis").json()["checks"]
    assert [check["verdict"] for check in checks if "journal" in check["name"]] == ["good"]
