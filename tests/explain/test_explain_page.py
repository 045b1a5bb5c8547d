"""`terminal explain`: who paid which stretch of a bill, at which rate, by which article, on a page that lines up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from terminal.explain.articles import articles_of
from tests.explain.explain_parts import (
    ABOVE_BOTH,
    E1,
    E3,
    E9,
    E13,
    E19,
    cells_of,
    explained,
    run,
    section,
    supplied,
    width,
)

BILLS = sorted(Path("examples/bills").glob("*.json"))
ALONG: list[tuple[str, dict[str, Any], list[list[str]]]] = [
    (
        "E1",  # 第十二条: 800.00 at tier 3; 第十一条: 80% to 5000.00, 85% above; 1500.00 on the account
        E1,
        [
            ["0.00-800.00", "起付线以下", "800.00", "800.00", "个人账户", "第十二条、第十八条"],
            ["800.00-5000.00", "分段报销", "4200.00", "80%", "3360.00", "统筹基金", "第十一条"],
            ["5000.00-7800.00", "分段报销", "2800.00", "85%", "2380.00", "统筹基金", "第十一条"],
            ["分段个人负担", "1260.00", "700.00", "个人账户", "第十一条、第十八条"],
            ["分段个人负担", "1260.00", "560.00", "现金", "第十一条"],
        ],
    ),
    (
        "E3",  # 1000.00 are left of the cap: 1176.48 at 85%; the aid pays 90% of the 28323.52 above it
        E3,
        [
            ["0.00-500.00", "起付线以下", "500.00", "200.00", "个人账户", "第十二条、第十八条"],
            ["0.00-500.00", "起付线以下", "500.00", "300.00", "现金", "第十二条"],
            ["500.00-1676.48", "分段报销", "1176.48", "85%", "1000.00", "统筹基金", "第十一条"],
            ["分段个人负担", "176.48", "176.48", "现金", "第十一条"],
            ["1676.48-30000.00", "补助", "28323.52", "90%", "25491.17", "大额医疗补助", "第三十条"],
            ["超封顶线", "2832.35", "2832.35", "现金", "第十四条、第三十条"],
        ],
    ),
    (
        "above both caps",  # 第三十条: of the 400000.00 a year 1000.00 are left, which 90% of 1111.12 come to
        ABOVE_BOTH,
        [
            ["0.00-500.00", "起付线以下", "500.00", "500.00", "现金", "第十二条"],
            ["500.00-1611.12", "补助", "1111.12", "90%", "1000.00", "大额医疗补助", "第三十条"],
            ["超封顶线", "1500.00", "1500.00", "现金", "第十四条、第三十条"],
        ],
    ),
    (
        "E9",  # ordinary items at 88% come first, essential drugs at 90% after them; rounded once to 1066.04
        E9,
        [
            ["0.00-300.00", "起付线以下", "300.00", "300.00", "现金", "第十二条"],
            ["300.00-1000.03", "分段报销", "700.03", "88%", "616.02", "统筹基金", "第十三条(二)"],
            ["1000.03-1500.05", "分段报销", "500.02", "90%", "450.02", "统筹基金", "第十三条(二)"],
            ["分段个人负担", "134.01", "134.01", "现金", "第十三条(二)"],
        ],
    ),
    (
        "E13",  # 第三十二条(一): half of the co-payment from the point at which the year's pool reaches 50000.00
        E13,
        [
            ["0.00-500.00", "起付线以下", "500.00", "500.00", "现金", "第三十一条(一)"],
            ["500.00-10000.00", "分段报销", "9500.00", "85%", "8075.00", "统筹基金", "第三十一条(二)；示例"],
            ["10000.00-50000.00", "分段报销", "40000.00", "88%", "35200.00", "统筹基金", "第三十一条(二)；示例"],
            ["50000.00-100000.00", "分段报销", "50000.00", "90%", "45000.00", "统筹基金", "第三十一条(二)；示例"],
            ["分段个人负担", "5788.97", "5788.97", "现金", "第三十一条(二)；示例"],
            ["2852.95-100000.00", "补助", "97147.05", "5436.03", "大额医疗补助", "第三十二条"],
        ],
    ),
    (
        "E19",  # (五): of the year's burden (18000.00, 42300.00] 50% of what lies above 20000.00
        E19,
        [
            ["0.00-500.00", "起付线以下", "500.00", "500.00", "现金", "(三)；示例"],
            ["500.00-60000.00", "分段报销", "59500.00", "60%", "35700.00", "统筹基金", "(五)；示例"],
            ["分段个人负担", "12650.00", "12650.00", "现金", "(五)；示例"],
            ["年累计 20000.00-42300.00", "补助", "22300.00", "50%", "11150.00", "大病保险", "(五)"],
        ],
    ),
]
each = pytest.mark.parametrize(("bill", "expected"), [one[1:] for one in ALONG], ids=[one[0] for one in ALONG])


@each
def test_every_stretch_has_its_payer_rate_and_article(bill: dict[str, Any], expected: list[list[str]]) -> None:
    """Row for row, in the order of the axis; every amount from the decree's own arithmetic."""
    _, *rows = section(explained(bill), "政策范围内费用")
    assert [cells_of(row) for row in rows] == expected


@each
def test_columns_line_up_where_a_chinese_character_takes_two_cells(
    bill: dict[str, Any], expected: list[list[str]]
) -> None:
    """Each payer begins and each amount ends in the same column of the screen."""
    _, *rows = section(explained(bill), "政策范围内费用")
    for column, edge in ((-2, 0), (-3, 1), (-1, 0)):
        places = set()
        for row, cells in zip(rows, expected, strict=True):
            before, _, _ = row.rpartition(cells[-1])
            for cell in reversed(cells[column:-1]):
                before, _, _ = before.rpartition(cell)
            places.add(width(before) + edge * width(cells[column]))
        assert len(places) == 1, f"column {column}: {places}"


