"""Conventions that hold before money moves: who asks, what is refused and how, a person, a quote."""

from __future__ import annotations

from typing import Any

from terminal.conformance.kept import (
    AMOUNT,
    MOMENT,
    Convention,
    Sale,
    demand,
    demand_problem,
    demand_status,
    numbers_in,
)


def _token(sale: Sale) -> None:
    missing = sale.wire.ask("GET", "/v1/queue", headers={"Authorization": None})
    demand_problem(missing, 401, "token-missing", "Authorization")
    demand(missing.headers.get("www-authenticate", "").startswith("Bearer"), "no WWW-Authenticate: Bearer")
    demand_problem(sale.wire.ask("GET", "/v1/queue", headers={"Authorization": "Bearer wrong"}), 401, "token-unknown")


def _probes(sale: Sale) -> None:
    for path in ("/livez", "/readyz", "/openapi.json"):
        demand_status(sale.wire.ask("GET", path, headers={"Authorization": None}), 200)


def _document(sale: Sale) -> None:
    document = demand_status(sale.wire.ask("GET", "/openapi.json"), 200)
    demand(str(document.get("openapi", "")).startswith("3.1"), f"openapi {document.get('openapi')}")
    for path in ("/v1/sessions", "/v1/identifications", "/v1/quotes", "/v1/settlements", "/v1/events"):
        demand(path in document["paths"], f"{path} is not in it")


def _foreign(sale: Sale) -> None:
    page = sale.wire.ask("GET", "/v1/queue", headers={"Origin": "http://shop.example"})
    demand_problem(page, 403, "foreign-origin", "Origin")
    demand_problem(sale.wire.ask("GET", "/v1/queue", headers={"Host": "shop.example"}), 421, "foreign-host", "Host")


def _unknown(sale: Sale) -> None:
    demand_problem(sale.wire.ask("GET", "/v1/no-such-path"), 404, "no-such-route")
    demand_problem(sale.wire.ask("PUT", "/v1/quotes", {}), 405, "wrong-method", "PUT")
    demand_problem(sale.wire.ask("GET", "/v1/settlements/none"), 404, "no-such-settlement")


def _bodies(sale: Sale) -> None:
    ask = sale.wire.ask
    demand_problem(ask("POST", "/v1/sessions", b"{"), 400, "not-json")
    demand_problem(ask("POST", "/v1/sessions", b"{}", {"Content-Type": "text/plain"}), 415, "wrong-content-type")
    demand_problem(ask("POST", "/v1/sessions", b" " * 70_000), 413, "too-long", "body")
    colour = {"operator": "1", "operator_name": "x", "colour": "red"}
    demand_problem(ask("POST", "/v1/sessions", colour), 422, "bad-input", "colour")


def _sign_in(sale: Sale) -> None:
    who = {"operator": "conformance", "operator_name": "接口测试"}
    sale.found["day"] = demand_status(sale.wire.ask("POST", "/v1/sessions", who), 201)["business_day"]


def _identify(sale: Sale) -> None:
    sale.of("day")
    person = demand_status(sale.wire.ask("POST", "/v1/identifications", {"by": "card"}), 201)
    demand(MOMENT.fullmatch(person["expires_at"]) is not None, f"expires_at {person['expires_at']}")
    demand(person["patient"]["id"][:1] in ("", "…"), "the identity number is not masked")
    sale.found["identification"] = person["id"]


def _pin(sale: Sale) -> None:
    """Whatever card is in the reader: the form of a PIN is looked at before any card hears of it."""
    sale.of("day")
    ask = sale.wire.ask
    demand_problem(ask("POST", "/v1/identifications?pin=000000", {"by": "card"}), 422, "bad-input", "pin")
    demand_problem(ask("POST", "/v1/identifications", {"by": "card", "last_try": True}), 422, "bad-input", "last_try")
    bad = ask("POST", "/v1/identifications", {"by": "card", "pin": "12A456"})
    demand_problem(bad, 422, "bad-input", "pin")
    demand(b"12A456" not in bad.body, "the refusal repeats what was given as a PIN")


def _amounts_in(sale: Sale) -> None:
    bill = {**_bill(sale), "items": [{"kind": "drug", "class": "A", "amount": 12.5}]}
    asked = {"identification": sale.of("identification"), "bill": bill}
    demand_problem(sale.wire.ask("POST", "/v1/quotes", asked), 422, "bad-input", "bill.items[0].amount")


def _quote(sale: Sale) -> None:
    asked = {"identification": sale.of("identification"), "bill": _bill(sale)}
    quote = demand_status(sale.wire.ask("POST", "/v1/quotes", asked), 201)
    demand(MOMENT.fullmatch(quote["expires_at"]) is not None, f"expires_at {quote['expires_at']}")
    demand(not list(numbers_in(quote)), f"numbers at {list(numbers_in(quote))}")
    split = quote["settlement"]
    parts = [split[name] for name in ("fund_total", "provider_borne", "account", "cash")]
    demand(all(AMOUNT.fullmatch(amount) for amount in [split["total"], *parts]), f"amounts {split['total']}, {parts}")
    whole, sum_of_parts = _fen(split["total"]), sum(map(_fen, parts))
    demand(whole == sum_of_parts, f"total {split['total']} is not the sum of {parts}")
    sale.found["wish"] = {"quote": quote["id"], "hash": quote["hash"], "consent": True}


def _bill(sale: Sale) -> dict[str, Any]:
    return {"date": sale.of("day"), **sale.bill}


def _fen(amount: str) -> int:
    return int(amount.replace(".", ""))


BEFORE = (
    Convention("token", "无令牌或令牌无效：401", "no token, or an unknown one: 401", _token),
    Convention("probes", "探针与文档无需令牌", "probes and documents need no token", _probes),
    Convention("document", "OpenAPI 3.1 文档", "the OpenAPI 3.1 document names every path of a sale", _document),
    Convention("foreign", "拒绝其他来源的网页和主机名", "pages of other origins and other hosts are refused", _foreign),
    Convention("unknown", "未知路径、方法、编号", "unknown paths, methods and numbers", _unknown),
    Convention("bodies", "请求体错误指明位置", "a bad body is refused with its place", _bodies),
    Convention("sign-in", "操作员签到", "an operator signs in", _sign_in),
    Convention("pin", "密码只在请求体中，不回显", "a PIN is taken in a body only, and never repeated", _pin),
    Convention("identify", "身份证号已掩码", "a person is identified, the number masked", _identify),
    Convention("amounts-in", "金额须为字符串", "an amount that is a JSON number is refused", _amounts_in),
    Convention("quote", "金额为两位小数字符串且平衡，时刻带 +08:00", "amounts are strings that add up; +08:00", _quote),
)
