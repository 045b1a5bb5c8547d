"""What was handed out with a settlement, as the till tells it afterwards: kept at once, then told to the center.

What the center refused, or never answered, goes again when an operator has looked at it.
"""

from __future__ import annotations

from collections.abc import Sequence

from terminal.center.desk import CenterDesk
from terminal.errors import Refused
from terminal.journal.journal import Journal
from terminal.journal.stock import Goods, StockMove


def keep_goods(journal: Journal, center: CenterDesk, settlement_id: str, goods: Sequence[Goods]) -> list[StockMove]:
    """Queue the goods of a settlement; the same again changes nothing. Returns every move of it.

    Raises Missing; Refused `goods-not-on-bill`, `no-goods-of-void`; Conflict `goods-told` (other goods stand already).
    """
    record = journal.settlement(settlement_id)
    if record.kind == "void":
        message = "a void hands nothing out; what comes back is told by itself"
        raise Refused("no-goods-of-void", message, "撤销无需登记商品", "settlement_id")
    sold = {item.code for item in record.bill.items}
    for index, one in enumerate(goods):
        if one.code not in sold:
            raise Refused(
                "goods-not-on-bill", "the bill has no item of this code", "账单无此编码", f"goods[{index}].code"
            )
    message_ids = [center.new_message_id(record.provider_id) for _ in goods]
    journal.keep_goods(settlement_id, goods, message_ids, journal.clock.now())
    return journal.stock_moves(settlement_id)


def resume(journal: Journal, center: CenterDesk, message_id: str) -> None:
    """Send again what is put aside: a message of a settlement as one whose outcome is unknown, goods that the center
    refused too. Of a visit that stands open at the center the settlement's number, under which it has no message.
    Raises Missing `no-such-message`, Conflict `not-parked`.
    """
    move, now = journal.stock_move(message_id), journal.clock.now()
    if journal.ask_visit_again(message_id, now):
        return
    if move is None:
        journal.resume(message_id, now)
    else:
        provider_id = journal.settlement(move.settlement_id).provider_id
        journal.resend_stock(message_id, center.new_message_id(provider_id), now)
