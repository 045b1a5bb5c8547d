"""What an unfinished message or document waits for, in one sentence for the operator."""

from __future__ import annotations

from terminal.counter import said
from terminal.journal.records import PrintJob, QueuedMessage
from terminal.journal.stock import StockMove

STUCK = frozenset({"refused", "parked"})
"""States of a message that no waiting changes."""

_VOID_REFUSED = (
    "the center refuses the void: day end proposes to send it again; or ask the insurance office",
    "医保中心拒绝撤销：请办理日终并按建议重新发送，或询问医保经办机构",
)

_CARD_PAID = (said.REFUSED_AND_CARD_PAID.en, said.REFUSED_AND_CARD_PAID.zh)

_WHY = {
    "queued": ("it waits to be sent", "等待上传"),
    "sent": ("it was sent and waits for its answer", "已发送，等待答复"),
    "unknown": (
        "the center has not said whether it took this in; it is asked or undone until that is certain",
        "医保中心是否受理未知，终端将继续确认或冲正",
    ),
    "refused": (
        "the center refuses it: take the settlement back, then settle anew",
        "医保中心拒绝：请撤销该结算，再重新结算",
    ),
    "parked": (
        "it was taken out of the way after many tries: look at its reason, then send it again",
        "多次未成功已搁置：请核对原因后重新发送",
    ),
}


def why_of(message: QueuedMessage, card_has_paid: bool = False) -> tuple[str, str]:
    """English and Chinese. card_has_paid: out of its purse, for what the center refused (`Journal.refused_debits`)."""
    if message.state == "refused" and message.transaction == "void":
        return _VOID_REFUSED
    if message.state == "refused" and card_has_paid:
        return _CARD_PAID
    english, chinese = _WHY[message.state]
    if message.state == "queued" and message.reason:
        return (
            f"the center has not taken it yet, and it is tried again: {message.reason}",
            f"尚未送达医保中心，将自动重试：{message.reason}",
        )
    return english, chinese


def goods_why_of(move: StockMove) -> tuple[str, str]:
    """English and Chinese, of goods that are stuck."""
    if move.state == "refused":
        return (
            "the stock book refuses it: clear up its reason with the center, then send it again",
            "进销存登记被拒绝：请与医保中心核实原因后重新发送",
        )
    return _WHY["parked"]


VISIT_LEFT_OPEN = (
    "the center keeps this visit open: clear up its reason with the center, then have it asked again",
    "该就诊登记在医保中心仍未撤销：请与医保中心核实原因后重新发送",
)
"""What to do about a visit that is stuck, English and Chinese."""


def print_why_zh(job: PrintJob) -> str:
    """Chinese; "" where nothing has stopped the document."""
    return f"打印机未能打印（{job.why}），请检查打印机" if job.why else ""


def refund_words(taken_back: bool) -> tuple[str, str]:
    """How an unfinished refund stands and what to do, English and Chinese."""
    if taken_back:
        return (
            "it is taken back and what stays is not settled: go on, or give it up and leave all of it taken back",
            "原结算已撤销，保留部分尚未结算：请继续；或放弃，即整笔维持撤销",
        )
    return (
        "it was begun and nothing is taken back: go on with it, or give it up and leave the settlement as it is",
        "部分退费已开始，尚未撤销原结算：请继续；或放弃，即原结算不变",
    )
