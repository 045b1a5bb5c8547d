"""The rows of the law that count for one kind of bill, and what these rows say alone, whatever the bill's amounts are.

Bills of one kind share one `Rows` (kinds.py): it holds nothing of a bill, and nothing in it changes once it is chosen;
what is worked out from it is kept with it.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from terminal.errors import Refused
from terminal.settlement.facts import Case
from terminal.settlement.pack import Pack, Service
from terminal.settlement.pack_rows import (
    AccountRow,
    BedRow,
    CapRow,
    CeilingRow,
    ClassRow,
    DeductibleRow,
    FundRow,
    LimitRow,
    PackageRow,
    PointsRow,
    ReductionsRow,
    ReliefRow,
    SegmentsRow,
    SelfPayRow,
)
from terminal.settlement.pooling import Reason
from terminal.settlement.result import Line, PolicyName
from terminal.settlement.shelf import Given


class Rows(Struct, eq=False):
    """The rows that count. `unanswered`: rule name → the refusal to raise a copy of, once the rule is reached.

    classes: in the order of the axis, lowest rate first (settlement.md section 3). relief: to be earned by the bill.
    notices_first, notices_last: the notices that stand before and after those of the bill itself.
    plans, lines: what plan.py and explain.py have made of these rows.
    """

    pack: Pack
    lapsed: bool
    ruleset: str
    service: Service
    reasons: list[Reason]
    deductible: DeductibleRow | None = None
    relief: ReliefRow | None = None
    ceiling: CeilingRow | None = None
    bed: BedRow | None = None
    segments: SegmentsRow | None = None
    points: PointsRow | None = None
    reductions: ReductionsRow | None = None
    classes: tuple[ClassRow, ...] = ()
    limit: LimitRow | None = None
    package: PackageRow | None = None
    cap: CapRow | None = None
    funds: tuple[FundRow, ...] = ()
    not_enrolled: tuple[FundRow, ...] = ()
    account: AccountRow | None = None
    account_left_out: AccountRow | None = None
    self_pay: tuple[SelfPayRow, ...] = ()
    given: list[Given] = []
    unanswered: dict[str, Refused] = {}
    policy_name: PolicyName = PolicyName("", "", "")
    pooled: bool = False
    counts_pool: bool = False
    whole: bool = False
    notices_first: list[str] = []
    notices_last: list[str] = []
    plans: dict[tuple[int, int], Any] = {}
    lines: dict[tuple[int, ...], Line] = {}

    def __post_init__(self) -> None:
        """Work out what the service alone decides: whether pooling takes part, whether what the pool pays counts into
        the year's cap, and whether a bill is paid as a whole, whatever its items are.
        """
        head = self.pack.policy
        self.policy_name = PolicyName(head.id, self.pack.version, head.title)
        self.pooled = not self.reasons
        self.counts_pool = self.ruleset in head.pool_paid_counts
        self.whole = self.service.method in ("shared-package", "bed-day")

    def write_notices(self) -> None:
        """Once all rows are chosen: why pooling takes no part, and funds that do not pay; supplements, left out."""
        head = self.pack.policy
        self.notices_first = [reason.notice for reason in self.reasons if reason.text]
        if self.lapsed:
            self.notices_first.append(f"lapsed: 政策已于 {head.effective_to} 到期，按配置延用 ({head.title})")
        for fund in self.not_enrolled:
            name = _FUND_NAMES[fund.fund]
            self.notices_first.append(f"not-enrolled: 未参加{name}，该基金不支付 ({fund.cite})")
        for given in self.given:
            source = given.supplement.supplement
            code = "illustrative-supplement" if source.illustrative else "supplement"
            self.notices_last.append(f"{code}: 使用补充参数 ({source.source})")
        if self.pooled:
            left_out = (one for one in self.pack.left_out if self.ruleset in one.services)
            self.notices_last.extend(f"left-out: {one.text} ({one.cite})" for one in left_out)


class Selection(Struct, frozen=True):
    """One bill under its scheme, and the rows that count for it."""

    case: Case
    rows: Rows


_FUND_NAMES = {"large_amount": "大额救助金", "major_illness": "大病保险", "medical_assistance": "医疗救助"}
