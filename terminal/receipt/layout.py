"""The papers of the counter as documents: the receipt of a settlement and the receipt of its void.

A patient must see why he pays what he pays: each line of the explanation stands on the receipt with its base,
its rate and its article. The day's report is in `day.py` and can be had from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import UNSET

from terminal.limits import QUANTITY_PLACES, UNIT_PRICE_PLACES
from terminal.money import format_fen, format_scaled
from terminal.receipt.blocks import (
    Block,
    Cut,
    Document,
    Heading,
    ItemLine,
    Mark,
    Pair,
    Paragraph,
    QrCode,
    Rule,
    Total,
)
from terminal.receipt.capitals import amount_in_capitals
from terminal.receipt.day import day_report
from terminal.receipt.head import VOID, ReceiptHead, short_hash
from terminal.receipt.words import CLASS_NAMES, PART_NAMES, PAYER_NAMES, fund_name, limit_name, percent
from terminal.settlement.bill import Item
from terminal.settlement.result import ItemShares, Line, Settlement

__all__ = ["day_report", "settlement_receipt", "void_receipt"]

SIGNATURE = "患者签字 Signature：________"


def settlement_receipt(settlement: Settlement, head: ReceiptHead, bill_items: Sequence[Item] = ()) -> Document:
    """The receipt of a settlement.

    bill_items: the bill's items in the settlement's order, for names, classes and quantities, which a
    settlement does not hold; without them the items stand there by their codes. Raises ValueError when their
    number differs.
    """
    return Document(
        (
            *_head(settlement, head, "医疗保险结算单", "Settlement receipt"),
            *_items(settlement.items, bill_items),
            *_summary(settlement, sign=1),
            Total("现金支付", f"￥{format_fen(settlement.cash)}", "Cash"),
            Pair("人民币大写", amount_in_capitals(settlement.cash)),
            *_balances(head.balance_before, settlement.account_balance - (head.balance_before or 0)),
            *_limits(settlement),
            *_explanation(settlement.lines),
            *_notices(settlement.notices),
            *_consent(settlement),
            *_foot(head),
        )
    )


def void_receipt(settlement: Settlement, head: ReceiptHead, voided_number: str, reason: str = "") -> Document:
    """The receipt of a void: the settlement taken back in negative amounts, and the cash to give back.

    settlement: the one that is voided; voided_number: its number. head: of the void itself; its
    `balance_before` is the account's balance before the void. The paper is marked 撤销 VOID, and with the
    mark of the head if that is another.
    """
    return Document(
        (
            *_head(settlement, head, "医疗保险撤销单", "Void receipt", is_void=True),
            Pair("原结算号", voided_number, "Voided"),
            *([Paragraph(f"撤销原因：{reason}")] if reason else []),
            *_summary(settlement, sign=-1),
            Pair("现金支付", format_fen(-settlement.cash), "Cash"),
            Rule(),
            Total("应退现金", f"￥{format_fen(settlement.cash)}", "Cash back"),
            Pair("人民币大写", amount_in_capitals(settlement.cash)),
            Pair("退回个人账户", format_fen(settlement.account), "Account back"),
            *_balances(head.balance_before, settlement.account),
            Paragraph("退款签收：本人已收到上列退款。"),
            Paragraph(SIGNATURE),
            *_foot(head, is_void=True),
        )
    )


def _marks(head: ReceiptHead, is_void: bool) -> list[Block]:
    words = dict.fromkeys(word for word in (VOID if is_void else "", head.mark) if word)
    return [Mark(word) for word in words]


def _head(settlement: Settlement, head: ReceiptHead, title: str, english: str, is_void: bool = False) -> list[Block]:
    return [
        *_marks(head, is_void),
        Heading(head.provider_name),
        Heading(title, large=True),
        Heading(english),
        Pair("结算号", head.settlement_number, "No."),
        Pair("收银单号", head.till_reference, "Till ref."),
        Pair("业务日期", head.business_date.isoformat(), "Business day"),
        Pair("结算时间", head.settled_at.strftime("%Y-%m-%d %H:%M:%S"), "Time"),
        Pair("操作员", head.operator, "Operator"),
        Pair("姓名", head.patient_name, "Name"),
        Pair("证件号码", head.patient_id, "ID"),
        Pair("政策", f"{settlement.policy.id} {settlement.policy.version}", "Policy"),
        Paragraph(f"依据：{settlement.policy.source}"),
        Rule(),
    ]


def _items(shares: Sequence[ItemShares], bill_items: Sequence[Item]) -> Iterator[Block]:
    yield ItemLine("项目（类别） Items", "金额", "自费自付")
    if not bill_items:
        names = [share.code or f"项目 {index}" for index, share in enumerate(shares, 1)]
    else:
        names = [_item_name(item) for item in bill_items]
    for name, share in zip(names, shares, strict=True):
        own_share = share.out_of_catalogue + share.over_limit + share.prior_self_pay
        yield ItemLine(name, format_fen(share.amount), format_fen(own_share))
    yield Rule()


def _item_name(item: Item) -> str:
    name = f"[{CLASS_NAMES[item.class_]}] {item.name or item.code or item.kind}"
    if item.unit_price is None or item.quantity is None:
        return name
    price = format_scaled(item.unit_price, UNIT_PRICE_PLACES)
    return f"{name} {price}×{format_scaled(item.quantity, QUANTITY_PLACES)}"


def _summary(settlement: Settlement, sign: int) -> Iterator[Block]:
    """The split, every amount times `sign`, down to the account's share; the cash is the caller's to show."""
    yield Pair("医疗费总额", format_fen(sign * settlement.total), "Total")
    yield Pair("  全自费", format_fen(sign * settlement.out_of_catalogue), "Out of catalogue")
    yield Pair("  超限价自费", format_fen(sign * settlement.over_limit), "Over limit")
    yield Pair("  先行自付", format_fen(sign * settlement.prior_self_pay), "Prior self-pay")
    yield Pair("  符合政策范围", format_fen(sign * settlement.eligible), "Eligible")
    yield Pair("  其中起付线", format_fen(sign * settlement.deductible), "Deductible")
    for fund, amount in settlement.funds.items():
        yield Pair(fund_name(fund)[0], format_fen(sign * amount), fund_name(fund)[1])
    yield Pair("基金支付合计", format_fen(sign * settlement.fund_total), "Funds")
    if settlement.provider_borne:
        yield Pair("医疗机构负担", format_fen(sign * settlement.provider_borne), "Provider")
    yield Pair("个人负担", format_fen(sign * settlement.personal), "Personal")
    yield Pair("个人账户支付", format_fen(sign * settlement.account), "Account")


def _balances(before: int | None, change: int) -> list[Block]:
    if before is None:
        return [Rule()]
    return [
        Pair("账户余额（前）", format_fen(before), "Balance before"),
        Pair("账户余额（后）", format_fen(before + change), "Balance after"),
        Rule(),
    ]


def _limits(settlement: Settlement) -> Iterator[Block]:
    if settlement.limits:
        yield Heading("本年限额 Limits of the year")
        for limit in settlement.limits:
            name = f"{limit_name(limit.name)} {format_fen(limit.cap)}"
            yield Pair(name, f"剩余 {format_fen(limit.left)}")
        yield Rule()


def _explanation(lines: Sequence[Line]) -> Iterator[Block]:
    yield Heading("费用说明 Why you pay")
    for line in lines:
        payer = PAYER_NAMES.get(line.payer, line.payer)
        yield Pair(f"{payer} {PART_NAMES.get(line.part, line.part)}", format_fen(line.amount))
        yield Paragraph(_reason(line), indent=2)
    yield Rule()


def _reason(line: Line) -> str:
    reason = format_fen(line.base)
    if line.rate is not UNSET:
        reason += f" × {percent(line.rate)}"
    if line.from_ is not UNSET and line.to is not UNSET:
        reason += f" （{format_fen(line.from_)}-{format_fen(line.to)}）"
    return f"{reason} {line.cite or line.rule}"


def _notices(notices: Sequence[str]) -> Iterator[Block]:
    if notices:
        yield Heading("提示 Notices")
        # The code before the colon is for programs; the patient reads the words.
        yield from (Paragraph(notice.partition(": ")[2] or notice) for notice in notices)
        yield Rule()


def _consent(settlement: Settlement) -> Iterator[Block]:
    if settlement.out_of_catalogue > 0:
        amount = format_fen(settlement.out_of_catalogue)
        yield Paragraph(f"知情同意：本人知悉并同意自费医保目录外项目 {amount} 元。")
        yield Paragraph(SIGNATURE)
        yield Rule()


def _foot(head: ReceiptHead, is_void: bool = False) -> list[Block]:
    return [
        *([Pair("账本校验", short_hash(head.journal_hash), "Hash")] if head.journal_hash else []),
        QrCode(head.settlement_number, "结算号"),
        *_marks(head, is_void),
        Cut(),
    ]
