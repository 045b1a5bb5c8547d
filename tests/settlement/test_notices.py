"""What the cashier and the patient are told beside the figures: every notice, its article, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from terminal.settlement.bill import Bill
from terminal.settlement.codec import convert
from terminal.settlement.law import Law
from tests.settlement.test_examples import EXAMPLES

STAY: dict[str, Any] = {
    "policy": "yantai-employee",
    "date": "2021-06-30",
    "service": "inpatient",
    "provider": {"tier": 3},
    "items": [{"kind": "drug", "class": "A", "amount": "900.00"}],
    "account": {"balance": "10.00"},
}
OTHER_DECREES = [
    "left-out: 补充医疗保险、国家公务员补充医疗保险另有办法，未计入 (第三十一条)",
    "left-out: 职工大病保险按省有关规定执行，未计入 (第三十二条)",
]
"""Yantai, of every stay that the pool pays."""

OUTSIDE = {"items": [{"kind": "drug", "class": "C", "amount": "900.00"}]}
CONSENT = "consent-needed: 含目录外费用，须患者知情同意 (第九条)"
UNDESIGNATED = "not-designated: 非定点机构，统筹基金和个人账户均不支付 (第十五条(三)、第二十四条)"
PURCHASE = "not-pooled: 本项服务不属于统筹基金支付范围 (第四条、第九条)"

POOLED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "nothing of the bill's own": ({}, []),
    "not enrolled in the aid": (
        {"patient": {"large_amount_enrolled": False}},
        ["not-enrolled: 未参加大额救助金，该基金不支付 (第三十条)"],
    ),
    "outside the catalogue": (OUTSIDE, [CONSENT]),
    "outside the catalogue, consented": (OUTSIDE | {"consent": True}, []),
    "an emergency elsewhere": ({"provider": {"tier": 3, "designated": False, "emergency": True}}, []),
    "the account of another": (
        {"account": {"balance": "10.00", "relation": "spouse"}},
        ["account-relation: 该账户不可为他人支付 (第十八条)"],
    ),
    "several at once, in their order": (
        OUTSIDE | {"patient": {"large_amount_enrolled": False}, "account": {"balance": "10.00", "status": "lost"}},
        [
            "not-enrolled: 未参加大额救助金，该基金不支付 (第三十条)",
            "account-lost: 个人账户状态为“挂失”，不支付 (第十八条)",
            CONSENT,
        ],
    ),
}

ENTITLEMENT = {
    "waiting": "等待期内，统筹基金暂不支付",
    "arrears": "欠缴期间统筹基金暂停支付",
    "none": "无有效参保待遇，统筹基金不支付",
    "unverified": "待遇未能核实，统筹基金暂不支付",
}
EXCLUDED = {
    "work-injury": "应由工伤保险支付",
    "third-party": "应由第三人负担",
    "public-health": "应由公共卫生负担",
    "disaster": "自然灾害等所致",
    "abroad": "境外就医",
    "check-up": "健康体检",
    "during-stay": "住院期间违规发生的门诊费用",
    "no-receipt": "异地费用无原始收费票据",
}
UNPOOLED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "suspended": (
        {"entitlement": {"status": "suspended"}},
        [
            "not-pooled: 待遇已暂停，统筹基金和个人账户均不支付 (第十条)",
            "account-suspended: 待遇暂停期间个人账户不支付 (第十条)",
        ],
    ),
    "undesignated": ({"provider": {"tier": 3, "designated": False}}, [UNDESIGNATED]),
    "unqualified": (
        {"provider": {"tier": 3, "qualified": False}},
        ["not-qualified: 该机构无相应服务资格或未签约，统筹基金不支付 (第二十五条)"],
    ),
    "not recognised": (
        {
            "service": "chronic",
            "episode": {"disease": "gout", "chronic_class": "B"},
            "patient": {"chronic_diseases": ["hypertension"]},
        },
        ["not-recognised: 该病种未认定或不在可享受的病种内，统筹基金不支付 (第十三条)"],
    ),
    "a purchase": ({"service": "pharmacy"}, [PURCHASE]),
    "a purchase elsewhere": (
        {"service": "pharmacy", "provider": {"tier": 3, "designated": False}},
        [PURCHASE, UNDESIGNATED],
    ),
    "two reasons": (
        {"entitlement": {"status": "arrears"}, "episode": {"exclusion": "abroad"}},
        ["not-pooled: 欠缴期间统筹基金暂停支付 (第十条)", "excluded: 境外就医，统筹基金不支付 (第十五条)"],
    ),
}
UNPOOLED |= {
    status: ({"entitlement": {"status": status}}, [f"not-pooled: {text} (第十条)"])
    for status, text in ENTITLEMENT.items()
}
UNPOOLED |= {
    exclusion: ({"episode": {"exclusion": exclusion}}, [f"excluded: {text}，统筹基金不支付 (第十五条)"])
    for exclusion, text in EXCLUDED.items()
}

ILLUSTRATIVE = "illustrative-supplement: 使用补充参数 (示例："
OF_EXAMPLES = {
    # What is outside the catalogue of E01 wants a consent (9).
    "E01": [CONSENT, *OTHER_DECREES],
    "E02": OTHER_DECREES,
    "E05": [f"{ILLUSTRATIVE}乙类慢性病年度最高支付限额 (illustrative))", *OTHER_DECREES],
    "E08": ["left-out: 居民大病保险按照省有关规定执行，未计入 (第三十四条)"],
    "E11": [],
    "E16": [],
    # Tianjin leaves the account's scope to a decree that nobody has given.
    "E20": [
        "left-out: 个人账户支付范围由个人账户办法（意见未载）规定，尚无补充参数，账户不支付 ((十七))",
        f"{ILLUSTRATIVE}住院、特定病种、门诊标准 (illustrative))",
    ],
}


def notices(law: Law, bill: dict[str, Any]) -> list[str]:
    """All that is told of a bill."""
    return law.settle(convert(bill, Bill)).notices


@pytest.mark.parametrize(("changes", "told"), POOLED.values(), ids=POOLED)
def test_what_is_told_of_a_stay_that_the_pool_pays(law: Law, changes: dict[str, Any], told: list[str]) -> None:
    """What concerns this bill, then what other decrees may pay; no word where there is nothing to say."""
    assert notices(law, STAY | changes) == told + OTHER_DECREES


@pytest.mark.parametrize(("changes", "told"), UNPOOLED.values(), ids=UNPOOLED)
def test_what_is_told_of_a_bill_that_the_pool_does_not_pay(law: Law, changes: dict[str, Any], told: list[str]) -> None:
    """Each reason with its article, and why the account pays nothing where it does not."""
    assert notices(law, STAY | changes) == told


@pytest.mark.parametrize("name", OF_EXAMPLES)
def test_what_is_told_of_a_worked_example(law: Law, name: str) -> None:
    """What the bureau has given is named with its source; what nobody has given is left out by name."""
    assert notices(law, EXAMPLES[name]["bill"]) == OF_EXAMPLES[name]


def test_a_policy_that_has_lapsed_is_named_with_its_last_day() -> None:
    """Yantai's article 34 ends it on 2022-12-31; by the operator's word it goes on, and the first notice says so."""
    law = Law.load(lapsed_goes_on=["yantai-employee"])
    told = notices(law, STAY | {"date": "2023-01-01"})
    assert told == ["lapsed: 政策已于 2022-12-31 到期，按配置延用 (烟台市职工基本医疗保险实施办法)", *OTHER_DECREES]
    assert notices(law, STAY | {"date": "2022-12-31"}) == OTHER_DECREES


@pytest.mark.parametrize("prescription", [True, False])
def test_an_account_that_a_purchase_is_closed_to_says_why(law: Law, prescription: bool) -> None:
    """Inner Mongolia, article 12 (1): a pharmacy's sale is the account's only on a clinic's prescription."""
    purchase = STAY | {"policy": "inner-mongolia-account", "service": "pharmacy"}
    told = notices(law, purchase | {"episode": {"prescription": prescription}})
    closed = [] if prescription else ["account-scope: 药店购药须持门诊外配处方，个人账户不支付 (第十二条(一))"]
    assert [notice for notice in told if notice.startswith("account")] == closed


def test_what_is_not_advanced_is_told_with_what_waiting_would_give() -> None:
    """Nothing may be advanced: the funds' 80% of the 100.00 above the line of 800.00 is left, and paid in cash."""
    would = {"fund_total": "80.00", "account_total": "10.00", "cash": "810.00"}
    told = Law.load().settle(convert(STAY | {"not_advanced": {"pool": {"kind": "bill"}} | would}, Bill))
    assert (told.funds["pool"], told.account, told.cash) == (0, 1_000, 89_000)
    assert [one for one in told.notices if one.startswith("offline-")] == [
        "offline-limit: 无法连接医保中心，超过脱网单笔垫付限额 0.00，基金不支付"
        " / The center is away and this is beyond 0.00, what may be advanced a bill: the funds pay nothing",
        "offline-wait: 待医保中心恢复后结算，按其上次答复基金支付 80.00，个人账户 10.00，现金 810.00；"
        "现在结算，本人多付现金 80.00 / Settled once the center is back, by its last answer: funds 80.00, "
        "account 10.00, cash 810.00; settled now, the patient pays 80.00 more in cash",
    ]
