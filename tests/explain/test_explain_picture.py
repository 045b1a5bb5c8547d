"""`terminal explain --svg`: the axis as a picture that stands alone, adds up, and is known without colour."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.explain.explain_parts import E1, E3, E9, E13, E19, explained, run, service

SVG = "{http://www.w3.org/2000/svg}"
BILLS = {"E1": E1, "E3": E3, "E9": E9, "E13": E13, "E19": E19}
each_bill = pytest.mark.parametrize("bill", BILLS.values(), ids=BILLS.keys())
INK = "#1a1a1a"


def drawn(bill: dict[str, Any], folder: Path, *options: str) -> ElementTree.Element:
    """The picture of one bill, parsed."""
    explained(bill, "--svg", str(folder / "axis.svg"), *options)
    return ElementTree.fromstring((folder / "axis.svg").read_bytes())


def fen(text: str) -> int:
    """Yuan with two places as fen."""
    return int(text.replace(".", ""))


def stretches(picture: ElementTree.Element) -> list[dict[str, str]]:
    """What the stretches of the axis say of themselves."""
    return [group.attrib for group in picture.iter(f"{SVG}g") if "data-stretch" in group.attrib]


def words(picture: ElementTree.Element) -> list[str]:
    """Every text in it."""
    return [text.text or "" for text in picture.iter(f"{SVG}text")]


@each_bill
def test_stretches_follow_each_other_and_add_up_to_the_eligible_expense(bill: dict[str, Any], tmp_path: Path) -> None:
    """From 0.00 to the sum of the items but what stands beside the axis, without gap or overlap."""
    found = stretches(drawn(bill, tmp_path))
    beside = 45_000 if bill is E1 else 0  # 150.00 class C, 100.00 above the price limit, 200.00 before any rate
    eligible = sum(fen(item["amount"]) for item in bill["items"]) - beside
    assert found[0]["data-from"] == "0.00"
    assert fen(found[-1]["data-to"]) == eligible
    assert all(one["data-to"] == next_one["data-from"] for one, next_one in itertools.pairwise(found))
    assert sum(fen(one["data-to"]) - fen(one["data-from"]) for one in found) == eligible


def test_a_stretch_knows_its_rate_and_what_the_pool_pays(tmp_path: Path) -> None:
    """E13: 85% of 9500.00, 88% of 40000.00, 90% of 50000.00."""
    found = stretches(drawn(E13, tmp_path))
    assert [(one["data-stretch"], one.get("data-rate"), one["data-pool"]) for one in found] == [
        ("deductible", None, "0.00"),
        ("segment", "85%", "8075.00"),
        ("segment", "88%", "35200.00"),
        ("segment", "90%", "45000.00"),
    ]


def test_amounts_and_articles_stand_on_the_stretches_and_beside_the_axis(tmp_path: Path) -> None:
    """E1 and E3: funds with rate and article; prior self-pay, over the limit and out of catalogue beside them."""
    one, three = drawn(E1, tmp_path), drawn(E3, tmp_path)
    assert {"3360.00", "80%", "第十一条", "2380.00", "85%", "800.00", "第十二条"} <= set(words(one))
    assert {"先行自付 200.00", "超限价自费 100.00", "全自费 150.00"} <= set(words(one))
    assert {"25491.17", "90%", "大额医疗补助", "第三十条", "现金 2832.35", "1676.48", "30000.00"} <= set(words(three))
    groups = [group.attrib for group in one.iter(f"{SVG}g")]
    beside = {group["data-beside"]: group["data-amount"] for group in groups if "data-beside" in group}
    assert beside == {"prior_self_pay": "200.00", "over_limit": "100.00", "out_of_catalogue": "150.00"}


def test_every_payer_has_its_sum(tmp_path: Path) -> None:
    """E19: pool 35700.00, major-illness insurance 11150.00, cash 13150.00."""
    groups = [group.attrib for group in drawn(E19, tmp_path).iter(f"{SVG}g")]
    paid = {group["data-payer"]: group["data-amount"] for group in groups if "data-payer" in group}
    assert paid == {"pool": "35700.00", "major_illness": "11150.00", "cash": "13150.00"}


@each_bill
def test_it_stands_alone_and_is_told_in_words(bill: dict[str, Any], tmp_path: Path) -> None:
    """Nothing from outside is referred to; title and description are the picture's names for who cannot see it."""
    picture = drawn(bill, tmp_path)
    text = (tmp_path / "axis.svg").read_text(encoding="utf-8").replace(SVG[1:-1], "")
    assert not any(outside in text for outside in ("http", "href", "@import", "@font-face", "<image", "<script"))
    assert picture.get("role") == "img"
    named = {element.get("id"): element.text or "" for element in picture}
    assert (picture.get("aria-labelledby") or "").split() == ["title", "description"]
    assert named["title"]
    assert all(one["data-to"] in named["description"] for one in stretches(picture))


