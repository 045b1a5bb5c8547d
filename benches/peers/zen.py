"""The rule as a JSON decision model of zen-engine: a decision table for the rates, expressions for the rest.

Its numbers are decimals of 28 digits, so whole fen and basis points stay exact; `ceil` and `floor` round.
"""

from __future__ import annotations

import json
from typing import Any

import zen

from benches.peers.rule import (
    AID_RATE,
    AID_ROOM,
    CAP,
    FIRST_TO,
    LINE,
    ONE,
    RATES,
    RETIREE_POINTS,
    SECOND_TO,
    Claim,
    Shares,
)

EXPRESSIONS = (
    ("deductible", f"min([eligible, {LINE}])"),
    ("first", f"max([0, min([eligible, {FIRST_TO}]) - $.deductible])"),
    ("second", f"max([0, min([eligible, {SECOND_TO}]) - {FIRST_TO}])"),
    ("third", f"max([0, eligible - {SECOND_TO}])"),
    ("to_first", "$.first * one"),
    ("to_second", "$.to_first + $.second * two"),
    ("exact", "$.to_second + $.third * three"),
    ("room", f"max([0, {CAP} - pool_paid]) * {ONE}"),
    (
        "used",
        "$.exact <= $.room ? $.first + $.second + $.third : "
        "$.to_first > $.room ? ceil($.room / one) : "
        "$.to_second > $.room ? $.first + ceil(($.room - $.to_first) / two) : "
        "$.first + $.second + ceil(($.room - $.to_second) / three)",
    ),
    ("pool", f"floor(min([$.exact, $.room]) / {ONE} + 0.5)"),
    ("rest", "eligible - $.deductible - $.used"),
    ("aid", f"min([floor($.rest * {AID_RATE} / {ONE} + 0.5), max([0, {AID_ROOM} - aid_paid])])"),
    ("personal", "eligible - $.pool - $.aid"),
    ("account", "min([balance, $.personal])"),
    ("cash", "$.personal - $.account"),
)


def decision() -> Any:
    """The model, compiled once."""
    return zen.ZenEngine().create_decision(_model())


def engine() -> Any:
    """An engine that finds the compiled model under any name; its `evaluate_batch` takes requests."""
    content = zen.ZenDecisionContent(_model())
    return zen.ZenEngine({"loader": lambda name: content})


def requests(claims: list[Claim]) -> list[dict[str, Any]]:
    """Claims as `evaluate_batch` takes them."""
    return [{"key": "rule", "context": as_facts(claim)} for claim in claims]


def by_zen(model: Any, claim: dict[str, int]) -> Shares:
    """One claim."""
    return _shares(model.evaluate(claim)["result"])


def shares_of(answers: list[dict[str, Any]]) -> list[Shares]:
    """The answers of `evaluate_batch`."""
    return [_shares(answer["data"]["result"]) for answer in answers]


def as_facts(claim: Claim) -> dict[str, int]:
    """The claim as the model's input."""
    return claim._asdict()


def _shares(result: dict[str, Any]) -> Shares:
    return Shares(*(int(result[name]) for name in Shares._fields))


def _model() -> str:
    rates = _node("rates", "decisionTableNode", _rates())
    rates["content"]["passThrough"] = True
    steps = [{"id": key, "key": key, "value": value} for key, value in EXPRESSIONS]
    split = _node("split", "expressionNode", {"expressions": steps})
    nodes = [_node("in", "inputNode", {}), rates, split, _node("out", "outputNode", {})]
    edges = [_edge("in", "rates"), _edge("rates", "split"), _edge("split", "out")]
    return json.dumps({"nodes": nodes, "edges": edges})


def _rates() -> dict[str, Any]:
    names = ("one", "two", "three")
    rules = []
    for retired in (0, 1):
        rule = {"_id": f"rule-{retired}", "retired": str(retired)}
        rule.update({name: str(rate + retired * RETIREE_POINTS) for name, rate in zip(names, RATES, strict=True)})
        rules.append(rule)
    outputs = [{"id": name, "name": name, "field": name} for name in names]
    inputs = [{"id": "retired", "name": "retired", "field": "retired"}]
    return {"hitPolicy": "first", "inputs": inputs, "outputs": outputs, "rules": rules}


def _node(name: str, kind: str, content: dict[str, Any]) -> dict[str, Any]:
    return {"id": name, "name": name, "type": kind, "content": content, "position": {"x": 0, "y": 0}}


def _edge(source: str, target: str) -> dict[str, str]:
    return {"id": f"{source}-{target}", "type": "edge", "sourceId": source, "targetId": target}
