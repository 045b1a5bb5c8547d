"""Refused, zero share, or not read at all: product and reference give what is missing the same answer."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from terminal.errors import Refused
from terminal.settlement.law import Law
from tests.reference import ReferenceRefusal, reference_settle
from tests.reference.bureau import ILLUSTRATIVE, NONE
from tests.reference.compare import differences, patient_parts
from tests.reference.product import settle_json

EMPLOYEE: dict[str, Any] = {
    "policy": "yantai-employee",
    "date": "2021-06-30",
    "service": "inpatient",
    "provider": {"tier": 3},
    "items": [{"kind": "drug", "class": "A", "amount": "6000.00"}],
}
RESIDENT = EMPLOYEE | {"policy": "yantai-resident", "patient": {"contribution_tier": 1}}
CHRONIC_B = EMPLOYEE | {"service": "chronic", "episode": {"chronic_class": "B", "disease": "hypertension"}}
LIMITED = RESIDENT | {
    "patient": {"minor": True},
    "episode": {"limited_disease": True, "disease": "cleft-lip-palate"},
}
ACCIDENT = RESIDENT | {"service": "accident", "patient": {"minor": True}}
ITEM = EMPLOYEE["items"][0]


def with_item(bill: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The bill with its only item changed."""
    return copy.deepcopy(bill) | {"items": [ITEM | changes]}


REFUSED = {
    "class B without a rate": (with_item(EMPLOYEE, **{"class": "B"}), "items[0].self_pay_rate"),
    "limit without a price": (with_item(EMPLOYEE, price_limit="5.00"), "items[0].unit_price"),
    "price x quantity is not the amount": (
        with_item(EMPLOYEE, unit_price="3.00", quantity="1999.99"),
        "items[0]",
    ),
    "no tier of the hospital": (EMPLOYEE | {"provider": {}}, "provider.tier"),
    "no contribution tier": (RESIDENT | {"patient": {}}, "patient.contribution_tier"),
    "no contribution tier for a birth": (
        RESIDENT | {"patient": {}, "service": "maternity", "episode": {"delivery": "vaginal"}},
        "patient.contribution_tier",
    ),
    "a resident in the employees' scheme": (
        EMPLOYEE | {"patient": {"category": "resident"}},
        "patient.category",
    ),
    "an employee in the residents' scheme": (
        RESIDENT | {"patient": {"category": "employee"}},
        "patient.category",
    ),
    "a service the scheme does not have": (EMPLOYEE | {"service": "bed-day", "episode": {"days": 3}}, "service"),
    "the day before the decree": (EMPLOYEE | {"date": "2017-12-31"}, "date"),
    "the day after the decree": (EMPLOYEE | {"date": "2023-01-01"}, "date"),
    "out of region": (EMPLOYEE | {"provider": {"tier": 3, "locality": "out-of-region"}}, "异地就医"),
    "a child's accident out of region": (
        ACCIDENT | {"provider": {"locality": "out-of-region"}},
        "异地就医",
    ),
    "a limited-price disease out of region": (
        LIMITED | {"provider": {"tier": 3, "locality": "out-of-region"}},
        "异地就医",
    ),
    "emergency is no service of its own": (LIMITED | {"service": "emergency"}, "service"),
    "an accident of an adult": (RESIDENT | {"service": "accident"}, "minor"),
    "a limited-price disease of an adult": (LIMITED | {"patient": {"contribution_tier": 2}}, "minor"),
    "a birth and a procedure": (
        RESIDENT | {"service": "maternity", "episode": {"delivery": "vaginal", "procedure": "iud"}},
        "episode",
    ),
    "neither birth nor procedure": (RESIDENT | {"service": "maternity"}, "episode"),
    "a disease without a limit": (CHRONIC_B | {"episode": {"chronic_class": "B", "disease": "gout"}}, "chronic.limit"),
}

