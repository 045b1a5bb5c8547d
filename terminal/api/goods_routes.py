"""Routes of goods: what was handed out with a settlement, with trace codes, and how far the stock book knows of it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct
from starlette.responses import Response

from terminal.api.codes import BODY, READS, WRITES
from terminal.api.contract import AnyOperation, Call, Operation
from terminal.api.served import json_answer
from terminal.journal.stock import GOODS_MAX, Goods, StockMove


class GoodsRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """POST /v1/settlements/{id}/goods: everything that was handed out, once."""

    goods: Annotated[list[Goods], Meta(min_length=1, max_length=GOODS_MAX)]


class MoveView(Struct, frozen=True):
    """One kind of goods on its way into the center's stock book; kind: `sale` (3505) or `return` (3506)."""

    code: str
    kind: str
    state: str
    attempts: int
    reason: str


class GoodsAnswer(Struct, frozen=True):
    """Every move of a settlement, oldest first."""

    moves: list[MoveView]


async def told(call: Call[GoodsRequest, None]) -> Response:
    """Keep what was handed out; the upload follows, behind the settlements."""
    terminal, number, goods = call.terminal, call.path["id"], call.body.goods
    moves = await terminal.call(lambda: terminal.keep_goods(number, goods))
    return json_answer(_answer(moves), 201)


async def goods(call: Call[None, None]) -> Response:
    """How far the stock book knows of the goods of a settlement."""
    terminal, number = call.terminal, call.path["id"]
    return json_answer(_answer(await terminal.call(lambda: terminal.journal.stock_moves(number))))


def _answer(moves: list[StockMove]) -> GoodsAnswer:
    return GoodsAnswer([MoveView(one.goods.code, one.kind, one.state, one.attempts, one.reason) for one in moves])


OPERATIONS: tuple[AnyOperation, ...] = (
    Operation(
        method="POST",
        path="/v1/settlements/{id}/goods",
        tag="settlements",
        zh="登记随结算售出的商品及药品追溯码（3505；撤销后自动 3506）",
        en="Tell what was handed out, with drug trace codes (3505; a void brings it back by 3506)",
        handler=told,
        takes=GoodsRequest,
        gives={201: GoodsAnswer},
        errors=(*BODY, *WRITES, "no-such-settlement", "goods-not-on-bill", "no-goods-of-void", "goods-told"),
    ),
    Operation(
        method="GET",
        path="/v1/settlements/{id}/goods",
        tag="settlements",
        zh="商品登记的上传状态",
        en="How far the center's stock book knows of the goods",
        handler=goods,
        gives={200: GoodsAnswer},
        errors=READS,
    ),
)
"""What this module serves."""
