"""Bills that contradict themselves, whatever the law: refused with the place (settlement-rules.md 5.1)."""

from __future__ import annotations

from terminal.errors import Refused
from terminal.limits import AMOUNT_FEN_MAX, QUANTITY_PLACES, UNIT_PRICE_PLACES
from terminal.money import format_fen
from terminal.settlement.bill import Bill, Item

_PRODUCT_TO_FEN = 10 ** (UNIT_PRICE_PLACES + QUANTITY_PLACES - 2)


def check_bill(bill: Bill) -> None:
    """Raise Refused with the place for the first contradiction."""
    total = 0
    for index, item in enumerate(bill.items):
        _check_item(item, f"items[{index}]")
        total += item.amount
    if total > AMOUNT_FEN_MAX:
        limit = format_fen(AMOUNT_FEN_MAX)
        raise Refused("too-large", f"a bill is at most {limit} yuan in total", f"账单总额不得超过 {limit} 元", "items")
    _check_service(bill)


def _check_item(item: Item, at: str) -> None:
    price, quantity = item.unit_price, item.quantity
    if price is not None and quantity is not None:
        difference = abs(price * quantity - item.amount * _PRODUCT_TO_FEN)
        if difference > _PRODUCT_TO_FEN:
            raise Refused(
                "amounts-disagree",
                "unit_price x quantity differs from amount by more than one fen",
                "单价乘数量与金额相差超过一分",
                f"{at}.amount",
            )


def _check_service(bill: Bill) -> None:
    episode, minor = bill.episode, bill.patient.minor
    if bill.service == "accident" and not minor:
        raise _contradiction("accident is for minors", "意外伤害门诊仅限未成年人", "patient.minor")
    if episode.limited_disease and not minor:
        raise _contradiction("a limited-price childhood disease needs a minor", "限价病种仅限儿童", "patient.minor")
    if episode.limited_disease and bill.service not in ("inpatient", "emergency"):
        raise _contradiction("a limited-price disease is an admission", "限价病种须为住院", "episode.limited_disease")
    if bill.service == "maternity" and bool(episode.delivery) == bool(episode.procedure):
        raise _contradiction(
            "maternity needs either delivery or procedure", "生育须填分娩或手术之一", "episode.delivery"
        )
    if bill.service == "bed-day" and episode.days < 1:
        raise _contradiction("bed-day needs at least one day", "床日结算至少一日", "episode.days")


def _contradiction(message: str, message_zh: str, at: str) -> Refused:
    return Refused("contradiction", message, message_zh, at)