SETTLED = {
    "out of region in arrears": EMPLOYEE
    | {"provider": {"locality": "out-of-region"}, "entitlement": {"status": "arrears"}},
    "chronic without a tier": {key: value for key, value in CHRONIC_B.items() if key != "provider"},
    "a pharmacy without a tier": EMPLOYEE | {"provider": {}, "service": "pharmacy"},
    "a minor without a contribution tier": RESIDENT | {"patient": {"minor": True}},
    "residents' outpatient without a contribution tier": RESIDENT
    | {"patient": {}, "service": "outpatient", "provider": {"kind": "community"}},
    "class B without a rate, paid as a whole": with_item(LIMITED, **{"class": "B"}),
    "a limit without a price, paid as a whole": with_item(LIMITED, price_limit="5.00"),
    "a family-planning procedure, which is no birth": RESIDENT
    | {"service": "maternity", "episode": {"procedure": "iud"}},
    "class C with a limit and no price": with_item(EMPLOYEE, **{"class": "C"}, price_limit="5.00"),
    "a third disease of class B": CHRONIC_B
    | {
        "patient": {"chronic_diseases": ["diabetes", "coronary-heart-disease", "gout"]},
        "episode": {"chronic_class": "B", "disease": "gout"},
    },
    "an emergency at a provider without designation": EMPLOYEE
    | {"provider": {"tier": 3, "designated": False, "emergency": True}, "account": {"balance": "900.00"}},
}

UNPOOLED = {
    "waiting": ({"entitlement": {"status": "waiting"}}, "not-pooled", "第十条"),
    "arrears": ({"entitlement": {"status": "arrears"}}, "not-pooled", "第十条"),
    "not designated": ({"provider": {"tier": 3, "designated": False}}, "not-designated", "第十五条"),
    "not qualified": ({"provider": {"tier": 3, "qualified": False}}, "not-qualified", "条"),
    "outpatient fees during a stay": ({"episode": {"exclusion": "during-stay"}}, "excluded", "第十五条"),
    "outpatient": ({"service": "outpatient"}, "not-pooled", "第四条"),
    "pharmacy": ({"service": "pharmacy"}, "not-pooled", "第四条"),
    "a third disease": (
        {
            "service": "chronic",
            "patient": {"chronic_diseases": ["diabetes", "coronary-heart-disease", "hypertension"]},
            "episode": {"chronic_class": "B", "disease": "hypertension"},
        },
        "not-recognised",
        "第十三条",
    ),
}

BUREAU_ONLY = {
    "chronic limit of employees": CHRONIC_B,
    "limited price": LIMITED,
    "chronic rate of residents": RESIDENT | {"service": "chronic", "episode": {"disease": "hypertension"}},
    "outpatient line of residents": RESIDENT | {"service": "outpatient", "provider": {"kind": "community"}},
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


@pytest.mark.parametrize(("changes", "code", "article"), UNPOOLED.values(), ids=UNPOOLED.keys())
def test_a_zero_share_says_why(law: Law, changes: dict[str, Any], code: str, article: str) -> None:
    """Where pooling takes no part the whole eligible expense is the patient's, and a notice names the article."""
    result = settle_json(law, EMPLOYEE | {"account": {"balance": "100.00"}} | changes)
    assert (result["fund_total"], result["deductible"], result["personal"]) == ("0.00", "0.00", "6000.00")
    assert result["year"]["pool_paid"] == "0.00"
    assert any(notice.startswith(f"{code}: ") and article in notice for notice in result["notices"])
    designated = changes.get("provider", {}).get("designated", True)
    assert patient_parts(result["lines"]) == {
        "unpooled": {"account": "100.00", "cash": "5900.00"} if designated else {"cash": "6000.00"}
    }


@pytest.mark.parametrize("bill", BUREAU_ONLY.values(), ids=BUREAU_ONLY.keys())
def test_what_the_decree_leaves_to_the_bureau_needs_a_supplement(law: Law, bare_law: Law, bill: dict[str, Any]) -> None:
    """Without the bureau's value the bill is refused; with it, or where pooling takes no part, it settles."""
    settle_json(law, bill)
    with pytest.raises(Refused):
        settle_json(bare_law, bill)
    unpooled = bill | {"entitlement": {"status": "waiting"}}
    assert not differences(settle_json(bare_law, unpooled), reference_settle(unpooled, NONE))
