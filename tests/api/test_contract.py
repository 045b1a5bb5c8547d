"""The OpenAPI document tells the truth: every route, every error, every type, and only those."""

from __future__ import annotations

import ast
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from daemon.process import CONTRACT, ROOT, TerminalProcess
from jsonschema_rs import meta
from starlette.applications import Starlette
from starlette.routing import Route

from terminal import errors
from terminal.api.app import OPERATIONS
from terminal.api.codes import CODES, NOWHERE, PURSE
from terminal.api.contract import route_of
from terminal.api.problem import status_of

DOCUMENT: dict[str, Any] = CONTRACT.document

KINDS = {name for name in dir(errors) if isinstance(getattr(errors, name), type)} & {
    "Refused", "Missing", "Conflict", "Unavailable", "InDoubt", "Broken",
}  # fmt: skip

NOT_OF_A_REQUEST = {
    "bad-configuration", "bad-file", "bad-profile", "bad-supplement", "bad-terminal-id", "unknown-profile", "no-file",
    "journal-in-use", "journal-moved", "journal-newer", "journal-of-another", "journal-out-of-reach", "journal-pragma",
    "journal-rolled-back",
    "journal-unreadable", "no-libcrypto", "no-sm2", "port-in-use", "socket-in-use", "bad-certificate",
    "no-such-till", "no-law", "nothing-published", "bad-publication", "bad-catalogue", "till-exists", "too-many-tills",
    "bad-signature", "no-bureau-key", "publication-changed", "publication-hole",
}  # fmt: skip
"""Raised by commands, or at start: by the configuration, the opening of the journal, the libraries; or by a published
file, and kept as what is wrong with it."""

PROMISES = {
    "bad-key", "bad-record", "bad-void", "intent-closed", "no-such-intent", "no-such-print-job", "message-finished",
    "publication-older", "day-not-frozen",
}  # fmt: skip
"""What the floors below promise each other: the counter never calls them so, whatever a request says."""

NOT_BEHIND_THE_API = (
    "bureau/",
    "conformance/",
    "demo/",
    "explain/",
    "_command.py",
    "cli.py",
    "cli_operator.py",
    "config.py",
    "devices.py",
)


def raised() -> dict[str, set[str]]:
    """Code → classes of every error that the product raises by name behind the API."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "terminal").rglob("*.py")):
        name = path.relative_to(ROOT / "terminal").as_posix()
        if any(name.startswith(part) or name.endswith(part) for part in NOT_BEHIND_THE_API):
            continue
        for call in calls(path):
            first = call.args[0]
            if isinstance(call.func, ast.Name) and call.func.id in KINDS and isinstance(first, ast.Constant):
                found.setdefault(str(first.value), set()).add(call.func.id)
    return found


def calls(path: Path) -> list[ast.Call]:
    """Every call with an argument in a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]


def test_every_code_that_is_raised_is_documented_with_its_class() -> None:
    """An error that some request can cause cannot be added without its line in the document."""
    expected = {code: kinds for code, kinds in raised().items() if code not in NOT_OF_A_REQUEST | PROMISES}
    documented = {code: {kind.__name__ for kind in known.kinds} for code, known in CODES.items()}
    of_drivers = set(PURSE) & drivers()
    both = expected.keys() & of_drivers
    assert {code for code in both if not expected[code] <= documented[code]} == set()
    named = {code: kinds for code, kinds in documented.items() if code not in of_drivers}
    assert {code: kinds for code, kinds in expected.items() if code not in both} == named


def drivers() -> set[str]:
    """The codes that the drivers of cards know; the terminal passes on those of reading and of a purse."""
    tree = ast.parse((ROOT / "hw" / "card_errors.py").read_text(encoding="utf-8"))
    tables = [node for node in ast.walk(tree) if isinstance(node, ast.Dict)]
    return {str(key.value) for table in tables for key in table.keys if isinstance(key, ast.Constant)}


def test_what_the_card_may_say_is_documented() -> None:
    """Every code of the drivers of cards is documented."""
    assert drivers() <= set(CODES)


