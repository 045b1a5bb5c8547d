"""Bad input of every kind: a 4xx answer that names the place, as problem+json, and not a row is written."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest
from daemon.process import TerminalProcess, bill

PROBLEM_KEYS = {
    "type",
    "title",
    "status",
    "detail",
    "detail_zh",
    "code",
    "at",
    "money_moved",
    "retry",
}
ENGLISH_PROSE = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")
"""Two words in a row: names of fields, of formats and of what was given may stand in a Chinese sentence."""
ITEM = {"kind": "drug", "class": "A", "amount": "1.00"}


def assert_problem(answer: httpx.Response, status: int, at: str | None = None, code: str = "") -> None:
    """It is a problem of this status and place, says that no money moved, and speaks Chinese too."""
    problem = answer.json()
    assert answer.status_code == problem["status"] == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(problem) == PROBLEM_KEYS
    assert problem["money_moved"] == "no"
    assert any("\u4e00" <= character <= "\u9fff" for character in problem["detail_zh"])
    assert at is None or problem["at"] == at
    assert not code or problem["code"] == code


@pytest.mark.parametrize(
    ("given", "at"),
    [
        (bill(items=[ITEM | {"amount": 12.5}]), "bill.items[0].amount"),
        (bill(items=[ITEM | {"amount": 12}]), "bill.items[0].amount"),
        (bill(items=[ITEM | {"amount": "12.5"}]), "bill.items[0].amount"),
        (bill(items=[ITEM | {"amount": "-1.00"}]), "bill.items[0].amount"),
        (bill(items=[ITEM, ITEM | {"amount": "92233720368547758.07"}]), "bill.items[1].amount"),
        (bill(items=[ITEM, ITEM | {"amount": "92233720368547758.08"}]), "bill.items[1].amount"),
        (bill(items=[ITEM | {"amount": "100000000.01"}]), "bill.items[0].amount"),
        (bill(items=[ITEM | {"quantity": "2", "unit_price": "5.00"}]), "bill.items[0].amount"),
        (bill(items=[ITEM | {"class": "D"}]), "bill.items[0].class"),
        (bill(items=[ITEM | {"colour": "red"}]), "bill.items[0].colour"),
        (bill(items=[{"kind": "drug", "class": "A"}]), "bill.items[0].amount"),
        (bill(items=[ITEM] * 10_001), "bill.items"),
        (bill(items=[]), "bill.items"),
        (bill("1.00", discount="1.00"), "bill.discount"),
        (bill("1.00", service="haircut"), "bill.service"),
        (bill("1.00", date="2021-02-30"), "bill.date"),
        (bill("1.00", policy="atlantis-employee"), "bill.policy"),
        (bill("1.00", patient={"name": "王五"}), "bill.patient.name"),
        (bill("1.00", patient={"age": -1}), "bill.patient.age"),
    ],
)
def test_a_bad_bill_is_refused_with_its_place(terminal: TerminalProcess, given: dict[str, Any], at: str) -> None:
    """Wrong types, bounds, keys and contradictions: the place is told and nothing changes."""
    identification = terminal.identified()
    before = terminal.journal_counts()
    answer = terminal.post("/v1/quotes", {"identification": identification, "bill": given})
    assert_problem(answer, 422, at)
    assert not ENGLISH_PROSE.search(answer.json()["detail_zh"])
    assert terminal.journal_counts() == before


def test_amounts_that_overflow_together_are_refused(terminal: TerminalProcess) -> None:
    """Each amount is allowed and their sum is not: refused, never a wrapped number."""
    given = bill("100000000.00", "100000000.00")
    answer = terminal.post("/v1/quotes", {"identification": terminal.identified(), "bill": given})
    assert_problem(answer, 422)


@pytest.mark.parametrize(
    ("body", "status", "at"),
    [
        (b"", 400, ""),
        (b"{", 400, ""),
        (b"\xff\xfe", 400, ""),
        (b'{"quote": "\xff"}', 400, ""),
        (b"[" * 100_000, 413, "body"),
        (b"[" * 60_000, 422, ""),
        (b"null", 422, ""),
        (b"[]", 422, ""),
        (b'{"quote": "a"}', 422, "hash"),
        (b'{"quote": 1, "hash": "b"}', 422, "quote"),
        (b'{"quote": "a", "hash": "b", "consent": "yes"}', 422, "consent"),
        (b'{"quote": "a", "hash": "b", "tip": "1.00"}', 422, "tip"),
        (b'{"quote": "a", "hash": "b", "quote": "c"}', 422, "quote"),
        (b'{"quote": "a", "hash": "b", "h\\u0061sh": "b"}', 422, "hash"),
        (b'{"quote": "a", "hash": "b", "till_reference": "R\\u0000"}', 422, "till_reference"),
        (b'{"quote": "a", "hash": "b", "till_reference": "R\\n1"}', 422, "till_reference"),
        (b'{"quote": "a", "hash": "b", "till_reference": "R\x7f"}', 422, "till_reference"),
        (b'{"quote": "a", "hash": "b", "till_reference": "R\xc2\x85"}', 422, "till_reference"),
        (b'{"quote": "a", "hash": "b", "till_reference": "' + b"x" * 129 + b'"}', 422, "till_reference"),
        (b'{"quote": "' + b"x" * 70_000 + b'"}', 413, "body"),
    ],
)
def test_a_bad_body_is_refused(terminal: TerminalProcess, body: bytes, status: int, at: str) -> None:
    """Not JSON, not an object, wrong types, unknown and missing keys, too long."""
    before = terminal.journal_counts()
    headers = {"Idempotency-Key": "bad-body", "Content-Type": "application/json"}
    answer = terminal.client.post("/v1/settlements", content=body, headers=headers)
    assert_problem(answer, status, at)
    assert not ENGLISH_PROSE.search(answer.json()["detail_zh"])
    assert terminal.journal_counts() == before


def test_a_key_given_twice_within_a_bill_is_refused(terminal: TerminalProcess) -> None:
    """Of two amounts of one item nobody can say which was meant: the last one would have been sold."""
    body = json.dumps({"identification": terminal.identified(), "bill": bill("1.00", "2.00")})
    body = body.replace('"amount": "2.00"', '"amount": "2.00", "amount": "0.01"')
    answer = terminal.client.post("/v1/quotes", content=body, headers={"Content-Type": "application/json"})
    assert_problem(answer, 422, "bill.items[1].amount", "bad-input")
    assert "amount" in answer.json()["detail"]
    assert "重复" in answer.json()["detail_zh"]


@pytest.mark.parametrize("sign", ["\0", "\n", "\t", "\x1b", "\x7f", "\x85"])
def test_a_name_with_a_control_character_signs_nobody_in(terminal: TerminalProcess, sign: str) -> None:
    """It would stand on receipts and in the center's messages, where nobody sees it."""
    asked = {"operator": "0001", "operator_name": f"收银{sign}员"}
    answer = terminal.post("/v1/sessions", asked)
    assert_problem(answer, 422, "operator_name", "bad-input")
    assert "控制字符" in answer.json()["detail_zh"]


