"""The doctor's report on paper: what was checked of the terminal, what was found, what to do."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from terminal.receipt.blocks import Block, Document, Pair, Paragraph, Rule
from terminal.receipt.forms import Forms, standard_forms
from terminal.receipt.frame import Builders, compose

Verdict = Literal["good", "warning", "fault", "unknown"]

_WORDS = {"good": "正常 good", "warning": "注意 WARNING", "fault": "故障 FAULT", "unknown": "不明 UNKNOWN"}
_ORDER: tuple[Verdict, ...] = ("fault", "unknown", "warning", "good")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. detail: a line for the engineer; remedy: what to do. No personal data."""

    name: str
    verdict: Verdict
    detail: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """One visit of the doctor. terminal_id: whose; checks in the order in which they were made."""

    terminal_id: str
    version: str
    printed_at: dt.datetime
    checks: tuple[Check, ...]
    mark: str = ""

    @property
    def verdict(self) -> Verdict:
        """The worst of the checks; what is not known is worse than a warning. Nothing checked: unknown."""
        found = {check.verdict for check in self.checks}
        return next((verdict for verdict in _ORDER if verdict in found), "unknown")


def doctor_report(report: DoctorReport, forms: Forms | None = None) -> Document:
    """The report as a document: every check with its verdict, what is not good with its remedy."""
    forms = forms or standard_forms()
    own: Builders = {
        "printed": lambda: [
            forms.pair("printed_at", report.printed_at.strftime("%Y-%m-%d %H:%M:%S")),
            Paragraph(f"terminal {report.version}"),
            Rule(),
        ],
        "checks": lambda: [*(block for check in report.checks for block in _check(check)), Rule()],
        "verdict": lambda: [forms.total("verdict", _WORDS[report.verdict])],
    }
    return compose(forms.doctor, report.terminal_id, [report.mark], own)


def _check(check: Check) -> list[Block]:
    return [
        Pair(check.name, _WORDS[check.verdict]),
        *([Paragraph(check.detail, indent=2)] if check.detail else []),
        *([Paragraph(f"→ {check.remedy}", indent=2)] if check.remedy and check.verdict != "good" else []),
    ]
