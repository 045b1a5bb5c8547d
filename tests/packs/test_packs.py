"""Policy packs: the shelf of broken ones, the days on which law is in force, and what is left to the bureau."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest

from terminal.errors import Refused
from terminal.settlement.codec import decode_bill, encode
from terminal.settlement.law import Law
from terminal.settlement.pack import Pack
from terminal.settlement.pack_checks import check_versions, rows_of
from terminal.settlement.shelf import load_pack, load_shelf, pack_files

HERE = Path(__file__).parent
MINIMAL = (HERE / "minimal.toml").read_bytes()
EMPLOYEE = "yantai-employee"


def bill(**changes: Any) -> Any:
    """A third-tier employee's admission of 1,000.00, changed."""
    sample = {
        "policy": EMPLOYEE,
        "date": "2021-06-30",
        "service": "inpatient",
        "provider": {"tier": 3},
        "items": [{"kind": "service", "class": "A", "amount": "1000.00"}],
    }
    return decode_bill(json.dumps({**sample, **changes}))


def chronic_b(amount: str, **changes: Any) -> Any:
    """A class B bill of hypertension."""
    items = [{"kind": "drug", "class": "A", "amount": amount}]
    episode = {"disease": "hypertension", "chronic_class": "B"}
    return bill(service="chronic", items=items, episode=episode, **changes)


@pytest.mark.parametrize("path", sorted((HERE / "broken").glob("*.toml")), ids=lambda path: path.stem)
def test_broken_pack_is_refused_by_its_own_message(path: Path) -> None:
    """The first line of each file says what the loader must say, file and line included."""
    expected = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# expect: ")
    with pytest.raises(Refused) as refused:
        load_pack(path.read_bytes(), path.name)
    assert str(refused.value) == expected


def test_the_pack_that_the_broken_ones_were_made_from_is_sound() -> None:
    """Else every broken pack might be refused for the same reason."""
    assert load_pack(MINIMAL, "minimal.toml").policy.id == "toy-employee"
    assert len(list((HERE / "broken").glob("*.toml"))) >= 30


def test_a_pack_has_at_most_as_many_segments_as_the_core_takes() -> None:
    """Eight are read, nine are refused."""

    def with_segments(count: int) -> bytes:
        bounds = [f"{bound}000.00" for bound in range(1, count)]
        text = MINIMAL.decode().replace('to = ["5000.00", "10000.00"]', f"to = {json.dumps(bounds)}")
        return text.replace('rates = ["0.80", "0.85", "0.90"]', f"rates = {json.dumps(['0.80'] * count)}").encode()

    assert load_pack(with_segments(8), "many.toml").policy.id == "toy-employee"
    with pytest.raises(Refused, match="at most 8 rates"):
        load_pack(with_segments(9), "many.toml")


@pytest.mark.parametrize("folder", sorted((HERE / "broken_versions").iterdir()), ids=lambda path: path.name)
def test_versions_that_overlap_or_leave_a_hole_are_refused(folder: Path) -> None:
    """One day twice, and one day not at all."""
    packs = [load_pack(path.read_bytes(), path.name) for path in sorted(folder.glob("*.toml"))]
    with pytest.raises(Refused) as refused:
        check_versions(packs)
    assert str(refused.value) == (folder / "expect.txt").read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("path", sorted((HERE / "broken_supplements").glob("*.toml")), ids=lambda path: path.stem)
def test_broken_supplement_is_refused_by_its_own_message(path: Path) -> None:
    """A supplement may give only what its pack leaves open, in the pack's own form, with source and days."""
    expected = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# expect: ")
    with pytest.raises(Refused) as refused:
        Law.load([path])
    assert str(refused.value) == expected


def test_every_value_of_the_shipped_packs_stands_beside_an_article() -> None:
    """Each row cites a numbered article or item, or says that the decree is silent; a bureau's names its source."""
    for path in pack_files():
        for where, row in rows_of(load_pack(path.read_bytes(), path.name)):
            assert re.search(r"[一二三四五六七八九十]|未规定", row.cite), f"{path.name}: {where}"
            assert row.from_ == "decree" or row.left_to, f"{path.name}: {where}"


@pytest.mark.parametrize("policy", ["yantai-employee", "yantai-resident"])
def test_every_boundary_day_of_a_policy(policy: str) -> None:
    """In force on its first and last day, refused the day before and the day after."""
    shelf = load_shelf()
    first, last, day = dt.date(2018, 1, 1), dt.date(2022, 12, 31), dt.timedelta(days=1)
    assert shelf.pack(policy, first)[0].version == shelf.pack(policy, last)[0].version == "2018-01-01"
    for outside in (first - day, last + day):
        with pytest.raises(Refused, match=f"in force from 2018-01-01 to 2022-12-31, not on {outside}") as refused:
            shelf.pack(policy, outside)
        assert refused.value.at == "date"


