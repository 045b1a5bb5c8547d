"""What was handed out reaches the center's stock book from a running terminal, and comes back with a void."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from daemon.process import TerminalProcess, bill
from terminal.bureau.server import BureauServer

PACK = "81234567890123456789"
GOODS = {
    **{"code": "X0", "name": "阿莫西林胶囊", "quantity": "2", "unit_price": "10.00", "lot": "L1"},
    **{"made_on": "2021-01-01", "expires_on": "2023-01-01", "pharmacist": "王药师", "pharmacist_licence": "Y1"},
    "trace_codes": [PACK],
}


def told(answer: Any) -> list[tuple[str, str]]:
    """Kind and state of each move."""
    return [(move["kind"], move["state"]) for move in answer["moves"]]


def test_goods_reach_the_stock_book_and_come_back(bureau: BureauServer, tmp_path: Path) -> None:
    """Sold, told with a pack's trace code, in the book (3505); voided, out of it (3506); after a restart all rests."""
    stock = bureau.books.storage.rows
    terminal = TerminalProcess(tmp_path, bureau.url)
    with terminal:
        terminal.sign_in()
        number = terminal.settled(bill("20.00"), "sale").json()["id"]
        path = f"/v1/settlements/{number}/goods"
        answer = terminal.post(path, {"goods": [GOODS]})
        assert answer.status_code == 201, answer.text
        terminal.until(path, lambda seen: told(seen) == [("sale", "accepted")])
        assert [row["code"] for row in stock("SELECT code FROM stock_packs")] == [PACK]
        assert terminal.post(f"/v1/settlements/{number}/void", {"reason": "again"}, "void").status_code == 201
        terminal.until(path, lambda seen: told(seen) == [("sale", "accepted"), ("return", "accepted")])
        assert [row["kind"] for row in stock("SELECT kind FROM stock ORDER BY serial")] == ["sale", "return"]
        assert stock("SELECT code FROM stock_packs") == []
    with terminal:
        assert told(terminal.client.get(path).json()) == [("sale", "accepted"), ("return", "accepted")]
