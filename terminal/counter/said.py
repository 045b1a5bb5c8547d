"""What day end says of a difference and of what is not finished: English for the record, Chinese for the counter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from terminal.limits import LATE_SECONDS_MAX


class Said(NamedTuple):
    """One sentence in both languages."""

    en: str
    zh: str


NOT_WRITTEN_DOWN = Said(
    "the center was asked, and its answer is not written down: it is being undone, run day end again",
    "已请求医保中心，结果尚未记入流水：正在撤回，请稍后再次日终",
)
NOTHING_HERE = Said("the center has it, nothing of it stands here", "中心有此结算，终端无任何记录")
NEVER_SENT = Said(
    "the center has it, this terminal never sent it: before you reverse it make sure that no other terminal has this"
    " till number",
    "中心有此结算，但本终端从未发送：撤销前请确认没有其他终端使用相同的收银台编号",
)
ANOTHER_TILL = Said("another till of this institution has it", "本机构其他终端的结算，无需处理")
TWICE = Said("the center has it twice", "中心重复入账，应撤销多出的一笔")
REFUSED_AND_TAKEN_BACK = Said(
    "the center has it, and was heard to refuse it: it is taken back here", "中心曾答复拒绝却已入账，终端已撤销"
)
NEVER_HEARD = Said("the center has it, its answer was never heard here", "中心已入账，终端未收到答复，应予采纳")
TAKEN_BACK_THERE = Said("taken back at the center, and not here", "中心已撤销，终端未撤销")
TOOK_IT_BACK = Said("it is what took the settlement back there", "中心据此撤销了该结算，应予采纳")
OTHER_AMOUNTS = Said("the center has other amounts", "中心的金额与终端不一致")
BELOW_ZERO = Said(
    "the center has other amounts, with a share below zero, which nobody can have paid: ask the insurance office",
    "中心的金额与终端不一致，且有一项小于零，不可能为实际支付：请询问医保经办机构",
)
GONE_THERE = Said("the center no longer has it", "中心已无此结算，应重新发送")
TAKEN_BACK_BY_ITSELF = Said(
    "the center has taken it back by itself, counted on another day: it stands for nothing",
    "中心已自行撤销（计入另一日），两笔相抵，无需处理",
)
TAKES_BACK_ITS_OWN = Said(
    "it takes back what only the center had, counted on another day: they stand for nothing",
    "该撤销冲抵中心另一日自有的结算，两笔相抵，无需处理",
)
SEEMS_TAKEN_BACK = Said(
    "a void there, of the same person and amounts, has taken it back: they stand for nothing",
    "中心有同一人、同金额的撤销与之对应，两笔相抵，无需处理",
)
SEEMS_TO_TAKE_BACK = Said(
    "of the same person and amounts as one settlement that only the center has: they stand for nothing",
    "与中心自有的一笔同一人、同金额的结算对应，两笔相抵，无需处理",
)
UNCLEAR = Said(
    "the center has several entries of this person with these amounts, and does not say which void takes back which:"
    " ask the insurance office",
    "中心有本人多笔同金额的结算与撤销，无法判断其对应关系：请询问医保经办机构",
)
TAKES_BACK_NOTHING_KNOWN = Said(
    "a void of something that is not known here, and this center reverses no voids: ask the insurance office",
    "撤销对象不明，且本中心不支持冲正撤销：请询问医保经办机构",
)
CANCELLED = Said(
    "the center has a settlement of this person and its void, nothing of either stands here: they cancel each other;"
    " make sure that no other terminal has this till number",
    "中心有本人一笔结算及其撤销，终端均无记录：两笔相抵，无需处理；请确认没有其他终端使用相同的收银台编号",
)
TOTALS_ALONE = Said(
    "the center does not confirm our totals, and its details hold the same rows: ask the insurance office, which may"
    " count one under another insurance type",
    "中心未确认本机合计，但明细逐笔一致：请询问医保经办机构，是否有一笔计入其他险种",
)
TOTALS_BEYOND = Said(
    "the center does not confirm our totals, not even with every row of its details counted in: another till may have"
    " sold meanwhile, so run day end again; if it stays so, ask the insurance office, which may count one under another"
    " insurance type",
    "计入中心明细的每一笔后，中心仍未确认本机合计：其他终端可能刚有结算，请再次日终；仍不符的，请询问医保经办机构是否有一笔计入其他险种",
)
NEVER_BOOKED = Said(
    "the center neither takes it back nor says that it never booked it, and its details hold nothing of it: give the"
    " reversal up",
    "中心既未冲正也未说明从未入账，而明细中无此笔：可放弃冲正",
)
REVERSAL_PARKED_ZH = "冲正多次未成功已搁置：请按日终建议处理，或询问医保经办机构"
REVERSAL_OPEN_ZH = "冲正尚未完成，终端将继续冲正"

VOID_REFUSED = Said(
    "the center refused the void; send it again, or ask the insurance office",
    "中心拒绝撤销：请重新发送，或询问医保经办机构",
)
REFUSED = Said(
    "the center refused it; take it back, give the goods back or settle anew", "中心拒绝：请撤销，退回药品或重新结算"
)
REFUSED_AND_CARD_PAID = Said(
    "the center refused it, and the card has paid: take it back, give the goods and the cash back, and let the"
    " insurance office have the debit with its proof; settled anew, the card would pay a second time",
    "中心拒绝，但卡内已扣款：请撤销，退回药品和现金，并凭扣款凭证（TAC）到医保经办机构办理退款；重新结算将再次扣卡",
)
CARD_PAID = Said(
    "taken back here, and the center has booked nothing: what the card has paid only the insurance office can give"
    " back; bring it the debit with its proof, then confirm it under the open matters",
    "终端已撤销、中心未入账，但卡内已扣款：请凭扣款凭证（TAC）到医保经办机构办理退款，办结后在未了结事项中确认",
)
TILL_MISSING = Said("the till does not know this settlement", "收银系统没有此结算")
TILL_TOTAL = Said("the till has another total", "收银系统的金额不一致")
TILL_VOID = Said("taken back on one side only", "仅一方已撤销")
TILL_ONLY = Said("the till has it, the terminal does not", "收银系统有此结算，终端没有")

PURSE_IN_DOUBT = Said(
    "it is not known whether the card has paid: put it in again, or decide the case",
    "卡内是否已扣款未知：请重新插卡，或人工处理",
)
REFUND_BEGUN = Said(
    "its refund by line was begun and is not done: go on with it, or give it up", "部分退费未完成：请继续或放弃"
)
MAY_ARRIVE_YET = Said(
    f"its message was lost and may arrive yet: run day end again in {LATE_SECONDS_MAX} seconds",
    f"报文在途丢失，仍可能到达：请在 {LATE_SECONDS_MAX} 秒后重新日终",
)

_OPEN_ZH = {
    "queued": "等待上传至医保中心",
    "sent": "已发送，等待中心答复",
    "unknown": "中心是否受理未知，终端将继续确认或冲正",
    "refused": "医保中心拒绝：请撤销该结算，再重新结算",
    "parked": "多次未成功已搁置：请核对原因后重新发送",
    "debiting": PURSE_IN_DOUBT.zh,
}


def waiting_for_till(till: str) -> Said:
    """This till sold on the day and has not given its list of it."""
    return Said(
        f"waiting for till {till}: it sold on this day and has not given its list; let it give one, or close without",
        f"等待收银端 {till} 提交当日清单；无法提交的，可不核对清单日终",
    )


def counts_here(day: object) -> Said:
    """The center counts it on this day, the terminal on another one."""
    return Said(f"counts here on {day}", f"终端计入 {day}，无需处理")


def counts_there(day: object) -> Said:
    """The terminal counts it on this day, the center on another one."""
    return Said(f"counts at the center on {day}", f"中心计入 {day}，无需处理")


def stands_there(first: dt.date, last: dt.date) -> Said:
    """Of a void whose number the center has not told: its row stands there on one of these days."""
    told, told_zh = "the center has it under a number that it has not told", "中心已入账但未告知编号"
    if first == last:
        return Said(
            f"{told}: its row stands on {first}, close that day", f"{told_zh}：该记录在 {first}，请办理该日日终"
        )
    return Said(
        f"{told}: its row stands on a day from {first} to {last}, close those days",
        f"{told_zh}：该记录在 {first} 至 {last} 之间，请办理各该日日终",
    )


def takes_back_what_waits(days: Sequence[dt.date]) -> Said:
    """It may take back what was settled on one of these days and has no number there yet."""
    named = [day.isoformat() for day in days]
    return Said(
        "it may take back a settlement of this person whose number there is not known yet: first close"
        f" {', '.join(named)}",
        f"可能撤销了本人尚无中心编号的结算：请先办理 {'、'.join(named)} 的日终",
    )


def void_it_there(words: str) -> Said:
    """The center would not reverse it; words: its own, masked."""
    return Said(
        f"the center refused to reverse it ({words}): void it there by its number",
        f"中心拒绝冲正（{words}）：可按中心编号撤销",
    )


SENT_AGAIN = Said(
    "it was sent again, and the center has not refused it since: run day end again",
    "已重新发送，中心未再拒绝：请重新日终",
)


def ask_the_office(words: str) -> Said:
    """Nothing is left to try today; words: the center's own, masked."""
    return Said(
        f"the center refused it ({words}): ask the insurance office", f"中心拒绝（{words}）：请询问医保经办机构"
    )


def open_zh(upload_state: str) -> str:
    """What holds an unfinished settlement up, by the state of its message."""
    return _OPEN_ZH.get(upload_state, "")