@pytest.mark.parametrize(
    ("policy", "says", "says_zh"),
    [
        ("atlantis-employee", "unknown policy atlantis-employee", "未知政策 atlantis-employee"),
        ("", "no policy is named", "未知政策"),
    ],
)
def test_a_policy_that_is_not_on_the_shelf_is_refused_with_those_that_are(policy: str, says: str, says_zh: str) -> None:
    """A foreign name is quoted, a missing one called missing; both languages list what could have been meant."""
    shelf = load_shelf()
    with pytest.raises(Refused) as refused:
        shelf.versions(policy)
    known = ", ".join(shelf.policies)
    assert (refused.value.code, refused.value.at) == ("unknown-policy", "policy")
    assert (refused.value.message, refused.value.message_zh) == (f"{says}; known: {known}", f"{says_zh}；已有：{known}")
    assert list(shelf.policies) == sorted(path.parent.name for path in pack_files())


def test_a_lapsed_policy_goes_on_only_by_the_operators_word_and_says_so() -> None:
    """Yantai's decree ended on 2022-12-31 without a successor on the shelf."""
    late = bill(date="2023-01-01")
    settlement = Law.load(lapsed_goes_on=[EMPLOYEE]).settle(late)
    assert any(notice.startswith("lapsed:") for notice in settlement.notices)
    with pytest.raises(Refused):
        Law.load(lapsed_goes_on=["yantai-resident"]).settle(late)


def test_what_the_decree_leaves_to_the_bureau_is_refused_by_name_and_settled_with_a_supplement() -> None:
    """Class B limits are the bureau's (第十三条); with the illustrative supplement there is a notice and a digest."""
    supplement = Path("examples/supplements/yantai-employee.toml")
    with pytest.raises(
        Refused, match=r"^yantai-employee: chronic\.limit is left to 第十三条.*, which no supplement gives$"
    ):
        Law.load().settle(chronic_b("500.00"))
    law = Law.load([supplement])
    settlement = law.settle(chronic_b("500.00"))
    assert settlement.funds["pool"] == 160_00  # (500 - 300) x 80%, 第十三条
    assert any(notice.startswith("illustrative-supplement:") for notice in settlement.notices)
    assert [document.kind for document in law.rests_on(chronic_b("500.00"))] == ["pack", "supplement"]
    assert [document.kind for document in law.rests_on(bill())] == ["pack"]


def test_a_bill_that_does_not_reach_the_bureaus_value_is_settled_without_it() -> None:
    """300.00 lies wholly below the line of 300.00: no limit is read, nor is one without entitlement."""
    law = Law.load()
    assert law.settle(chronic_b("300.00")).deductible == 300_00
    assert law.settle(chronic_b("500.00", entitlement={"status": "arrears"})).fund_total == 0


def test_a_supplement_for_another_day_or_another_disease_gives_nothing() -> None:
    """Its rows answer only what they name, on its own days."""
    text = Path("examples/supplements/yantai-employee.toml").read_text(encoding="utf-8")
    later = text.replace("effective_from = 2018-01-01", "effective_from = 2022-01-01").encode()
    with pytest.raises(Refused, match=r"chronic\.limit"):
        Law.load([later]).settle(chronic_b("500.00"))
    other = text.replace('"hypertension"', '"gout"').encode()
    with pytest.raises(Refused, match=r"chronic\.limit"):
        Law.load([other]).settle(chronic_b("500.00"))


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"provider": {}}, "provider.tier"),
        ({"policy": "yantai-resident", "provider": {"tier": 2}}, "patient.contribution_tier"),
        ({"service": "accident", "policy": "yantai-resident"}, "patient.minor"),
        ({"episode": {"limited_disease": True}}, "patient.minor"),
        ({"service": "maternity", "policy": "yantai-resident"}, "episode.delivery"),
        ({"service": "bed-day"}, "episode.days"),
        ({"service": "maternity", "episode": {"delivery": "vaginal"}}, "service"),
        ({"service": "chronic"}, "episode.disease"),
        ({"service": "chronic", "episode": {"disease": "gout"}}, "episode.chronic_class"),
        ({"patient": {"category": "resident"}}, "patient.category"),
        ({"policy": "atlantis-employee"}, "policy"),
        ({"items": [{"kind": "drug", "class": "B", "amount": "1.00"}]}, "items[0].self_pay_rate"),
        ({"items": [{"kind": "drug", "class": "A", "amount": "1.00", "price_limit": "1"}]}, "items[0].unit_price"),
    ],
)
def test_a_bill_that_lacks_or_contradicts_what_its_arithmetic_reads_is_refused_with_the_place(
    changes: dict[str, Any], at: str
) -> None:
    """Refused by name, never guessed (settlement-rules.md 5.1)."""
    with pytest.raises(Refused) as refused:
        Law.load().settle(bill(**changes))
    assert refused.value.at == at


