"""Conventions of what moves money: the key, its repeat, the receipt, the way back, and the events of it all."""

from __future__ import annotations

import json
from typing import Any

from terminal.conformance.kept import MOMENT, Convention, Sale, demand, demand_problem, demand_status

EVENTS_MAX = 200
"""So many events are listened to before one that must come is given up."""


def _key_missing(sale: Sale) -> None:
    answer = sale.wire.ask("POST", "/v1/settlements", sale.of("wish"))
    demand_problem(answer, 400, "key-missing", "Idempotency-Key")


def _hash(sale: Sale) -> None:
    wish = sale.of("wish") | {"hash": "0" * 64}
    demand_problem(sale.wire.ask("POST", "/v1/settlements", wish, sale.key("hash")), 409, "quote-changed", "hash")


def _settle(sale: Sale) -> None:
    wish = sale.of("wish") | {"till_reference": f"conformance-{sale.run}", "electronic_receipt": True}
    with sale.wire.events() as events:
        answer = sale.wire.ask("POST", "/v1/settlements", wish, sale.key("settle"))
        settled = demand_status(answer, 201)
        sale.found |= {"settled": settled, "bytes": answer.body, "sent": wish}
        demand(MOMENT.fullmatch(settled["at"]) is not None, f"at {settled['at']}")
        sale.found["event"] = _event_of(events, settled["id"])


def _repeat(sale: Sale) -> None:
    again = sale.wire.ask("POST", "/v1/settlements", sale.of("sent"), sale.key("settle"))
    demand_status(again, 201)
    demand(again.body == sale.of("bytes"), "the repeat got other bytes")


def _other_body(sale: Sale) -> None:
    other = sale.of("sent") | {"till_reference": "another"}
    demand_problem(sale.wire.ask("POST", "/v1/settlements", other, sale.key("settle")), 422, "key-reused")


def _once(sale: Sale) -> None:
    answer = sale.wire.ask("POST", "/v1/settlements", sale.of("sent"), sale.key("settle-again"))
    demand_problem(answer, 404, "no-such-quote")
    listed = demand_status(sale.wire.ask("GET", f"/v1/settlements?till_reference=conformance-{sale.run}"), 200)
    numbers = [one["id"] for one in listed["settlements"]]
    demand(numbers == [sale.of("settled")["id"]], f"settlements of the ticket: {numbers}")


def _receipt(sale: Sale) -> None:
    number = sale.of("settled")["id"]
    receipt = sale.wire.ask("GET", f"/v1/settlements/{number}/receipt")
    demand_status(receipt, 200)
    demand(number.encode() in receipt.body, "the receipt does not name its settlement")
    demand(receipt.headers.get("cache-control") == "no-store", "a cache may keep it")


def _resume(sale: Sale) -> None:
    number = int(sale.of("event")["id"])
    with sale.wire.events(after=number - 1) as events:
        first = next(events, {})
    demand(first == sale.of("event"), f"behind {number - 1} came {first}")
    answer = sale.wire.ask("GET", "/v1/events", headers={"Last-Event-ID": "x"})
    demand_problem(answer, 422, "bad-input", "Last-Event-ID")


def _void(sale: Sale) -> None:
    path = f"/v1/settlements/{sale.of('settled')['id']}/void"
    demand_problem(sale.wire.ask("POST", path, {"reason": "test"}), 400, "key-missing", "Idempotency-Key")
    first = sale.wire.ask("POST", path, {"reason": "test"}, sale.key("void"))
    demand_status(first, 201)
    again = sale.wire.ask("POST", path, {"reason": "test"}, sale.key("void"))
    demand(again.body == first.body, "the repeat got other bytes")
    demand_problem(sale.wire.ask("POST", path, {"reason": "test"}, sale.key("void-2")), 409, "already-voided")


def _event_of(events: Any, number: str) -> dict[str, str]:
    """The numbered event that tells of this settlement."""
    for _, event in zip(range(EVENTS_MAX), events, strict=False):
        if event.get("event") == "settlement" and json.loads(event["data"])["settlement"] == number:
            demand("id" in event, "the event of a settlement has no id")
            return dict(event)
    demand(False, "no event of the settlement came")
    return {}


MONEY = (
    Convention("key-missing", "缺少 Idempotency-Key：400", "no Idempotency-Key: 400", _key_missing),
    Convention("hash", "预结算已变：不结算", "another hash than the quote's settles nothing", _hash),
    Convention("settle", "结算并有事件通知", "a settlement, and the event that tells of it", _settle),
    Convention("repeat", "同键同请求：逐字节相同", "same key, same request: the same bytes", _repeat),
    Convention("other-body", "同键不同请求：422", "same key, other request: 422", _other_body),
    Convention("once", "一个预结算只结算一次", "a quote settles once, under any key", _once),
    Convention("receipt", "凭证", "the receipt names its settlement, and no cache keeps it", _receipt),
    Convention("resume", "Last-Event-ID 续听", "Last-Event-ID goes on behind that event", _resume),
    Convention("void", "撤销一次", "a void, once; its repeat gets the same bytes", _void),
)
