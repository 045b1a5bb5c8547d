"""Whether pooling takes part in a bill, and if not, why: each reason with its article (settlement-rules.md 5.3)."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import UNSET

from terminal.errors import Refused
from terminal.settlement.facts import Case, holds
from terminal.settlement.not_advanced import OFFLINE_LIMIT
from terminal.settlement.pack import Pack, Service

_STATUS = {
    "waiting": "等待期内，统筹基金暂不支付",
    "arrears": "欠缴期间统筹基金暂停支付",
    "suspended": "待遇已暂停，统筹基金和个人账户均不支付",
    "none": "无有效参保待遇，统筹基金不支付",
    "unverified": "待遇未能核实，统筹基金暂不支付",
}
_EXCLUSION = {
    "work-injury": "应由工伤保险支付，统筹基金不支付",
    "third-party": "应由第三人负担，统筹基金不支付",
    "public-health": "应由公共卫生负担，统筹基金不支付",
    "disaster": "自然灾害等所致，统筹基金不支付",
    "abroad": "境外就医，统筹基金不支付",
    "check-up": "健康体检，统筹基金不支付",
    "during-stay": "住院期间违规发生的门诊费用，统筹基金不支付",
    "no-receipt": "异地费用无原始收费票据，统筹基金不支付",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason why pooling takes no part: a notice code, Chinese text, and the article.

    Without a text it is a limit of the time without the center: the bill tells which, and no article knows it.
    """

    code: str
    text: str
    cite: str

    @property
    def notice(self) -> str:
        """`code: text (article)`, as the settlement shows it."""
        return f"{self.code}: {self.text} ({self.cite})"


POOLING_PLACES = (
    "entitlement.status",
    "provider.designated",
    "provider.emergency",
    "provider.qualified",
    "provider.kind",
    "episode.exclusion",
)
"""What `reasons_against` reads of a bill beside a pack's `when`s and `is_pool_held_back`; of a chronic bill also
`recognised_as`."""


def recognised_as(case: Case) -> object:
    """Where the bill's disease stands among the recognised ones: all that recognition can depend on."""
    disease, recognised = case.bill.episode.disease, case.bill.patient.chronic_diseases
    return bool(disease), bool(recognised), recognised.index(disease) if disease in recognised else None


def is_pool_held_back(case: Case) -> bool:
    """Whether the pool pays nothing because the center is away."""
    held_back = case.bill.not_advanced
    return held_back is not UNSET and held_back.pool is not UNSET


def designated(case: Case, pack: Pack) -> bool:
    """Whether the provider counts as designated: emergency care makes up for it where the decree says so."""
    provider = case.bill.provider
    return provider.designated or (provider.emergency and pack.conditions.emergency_makes_up)


def reasons_against(case: Case, pack: Pack, service: Service) -> list[Reason]:
    """Why pooling takes no part in this bill; empty where it does."""
    bill, conditions = case.bill, pack.conditions
    undesignated = Reason("not-designated", "非定点机构，统筹基金和个人账户均不支付", conditions.designation)
    if not service.pooled:
        reason = Reason("not-pooled", "本项服务不属于统筹基金支付范围", service.cite)
        return [reason] if designated(case, pack) else [reason, undesignated]
    reasons = []
    held_back = is_pool_held_back(case)
    if bill.entitlement.status != "active" and not held_back:
        text = _STATUS[bill.entitlement.status]
        suspended = bill.entitlement.status == "suspended" and conditions.suspension
        reasons.append(Reason("not-pooled", text, suspended or conditions.entitlement))
    if not designated(case, pack):
        reasons.append(undesignated)
    if not bill.provider.qualified:
        reasons.append(
            Reason("not-qualified", "该机构无相应服务资格或未签约，统筹基金不支付", conditions.qualification)
        )
    if service.provider_kinds and bill.provider.kind not in service.provider_kinds:
        reasons.append(Reason("not-qualified", "不在规定类别的定点机构，统筹基金不支付", service.cite))
    if bill.episode.exclusion:
        reasons.append(Reason("excluded", _EXCLUSION[bill.episode.exclusion], conditions.exclusion))
    for row in service.excludes:
        if not reasons and holds(row.when, case, pack.policy.id):
            reasons.append(Reason(row.code, f"{row.text}，统筹基金不支付", row.cite))
    if not reasons:
        reasons.extend(_recognition(case, pack, service))
    if not reasons and held_back:
        reasons.append(Reason(OFFLINE_LIMIT, "", ""))
    return reasons


def _recognition(case: Case, pack: Pack, service: Service) -> list[Reason]:
    """A chronic disease counts when it is among the recognised ones; an empty list is not checked (5.1)."""
    if case.bill.service != "chronic":
        return []
    if not case.bill.episode.disease:
        raise Refused("missing-fact", "a chronic bill names its disease", "慢性病结算须填写病种", "episode.disease")
    recognised = case.bill.patient.chronic_diseases
    if not recognised:
        return []
    for row in service.recognition:
        if holds(row.when, case, pack.policy.id):
            counted = recognised[: row.first] if row.first else recognised
            if case.bill.episode.disease not in counted:
                return [Reason("not-recognised", "该病种未认定或不在可享受的病种内，统筹基金不支付", row.cite)]
            break
    return []
