"""What a patient reads on the receipt, on both widths of paper."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.clock import BEIJING
from terminal.money import Fen
from terminal.receipt.blocks import Cut, Document, Pair, Paragraph
from terminal.receipt.characters import PRINTER_ALONE, cells, clean, wrap
from terminal.receipt.day import DayPaper, DayRow, QueueState
from terminal.receipt.head import TRAINING, ReceiptHead, Refunded, mask_id, reprint_mark
from terminal.receipt.layout import day_report, settlement_receipt, void_receipt
from terminal.receipt.text import as_text
from terminal.settlement.bill import Item
from terminal.settlement.result import Settlement

WIDTHS = pytest.mark.parametrize("columns", [32, 48])


def figure(text: str, label: str) -> str:
    """The last word of the one line that begins with the label."""
    (line,) = [line for line in text.splitlines() if line.strip().startswith(label)]
    return line.split()[-1]


def joined(text: str) -> str:
    """The text without line ends and blanks, for what is wrapped."""
    return "".join(text.split())


@WIDTHS
@pytest.mark.parametrize(
    ("label", "amount"),
    [
        ("医疗费总额", "8250.00"),
        ("全自费", "150.00"),
        ("超限价自费", "100.00"),
        ("先行自付", "200.00"),
        ("符合政策范围", "7800.00"),
        ("其中起付线", "800.00"),
        ("统筹基金支付", "5740.00"),
        ("大额医疗补助支付", "0.00"),
        ("基金支付合计", "5740.00"),
        ("个人负担", "2510.00"),
        ("个人账户支付", "1500.00"),
        ("现金支付", "￥1010.00"),
        ("人民币大写", "壹仟零壹拾元整"),
        ("账户余额（前）", "1500.00"),
        ("账户余额（后）", "0.00"),
    ],
)
def test_every_figure_of_the_split_stands_on_the_receipt(
    settlement: Settlement, head: ReceiptHead, columns: int, label: str, amount: str
) -> None:
    """The figures of example E1, each behind its own label."""
    text = as_text(settlement_receipt(settlement, head), columns)
    lines = [line for line in text.splitlines() if line.strip().startswith(label)]
    assert lines[0].split()[-1] == amount


@WIDTHS
def test_each_line_of_the_explanation_shows_payer_base_rate_amount_and_article(
    settlement: Settlement, head: ReceiptHead, columns: int
) -> None:
    """The patient sees why: 4200.00 at 80% and 2800.00 at 85% from the pool, with the article."""
    lines = as_text(settlement_receipt(settlement, head), columns).splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("统筹基金 分段报销"))
    assert lines[first].split()[-1] == "3360.00"
    assert "4200.00 × 80%" in lines[first + 1]
    text = joined("\n".join(lines))
    assert "4200.00×80%（800.00-5000.00）第十一条" in text
    assert "2800.00×85%（5000.00-7800.00）第十一条" in text
    assert "个人账户起付线以下800.00800.00第十一条" in text
    assert "现金全自费150.00150.00第十二条" in text


@WIDTHS
def test_items_show_class_quantity_amount_and_own_share(
    settlement: Settlement, head: ReceiptHead, bill_items: list[Item], columns: int
) -> None:
    """A long name is wrapped, never cut; the class B drug owes 100.00 over the limit and 200.00 prior."""
    text = as_text(settlement_receipt(settlement, head, bill_items), columns)
    assert "[甲]注射用头孢哌酮钠舒巴坦钠（进口分装，每支含头孢哌酮1.0g）6000.000.00" in joined(text)
    lines = text.splitlines()
    row = lines.index("[乙] 阿莫西林胶囊 105×20")
    assert lines[row + 1].split() == ["2100.00", "300.00"]
    assert cells(lines[row + 1]) == columns
    assert "[丙]自费药150.00150.00" in joined(text)


def test_items_that_do_not_belong_to_the_settlement_are_refused(
    settlement: Settlement, head: ReceiptHead, bill_items: list[Item]
) -> None:
    """A receipt never shows the names of another bill."""
    with pytest.raises(ValueError, match=r"shorter|longer"):
        settlement_receipt(settlement, head, bill_items[:2])


@WIDTHS
def test_limits_notices_hash_and_number_are_on_the_receipt(
    settlement: Settlement, head: ReceiptHead, columns: int
) -> None:
    """What is left of the year's limit, the notice in words, the entry's hash in short, the number."""
    text = joined(as_text(settlement_receipt(settlement, head), columns))
    assert "统筹基金250000.00剩余244260.00" in text
    assert "third-party" not in text
    assert "第三人不支付或者无法确定第三人的，由基金先行支付并有权追偿(第二十四条)" in text
    assert "0123456789abcdef" in text
    assert "0123456789abcdef0" not in text
    assert "S20210630-000017" in text


def test_consent_is_asked_for_only_where_something_lies_outside_the_catalogue(
    settlement: Settlement, head: ReceiptHead
) -> None:
    """With 150.00 out of catalogue the patient signs; with nothing there is no signature line."""
    text = joined(as_text(settlement_receipt(settlement, head)))
    assert "自费医保目录外项目150.00元" in text
    assert "签字" in text
    covered = msgspec.structs.replace(settlement, out_of_catalogue=Fen(0))
    assert "签字" not in as_text(settlement_receipt(covered, head))


def test_the_full_identity_number_is_on_no_paper_and_in_no_head(settlement: Settlement, head: ReceiptHead) -> None:
    """First three and last four only, on the receipt, on the void, and in the head's own repr."""
    for document in (settlement_receipt(settlement, head), void_receipt(settlement, head, "S1")):
        text = as_text(document)
        assert "370***********1234" in text
        assert "370602" not in text
    assert "370602" not in repr(head)


