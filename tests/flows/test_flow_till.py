"""Day end against the till's own list: each till has its own references, and may use one of them again."""

from __future__ import annotations

from counter_parts import DAY, Shop, purchase

from terminal.counter.match_till import TillRow
from terminal.money import Fen


def found(shop: Shop, rows: list[TillRow], till: str) -> list[tuple[str, str, str]]:
    """Run day end with this till's list; cause, settlement and proposal of every difference with it."""
    report = shop.counter.close_day(DAY, rows, till)
    return [(one.cause, one.settlement_id, one.action) for one in report.differences]


def test_a_reference_that_is_sold_anew_finds_the_sale_that_stands(shop: Shop) -> None:
    """Taken back and sold anew under one order number, which the till names once, as paid: the day is sealed."""
    first = shop.settle(purchase("20.00"), till_reference="ORDER-1", till="A")["id"]
    shop.void(first)
    shop.settle(purchase("20.00"), till_reference="ORDER-1", till="A")
    shop.upload_all()
    assert shop.counter.close_day(DAY, [TillRow("ORDER-1", Fen(2000))], "A").state == "sealed"


def test_one_reference_of_several_sales_is_told_apart_by_state_and_total(shop: Shop) -> None:
    """In whatever order the till names them: what it has as paid is held against what stands here, also at another
    total; the one that it took back is proposed to be taken back, and no other.
    """
    gone = shop.settle(purchase("20.00"), till_reference="1", till="A")["id"]
    shop.void(gone)
    stands = shop.settle(purchase("7.00"), till_reference="1", till="A")["id"]
    other = shop.settle(purchase("3.00"), till_reference="1", till="A")["id"]
    rows = [TillRow("1", Fen(300)), TillRow("1", Fen(2000), True), TillRow("1", Fen(700))]
    assert found(shop, [TillRow("1", Fen(2000))], "A") == [
        ("amount", stands, "none"),
        ("missing-there", other, "void-here"),
    ]
    taken_back = [rows[0], rows[1], TillRow("1", Fen(700), True)]
    assert found(shop, taken_back, "A") == [("void-one-sided", stands, "void-here")]
    shop.upload_all()
    assert shop.counter.close_day(DAY, rows, "A").state == "sealed"


def test_rows_of_one_reference_are_all_kept(shop: Shop) -> None:
    """Two rows that nobody here knows are two differences, each with a name of its own."""
    report = shop.counter.close_day(DAY, [TillRow("X", Fen(100)), TillRow("X", Fen(100))], "A")
    assert [(one.id, one.other_total_fen) for one in report.differences] == [
        ("till-missing-here:X", 100),
        ("till-missing-here:X#2", 100),
    ]


def test_a_till_s_list_says_nothing_of_what_another_till_sold(shop: Shop) -> None:
    """Two tills with numbers of their own, both at 1: what the other sold is neither missing nor to be taken back."""
    shop.settle(purchase("20.00"), till_reference="1", till="A")
    theirs = shop.settle(purchase("7.00"), till_reference="1", till="B")["id"]
    assert found(shop, [], "B") == [("missing-there", theirs, "void-here")]
    shop.upload_all()
    assert shop.counter.close_day(DAY, [TillRow("1", Fen(2000))], "A").state == "sealed"


def test_where_no_till_gives_its_name_nothing_that_a_named_till_sold_is_taken_back(shop: Shop) -> None:
    """The list is held against the sales of all tills; what a till sold and the list lacks is shown, for a person."""
    named = shop.settle(purchase("20.00"), till_reference="1", till="A")["id"]
    nobody = shop.settle(purchase("7.00"), till_reference="2")["id"]
    assert found(shop, [], "") == [("missing-there", named, "none"), ("missing-there", nobody, "void-here")]
    rows = [TillRow("1", Fen(2000), True), TillRow("2", Fen(700))]
    assert found(shop, rows, "") == [("void-one-sided", named, "none")]