def test_a_body_without_an_announced_length_is_bounded_too(terminal: TerminalProcess) -> None:
    """A body sent in chunks is read no further than the bound."""
    chunks = (b" " * 1_000 for _ in range(100))
    headers = {"Idempotency-Key": "chunks", "Content-Type": "application/json"}
    assert_problem(terminal.client.post("/v1/settlements", content=chunks, headers=headers), 413, "body")


@pytest.mark.parametrize("key", [None, "", "a b", "x" * 129, "schlüssel".encode("latin-1")])
def test_money_moves_only_under_a_key(terminal: TerminalProcess, key: str | bytes | None) -> None:
    """Without an `Idempotency-Key`, or with one that is none, neither a settlement nor a void is tried."""
    headers = {} if key is None else {"Idempotency-Key": key}
    before = terminal.journal_counts()
    settle = terminal.client.post("/v1/settlements", json={"quote": "a", "hash": "b"}, headers=headers)
    void = terminal.client.post("/v1/settlements/X/void", json={"reason": "x"}, headers=headers)
    for answer in (settle, void):
        assert_problem(answer, 400 if key is None else 422, "Idempotency-Key")
    assert terminal.journal_counts() == before


def test_two_keys_are_no_key(terminal: TerminalProcess) -> None:
    """A request that names two keys does not say which one its repeat would have."""
    headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    answer = terminal.client.post("/v1/settlements", json={"quote": "a", "hash": "b"}, headers=headers)
    assert_problem(answer, 422, "Idempotency-Key")


