"""Where a rule of a decree begins and ends, to the fen, and which of its words a bill is told."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import msgspec
import pytest

from terminal.errors import Broken, Refused
from terminal.money import Fen
from terminal.settlement import core
from terminal.settlement.bill import Bill, Year
from terminal.settlement.codec import convert
from terminal.settlement.law import Law
from terminal.settlement.result import Settlement
from terminal.settlement.shelf import read_key
from tests.settlement.test_examples import EXAMPLES

YANTAI = {"policy": "yantai-employee", "date": "2021-06-30", "provider": {"tier": 3}}
SPECIAL: dict[str, Any] = {
    "policy": "inner-mongolia-account",
    "date": "2021-06-30",
    "service": "outpatient",
    "provider": {"tier": 3},
    "account": {"balance": "1000.00"},
}


def settle(law: Law, bill: dict[str, Any], **changes: Any) -> Settlement:
    """The settlement of a bill with changes."""
    return law.settle(convert(bill | changes, Bill))


@pytest.mark.parametrize(
    ("price", "extra", "excluded_fen"),
    [
        ("199.99", {}, 0),
        ("200.00", {}, 200_00),
        ("200.00", {"approval": "A-17"}, 0),
        ("200.00", {"kind": "service"}, 0),
    ],
)
def test_an_examination_from_200_yuan_needs_an_approval(
    law: Law, price: str, extra: dict[str, Any], excluded_fen: int
) -> None:
    """Inner Mongolia, articles 8 to 11 on special examinations: from 200.00 a piece, of that kind, without approval."""
    item = {"kind": "special", "class": "A", "amount": price, "unit_price": price, "quantity": "1"}
    assert settle(law, SPECIAL, items=[item | extra]).out_of_catalogue == excluded_fen


def test_an_urgent_examination_needs_no_approval(law: Law) -> None:
    """The same in an emergency."""
    item = {"kind": "special", "class": "A", "amount": "500.00", "unit_price": "500.00", "quantity": "1"}
    assert settle(law, SPECIAL, items=[item], episode={"urgent": True}).out_of_catalogue == 0


@pytest.mark.parametrize(
    ("price", "own_fen"),
    [("500.00", 50_00), ("500.01", 100_00), ("100000.00", 20_000_00), ("100000.01", 30_000_00)],
)
def test_a_dear_consumable_costs_the_patient_more(law: Law, price: str, own_fen: int) -> None:
    """Ulanqab, article 31 (4): 10% of one of up to 500.00, 20% of one of up to 100000.00, 30% of one above."""
    item = {"kind": "consumable", "class": "B", "amount": price, "unit_price": price, "quantity": "1"}
    stay = {"policy": "ulanqab-employee", "date": "2024-06-30", "service": "inpatient", "provider": {"tier": 3}}
    assert settle(law, stay, items=[item]).prior_self_pay == own_fen


@pytest.mark.parametrize(
    ("policy", "on_card"), [("nanchang-account", True), ("beijing-account", False), ("yantai-employee", False)]
)
def test_the_law_of_the_day_says_where_the_account_lies(law: Law, policy: str, on_card: bool) -> None:
    """Nanchang's articles 2, 3 and 8 put it on the card; the others leave it in the center's books."""
    assert law.account_is_on_card(policy, dt.date(2021, 6, 30)) is on_card


@pytest.mark.parametrize(
    ("service", "more", "articles"),
    [
        ("inpatient", {}, ["第三十一条", "第三十二条"]),
        ("chronic", {"episode": {"disease": "uraemia", "chronic_class": "A"}}, ["第三十一条", "第三十二条"]),
        ("pharmacy", {}, []),
        ("inpatient", {"entitlement": {"status": "arrears"}}, []),
    ],
)
def test_what_other_decrees_may_pay_is_named_where_the_pool_pays(
    law: Law, service: str, more: dict[str, Any], articles: list[str]
) -> None:
    """Yantai's articles 31 and 32 leave further insurances to others: said of stays and chronic care, no other bill."""
    items = [{"kind": "drug", "class": "A", "amount": "900.00"}]
    notices = settle(law, YANTAI, service=service, items=items, **more).notices
    assert [notice.rpartition("(")[2].rstrip(")") for notice in notices if notice.startswith("left-out:")] == articles