@pytest.mark.parametrize(
    "changes",
    [
        {"provider": {"tier": 3, "locality": "out-of-region"}},
        {"provider": {"tier": 3, "locality": "out-of-region"}, "policy": "yantai-resident"},
    ],
)
def test_care_out_of_the_region_is_left_to_another_decree(changes: dict[str, Any]) -> None:
    """第二十四条 (employees) and 第二十一条 (residents) send it to other rules."""
    with pytest.raises(Refused, match="is left to"):
        Law.load().settle(bill(patient={"contribution_tier": 1} if "policy" in changes else {}, **changes))


def test_account_first_drains_the_account_before_pooling() -> None:
    """The example of 5.5: E 1000.00, no line, 60%, balance 300.00 gives pool 420.00, account 300.00, cash 280.00."""
    text = MINIMAL.decode().replace('base = "500.00"', 'base = "0.00"')
    text = text.replace('to = ["5000.00", "10000.00"]\nrates = ["0.80", "0.85", "0.90"]', 'rates = ["0.60"]')
    text = text.replace('parts = ["deductible"]', 'parts = ["co_payment"]').replace('"1000.00"', '"2000.00"')
    toy = bill(policy="toy-employee", date="2020-06-30", account={"balance": "300.00"})
    for waterfall, expected in (("layers", [600_00, 300_00, 100_00]), ("account-first", [420_00, 300_00, 280_00])):
        settlement = law_of(text.replace('"layers"', f'"{waterfall}"')).settle(toy)
        assert [settlement.funds["pool"], settlement.account, settlement.cash] == expected


def law_of(text: str) -> Law:
    """The law of one pack given as text."""
    from terminal.settlement.shelf import Shelf

    pack = load_pack(text.encode(), "toy.toml")
    assert isinstance(pack, Pack)
    return Law(Shelf([pack], (), frozenset()))


def test_the_same_bill_gives_the_same_bytes() -> None:
    """Order of keys included: an auditor may compare files."""
    assert encode(Law.load().settle(bill())) == encode(Law.load().settle(bill()))


def test_at_a_place_without_an_agreement_the_notice_says_why_the_account_pays_nothing() -> None:
    """第十五条(三): also where the service is not pooled at all."""
    settlement = Law.load().settle(
        bill(service="pharmacy", provider={"designated": False}, account={"balance": "5000.00"})
    )
    assert settlement.account == 0
    assert any(notice.startswith("not-designated:") and "第十五条(三)" in notice for notice in settlement.notices)


RAISED = """
[supplement]
policy = "shanxi-resident"
source = "示例 (illustrative)"
effective_from = 2017-07-01

[[cap]]
amount = "{amount}"
cite = "示例"
"""


@pytest.mark.parametrize("amount", ["70000.00", "90000.00"])
def test_a_lower_authority_may_raise_a_cap_that_the_decree_lets_it_raise(amount: str) -> None:
    """Shanxi's 70,000 (二(三)) becomes what the supplement says, which is then named among the law that was used."""
    values = Path("examples/supplements/shanxi-resident.toml").read_bytes()
    law = Law.load([values, RAISED.format(amount=amount).encode()])
    one = bill(policy="shanxi-resident")
    cap = next(limit for limit in law.settle(one).limits if limit.name == "pool")
    assert encode(cap.cap).decode().strip('"') == amount
    assert len(law.rests_on(one)) == 3


ACCOUNT = """
[supplement]
policy = "beijing-account"
source = "示例 (illustrative)"
effective_from = 2001-01-01

[[account]]
services = ["outpatient"]
parts = ["unpooled"]
cite = "示例"
"""


@pytest.mark.parametrize(("service", "paid"), [("outpatient", 10_00), ("pharmacy", 0)])
def test_a_supplement_opens_the_account_for_the_services_that_it_names(service: str, paid: int) -> None:
    """Beijing leaves the account's scope to the bureau, which here names clinics and no pharmacies."""
    one = bill(policy="beijing-account", service=service, account={"balance": "10.00"})
    settlement = Law.load([ACCOUNT.encode()]).settle(one)
    assert settlement.account == paid
    assert any(notice.startswith("left-out:") for notice in settlement.notices) is (paid == 0)
    assert any(notice.startswith("supplement:") for notice in settlement.notices) is (paid > 0)


def test_a_supplement_that_gives_a_funds_rate_is_named_among_the_law() -> None:
    """Huangshi leaves the rate of the large-amount fund to the bureau (一), here in a file of its own."""
    text = Path("examples/supplements/huangshi-employee.toml").read_text(encoding="utf-8")
    start = text.index("[[fund]]")
    head = text[text.index("[supplement]") : text.index("\n\n", text.index("[supplement]"))]
    rest, fund = text[:start], f"{head}\n\n{text[start:]}"
    law = Law.load([rest.encode(), fund.encode()])
    files = law.rests_on(bill(policy="huangshi-employee"))
    assert [file.body for file in files[1:]] == [rest.encode(), fund.encode()]
