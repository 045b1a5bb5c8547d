"""Paper by HTTP: electronic receipts, reprints, statements of a month, the test page, the drawer."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from daemon.process import TerminalProcess, bill

NewKey = Callable[[], str]


def settled(terminal: TerminalProcess, key: str, **options: object) -> str:
    """A settlement's number."""
    answer = terminal.post("/v1/settlements", terminal.quoted(bill("100.00")) | options, key)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_an_electronic_receipt_is_had_as_picture_and_drawing(terminal: TerminalProcess, new_key: NewKey) -> None:
    """PNG and SVG of the receipt; no print job waits; paper asked for later is a reprint."""
    number = settled(terminal, new_key(), electronic_receipt=True)
    png = terminal.client.get(f"/v1/settlements/{number}/receipt.png")
    assert (png.headers["content-type"], png.content[:4]) == ("image/png", b"\x89PNG")
    svg = terminal.client.get(f"/v1/settlements/{number}/receipt.svg")
    assert svg.headers["content-type"].startswith("image/svg+xml")
    assert number in "".join(ElementTree.fromstring(svg.text).itertext())
    queued = terminal.post(f"/v1/settlements/{number}/reprint", {})
    assert (queued.status_code, queued.json()["copy"]) == (202, 1)
    assert terminal.client.get("/v1/settlements/none/receipt.png").status_code == 404


@pytest.mark.parametrize(("form", "start"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("pdf", b"%PDF"), ("txt", b"")])
def test_the_statement_of_a_month_comes_in_every_form(
    terminal: TerminalProcess, new_key: NewKey, form: str, start: bytes
) -> None:
    """A file of that form with the month in its name; as text in the pharmacy's own layout."""
    settled(terminal, new_key())
    answer = terminal.client.get(f"/v1/months/2021-06/statement.{form}")
    assert answer.status_code == 200
    assert answer.content.startswith(start)
    assert f'statement-2021-06.{form}"' in answer.headers["content-disposition"]
    if form == "txt":
        assert "收费处一号窗口" in answer.text
    if form == "csv":
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert any(row[0] == "2021-06 合计" for row in rows)


@pytest.mark.parametrize("path", ["/v1/months/2021-13/statement.csv", "/v1/months/2021-06/statement.doc"])
def test_a_month_or_form_that_is_none_is_refused(terminal: TerminalProcess, path: str) -> None:
    """Refused with its place."""
    answer = terminal.client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad-input")


def test_the_drawer_opens_for_a_reason_only(terminal: TerminalProcess) -> None:
    """With a reason it opens; without one the request is refused."""
    answer = terminal.post("/v1/drawer", {"reason": "找零"})
    assert (answer.status_code, answer.json()) == (201, {"reason": "找零"})
    assert terminal.post("/v1/drawer", {"reason": ""}).status_code == 422


def test_the_test_page_and_the_line_that_was_picked(terminal: TerminalProcess) -> None:
    """The page is printed; line 1 is GB18030; a line that is not on it is refused."""
    assert terminal.post("/v1/printer/test", {}).status_code == 202
    picked = terminal.client.put("/v1/printer/encoding", json={"line": 1})
    assert picked.json() == {"encoding": "gb18030"}
    assert terminal.client.put("/v1/printer/encoding", json={"line": 9}).status_code == 422
    assert terminal.post("/v1/months/2021-06/statement", {}).status_code == 202
    terminal.until("/v1/queue", lambda queue: not queue["prints"])
