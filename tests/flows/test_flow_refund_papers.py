"""The two papers of a refund by line: each names the other, and the second says what the patient gets back in all."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest
from counter_parts import STAY, Shop, person, purchase

from terminal.counter.refund import RefundAsked, RefundLine
from terminal.errors import Conflict
from terminal.money import Fen
from terminal.receipt.characters import cells
from terminal.receipt.text import as_text


def given_back(shop: Shop, number: str, lines: list[RefundLine]) -> tuple[str, str]:
    """Give these lines back; the numbers of the void and of what stays."""
    quote, _ = shop.counter.quote_refund(shop.counter.identify_card().id, number, lines)
    answer = shop.counter.refund(RefundAsked(number, "退货", quote.id, quote.hash), shop.key())
    told: dict[str, Any] = msgspec.json.decode(answer)
    return told["void"]["id"], told["settlement"]["id"]


def said(paper: str, label: str) -> str:
    """The last word behind a label, on its line or, on narrow paper, the next."""
    words = paper.partition(f"\n{label}")[2].split("\n", 2)
    return (words[0].split() or words[1].split())[-1]


def text_of(shop: Shop, number: str, columns: int = 48) -> str:
    """The receipt as it is had now."""
    return as_text(shop.counter.papers.receipt(number), columns)


@pytest.mark.parametrize("mode", ["local", "online"])
@pytest.mark.parametrize(
    ("balance", "cash", "account"),
    [
        # 25.00 and then 20.00 of drugs, all of it the account's as far as it reaches (article 18).
        ("1500.00", "0.00", "5.00"),  # account 25.00 - 20.00
        ("22.00", "3.00", "2.00"),  # cash 3.00 - 0.00; account 22.00 - 20.00
        ("0.00", "5.00", "0.00"),  # cash 25.00 - 20.00
    ],
)
def test_the_two_papers_name_each_other_and_the_net_sum(
    tmp_path: Path, mode: Literal["local", "online"], balance: str, cash: str, account: str
) -> None:
    """Two drugs of 20.00 and 5.00, the second one given back."""
    with Shop(tmp_path, person(balance=balance), mode=mode) as shop:
        number = shop.settle(purchase("20.00", "5.00"))["id"]
        void, stays = given_back(shop, number, [RefundLine(item=1)])
        of_void, of_stays = shop.print_all()[-2:]
    assert (said(of_void, "结算号"), said(of_void, "原结算号"), said(of_void, "新结算号")) == (void, number, stays)
    assert (said(of_stays, "结算号"), said(of_stays, "撤销单号")) == (stays, void)
    assert (said(of_stays, "实退现金"), said(of_stays, "实退账户")) == (f"￥{cash}", account)


@pytest.mark.parametrize("columns", [32, 42, 48])
def test_no_number_and_no_amount_is_broken_on_any_paper(shop: Shop, columns: int) -> None:
    """A label, a blank and its value stand on one line each, within the paper."""
    void, stays = given_back(shop, shop.settle(purchase("20.00", "5.00"))["id"], [RefundLine(item=1)])
    for number, words in (
        (void, [f"新结算号 {stays}"]),
        (stays, [f"撤销单号 {void}", "实退现金 ￥0.00", "实退账户 5.00"]),
    ):
        lines = text_of(shop, number, columns).splitlines()
        assert max(map(cells, lines)) <= columns
        ends = [f"{line.split()[0]} {line.split()[-1]}" for line in lines if line.split()]
        assert all(word in ends for word in words)


def test_a_reprint_says_the_same_but_its_mark(shop: Shop) -> None:
    """Line for line, on both papers."""
    void, stays = given_back(shop, shop.settle(purchase("20.00", "5.00"))["id"], [RefundLine(item=1)])
    first = shop.print_all()[-2:]
    for number in (void, stays):
        shop.counter.papers.reprint(number)
    again = shop.print_all()[-2:]
    assert [paper.count("补打 REPRINT 1") for paper in again] == [2, 2]
    unmarked = ["\n".join(line for line in paper.split("\n") if "补打 REPRINT 1" not in line) for paper in again]
    assert unmarked == first


def test_the_net_sum_is_what_both_papers_come_to(shop: Shop) -> None:
    """A stay of 10000.00 of which 1000.00 goes back: the papers' own figures add up to it.

    Line 800 (article 12). Before: pool 4200.00 x 80% + 5000.00 x 85% = 7610.00, own 2390.00. After: pool 3360.00 +
    4000.00 x 85% = 6760.00, own 2240.00. The account has 1500.00 and pays it both times: 890.00 - 740.00 = 150.00.
    """
    number = shop.settle(STAY)["id"]
    void, stays = given_back(shop, number, [RefundLine(item=0, amount=Fen(100_000))])
    of_void, of_stays = text_of(shop, void), text_of(shop, stays)
    assert (said(of_void, "应退现金"), said(of_stays, "现金支付")) == ("￥890.00", "￥740.00")
    assert (said(of_stays, "实退现金"), said(of_stays, "实退账户")) == ("￥150.00", "0.00")


def test_a_plain_void_and_a_plain_sale_say_nothing_of_it(shop: Shop) -> None:
    """There is no second paper, and no net sum."""
    number = shop.settle(purchase("20.00"))["id"]
    papers = text_of(shop, number) + text_of(shop, shop.void(number)["id"])
    assert not any(word in papers for word in ("新结算号", "撤销单号", "实退"))


def test_a_refund_that_stopped_half_way_names_both_once_it_is_done(tmp_path: Path) -> None:
    """Until then the void stands alone; what stays is settled under its key, and its paper names the void."""
    with Shop(tmp_path, mode="online") as shop:
        number = shop.settle(purchase("20.00", "5.00"))["id"]
        quote, _ = shop.counter.quote_refund(shop.counter.identify_card().id, number, [RefundLine(item=1)])
        shop.center.faults.inject("refuse", infno="2102")
        asked = RefundAsked(number, "退货", quote.id, quote.hash)
        with pytest.raises(Conflict):
            shop.counter.refund(asked, "half")
        void = shop.journal.settlement(number).voided_by
        assert "新结算号" not in text_of(shop, void)
        told = msgspec.json.decode(shop.counter.refund(asked, "half"))
        stays = told["settlement"]["id"]
        assert said(text_of(shop, void), "新结算号") == stays
        assert (said(text_of(shop, stays), "撤销单号"), said(text_of(shop, stays), "实退账户")) == (void, "5.00")
        assert shop.journal.verify() == []
