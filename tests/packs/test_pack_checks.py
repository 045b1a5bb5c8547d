"""What a pack may say: a toy pack with one thing changed is refused with its fault and place, or read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from terminal.errors import Refused
from terminal.settlement.bill import Bill
from terminal.settlement.law import Law
from terminal.settlement.shelf import Shelf, load_pack, read_supplement
from tests.packs.test_packs import bill, law_of

MINIMAL = (Path(__file__).parent / "minimal.toml").read_text(encoding="utf-8")

HEAD, LINE, SEGMENTS = '[service.inpatient]\ncite = "第六条"\n', 'base = "500.00"\n', 'to = ["5000.00", "10000.00"]'
CLASSES = '[[service.inpatient.classes]]\nitem = { essential = true }\nbonus = "0.05"\ncite = "第八条"\n'
LIMIT = '[[service.inpatient.limit]]\namount = "1000.00"\ncite = "第九条"\n'
FUND = 'rate = "0.90"\nroom = "400000.00"\n'
ACCOUNT = '[[account]]\nservices = ["inpatient"]\n'
LAST_DAY = "effective_to = 2020-12-31"
SELF_PAY = '[[self_pay]]\nclasses = ["B"]\nkinds = ["drug"]\ncite = "第五条"\n'
CEILING = '[[service.inpatient.ceiling]]\ncite = "第十三条"\n'
BED = '[[service.inpatient.bed]]\nown_per_day = "10.00"\ncite = "第十四条"\n'
ON_CARD = 'account_on = "card"\naccount_on_cite = "第二条"\n'
RECOGNITION = '[[service.inpatient.recognition]]\ncite = "第十五条"\n'


def changed(*changes: tuple[str, str]) -> str:
    """The toy pack with texts replaced, each of which stands in it once."""
    text = MINIMAL
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def by(method: str) -> tuple[str, str]:
    """The toy's one service, paid by another method."""
    return HEAD, f'{HEAD}method = "{method}"\n'


def before_accounts(rows: str) -> tuple[str, str]:
    """Rows more."""
    return ACCOUNT, f"{rows}\n{ACCOUNT}"


def bands(bounds: int, rates: int) -> tuple[str, str]:
    """A fund that pays the year's burden in bands."""
    to, paid = [f"{place}000.00" for place in range(1, bounds + 1)], ["0.50"] * rates
    return FUND, f"burden_to = {json.dumps(to)}\nburden_rates = {json.dumps(paid)}\n"


def toy_bill(**changes: Any) -> Bill:
    """An admission under the toy's law."""
    return bill(policy="toy-employee", date="2020-06-30", **changes)


REFUSED = {
    "a fixed sum without its sum": (changed(by("fixed"), (LIMIT, "")), "service.inpatient: method fixed needs a limit"),
    "actual cost without a limit": (
        changed(by("actual"), (LIMIT, "")),
        "service.inpatient: method actual needs a limit",
    ),
    "a package without its size": (
        changed(by("shared-package"), (LIMIT, "")),
        "service.inpatient: method shared-package needs a limit",
    ),
    "classes of what is not walked": (
        changed(by("fixed")),
        "service.inpatient.classes[0]: classes of items need a walk",
    ),
    "a line without its base": (
        changed((LINE, "")),
        "service.inpatient.deductible[0]: a deductible needs its base",
    ),
    "a class of anything": (
        changed(("item = { essential = true }", "item = {}")),
        "service.inpatient.classes[0]: a class needs item",
    ),
    "a limit without its amount": (
        changed((LIMIT, LIMIT.replace('amount = "1000.00"\n', ""))),
        "service.inpatient.limit[0]: amount is missing",
    ),
    "a ceiling without its amount": (
        changed(before_accounts(CEILING)),
        "service.inpatient.ceiling[0]: amount is missing",
    ),
    "a fund that pays nothing": (changed((FUND, "")), "fund[0]: rate is missing"),
    "a rate more than bands": (changed(bands(2, 2)), "fund[0]: 2 bounds of the burden need 1 rates, not 2"),
    "more bands than the core takes": (changed(bands(8, 7)), "fund[0]: at most 8 bands"),
    "a bed's day without an amount": (
        changed(before_accounts(f'{BED}to = [7]\nper_day = ["300.00"]\n')),
        "service.inpatient.bed[0]: 1 bounds need 2 amounts a day, not 1",
    ),
    "a price without a rate": (
        changed(before_accounts(f'{SELF_PAY}unit_price_to = ["500.00"]\nrates = ["0.10"]\n')),
        "self_pay[0]: 1 bounds need 2 rates, not 1",
    ),
    "one rate and several": (
        changed(before_accounts(f'{SELF_PAY}rate = "0.10"\nrates = ["0.10"]\n')),
        "self_pay[0]: either one rate or rates by unit price",
    ),
    "a purse without an account": (
        changed(("has_account = true", "has_account = false"), ("[conditions]", f"{ON_CARD}\n[conditions]")),
        "policy.account_on: an account on the card needs has_account and the article that puts it there",
    ),
    "a first segment of nothing": (
        changed((SEGMENTS, 'to = ["0.00", "10000.00"]')),
        "service.inpatient.segments[0]: bounds must climb",
    ),
    "a limit above the cap by a fen": (
        changed((LIMIT, LIMIT.replace("1000.00", "250000.01"))),
        "service.inpatient.limit[0]: the service's own limit is above the year's cap",
    ),
    "a citation of 201 characters": (
        changed(("第七条", "条" * 201)),
        "service.inpatient.deductible[0].cite: Expected `str` of length <= 200",
    ),
    "the first 33 diseases": (
        changed(before_accounts(f"{RECOGNITION}first = 33\n")),
        "service.inpatient.recognition[0].first: Expected `int` <= 32",
    ),
}

