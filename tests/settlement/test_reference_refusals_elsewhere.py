"""Refused, zero share, or not read at all, in the schemes beside Yantai's: product and reference answer alike."""

from __future__ import annotations

from typing import Any

import pytest

from terminal.errors import Refused
from terminal.settlement.law import Law
from tests.reference import ReferenceRefusal, reference_settle
from tests.reference.bureau import ILLUSTRATIVE, NONE
from tests.reference.compare import differences
from tests.reference.product import settle_json

ITEM: dict[str, Any] = {"kind": "service", "class": "A", "amount": "3000.00"}


def bill_of(policy: str, service: str, date: str = "2024-06-30", **parts: Any) -> dict[str, Any]:
    """A bill of one item of 3000.00 of class A at tier 3, unless told."""
    return {"policy": policy, "date": date, "service": service, "provider": {"tier": 3}, "items": [ITEM], **parts}


ULANQAB = bill_of("ulanqab-employee", "inpatient")
BIRTH = bill_of("ulanqab-employee", "maternity", episode={"delivery": "vaginal"})
CHRONIC = bill_of("ulanqab-employee", "chronic", episode={"chronic_class": "B", "disease": "hypertension"})
HUANGSHI = bill_of("huangshi-employee", "inpatient")
HUANGSHI_CHRONIC = bill_of("huangshi-employee", "chronic", episode={"disease": "lupus"})
TIANJIN = bill_of("tianjin-employee", "inpatient")
RESIDENT = bill_of("tianjin-resident", "inpatient")
SHANXI = bill_of("shanxi-resident", "inpatient")
NANCHANG = bill_of("nanchang-account", "outpatient")
MONGOLIA = bill_of("inner-mongolia-account", "outpatient")

REFUSED = {
    "before the Ulanqab rules": (ULANQAB | {"date": "2024-03-31"}, "date"),
    "no tier for the line of a stay": (ULANQAB | {"provider": {}}, "provider.tier"),
    "a resident among the employees": (ULANQAB | {"patient": {"category": "resident"}}, "patient.category"),
    "a consumable of a stay without its price": (
        ULANQAB | {"items": [ITEM | {"kind": "consumable"}]},
        "items[0].unit_price",
    ),
    "a class B device": (ULANQAB | {"items": [ITEM | {"kind": "device", "class": "B"}]}, "items[0].self_pay_rate"),
    "a class B consumable of a purchase": (
        bill_of("ulanqab-employee", "pharmacy", items=[ITEM | {"kind": "consumable", "class": "B"}]),
        "items[0].self_pay_rate",
    ),
    "a birth and a procedure": (BIRTH | {"episode": {"delivery": "vaginal", "procedure": "iud"}}, "episode"),
    "neither birth nor procedure": (BIRTH | {"episode": {}}, "episode"),
    "no days of a bed-day bill": (bill_of("ulanqab-employee", "bed-day"), "episode.days"),
    "a disease that 附件2 has no limit for": (
        CHRONIC | {"episode": {"chronic_class": "B", "disease": "gout"}},
        "chronic.limit",
    ),
    "no class of a chronic disease": (CHRONIC | {"episode": {"disease": "diabetes"}}, "chronic"),
    "no tier where the rate differs by it": (
        bill_of("ulanqab-employee", "outpatient", provider={"kind": "clinic"}),
        "provider.tier",
    ),
    "a limited-price disease outside Yantai": (
        SHANXI | {"patient": {"minor": True}, "episode": {"limited_disease": True, "disease": "cleft-lip-palate"}},
        "service",
    ),
    "a stay out of town": (HUANGSHI | {"provider": {"tier": 3, "locality": "out-of-region"}}, "黄劳社发"),
    "outpatient care in Huangshi": (bill_of("huangshi-employee", "outpatient"), "service"),
    "a disabled cadre of Huangshi": (HUANGSHI | {"patient": {"category": "disabled-cadre"}}, "patient.category"),
    "residents' outpatient at tier 3": (bill_of("tianjin-resident", "outpatient"), "outpatient.deductible"),
    "no tier for a stay in Tianjin": (TIANJIN | {"provider": {}}, "provider.tier"),
    "an employee among Tianjin's residents": (RESIDENT | {"patient": {"category": "employee"}}, "patient.category"),
    "a pharmacy in Shanxi, which the cities rule on": (bill_of("shanxi-resident", "pharmacy"), "pharmacy.deductible"),
    "a stay on an account alone": (bill_of("nanchang-account", "inpatient"), "service"),
    "a special treatment without its price": (MONGOLIA | {"items": [ITEM | {"kind": "special"}]}, "unit_price"),
    "class B without a rate": (NANCHANG | {"items": [ITEM | {"class": "B"}]}, "items[0].self_pay_rate"),
}