BOUND = """
[supplement]
policy = "ulanqab-employee"
source = "示例 (illustrative)"
effective_from = 2024-04-01

[[service.pharmacy.deductible]]
when = {{ category = ["employee", "retiree"] }}
base = "{base}"
cite = "示例"
"""


def test_a_supplement_may_set_a_line_up_to_the_decrees_bound() -> None:
    """Ulanqab, article 26: at most 500.00 a year."""
    assert Law.load([BOUND.format(base="500.00").encode()])
    with pytest.raises(Refused, match=r"the decree allows at most 500\.00"):
        Law.load([BOUND.format(base="500.01").encode()])


CITED = {
    # Yantai: segments 11, lines 12, the year's cap 14, the account 18, the aid 30, which leaves a tenth above the cap.
    "E03": [
        ("segment", "pool", "inpatient.segments", "第十一条"),
        ("aid", "large_amount", "fund.large_amount", "第三十条"),
        ("deductible", "account", "inpatient.deductible", "第十二条、第十八条"),
        ("deductible", "cash", "inpatient.deductible", "第十二条"),
        ("co_payment", "cash", "inpatient.segments", "第十一条"),
        ("over_cap", "cash", "cap", "第十四条、第三十条"),
    ],
    # A purchase is not the pool's (4, 9) but the account's (18); what is outside the catalogue is the patient's (9).
    "E06": [
        ("unpooled", "account", "pooling.not-pooled", "第四条、第九条、第十八条"),
        ("unpooled", "cash", "pooling.not-pooled", "第四条、第九条"),
        ("prior_self_pay", "cash", "items.prior_self_pay", "第九条"),
        ("out_of_catalogue", "cash", "items.out_of_catalogue", "第九条"),
    ],
    # Ulanqab: what 31 gives traditional medicine above the sample's rates is named beside them; the account 52 to 54.
    "E12": [
        ("segment", "pool", "inpatient.segments", "第三十一条(二)；示例"),
        ("segment", "pool", "inpatient.segments", "第三十一条(二)；示例"),
        ("segment", "pool", "inpatient.segments", "第三十一条(二)；示例、第三十一条(二)"),
    ],
    # Tianjin: above the ceiling of (十五), which the bureau's sample completes, nobody else pays.
    "E20": [
        ("segment", "pool", "inpatient.segments", "(五)；示例"),
        ("aid", "large_amount", "fund.large_amount", "(五)"),
        ("co_payment", "cash", "inpatient.segments", "(五)；示例"),
        ("over_cap", "cash", "inpatient.ceiling", "(十五)；示例"),
    ],
}


@pytest.mark.parametrize("name", CITED)
def test_each_line_names_its_rule_and_its_articles(law: Law, name: str) -> None:
    """Where the account pays, the article that lets it; above a limit, the limit that was met."""
    one = law.settle(convert(EXAMPLES[name]["bill"], Bill))
    lines = [(line.part, line.payer, line.rule, line.cite) for line in one.lines]
    assert lines[: len(CITED[name])] == CITED[name]


def test_a_bed_is_paid_from_its_first_day(law: Law) -> None:
    """Ulanqab, a stay of one day is settled; of none it is refused."""
    bill = {**EXAMPLES["E15"]["bill"], "episode": {"days": 1}}
    assert settle(law, bill).funds["pool"] > 0
    with pytest.raises(Refused) as refused:
        settle(law, bill, episode={"days": 0})
    assert refused.value.at == "episode.days"


@pytest.mark.parametrize(
    ("policy", "day", "line_fen"),
    [("yantai-employee", "2021-06-30", 800_00), ("ulanqab-employee", "2024-06-30", 900_00)],
)
def test_a_merged_stay_has_the_highest_line_where_the_decree_says_so(
    law: Law, policy: str, day: str, line_fen: int
) -> None:
    """A chain with a line of 900.00: Ulanqab's article 31 (1) takes it, Yantai's article 12 its own of 800.00."""
    stay = {"policy": policy, "date": day, "service": "inpatient", "provider": {"tier": 3}}
    items = [{"kind": "service", "class": "A", "amount": "5000.00"}]
    one = settle(law, stay, items=items, episode={"merged": "referral", "merged_line": "900.00"})
    assert one.deductible == line_fen