READ = {
    "a fixed sum": changed(by("fixed"), (CLASSES, "")),
    "a fixed sum without line and segments": changed(
        by("fixed"), (CLASSES, ""), (MINIMAL[MINIMAL.index(LINE) - 34 : MINIMAL.index(CLASSES)], "")
    ),
    "classes of the items of a walk": MINIMAL,
    "as many bands as the core takes": changed(bands(7, 6)),
    "an account on the card": changed(("[conditions]", f"{ON_CARD}\n[conditions]")),
    "a first segment of a fen": changed((SEGMENTS, 'to = ["0.01", "10000.00"]')),
    "a limit as high as the cap": changed((LIMIT, LIMIT.replace("1000.00", "250000.00"))),
    "a limit above another service's cap": changed(
        (LIMIT, LIMIT.replace("1000.00", "250000.00")),
        before_accounts('[[cap]]\nservices = ["outpatient"]\namount = "10.00"\ncite = "第十条"\n'),
    ),
    "a citation of 200 characters": changed(("第七条", "条" * 200)),
    "law of one day": changed((LAST_DAY, "effective_to = 2020-01-01")),
    "the first 32 diseases": changed(before_accounts(f"{RECOGNITION}first = 32\n")),
    "all diseases": changed(before_accounts(f"{RECOGNITION}first = 0\n")),
}


@pytest.mark.parametrize(("text", "fault"), REFUSED.values(), ids=REFUSED)
def test_a_pack_that_says_what_cannot_be_is_refused(text: str, fault: str) -> None:
    """The row and what is wrong with it."""
    with pytest.raises(Refused) as refused:
        load_pack(text.encode(), "toy.toml")
    assert refused.value.message == fault


@pytest.mark.parametrize("text", READ.values(), ids=READ)
def test_a_pack_that_goes_to_the_edge_is_read(text: str) -> None:
    """As far as each rule allows."""
    assert load_pack(text.encode(), "toy.toml").policy.id == "toy-employee"


@pytest.mark.parametrize(
    ("widened", "ceiling", "paid_fen"), [("", "2400.00", 800_00), ("true", "2400.00", 480_00), ("true", "5000.00", 0)]
)
def test_a_window_begins_where_its_row_says_unless_it_is_widened(widened: str, ceiling: str, paid_fen: int) -> None:
    """80% of the expense between 2000.00 and 3000.00; a widened one begins at the ceiling, if that is higher."""
    window = 'window_rate = "0.80"\nwindow_from = "2000.00"\nwindow_to = "3000.00"\n'
    text = changed(
        (FUND, window + (f"window_widened = {widened}\n" if widened else "")),
        before_accounts(f'{CEILING}amount = "{ceiling}"\n'),
    )
    items = [{"kind": "drug", "class": "A", "amount": "10000.00"}]
    settled = law_of(text).settle(toy_bill(items=items))
    assert settled.funds["large_amount"] == paid_fen


@pytest.mark.parametrize(
    ("old", "new", "rule", "at"),
    [
        ("tier = 3", "tier = 2", "inpatient.segments", "provider.tier"),
        ("tier = 3", 'tier = 3, category = ["retiree"]', "inpatient.segments", "patient.category"),
        ("tier = 3", "minor = 0", "inpatient.segments", "patient.minor"),
        (LINE, f"{LINE}last_day = 2020-06-29\n", "inpatient.deductible", ""),
        (LINE, f"{LINE}first_day = 2020-07-01\n", "inpatient.deductible", ""),
    ],
)
def test_where_no_row_counts_the_bill_is_refused_by_the_rules_name(old: str, new: str, rule: str, at: str) -> None:
    """For another hospital or person (no number is a truth), before the first day, after the last."""
    with pytest.raises(Refused) as refused:
        law_of(changed((old, new))).settle(toy_bill())
    assert (refused.value.code, refused.value.at) == ("no-rule", at)
    assert refused.value.message == f"toy-employee: {rule} says nothing for this case"


LEFT = 'from = "bureau"\nleft_to = "某办法"\n'


