"""Day end against the till's own list: each till has its own references, and may use one of them again."""

from __future__ import annotations

from counter_parts import DAY, Shop, purchase

from terminal.counter.day import DayReport
from terminal.counter.match_till import TillRow
from terminal.counter.till_lists import TillList
from terminal.money import Fen


def closed(shop: Shop, till: str, *rows: TillRow, without: tuple[str, ...] = ()) -> DayReport:
    """Run day end with this till's list."""
    return shop.counter.close_day(DAY, TillList(till, list(rows)), without)


def found(shop: Shop, rows: list[TillRow], till: str) -> list[tuple[str, str, str]]:
    """Run day end with this till's list; cause, settlement and proposal of every difference with it."""
    report = closed(shop, till, *rows)
    return [(one.cause, one.settlement_id, one.action) for one in report.differences]


def test_a_reference_that_is_sold_anew_finds_the_sale_that_stands(shop: Shop) -> None:
    """Taken back and sold anew under one order number, which the till names once, as paid: the day is sealed."""
    first = shop.settle(purchase("20.00"), till_reference="ORDER-1", till="A")["id"]
    shop.void(first)
    shop.settle(purchase("20.00"), till_reference="ORDER-1", till="A")
    shop.upload_all()
    assert closed(shop, "A", TillRow("ORDER-1", Fen(2000))).state == "sealed"


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
    assert closed(shop, "A", *rows).state == "sealed"


def test_rows_of_one_reference_are_all_kept(shop: Shop) -> None:
    """Two rows that nobody here knows are two differences, each with a name of its own."""
    report = closed(shop, "A", TillRow("X", Fen(100)), TillRow("X", Fen(100)))
    assert [(one.id, one.other_total_fen) for one in report.differences] == [
        ("till-missing-here:A:X", 100),
        ("till-missing-here:A:X#2", 100),
    ]


def test_a_till_s_list_says_nothing_of_what_another_till_sold(shop: Shop) -> None:
    """Two tills with numbers of their own, both at 1: what the other sold is neither missing nor to be taken back."""
    shop.settle(purchase("20.00"), till_reference="1", till="A")
    theirs = shop.settle(purchase("7.00"), till_reference="1", till="B")["id"]
    assert found(shop, [], "B") == [("missing-there", theirs, "void-here")]
    assert found(shop, [TillRow("1", Fen(700))], "B") == []
    assert closed(shop, "A", TillRow("1", Fen(2000))).state == "sealed"


def test_where_no_till_gives_its_name_nothing_that_a_named_till_sold_is_taken_back(shop: Shop) -> None:
    """The list is held against the sales of all tills; what a till sold and the list lacks is shown, for a person."""
    named = shop.settle(purchase("20.00"), till_reference="1", till="A")["id"]
    nobody = shop.settle(purchase("7.00"), till_reference="2")["id"]
    assert found(shop, [], "") == [("missing-there", named, "none"), ("missing-there", nobody, "void-here")]
    rows = [TillRow("1", Fen(2000), True), TillRow("2", Fen(700))]
    assert found(shop, rows, "") == [("void-one-sided", named, "none")]


def test_a_day_is_sealed_when_every_till_that_sold_has_given_its_list(shop: Shop) -> None:
    """The first list that balances is kept and seals nothing: the report waits for the other till by name, also after a
    restart. The second one seals the day, and the first is held against what stands here then.
    """
    shop.settle(purchase("20.00"), till_reference="1", till="A")
    shop.settle(purchase("7.00"), till_reference="1", till="B")
    shop.settle(purchase("3.00"), till="C")
    first = closed(shop, "A", TillRow("1", Fen(2000)))
    assert (first.state, first.reconciliation, first.unmatched_tills) == ("frozen", "matched", ["B"])
    (waiting,) = first.open_matters
    assert (waiting.till, waiting.upload_state, waiting.settlement_id) == ("B", "till-list", "")
    assert waiting.reason.startswith("waiting for till B")
    assert waiting.reason_zh.startswith("等待收银端 B")
    shop.reopen()
    shop.sign_in()
    last = closed(shop, "B", TillRow("1", Fen(700)))
    assert (last.state, last.run, last.differences, last.unmatched_tills) == ("sealed", 2, [], [])
    assert shop.journal.verify() == []


def test_what_one_till_s_list_shows_stands_when_another_gives_its_own(shop: Shop) -> None:
    """A difference with the first till is shown in every later run, with the till's name, until that till gives a list
    without it; two tills that each have one of the same number are told apart.
    """
    shop.settle(purchase("20.00"), till_reference="1", till="A")
    wrong, right = TillRow("1", Fen(1900)), TillRow("1", Fen(2000))
    assert closed(shop, "A", wrong, TillRow("X", Fen(100))).state == "frozen"
    second = closed(shop, "B", TillRow("X", Fen(100)))
    assert [(one.id.partition(":")[0], one.till) for one in second.differences] == [
        ("till-amount", "A"),
        ("till-missing-here", "A"),
        ("till-missing-here", "B"),
    ]
    assert len({one.id for one in second.differences}) == 3
    assert closed(shop, "B").state == "frozen"
    assert closed(shop, "A", right).state == "sealed"


def test_a_till_that_is_gone_holds_no_day_up(shop: Shop) -> None:
    """Named as one that gives no list it is not waited for, and the report of the sealed day has its name beside the
    operator's; what it gave before its end is not compared.
    """
    shop.settle(purchase("20.00"), till_reference="1", till="A")
    shop.settle(purchase("7.00"), till_reference="1", till="B")
    assert closed(shop, "B").state == "frozen"
    assert closed(shop, "A", TillRow("1", Fen(2000))).state == "frozen"
    report = closed(shop, "A", TillRow("1", Fen(2000)), without=("B",))
    assert (report.state, report.operator, report.unmatched_tills) == ("sealed", "007", ["B"])


def test_a_day_closed_without_any_list_says_whose_were_not_compared(shop: Shop) -> None:
    """The operator's page gives none: nothing is waited for, and the report names the tills that sold."""
    shop.settle(purchase("20.00"), till_reference="1", till="A")
    shop.settle(purchase("7.00"), till_reference="1", till="B")
    assert closed(shop, "A", TillRow("1", Fen(2000))).state == "frozen"
    report = shop.counter.close_day(DAY)
    assert (report.state, report.open_matters, report.unmatched_tills) == ("sealed", [], ["A", "B"])