def test_what_does_not_exist_is_not_found(terminal: TerminalProcess) -> None:
    """Unknown settlements, identifications and quotes are refused, and the settlement ones with 404."""
    for path in ("/v1/settlements/NONE", "/v1/settlements/NONE/receipt"):
        assert_problem(terminal.client.get(path), 404)
    assert_problem(terminal.post("/v1/settlements/NONE/void", {"reason": "x"}, "none-1"), 404)
    unknown = terminal.post("/v1/settlements", {"quote": "a", "hash": "b"}, "none-2")
    assert 400 <= unknown.status_code < 500
    unknown = terminal.post("/v1/quotes", {"identification": "nobody", "bill": bill("1.00")})
    assert 400 <= unknown.status_code < 500


def test_a_changed_hash_settles_nothing(terminal: TerminalProcess) -> None:
    """What is settled is what was shown: another hash than the quote's is refused."""
    before = terminal.journal_counts()
    body = terminal.quoted(bill("1.00")) | {"hash": "0" * 64}
    answer = terminal.post("/v1/settlements", body, "changed-hash")
    assert 400 <= answer.status_code < 500
    assert terminal.journal_counts() == before


@pytest.mark.parametrize(
    ("method", "path", "status", "at"),
    [
        ("GET", "/nowhere", 404, None),
        ("GET", "/v1/settlements/", 404, None),
        ("GET", "/v2/health", 404, None),
        ("PUT", "/v1/queue", 405, "PUT"),
        ("GET", "/v1/quotes", 405, "GET"),
        ("DELETE", "/v1/settlements/X", 405, "DELETE"),
        ("GET", "/v1/settlements", 422, "query"),
        ("GET", "/v1/settlements?last=0", 422, "last"),
        ("GET", "/v1/settlements?last=many", 422, "last"),
        ("GET", "/v1/settlements?day=yesterday", 422, "day"),
        ("GET", "/v1/settlements?last=1&day=2021-06-30", 422, "query"),
        ("GET", "/v1/queue?name=a", 422, "name"),
        ("GET", "/v1/settlements?till_reference=", 422, "till_reference"),
        ("GET", "/v1/settlements?till_reference=a&till_reference=b", 422, "till_reference"),
        ("GET", "/v1/settlements?till_reference=a%00", 422, "till_reference"),
        ("GET", "/v1/settlements?name=a", 422, "name"),
        ("GET", "/v1/days/tomorrow", 422, "day"),
        ("GET", "/v1/days/20210630", 422, "day"),
        ("POST", "/v1/days/2021-06-31/close", 422, "day"),
    ],
)
def test_a_bad_address_is_refused(
    running: TerminalProcess, method: str, path: str, status: int, at: str | None
) -> None:
    """Unknown paths, wrong methods, bad queries and days."""
    assert_problem(running.client.request(method, path), status, at)


def test_other_content_types_are_refused(running: TerminalProcess) -> None:
    """What a web form can send without being asked is not taken for JSON."""
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk", ""):
        headers = {"Content-Type": content_type}
        answer = running.client.post("/v1/identifications", content=b'{"by":"card"}', headers=headers)
        assert_problem(answer, 415, "Content-Type")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8431", "127.0.0.1.evil.example", "127.0.0.1:x", ""])
def test_a_rebound_name_is_refused(running: TerminalProcess, host: str) -> None:
    """A page that has pointed its own name at loopback still sends its own name (DNS rebinding)."""
    assert_problem(running.client.get("/v1/queue", headers={"Host": host}), 421, "Host")


def test_loopback_names_are_served(running: TerminalProcess) -> None:
    """A till may call the machine by any of its own names."""
    for host in ("127.0.0.1", "localhost:8431", "[::1]:8431", "LOCALHOST"):
        assert running.client.get("/livez", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1"])
def test_a_foreign_page_is_refused(running: TerminalProcess, origin: str) -> None:
    """A web page from elsewhere can make the browser call, and is turned away before anything is read."""
    headers = {"Origin": origin}
    assert_problem(running.client.post("/v1/identifications", json={"by": "card"}, headers=headers), 403, "Origin")


def test_the_terminals_own_page_is_served(running: TerminalProcess) -> None:
    """The same origin may call."""
    origin = running.url.rstrip("/")
    assert running.client.get("/livez", headers={"Origin": origin}).status_code == 200


def test_no_cache_keeps_an_answer(running: TerminalProcess) -> None:
    """Answers hold personal data, errors too."""
    for path in ("/v1/queue", "/v1/settlements/NONE"):
        assert running.client.get(path).headers["cache-control"] == "no-store"
