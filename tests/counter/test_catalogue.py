"""The local catalogue: found by prefix of what a cashier types or scans, bounded, refused whole where it is faulty."""

from __future__ import annotations

from pathlib import Path

import pytest

from terminal.counter.catalogue import FOUND_ITEMS_MAX, Catalogue
from terminal.errors import Refused

EXAMPLE = Path(__file__).parents[2] / "examples" / "catalogue" / "pharmacy.csv"
HEAD = "code,name,initials,barcode,kind,class,self_pay_rate,unit_price,price_limit\n"


@pytest.mark.parametrize("typed", ["6901234500015", "xj01caa040b", "AMX", "阿莫", " amxljn "])
def test_one_article_by_any_of_its_names(typed: str) -> None:
    """By barcode, national code, pinyin initials and name, in either case."""
    found = Catalogue.load(EXAMPLE).find(typed)
    assert [item.name for item in found.items] == ["阿莫西林胶囊"]
    assert not found.more


def test_a_whole_barcode_is_that_article_alone(tmp_path: Path) -> None:
    """Although a longer code begins with the same digits."""
    table = tmp_path / "table.csv"
    table.write_text(HEAD + "C1,甲,J,690,drug,A,,1.00,\nC2,乙,Y,6901,drug,A,,1.00,\n", encoding="utf-8")
    assert [item.name for item in Catalogue.load(table).find("690").items] == ["甲"]
    assert [item.name for item in Catalogue.load(table).find("69").items] == ["甲", "乙"]


@pytest.mark.parametrize(
    ("head", "lacking"), [("", "class, code"), ("a,b,c\n", "class, code"), ("code,name,kind\n", "class")]
)
def test_a_table_without_its_columns_is_refused_though_it_has_no_rows(tmp_path: Path, head: str, lacking: str) -> None:
    """It is some other file: it must not take the place of the catalogue."""
    path = tmp_path / "catalogue.csv"
    path.write_text(head, encoding="utf-8")
    with pytest.raises(Refused, match=f"lacks the columns {lacking}"):
        Catalogue.load(path)


def test_an_answer_is_bounded(tmp_path: Path) -> None:
    """However many begin with what was typed; that there are more is said."""
    table = tmp_path / "table.csv"
    rows = "".join(f"C{n:04d},药{n},Y,69{n:04d},drug,A,,1.00,\n" for n in range(500))
    table.write_text(HEAD + rows, encoding="utf-8")
    found = Catalogue.load(table).find("6")
    assert (len(found.items), found.more) == (FOUND_ITEMS_MAX, True)


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ("C1,甲,J,690,drug,D,,1.00,", "class"),
        ("C1,甲,J,690,drug,A,2,1.00,", "self_pay_rate"),
        ("C1,甲,J,690,drug,A,,1 yuan,", "unit_price"),
        ("C1,,J,690,drug,A,,1.00,", "name"),
        ("C1,甲,J,690,drug,A,,1.00,,more", "surplus"),
        ('C1,"甲', "line 3"),
    ],
)
def test_a_faulty_line_is_named(tmp_path: Path, row: str, named: str) -> None:
    """The whole table is refused, with its file, line and column."""
    table = tmp_path / "table.csv"
    table.write_text(HEAD + "C0,乙,Y,,drug,A,,1.00,\n" + row + "\n", encoding="utf-8")
    with pytest.raises(Refused) as refused:
        Catalogue.load(table)
    assert named in str(refused.value)
    assert "line 3" in str(refused.value)
    assert str(table) in str(refused.value)
