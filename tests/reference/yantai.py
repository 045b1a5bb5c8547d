"""What the two decrees of Yantai share: their days, and the line of an admission."""

from __future__ import annotations

from tests.reference.scheme import Case, carried_on, needed

FIRST_DAY, LAST_DAY = "2018-01-01", "2022-12-31"


def inpatient_line(case: Case, lines: dict[int, int]) -> int:
    """The line of one admission: once a year for oncology courses, counted on over a referral (12)."""
    line = lines[needed(case.part("provider").get("tier"), "provider.tier")]
    if case.part("episode").get("oncology_course") and case.part("year").get("oncology_deductible_taken"):
        line = 0
    return carried_on(case, line)