def test_what_lies_beside_the_axis_and_what_each_payer_pays_in_sum() -> None:
    """E1: 10% of 2000.00, 20 × 5.00 above the price limit, class C; 5740.00 + 1500.00 + 1010.00 = 8250.00."""
    page = explained(E1)
    assert [cells_of(row) for row in section(page, "费用构成")] == [
        ["医疗费总额", "8250.00"],
        ["全自费", "150.00"],
        ["超限价自费", "100.00"],
        ["先行自付", "200.00"],
        ["政策范围内费用", "7800.00"],
    ]
    beside = [cells_of(row) for row in section(page, "政策范围外")[1:]]
    assert [row[:4] for row in beside] == [
        ["先行自付", "200.00", "200.00", "现金"],
        ["超限价自费", "100.00", "100.00", "现金"],
        ["全自费", "150.00", "150.00", "现金"],
    ]
    sums = [cells_of(row) for row in section(page, "各方支付合计")]
    assert sums == [
        ["统筹基金", "5740.00"],
        ["个人账户", "1500.00"],
        ["现金", "1010.00"],
        ["医疗费总额", "8250.00"],
    ]


def test_what_is_left_of_each_limit() -> None:
    """E3: the cap of 250000.00 is used up; of the aid's 400000.00 (第三十条) 25491.17 are gone."""
    rows = [cells_of(row) for row in section(explained(E3), "限额与剩余")]
    assert ["统筹基金年度限额", "250000.00", "0.00"] in rows
    assert ["大额医疗补助年度限额", "400000.00", "374508.83"] in rows


def test_an_article_is_quoted_by_number_heading_and_subject() -> None:
    """第十二条 of Yantai's decree is about the line; E13's rates stand in 附件3, which a supplement gave."""
    title, *_ = next(row for row in map(cells_of, section(explained(E1), "依据")) if "第十二条" in row[0])
    assert title == "《烟台市职工基本医疗保险实施办法》第十二条"
    assert "住院起付线" in explained(E1)
    supplied_by = section(explained(E13), "依据")
    assert any("第三十一条(二)（补充参数：示例）" in row for row in supplied_by)


@pytest.mark.parametrize(
    ("cite", "articles"),
    [
        ("第十二条、第十八条", ["第十二条", "第十八条"]),
        ("第三条(一)、(二)、第四条", ["第三条(一)、(二)", "第四条"]),
        ("(五)、(十五)；示例、(七)", ["(五)", "(十五)；示例", "(七)"]),
        ("第三十六条(一)(三)", ["第三十六条(一)(三)"]),
    ],
)
def test_a_citation_is_taken_apart_into_articles(cite: str, articles: list[str]) -> None:
    """Items of one article stay together; items that are the decree's own numbers do not."""
    assert articles_of(cite) == articles


def test_in_english_the_same_figures() -> None:
    """Words in English, amounts and articles as they are; notices keep their code."""
    page = explained(E3, "--lang", "en")
    _, *rows = section(page, "Eligible expense 30000.00 yuan")
    aid = ["1676.48-30000.00", "aid", "28323.52", "90%", "25491.17", "large-amount aid", "第三十条"]
    assert aid in [cells_of(row) for row in rows]
    assert any(row.strip().startswith("left-out: ") for row in section(page, "Notices"))


@pytest.mark.parametrize("path", BILLS, ids=[path.stem for path in BILLS])
def test_its_lines_are_those_of_the_settlement(path: Path) -> None:
    """Every line of `terminal settle` stands on the page once: base, amount and article."""
    options = [
        word for one in sorted(Path("examples/supplements").glob("*.toml")) for word in ("--supplement", str(one))
    ]
    settled = json.loads(run("settle", *options, str(path)).stdout)
    page = run("explain", *options, str(path)).stdout
    rows = [row for row in page.splitlines() if any(f"  {line['cite']}" in row for line in settled["lines"])]
    shown = sorted((cells_of(row)[-1], cells_of(row)[-3]) for row in rows if not row.startswith("  《"))
    assert shown == sorted((line["cite"], line["amount"]) for line in settled["lines"])


def test_a_bill_that_is_not_pooled_says_why() -> None:
    """第十条: in arrears the fund is suspended; the account still pays (第十八条)."""
    bill = {**E1, "items": [{"kind": "service", "class": "A", "amount": "5000.00"}]}
    page = explained({**bill, "entitlement": {"status": "arrears"}})
    assert cells_of(section(page, "政策范围内费用")[1])[:4] == ["统筹不支付", "5000.00", "1500.00", "个人账户"]
    assert "欠缴期间统筹基金暂停支付 (第十条)" in page


def test_it_tells_nothing_of_the_person() -> None:
    """A page may lie on a desk: no name, no identity number."""
    person = {"id": "370602197001011234", "name": "孙振海"}
    page = explained({**E1, "patient": person})
    assert person["id"] not in page
    assert person["name"] not in page


def test_a_refused_bill_gets_the_one_line_of_settle() -> None:
    """The same refusal, status 1, no half page."""
    done, settled = (run(command, "-", given=E13) for command in ("explain", "settle"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == settled.stderr
    assert "inpatient.segments is left to 附件3" in done.stderr
    assert done.stderr.count("\n") == 1
    assert supplied(E13)