def left(row: str, *values: str) -> tuple[str, str]:
    """A row of the toy that leaves its values to the bureau."""
    found = MINIMAL[MINIMAL.index(row) :].split("\n\n")[0]
    open_row = found
    for value in values:
        open_row = open_row.replace(value, "")
    return found, f"{open_row}\n{LEFT}"


@pytest.mark.parametrize(
    ("text", "rule", "reaches", "does_not"),
    [
        (
            changed(by("fixed"), (CLASSES, ""), left("[[service.inpatient.limit]]", 'amount = "1000.00"\n')),
            *("inpatient.limit", "0.01", "0.00"),
        ),
        (changed(left("[[service.inpatient.deductible]]", LINE)), "inpatient.deductible", "0.01", "0.00"),
        (
            changed(left("[[service.inpatient.segments]]", f"{SEGMENTS}\n", 'rates = ["0.80", "0.85", "0.90"]\n')),
            *("inpatient.segments", "500.01", "500.00"),
        ),
        # 80% of 1250.00 above the line fill the limit of 1000.00; what the year's cap leaves over is the fund's.
        (
            changed((LIMIT, ""), ('amount = "250000.00"', 'amount = "1000.00"'), left("[[fund]]", 'rate = "0.90"\n')),
            *("fund.large_amount", "1750.01", "1750.00"),
        ),
    ],
    ids=["a sum set against the bill", "a line", "rates", "a fund"],
)
def test_what_is_left_to_the_bureau_is_asked_from_the_first_fen_that_reaches_it(
    text: str, rule: str, reaches: str, does_not: str
) -> None:
    """Up to there the bill is settled without it; a fen more, and it is refused with what nobody has given."""

    def admission(amount: str) -> Bill:
        return toy_bill(items=[{"kind": "drug", "class": "A", "amount": amount}])

    law = law_of(text)
    assert law.settle(admission(does_not)).total >= 0
    with pytest.raises(Refused) as refused:
        law.settle(admission(reaches))
    assert refused.value.message == f"toy-employee: {rule} is left to 某办法, which no supplement gives"


@pytest.mark.parametrize("day", ["first_day", "last_day"])
def test_a_row_counts_on_its_first_and_on_its_last_day(day: str) -> None:
    """Both are inclusive."""
    law = law_of(changed((LINE, f"{LINE}{day} = 2020-06-30\n")))
    assert law.settle(toy_bill()).deductible == 500_00


HIGHER = """
[supplement]
policy = "toy-employee"
source = "示例 (illustrative)"
effective_from = 2020-01-01

[[cap]]
amount = "300000.00"
cite = "示例"
"""


def test_a_cap_that_may_be_raised_is_not_lowered_by_what_raises_another() -> None:
    """A sum between two caps, for both: it raises the lower one, and no bill is settled below the higher."""
    raised = changed(
        ('amount = "250000.00"\n', 'amount = "250000.00"\nbureau_may_raise = true\n'),
        before_accounts(
            '[[cap]]\nservices = ["emergency"]\namount = "400000.00"\nbureau_may_raise = true\ncite = "第十条"\n'
            '[service.emergency]\ncite = "第六条"\n[[service.emergency.deductible]]\nbase = "0.00"\ncite = "第七条"\n'
            '[[service.emergency.segments]]\nrates = ["0.80"]\ncite = "第八条"\n'
        ),
    )
    pack = load_pack(raised.encode(), "toy.toml")
    shelf = Shelf([pack], (), frozenset())
    law = Law(Shelf([pack], [read_supplement(HIGHER.encode(), "higher", shelf)], frozenset()))
    assert law.settle(toy_bill()).limits[0].cap == 300_000_00
    with pytest.raises(Refused, match="a cap may be raised only"):
        law.settle(toy_bill(service="emergency"))


ONE_LIMIT = """
[supplement]
policy = "toy-employee"
source = "示例 (illustrative)"
effective_from = {first}
effective_to = {last}

[[service.inpatient.limit]]
amount = "900.00"
cite = "示例"
"""


def test_a_supplement_is_held_against_the_versions_of_its_own_days() -> None:
    """The toy of 2021 leaves its limit to the bureau, those before and after do not: a supplement is for 2021 alone."""
    left_open = left("[[service.inpatient.limit]]", 'amount = "1000.00"\n')
    packs = []
    for year, changes in ((2020, ()), (2021, (left_open,)), (2022, ())):
        days = (("effective_from = 2020", f"effective_from = {year}"), (LAST_DAY, f"effective_to = {year}-12-31"))
        packs.append(load_pack(changed(*days, *changes).encode(), f"{year}.toml"))
    shelf = Shelf(packs, (), frozenset())

    def read(first: str, last: str) -> None:
        read_supplement(ONE_LIMIT.format(first=first, last=last).encode(), "limit", shelf)

    read("2021-01-01", "2021-12-31")
    for first, last in (("2020-12-31", "2021-12-31"), ("2021-01-01", "2022-01-01")):
        with pytest.raises(Refused, match="does not leave this to the bureau"):
            read(first, last)
