"""Routes of the law: which policies the terminal knows, and what one of them says, article by article."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Annotated

from msgspec import Meta, Struct
from starlette.responses import Response

from terminal.api.codes import READS
from terminal.api.contract import AnyOperation, Call, Operation
from terminal.api.served import json_answer
from terminal.errors import Missing, Refused
from terminal.explain.rulebook import rulebook
from terminal.settlement.pack import Pack
from terminal.settlement.shelf import Shelf


class PolicyVersion(Struct, frozen=True):
    """One version: its first day, and the decree's title."""

    version: str
    source: str


class PolicyVersions(Struct, frozen=True):
    """A policy and its versions, oldest first."""

    id: str
    versions: list[PolicyVersion]


class PolicyList(Struct, frozen=True):
    """GET /v1/policies, sorted."""

    policies: list[PolicyVersions]


class PolicyQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """GET /v1/policies/{policy}: a version by its name, or the one in force on a day; neither: the newest."""

    version: Annotated[str, Meta(min_length=1, max_length=20)] | None = None
    date: dt.date | None = None


class PolicyAnswer(Struct, frozen=True):
    """GET /v1/policies/{policy}: every rule with its value, condition and article, as lines of text."""

    id: str
    version: str
    source: str
    lines: list[str]


async def policies(call: Call[None, None]) -> Response:
    """Every policy on the shelf with its versions."""
    return json_answer(_listed(await call.terminal.call(lambda: call.terminal.counter.shelf)))


async def policy(call: Call[None, PolicyQuery]) -> Response:
    """One version of a policy as a page of rules."""
    shelf = await call.terminal.call(lambda: call.terminal.counter.shelf)
    pack = _pack(shelf, call.path["policy"], call.query)
    lines = await asyncio.to_thread(rulebook, pack)
    return json_answer(PolicyAnswer(pack.policy.id, pack.version, pack.policy.title, lines))


def _listed(shelf: Shelf) -> PolicyList:
    return PolicyList(
        [
            PolicyVersions(name, [PolicyVersion(pack.version, pack.policy.title) for pack in shelf.versions(name)])
            for name in shelf.policies
        ]
    )


def _pack(shelf: Shelf, name: str, query: PolicyQuery) -> Pack:
    if name not in shelf.policies:
        raise Missing("no-such-policy", "there is no policy of this name", "没有该政策", "policy")
    if query.version is not None and query.date is not None:
        raise Refused("bad-input", "give version or date, not both", "version 与 date 只能给其一", "query")
    if query.date is not None:
        return shelf.pack(name, query.date)[0]
    found = [pack for pack in shelf.versions(name) if query.version in (None, pack.version)]
    if not found:
        raise Missing("no-such-version", "this policy has no version of this name", "该政策没有此版本", "version")
    return found[-1]


OPERATIONS: tuple[AnyOperation, ...] = (
    Operation(
        method="GET",
        path="/v1/policies",
        tag="policies",
        zh="本终端的政策及各版本",
        en="The policies that this terminal knows, with their versions",
        handler=policies,
        gives={200: PolicyList},
        errors=READS,
    ),
    Operation(
        method="GET",
        path="/v1/policies/{policy}",
        tag="policies",
        zh="逐条列出一项政策的规则、条件和依据条款",
        en="The rules of a policy, each with its condition and its article",
        handler=policy,
        query=PolicyQuery,
        gives={200: PolicyAnswer},
        errors=(*READS, "no-such-policy", "no-such-version", "outside-versions"),
    ),
)