SETTLED = {
    "out of the region without a tier": ULANQAB | {"provider": {"locality": "out-of-region"}},
    "a disabled cadre's stay without a tier": ULANQAB
    | {"provider": {}, "patient": {"category": "disabled-cadre"}, "items": [ITEM | {"amount": "400.00"}]},
    "class B drugs, services and beds at 10%": ULANQAB
    | {"items": [ITEM | {"class": "B", "kind": kind} for kind in ("drug", "service", "bed", "other")]},
    "a special examination of an outpatient at its own rate": bill_of(
        "ulanqab-employee", "outpatient", items=[ITEM | {"kind": "special", "class": "B", "self_pay_rate": "0.30"}]
    ),
    "a disease without a limit inside that of the chosen one": CHRONIC
    | {
        "patient": {"chronic_diseases": ["diabetes", "gout"]},
        "episode": {"chronic_class": "B", "disease": "gout"},
    },
    "a pharmacy without a tier": bill_of("ulanqab-employee", "pharmacy", provider={"kind": "pharmacy"}),
    "a chronic disease out of town": HUANGSHI_CHRONIC | {"provider": {"locality": "out-of-region"}},
    "a stay inside the province without the year's guarantee": HUANGSHI
    | {"provider": {"tier": 3, "locality": "in-region"}, "year": {"in_scope_self_pay": "20000.00"}},
    "a resident's stay below the line without a tier": RESIDENT
    | {"provider": {}, "items": [ITEM | {"amount": "500.00"}]},
    "a reformed hospital": bill_of("tianjin-resident", "outpatient", provider={"tier": 2}),
    "a special treatment below 200 a unit": MONGOLIA
    | {"items": [ITEM | {"kind": "special", "unit_price": "199.99", "quantity": "15", "amount": "2999.85"}]},
}

UNPOOLED = {
    "in arrears": (ULANQAB | {"entitlement": {"status": "arrears"}}, "not-pooled", "第二十四条"),
    "an emergency at a provider that is not designated": (
        ULANQAB | {"provider": {"tier": 3, "designated": False, "emergency": True}},
        "not-designated",
        "条",
    ),
    "a third party who pays": (ULANQAB | {"episode": {"exclusion": "third-party"}}, "excluded", "第二十三条"),
    "not insured for births": (BIRTH | {"patient": {"maternity_insured": False}}, "not-", "第六条"),
    "a bed-day bill of a hospital without the ward": (
        bill_of("ulanqab-employee", "bed-day", episode={"days": 3}, provider={"qualified": False}),
        "not-qualified",
        "条",
    ),
    "a special drug at a single-channel pharmacy": (
        bill_of("ulanqab-employee", "special-drug", provider={"qualified": False}),
        "not-qualified",
        "第二十九条",
    ),
    "a disease that is not recognised": (
        HUANGSHI_CHRONIC | {"patient": {"chronic_diseases": ["diabetes"]}},
        "not-recognised",
        "四",
    ),
    "a tier 2 hospital that is not reformed": (
        bill_of("tianjin-resident", "outpatient", provider={"tier": 2, "qualified": False}),
        "not-qualified",
        "十二",
    ),
    "a suspended card": (TIANJIN | {"entitlement": {"status": "suspended"}}, "not-pooled", "二十六"),
    "a waiting resident": (SHANXI | {"entitlement": {"status": "waiting"}}, "not-pooled", ""),
}

BUREAU_ONLY = {
    "附件3": ULANQAB,
    "附件1": bill_of("ulanqab-employee", "outpatient"),
    "附件2": CHRONIC,
    "lines of Huangshi": HUANGSHI,
    "chronic standards of Huangshi": HUANGSHI_CHRONIC,
    "lines of Tianjin": TIANJIN,
    "lines of Tianjin's residents": RESIDENT,
    "residents' outpatient at tier 1": bill_of("tianjin-resident", "outpatient", provider={"tier": 1}),
    "table of Shanxi": SHANXI,
    "outpatient rates of Shanxi": bill_of("shanxi-resident", "outpatient"),
}