@each_bill
def test_it_fits_900_pixels(bill: dict[str, Any], tmp_path: Path) -> None:
    """Boxes lie on the sheet, stretches side by side; a text's anchor is on it and no letter is below 11 pixels."""
    picture = drawn(bill, tmp_path, "--lang", "en")
    assert (picture.get("width"), (picture.get("viewBox") or "").split()[2]) == ("900", "900")
    height = int(picture.get("height") or 0)
    for box in [one for group in picture.iter(f"{SVG}g") for one in group.iter(f"{SVG}rect")]:
        x, y, wide, high = (int(box.attrib[name]) for name in ("x", "y", "width", "height"))
        assert x >= 0 <= y
        assert x + wide <= 900
        assert y + high <= height
    for text in picture.iter(f"{SVG}text"):
        assert 0 <= int(text.attrib["x"]) <= 900
        assert int(text.attrib["y"]) <= height
        assert int(text.attrib["font-size"]) >= 11


def test_payers_differ_by_pattern_and_dark_text_stands_out(tmp_path: Path) -> None:
    """No two payers share a pattern; ink on every colour has a contrast of 7 to 1 and more (WCAG 2 AAA)."""
    patterns = list(drawn(E1, tmp_path).iter(f"{SVG}pattern"))
    strokes = [tuple(path.attrib["d"] for path in pattern.iter(f"{SVG}path")) for pattern in patterns]
    assert len(set(strokes)) == len(strokes) >= 7
    for pattern in patterns:
        colour = next(pattern.iter(f"{SVG}rect")).attrib["fill"]
        assert (luminance(colour) + 0.05) / (luminance(INK) + 0.05) >= 7, colour


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return sum(weight * one for weight, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_a_bill_without_eligible_expense_and_the_largest_bill_are_drawn(tmp_path: Path) -> None:
    """All out of catalogue: no stretch, one block beside. 100,000,000.00: stretches and figures still fit."""
    nothing = drawn({**E1, "items": [{"kind": "drug", "class": "C", "amount": "20.00"}]}, tmp_path)
    assert stretches(nothing) == []
    assert "全自费 20.00" in words(nothing)
    found = stretches(drawn({**E1, "items": [service("100000000.00")]}, tmp_path))
    assert found[-1]["data-to"] == "100000000.00"


def test_illustrative_values_are_marked_in_the_picture(tmp_path: Path) -> None:
    """E13 rests on an illustrative supplement; E1 on the decree alone."""
    assert "含示例参数，非法规" in words(drawn(E13, tmp_path))
    assert "含示例参数，非法规" not in words(drawn(E1, tmp_path))


def test_a_picture_that_cannot_be_written_is_refused_by_name(tmp_path: Path) -> None:
    """One line with the file, status 1."""
    path = tmp_path / "missing" / "axis.svg"
    done = run("explain", "-", "--svg", str(path), given=E1)
    assert (done.returncode, done.stderr) == (1, f"terminal: {path}: cannot write: No such file or directory\n")