def test_a_person_without_an_account_is_told_which_article_has_none(law: Law) -> None:
    """Yantai's residents have none: what the center tells of a balance is not touched."""
    bill = YANTAI | {"policy": "yantai-resident", "service": "inpatient", "patient": {"contribution_tier": 1}}
    items = [{"kind": "drug", "class": "A", "amount": "50.00"}]
    one = settle(law, bill, items=items, account={"balance": "100.00"})
    assert one.account == 0
    assert [notice for notice in one.notices if notice.startswith("no-account:")] == [
        "no-account: 无个人账户可用 (第十一条、第十三条)"
    ]
    none = settle(law, bill, items=items)
    assert not any(notice.startswith("no-account:") for notice in none.notices)


def test_the_bureaus_key_is_what_its_file_holds(tmp_path: Path) -> None:
    """None where none is demanded; one that cannot be read is refused, not left out."""
    file = tmp_path / "bureau.pub"
    file.write_bytes(b"key")
    assert (read_key(None), read_key(file)) == (None, b"key")
    with pytest.raises(Refused, match="cannot read the bureau's key"):
        read_key(tmp_path / "none.pub")


def test_a_supplement_that_is_not_there_is_refused_by_its_path(tmp_path: Path) -> None:
    """Not left out: bills would be refused for want of it, and nobody knew why."""
    with pytest.raises(Refused, match="cannot read the supplement: No such file or directory") as refused:
        Law.load([tmp_path / "none.toml"])
    assert refused.value.at == str(tmp_path / "none.toml")


def test_a_bill_is_of_a_hundred_million_at_most(law: Law) -> None:
    """Two halves of it are settled; a fen more is refused, and not a single item is to blame."""
    halves = [{"kind": "drug", "class": "A", "amount": "50000000.00"}] * 2
    assert settle(law, YANTAI, service="inpatient", items=halves).total == 10_000_000_000
    with pytest.raises(Refused) as refused:
        settle(law, YANTAI, service="inpatient", items=[*halves, {"kind": "drug", "class": "A", "amount": "0.01"}])
    assert (refused.value.code, refused.value.at) == ("too-large", "items")
    assert "100000000.00" in refused.value.message


CONTRADICTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "an accident of an adult": ({"service": "accident"}, "patient.minor"),
    "a childhood disease of an adult": (
        {"service": "inpatient", "episode": {"limited_disease": True}},
        "patient.minor",
    ),
    "a childhood disease at the clinic": (
        {"service": "outpatient", "patient": {"minor": True}, "episode": {"limited_disease": True}},
        "episode.limited_disease",
    ),
    "a birth that is none": ({"service": "maternity"}, "episode.delivery"),
    "a birth and an operation": (
        {"service": "maternity", "episode": {"delivery": "vaginal", "procedure": "iud"}},
        "episode.delivery",
    ),
}


@pytest.mark.parametrize(("changes", "at"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_a_bill_that_contradicts_itself_is_refused_with_the_place(law: Law, changes: dict[str, Any], at: str) -> None:
    """Whatever the law says."""
    with pytest.raises(Refused) as refused:
        settle(
            law,
            YANTAI | {"policy": "yantai-resident"},
            items=[{"kind": "drug", "class": "A", "amount": "9.00"}],
            **changes,
        )
    assert (refused.value.code, refused.value.at) == ("contradiction", at)


def test_a_batch_that_disagrees_with_a_bill_alone_is_broken(law: Law, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each bill of a batch is worked out a second time: were the two not the same to the byte, neither is told."""
    bill = convert(EXAMPLES["E01"]["bill"], Bill)
    monkeypatch.setattr(core, "same_split", lambda one, other: False)
    with pytest.raises(Broken, match="a bill settles differently in a batch"):
        law.settle_many([bill])


def test_an_accumulator_that_cannot_be_is_refused_by_the_core(law: Law) -> None:
    """A year below zero, which no till can send: nothing is settled on it, alone or among others."""
    bill = convert(EXAMPLES["E01"]["bill"], Bill)
    broken = msgspec.structs.replace(bill, year=Year(pool_paid=Fen(-1)))
    with pytest.raises(Refused) as refused:
        law.settle(broken)
    assert refused.value.code == "bad-claim"
    one, other = law.settle_many([broken, bill])
    assert isinstance(one, Refused)
    assert other == law.settle(bill)