@given(st.text(max_size=40))
def test_masking_hides_at_least_half_and_is_stable(number: str) -> None:
    """Also of short and odd numbers; masking what is masked changes nothing."""
    masked = mask_id(number)
    assert len(masked) == len(number)
    assert masked.count("*") * 2 >= len(number)
    assert mask_id(masked) == masked


@pytest.mark.parametrize("mark", [reprint_mark(2), TRAINING])
def test_a_mark_stands_at_both_ends_and_an_original_has_none(
    settlement: Settlement, head: ReceiptHead, mark: str
) -> None:
    """A reprint says that it is one and which; training paper cannot pass for a receipt."""
    lines = as_text(settlement_receipt(settlement, replace(head, mark=mark))).splitlines()
    assert lines[0].strip() == mark
    assert lines[-1].strip() == mark
    assert mark not in as_text(settlement_receipt(settlement, head))


@WIDTHS
def test_a_void_names_what_it_voids_in_negative_amounts_and_the_cash_to_give_back(
    settlement: Settlement, head: ReceiptHead, columns: int
) -> None:
    """E1 taken back: every figure negative, 1010.00 in cash to give back, 1500.00 back on the account."""
    void_head = replace(head, settlement_number="S20210701-000001", balance_before=0, mark=reprint_mark(1))
    document = void_receipt(settlement, void_head, "S20210630-000017", "录入错误")
    text = as_text(document, columns)
    assert figure(text, "原结算号") == "S20210630-000017"
    assert figure(text, "医疗费总额") == "-8250.00"
    assert figure(text, "统筹基金支付") == "-5740.00"
    assert figure(text, "个人账户支付") == "-1500.00"
    assert figure(text, "现金支付") == "-1010.00"
    assert figure(text, "应退现金") == "￥1010.00"
    assert figure(text, "人民币大写") == "壹仟零壹拾元整"
    assert figure(text, "退回个人账户") == "1500.00"
    assert figure(text, "账户余额（后）") == "1500.00"
    assert "录入错误" in text
    assert [line.strip() for line in text.splitlines()[:2]] == ["撤销 VOID", "补打 REPRINT 1"]


def test_a_balance_nobody_knows_is_not_printed(settlement: Settlement, head: ReceiptHead) -> None:
    """Before a void days later the terminal may not know the balance: better none than a stale one."""
    document = void_receipt(settlement, replace(head, balance_before=None), "S20210630-000017")
    text = as_text(document)
    assert "余额" not in text
    assert figure(text, "退回个人账户") == "1500.00"


def report(**changes: object) -> DayPaper:
    """A day of two rows: 8250.00 + 58.40, one void."""
    rows = (
        DayRow("烟台职工", "住院", 1, 0, Fen(825000), Fen(574000), Fen(0), Fen(150000), Fen(101000)),
        DayRow("烟台居民", "门诊", 3, 1, Fen(5840), Fen(2000), Fen(1000), Fen(0), Fen(2840)),
    )
    queue = QueueState(queued=2, accepted=5, refused=1, unknown=4)
    moment = dt.datetime(2021, 6, 30, 20, 0, tzinfo=BEIJING)
    base = DayPaper("医院", dt.date(2021, 6, 30), moment, "0012", rows, queue, "matched", "ab" * 32)
    return replace(base, **changes)