NEEDS_NO_BUREAU = {
    "special drugs": bill_of("ulanqab-employee", "special-drug"),
    "bed-days": bill_of("ulanqab-employee", "bed-day", episode={"days": 3}),
    "births": BIRTH,
    "reformed hospitals": bill_of("tianjin-resident", "outpatient", provider={"tier": 2}),
    "a stay below the lowest line is Ulanqab's own": ULANQAB | {"items": [ITEM | {"amount": "500.00"}]},
    "Nanchang": NANCHANG | {"account": {"balance": "100.00"}},
    "Beijing, whose account then pays nothing": bill_of("beijing-account", "outpatient", account={"balance": "100.00"}),
}


@pytest.mark.parametrize(("bill", "named"), REFUSED.values(), ids=REFUSED.keys())
def test_what_the_arithmetic_reads_is_refused_by_name(law: Law, bill: dict[str, Any], named: str) -> None:
    """Both refuse the bill, and the product's refusal names the place."""
    with pytest.raises(ReferenceRefusal):
        reference_settle(bill, ILLUSTRATIVE)
    with pytest.raises(Refused) as refusal:
        settle_json(law, bill)
    assert named in str(refusal.value)


@pytest.mark.parametrize("bill", SETTLED.values(), ids=SETTLED.keys())
def test_what_the_arithmetic_does_not_read_may_be_missing(law: Law, bill: dict[str, Any]) -> None:
    """Both settle the bill, and alike."""
    assert not differences(settle_json(law, bill), reference_settle(bill, ILLUSTRATIVE))


@pytest.mark.parametrize(("bill", "code", "article"), UNPOOLED.values(), ids=UNPOOLED.keys())
def test_a_zero_share_says_why(law: Law, bill: dict[str, Any], code: str, article: str) -> None:
    """Where pooling takes no part every fund pays nothing, no line is used, and a notice names the article."""
    result = settle_json(law, bill)
    assert not differences(result, reference_settle(bill, ILLUSTRATIVE))
    assert (result["fund_total"], result["deductible"], result["personal"]) == ("0.00", "0.00", "3000.00")
    assert any(notice.startswith(code) and article in notice for notice in result["notices"]), result["notices"]


@pytest.mark.parametrize("bill", BUREAU_ONLY.values(), ids=BUREAU_ONLY.keys())
def test_what_the_decree_leaves_to_the_bureau_needs_a_supplement(law: Law, bare_law: Law, bill: dict[str, Any]) -> None:
    """Without the bureau's value the bill is refused; with it, or where pooling takes no part, it settles."""
    assert settle_json(law, bill)["fund_total"] != "0.00"
    with pytest.raises(Refused):
        settle_json(bare_law, bill)
    unpooled = bill | {"entitlement": {"status": "waiting"}}
    assert not differences(settle_json(bare_law, unpooled), reference_settle(unpooled, NONE))


@pytest.mark.parametrize("bill", NEEDS_NO_BUREAU.values(), ids=NEEDS_NO_BUREAU.keys())
def test_what_the_decree_gives_itself_needs_no_supplement(bare_law: Law, bill: dict[str, Any]) -> None:
    """With nothing from the bureau the bill settles, as the reference has it."""
    assert not differences(settle_json(bare_law, bill), reference_settle(bill, NONE))


@pytest.mark.parametrize("policy", ["huangshi-employee", "tianjin-employee", "beijing-account"])
def test_an_account_without_a_scope_pays_nothing_and_says_so(bare_law: Law, law: Law, policy: str) -> None:
    """Where neither decree nor bureau says what the account may pay it is left out with a notice."""
    service = "outpatient" if policy == "beijing-account" else "inpatient"
    bill = bill_of(policy, service, account={"balance": "100.00"}, items=[ITEM | {"amount": "500.00"}])
    result = settle_json(bare_law if policy == "beijing-account" else law, bill)
    assert (result["account"], result["account_balance"]) == ("0.00", "100.00")
    assert any("account" in notice or "账户" in notice for notice in result["notices"]), result["notices"]
