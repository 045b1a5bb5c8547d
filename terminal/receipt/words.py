"""The words on paper for payers, parts and limits. A word that is not in a table is printed as it is."""

from __future__ import annotations

FUND_NAMES = {
    "pool": ("统筹基金支付", "Pool"),
    "large_amount": ("大额医疗补助支付", "Large amount"),
    "major_illness": ("大病保险支付", "Major illness"),
    "medical_assistance": ("医疗救助支付", "Assistance"),
}
"""Fund: what it pays, in Chinese and English."""

PAYER_NAMES = {
    "pool": "统筹基金",
    "large_amount": "大额医疗补助",
    "major_illness": "大病保险",
    "medical_assistance": "医疗救助",
    "account": "个人账户",
    "cash": "现金",
    "provider": "医疗机构",
}

RULE_NAMES = {"pooling.offline-limit": "脱网限额"}
"""Rules that rest on no article."""

PART_NAMES = {
    "segment": "分段报销",
    "deductible": "起付线以下",
    "co_payment": "分段个人负担",
    "unpooled": "统筹不支付",
    "prior_self_pay": "先行自付",
    "over_cap": "超封顶线",
    "over_limit": "超限价自费",
    "out_of_catalogue": "全自费",
    "fixed": "定额",
    "package": "包干",
    "aid": "补助",
}

LIMIT_NAMES = {**PAYER_NAMES, "deductible": "起付线"}

SCHEME_NAMES = {"employee": "职工医保", "resident": "居民医保"}

CLASS_OF_CARE = {"inpatient": "住院", "outpatient": "门诊", "pharmacy": "药店"}

CLASS_NAMES = {"A": "甲", "B": "乙", "C": "丙"}


def fund_name(fund: str) -> tuple[str, str]:
    """The Chinese and the English label of a fund's payment; an unknown fund keeps its name."""
    return FUND_NAMES.get(fund, (f"{fund} 支付", ""))


def limit_words(limit: str, disease_zh: str = "") -> str:
    """The Chinese name of a limit: a fund's, the line, a ceiling of expense, a service's own or a disease's.

    disease_zh: what the disease is called; without it the disease stands there by its id.
    """
    if limit in LIMIT_NAMES:
        return LIMIT_NAMES[limit]
    service, _, kind = limit.partition(".")
    return {"limit": "本项限额", "ceiling": "费用上限", "": service}.get(kind, f"病种限额 {disease_zh or kind}")