def test_every_documented_code_belongs_to_an_operation() -> None:
    """The table holds no code that nothing may answer."""
    assert {code for operation in OPERATIONS for code in operation.codes} | set(NOWHERE) == set(CODES)


def test_every_route_is_documented_and_every_documented_one_is_served() -> None:
    """The routes that starlette serves, walked one by one, are the paths of the document."""
    routes = Starlette(routes=[route_of(operation) for operation in OPERATIONS]).routes
    served = {
        (method.lower(), route.path)
        for route in routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    documented = {(method, path) for path, methods in DOCUMENT["paths"].items() for method in methods}
    assert served == documented
    assert len({operation.name for operation in OPERATIONS}) == len(OPERATIONS)


def test_what_needs_a_key_says_so() -> None:
    """The document demands an `Idempotency-Key` of settlements, voids and refunds, and of nothing else."""
    keyed = {
        path
        for path, methods in DOCUMENT["paths"].items()
        for operation in methods.values()
        if any(one["name"] == "Idempotency-Key" and one["required"] for one in operation.get("parameters", []))
    }
    assert keyed == {"/v1/settlements", "/v1/settlements/{id}/void", "/v1/settlements/{id}/refund"}


def test_every_status_of_a_problem_is_a_refusal() -> None:
    """No code is documented as a success, and every one speaks both languages."""
    for code, known in CODES.items():
        assert all(status_of(code, kind) >= 400 for kind in known.kinds), code
        assert any("\u4e00" <= character <= "\u9fff" for character in known.zh), code
        assert known.en.isascii(), code


def test_the_schemas_are_schemas() -> None:
    """Every component and every parameter is valid JSON Schema 2020-12, and every reference leads somewhere."""
    schemas = DOCUMENT["components"]["schemas"]
    for schema in schemas.values():
        meta.validate(schema)
    assert references(DOCUMENT) <= {f"#/components/schemas/{name}" for name in schemas}


def references(value: Any) -> set[str]:
    """Every `$ref` within a value."""
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(references(one) for one in value.values()))
    return set().union(*(references(one) for one in value)) if isinstance(value, list) else set()


@pytest.mark.parametrize(
    ("given", "fits"),
    [
        ("12.50", True), ("0.00", True), ("100000000.00", True), ("0000000001.00", True),
        ("100000000.01", False), ("12.5", False), ("-1.00", False), ("12", False), (12.5, False), ("1e3", False),
    ],
)  # fmt: skip
def test_an_amount_is_described_as_it_is_checked(given: object, fits: bool) -> None:
    """What the decoder takes as an amount (test_refusals.py) the schema takes, and nothing else."""
    amount = DOCUMENT["components"]["schemas"]["ItemGiven"]["properties"]["amount"]
    assert (CONTRACT.errors_of(given, amount) == []) == fits


def test_the_served_document_is_this_one(running: TerminalProcess) -> None:
    """The daemon serves the document that these tests have judged, uncached as everything."""
    answer = running.client.get("/openapi.json")
    assert answer.json() == DOCUMENT
    assert answer.json()["openapi"].startswith("3.1")


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect what a page refers to."""
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        self.ids += [value or "" for name, value in attrs if name == "id"]


def test_the_page_tells_all_of_it_without_anything_from_elsewhere(running: TerminalProcess) -> None:
    """Every operation and every code is on the page, every link leads somewhere, and there is no script."""
    answer = running.client.get("/docs")
    page = _Links()
    page.feed(answer.text)
    assert {operation.name for operation in OPERATIONS} <= set(page.ids)
    assert {f"code-{code}" for code in CODES} <= set(page.ids)
    assert {link.removeprefix("#") for link in page.links if link.startswith("#")} <= set(page.ids)
    assert {link for link in page.links if not link.startswith("#")} == {"/openapi.json"}
    assert not {"script", "img", "link", "iframe"} & set(page.tags)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    text = unescape(answer.text)
    assert all(text.index(operation.zh) < text.index(operation.en) for operation in OPERATIONS)
