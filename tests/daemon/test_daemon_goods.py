"""What was handed out reaches the center's stock book from a running terminal, and comes back with a void."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from rich.console import Console

from daemon.process import TerminalProcess, bill
from terminal.bureau.server import BureauServer
from terminal.queue_command import show_queue

PACK = "81234567890123456789"
GOODS = {
    **{"code": "X0", "name": "阿莫西林胶囊", "quantity": "2", "unit_price": "10.00", "lot": "L1"},
    **{"made_on": "2021-01-01", "expires_on": "2023-01-01", "pharmacist": "王药师", "pharmacist_licence": "Y1"},
    "trace_codes": [PACK],
}


def test_refused_goods_go_again_when_an_operator_says_so(bureau: BureauServer, tmp_path: Path) -> None:
    """The center is busy and refuses: the queue names them with the way out, `terminal queue` counts them, `resume` of
    their message sends them again; once they are in the book there is nothing to resume.
    """
    terminal = TerminalProcess(tmp_path, bureau.url)
    with terminal:
        terminal.sign_in()
        bureau.faults.inject("refuse", infno="3505")
        number = terminal.settled(bill("20.00"), "sale").json()["id"]
        path = f"/v1/settlements/{number}/goods"
        assert terminal.post(path, {"goods": [GOODS]}).status_code == 201
        (stuck,) = terminal.until("/v1/queue", lambda queue: queue["stuck_goods"] != [])["stuck_goods"]
        assert (stuck["settlement"], stuck["state"], stuck["kind"]) == (number, "refused", "sale")
        assert "重新发送" in stuck["why_zh"]
        said = Console(file=io.StringIO())
        assert show_queue(terminal.config, watch=False, console=said) == 1
        assert "进销存 1 条须处理 1 stock moves stuck" in said.file.getvalue()  # type: ignore[attr-defined]
        resume = f"/v1/queue/{stuck['message_id']}/resume"
        assert terminal.post(resume, {}).status_code == 200
        seen = terminal.until(path, lambda seen: told(seen) == [("sale", "accepted")])
        assert seen["moves"][0]["attempts"] == 1
        assert (terminal.post(resume, {}).status_code, terminal.client.get("/v1/queue").json()["stuck_goods"]) == (
            404,
            [],
        )


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