@WIDTHS
def test_the_day_report_shows_rows_their_sum_queue_result_and_the_whole_hash(columns: int) -> None:
    """Sums worked out by hand: 8308.40 in all, 5760.00 pool, 10.00 other, 1500.00 account, 1038.40 cash."""
    text = as_text(day_report(report()), columns)
    everything = text[text.index("合计") :]
    assert figure(everything, "医疗费总额") == "8308.40"
    assert figure(everything, "统筹基金") == "5760.00"
    assert figure(everything, "其他基金") == "10.00"
    assert figure(everything, "个人账户") == "1500.00"
    assert figure(everything, "现金") == "1038.40"
    assert figure(everything, "笔数") == "1"
    assert figure(text, "上传：排队") == "2"
    assert figure(text, "上传：结果不明") == "4"
    assert "一致 matched" in text
    assert "ab" * 32 in joined(text)
    assert "不平" not in text


def test_a_day_that_does_not_add_up_says_by_how_much() -> None:
    """One fen short is printed as a difference in the row and in the sum, not hidden."""
    row = DayRow("烟台职工", "住院", 1, 0, Fen(825000), Fen(574000), Fen(0), Fen(150000), Fen(100999))
    text = as_text(day_report(report(rows=(row,), reconciliation="different")))
    assert [line.split()[-1] for line in text.splitlines() if "不平" in line] == ["0.01", "0.01"]
    assert "不一致" in text


@pytest.mark.parametrize("columns", [32, 48])
@given(
    label=st.text(st.sampled_from("统筹—“①×·℃ abc12.,￥"), max_size=60),
    value=st.text(st.sampled_from("壹贰0123.元 -"), min_size=1, max_size=60),
)
def test_values_end_at_the_right_edge_whatever_the_labels_width(columns: int, label: str, value: str) -> None:
    """Two cells for a two-byte character, also the "ambiguous" ones; nothing too wide, nothing lost."""
    text = as_text(Document((Pair(label, value), Cut())), columns)
    lines = text.splitlines()
    assert all(cells(line) <= columns for line in lines)
    assert joined(text) == joined(label + value)
    if value.strip() and not value.endswith(" "):
        assert cells(lines[-1]) == columns


def test_english_is_left_out_where_the_line_has_no_room() -> None:
    """Chinese first: the label's English goes before the Chinese or the value would be wrapped."""
    document = Document((Pair("医疗机构负担费用", "100000000.00", "Provider borne"), Cut()))
    assert as_text(document, 48).split() == ["医疗机构负担费用", "Provider", "borne", "100000000.00"]
    assert as_text(document, 32).split() == ["医疗机构负担费用", "100000000.00"]


@given(text=st.text(), columns=st.integers(24, 64))
def test_wrapping_loses_nothing_but_blanks(text: str, columns: int) -> None:
    """Every printable character of any text is on some line, in order."""
    cleaned, _ = clean(text)
    lines = wrap(cleaned, columns)
    assert all(cells(line) <= columns for line in lines)
    assert "".join(lines).replace(" ", "") == cleaned.replace(" ", "")


def test_a_character_the_printer_lacks_is_named_on_the_paper() -> None:
    """𠮷 has a four-byte code: on paper a box and a line that says which it is; in a text file it stands itself."""
    document = Document((Paragraph("李𠮷 ¥5"), Cut()))
    assert as_text(document) == "李𠮷 ￥5\n"
    text = as_text(document, 48, PRINTER_ALONE)
    assert text.splitlines() == ["李□ ￥5", "注：□ 代替打印机没有的字 (U+20BB7)"]


def test_paper_of_an_impossible_width_is_refused() -> None:
    """No endless wrapping on paper of one column."""
    with pytest.raises(ValueError, match="columns"):
        as_text(Document((Cut(),)), 1)


@WIDTHS
def test_a_refund_for_which_more_is_paid_asks_for_it(settlement: Settlement, head: ReceiptHead, columns: int) -> None:
    """A net sum below zero is no sum given back: each payer's stands under words of its own."""
    text = as_text(settlement_receipt(settlement, replace(head, refunded=Refunded("V1", -500, 200))), columns)
    assert (figure(text, "补收现金"), figure(text, "实退账户")) == ("￥5.00", "2.00")
    text = as_text(settlement_receipt(settlement, replace(head, refunded=Refunded("V1", 700, -200))), columns)
    assert (figure(text, "实退现金"), figure(text, "补扣账户")) == ("￥7.00", "2.00")
