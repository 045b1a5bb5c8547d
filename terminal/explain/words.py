"""The words of the explanation in Chinese and English. A word that is not in a table is shown as it is."""

from __future__ import annotations

from typing import Literal

Language = Literal["zh", "en"]

PAYERS = {
    "pool": ("统筹基金", "pooled fund"),
    "large_amount": ("大额医疗补助", "large-amount aid"),
    "major_illness": ("大病保险", "major illness"),
    "medical_assistance": ("医疗救助", "assistance"),
    "account": ("个人账户", "account"),
    "cash": ("现金", "cash"),
    "provider": ("医疗机构", "provider"),
}
PARTS = {
    "unpooled": ("统筹不支付", "not pooled"),
    "deductible": ("起付线以下", "deductible"),
    "segment": ("分段报销", "segment"),
    "fixed": ("定额", "fixed sum"),
    "package": ("包干", "package"),
    "co_payment": ("分段个人负担", "co-payment"),
    "aid": ("补助", "aid"),
    "over_cap": ("超封顶线", "above the cap"),
    "prior_self_pay": ("先行自付", "prior self-pay"),
    "over_limit": ("超限价自费", "above the price limit"),
    "out_of_catalogue": ("全自费", "out of catalogue"),
}
"""Parts of a settlement's lines, in the order in which the page tells them."""

OFF_AXIS = ("prior_self_pay", "over_limit", "out_of_catalogue")
"""Parts that are no eligible expense and so stand beside the axis."""

SERVICES = {
    "inpatient": ("住院", "inpatient"),
    "emergency": ("门急诊", "emergency"),
    "outpatient": ("普通门诊", "outpatient"),
    "chronic": ("门诊慢性病", "chronic disease"),
    "special-drug": ("门诊特殊用药", "special drugs"),
    "pharmacy": ("药店购药", "pharmacy"),
    "maternity": ("生育", "maternity"),
    "accident": ("意外伤害门诊", "accident"),
    "bed-day": ("床日付费", "bed-days"),
    "limited-price": ("限价病种", "limited price"),
}
LIMITS = {
    **{fund: (f"{zh}年度限额", f"{en}, yearly") for fund, (zh, en) in PAYERS.items()},
    "deductible": ("起付线", "deductible line"),
}
RULES_WITHOUT_ARTICLE = {"pooling.offline-limit": ("脱网限额", "offline limit")}
_KINDS_OF_LIMIT = {"limit": ("本项限额", "limit"), "ceiling": ("费用上限", "ceiling of expense")}
_HEADINGS = {
    "title": ("医疗费用结算说明", "Who pays this bill, and why"),
    "tier": ("{}级医疗机构", "tier {} provider"),
    "total": ("医疗费总额", "total"),
    "eligible": ("政策范围内费用", "eligible expense"),
    "made_of": ("费用构成（元）", "What the bill is made of (yuan)"),
    "axis": ("政策范围内费用 {} 元，由谁支付", "Eligible expense {} yuan: who pays which stretch"),
    "beside": ("政策范围外", "Beside it"),
    "payers": ("各方支付合计", "What each payer pays"),
    "limits": ("限额与剩余", "Limits, and what is left"),
    "articles": ("依据", "Articles"),
    "notices": ("提示", "Notices"),
    "from_to": ("区间", "stretch"),
    "part": ("项目", "part"),
    "base": ("基数", "base"),
    "rate": ("比例", "rate"),
    "amount": ("金额", "amount"),
    "payer": ("支付方", "payer"),
    "cite": ("依据", "article"),
    "limit": ("限额", "limit"),
    "left": ("剩余", "left"),
    "year": ("年累计 ", "year's "),
    "supplied": ("（补充参数：{}）", " (supplement: {})"),
    "own": ("个人", "patient"),
    "fund": ("基金", "fund"),
    "surplus": ("医疗机构结余", "provider's surplus"),
    "widened": ("窄段已加宽，宽度不成比例", "narrow stretches are drawn wider than to scale"),
    "to_scale": ("宽度按费用、高度按比例", "width to scale of expense, height of share"),
    "illustrative": ("含示例参数，非法规", "rests on illustrative values, not law"),
}


def pick(pair: tuple[str, str], language: Language) -> str:
    """One of a pair of Chinese and English."""
    return pair[0] if language == "zh" else pair[1]


def heading(key: str, language: Language, value: str = "") -> str:
    """A heading or a column's name; `{}` in it is replaced by `value`."""
    return pick(_HEADINGS[key], language).replace("{}", value)


def payer_name(payer: str, language: Language) -> str:
    """Who pays; a further fund that a center names keeps its name."""
    return pick(PAYERS.get(payer, (payer, payer)), language)


def part_name(part: str, language: Language) -> str:
    """A part of the explanation."""
    return pick(PARTS.get(part, (part, part)), language)


def service_name(service: str, language: Language) -> str:
    """A service of the contract."""
    return pick(SERVICES.get(service, (service, service)), language)


def limit_name(limit: str, language: Language, disease_zh: str = "") -> str:
    """A limit of the settlement: a fund's, the line, a ceiling, a service's own, or a disease's.

    disease_zh: the Chinese name of the disease; without it, and in English, it stands there by its id.
    """
    if limit in LIMITS:
        return pick(LIMITS[limit], language)
    service, _, kind = limit.partition(".")
    named = _KINDS_OF_LIMIT.get(kind, (f"病种限额 {disease_zh or kind}", f"limit of {kind}"))
    return f"{service_name(service, language)} {pick(named, language)}"


def printable(text: str) -> str:
    """Foreign text without control and format characters: they could command a screen or break a picture."""
    return "".join(character for character in text if character.isprintable())
