"""乌兰察布市职工大额医疗互助基金 (32): half of the co-payment once the pool has paid 50,000, 80% above its cap."""

from __future__ import annotations

from tests.reference.amounts import ONE, half_up, percent
from tests.reference.scheme import Case, Split, walked_split
from tests.reference.walk import Walked, least_place, share_up_to

POOL_CAP = 26_000_000
LARGE_AMOUNT_CAP = 12_000_000
AID_BEGINS_AT = 5_000_000


def with_aid(case: Case, walked: Walked, aided: bool = True, stay: bool = False) -> Split:
    """Stack the aid on a walk. `aided`: what is above the room goes to the aid; `stay`: 32(1) applies too."""
    co_payment = _aided_co_payment(case, walked) if stay else 0
    return walked_split(case, walked, large_amount=aid(case, walked.unused if aided else 0, co_payment))


def aid(case: Case, above_the_cap: int, co_payment: int = 0) -> int:
    """Half of `co_payment` (ten-thousandths of a fen) and 80% of the fen above the cap, at most 120,000 a year."""
    if not case.part("patient").get("large_amount_enrolled", True):
        return 0
    exact = co_payment + 2 * percent(80) * above_the_cap
    return min(half_up(exact, 2 * ONE), case.room(LARGE_AMOUNT_CAP, "large_amount_paid"))


def _aided_co_payment(case: Case, walked: Walked) -> int:
    """The exact co-payment beyond the fen with which the pool's payments of the year reach 50,000."""
    end = walked.deductible + walked.used
    missing = AID_BEGINS_AT - case.fen("year", "pool_paid")
    place = walked.deductible
    if missing > 0:
        place = least_place(walked.pieces, missing * ONE, walked.deductible, end)
    if place > end:
        return 0
    return (end - place) * ONE - (walked.share - share_up_to(walked.pieces, place))
