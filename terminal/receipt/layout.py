"""The papers of the counter as documents: the receipt of a settlement and the receipt of its void.

A patient must see why he pays what he pays: each line of the explanation stands on the receipt with its base,
its rate and its article. Which blocks stand where is the layout's to say (`forms.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import UNSET

from terminal.money import format_fen, format_percent
from terminal.receipt.blocks import Block, Document, Heading, Pair, Paragraph, QrCode, Rule
from terminal.receipt.capitals import amount_in_capitals
from terminal.receipt.day import day_report
from terminal.receipt.forms import Forms, standard_forms
from terminal.receipt.frame import Builders, compose
from terminal.receipt.head import VOID, ReceiptHead, Refunded, short_hash
from terminal.receipt.items import item_blocks
from terminal.receipt.words import PART_NAMES, PAYER_NAMES, RULE_NAMES, fund_name, limit_words
from terminal.settlement.bill import Item
from terminal.settlement.result import Line, Settlement

__all__ = ["day_report", "settlement_receipt", "void_receipt"]


def settlement_receipt(
    settlement: Settlement, head: ReceiptHead, bill_items: Sequence[Item] = (), forms: Forms | None = None
) -> Document:
    """The receipt of a settlement.

    bill_items: the bill's items in the settlement's order, for names, classes and quantities, which a
    settlement does not hold; without them the items stand there by their codes. Raises ValueError when their
    number differs.
    """
    forms = forms or standard_forms()
    before = head.balance_before
    own: Builders = {
        "items": lambda: item_blocks(forms, settlement.items, bill_items),
        "split": lambda: _split(forms, settlement, sign=1),
        "cash": lambda: [
            forms.total("cash", f"￥{format_fen(settlement.cash)}"),
            forms.pair("capitals", amount_in_capitals(settlement.cash)),
            *_net(forms, head.refunded),
        ],
        "balances": lambda: _balances(forms, before, settlement.account_balance - (before or 0)),
        "limits": lambda: _limits(forms, settlement),
        "explanation": lambda: _explanation(forms, settlement.lines),
        "notices": lambda: _notices(forms, [*settlement.notices, *_center_amounts(head)]),
        "consent": lambda: _consent(forms, settlement),
    }
    marks, builders = [*head.standing, head.mark], {**_shared(forms, settlement, head), **own}
    return compose(forms.settlement, head.provider_name, marks, builders)


def void_receipt(
    settlement: Settlement, head: ReceiptHead, voided_number: str, reason: str = "", forms: Forms | None = None
) -> Document:
    """The receipt of a void: the settlement taken back in negative amounts, and the cash to give back.

    settlement: the one that is voided; voided_number: its number. head: of the void itself; its
    `balance_before` is the account's balance before the void. The paper is marked 撤销 VOID, and with the
    mark of the head if that is another.
    """
    forms = forms or standard_forms()
    own: Builders = {
        "voided": lambda: [
            forms.pair("voided", voided_number),
            *([forms.pair("stays", head.stays_number)] if head.stays_number else []),
            *([Paragraph(f"{forms.label('reason')[0]}：{reason}")] if reason else []),
        ],
        "split": lambda: [
            *_split(forms, settlement, sign=-1),
            forms.pair("cash", format_fen(-settlement.cash)),
            Rule(),
        ],
        "cash-back": lambda: [
            forms.total("cash_back", f"￥{format_fen(settlement.cash)}"),
            forms.pair("capitals", amount_in_capitals(settlement.cash)),
            *_account_back(forms, settlement, head.refund_at_bureau),
        ],
        "balances": lambda: _balances(forms, head.balance_before, settlement.account),
        "refund-signature": lambda: [Paragraph("退款签收：本人已收到上列退款。"), _signature(forms)],
    }
    builders = {**_shared(forms, settlement, head), **own}
    return compose(forms.void, head.provider_name, [VOID, *head.standing, head.mark], builders)


def _shared(forms: Forms, settlement: Settlement, head: ReceiptHead) -> Builders:
    return {
        "numbers": lambda: [
            forms.pair("number", head.settlement_number),
            *([forms.pair("refund_void", head.refunded.void_number)] if head.refunded else []),
            *([forms.pair("till_reference", head.till_reference)] if head.till_reference else []),
            forms.pair("business_day", head.business_date.isoformat()),
            forms.pair("settled_at", head.settled_at.strftime("%Y-%m-%d %H:%M:%S")),
            forms.pair("operator", head.operator),
        ],
        "patient": lambda: [forms.pair("patient", head.patient_name), forms.pair("patient_id", head.patient_id)],
        "policy": lambda: [
            forms.pair("policy", f"{settlement.policy.id} {settlement.policy.version}"),
            Paragraph(f"{forms.label('source')[0]}：{settlement.policy.source}"),
            Rule(),
        ],
        "hash": lambda: [forms.pair("hash", short_hash(head.journal_hash))] if head.journal_hash else [],
        "qr": lambda: [QrCode(head.settlement_number, forms.label("number")[0])],
    }


def _split(forms: Forms, settlement: Settlement, sign: int) -> Iterator[Block]:
    """The split, every amount times `sign`, down to the account's share; the cash is the caller's to show."""
    for part in ("total", "out_of_catalogue", "over_limit", "prior_self_pay", "eligible", "deductible"):
        yield forms.pair(part, format_fen(sign * getattr(settlement, part)))
    for fund, amount in settlement.funds.items():
        chinese, english = fund_name(fund)
        yield Pair(chinese, format_fen(sign * amount), english if forms.paper.english else "")
    yield forms.pair("fund_total", format_fen(sign * settlement.fund_total))
    if settlement.provider_borne:
        yield forms.pair("provider_borne", format_fen(sign * settlement.provider_borne))
    yield forms.pair("personal", format_fen(sign * settlement.personal))
    yield forms.pair("account", format_fen(sign * settlement.account))


def _net(forms: Forms, refunded: Refunded | None) -> Iterator[Block]:
    """What a refund by line comes to: the patient holds two papers, and gets one sum."""
    if refunded is None:
        return
    yield Rule()
    yield Heading(forms.both("net"))
    cash, account = refunded.cash, refunded.account
    yield forms.total("net_cash_back" if cash >= 0 else "net_cash_due", f"￥{format_fen(abs(cash))}")
    yield forms.pair("net_account_back" if account >= 0 else "net_account_due", format_fen(abs(account)))
    yield Rule()


def _balances(forms: Forms, before: int | None, change: int) -> list[Block]:
    if before is None:
        return [Rule()]
    return [
        forms.pair("balance_before", format_fen(before)),
        forms.pair("balance_after", format_fen(before + change)),
        Rule(),
    ]


def _account_back(forms: Forms, settlement: Settlement, at_bureau: bool) -> Iterator[Block]:
    label = "account_back_at_bureau" if at_bureau else "account_back"
    yield forms.pair(label, format_fen(settlement.account))
    if at_bureau:
        yield Paragraph("个人账户支付部分已从卡内扣除，不能在此退回卡内；请持卡和本单到医保经办机构办理退回。")


def _limits(forms: Forms, settlement: Settlement) -> Iterator[Block]:
    if settlement.limits:
        yield Heading(forms.both("limits"))
        for limit in settlement.limits:
            left = f"{forms.label('left')[0]} {format_fen(limit.left)}"
            yield Pair(f"{limit_words(limit.name, limit.disease_zh)} {format_fen(limit.cap)}", left)
        yield Rule()


def _explanation(forms: Forms, lines: Sequence[Line]) -> Iterator[Block]:
    yield Heading(forms.both("explanation"))
    for line in lines:
        payer = PAYER_NAMES.get(line.payer, line.payer)
        yield Pair(f"{payer} {PART_NAMES.get(line.part, line.part)}", format_fen(line.amount))
        yield Paragraph(_reason(line), indent=2)
    yield Rule()


def _reason(line: Line) -> str:
    reason = format_fen(line.base)
    if line.rate is not UNSET:
        reason += f" × {format_percent(line.rate)}"
    if line.from_ is not UNSET and line.to is not UNSET:
        reason += f" （{format_fen(line.from_)}-{format_fen(line.to)}）"
    return f"{reason} {line.cite or RULE_NAMES.get(line.rule, line.rule)}"


def _center_amounts(head: ReceiptHead) -> list[str]:
    return [f"center-amounts: 医保中心入账金额：{head.center_amounts}"] if head.center_amounts else []


def _notices(forms: Forms, notices: Sequence[str]) -> Iterator[Block]:
    if notices:
        yield Heading(forms.both("notices"))
        # The code before the colon is for programs; the patient reads the words.
        yield from (Paragraph(notice.partition(": ")[2] or notice) for notice in notices)
        yield Rule()


def _consent(forms: Forms, settlement: Settlement) -> Iterator[Block]:
    if settlement.out_of_catalogue > 0:
        amount = format_fen(settlement.out_of_catalogue)
        yield Paragraph(f"知情同意：本人知悉并同意自费医保目录外项目 {amount} 元。")
        yield _signature(forms)
        yield Rule()


def _signature(forms: Forms) -> Paragraph:
    return Paragraph(f"{forms.both('patient_signature')}：________")
