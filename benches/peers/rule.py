"""The rule that every engine is given, and random claims for it.

Yantai employees, inpatient, tier 3 (Measures of 2018, articles 11, 14, 18, 30): deductible 800.00; 80% to 5000.00, 85%
to 10000.00, 90% above, retirees 5 points more; the pool ends at 250000.00 a year; of what that leaves, large-amount aid
pays 90% up to 400000.00 a year; the account pays what remains. One rounding a fund, half up; where the cap bites, the
expense used up is the least whole fen that reaches it (settlement.md section 2). Amounts are fen, rates basis points.
"""

from __future__ import annotations

from random import Random
from typing import NamedTuple

LINE = 80_000
FIRST_TO = 500_000
SECOND_TO = 1_000_000
RATES = (8_000, 8_500, 9_000)
RETIREE_POINTS = 500
CAP = 25_000_000
AID_RATE = 9_000
AID_ROOM = 40_000_000
ONE = 10_000


class Claim(NamedTuple):
    """One claim. Fen, but `retired` is 0 or 1."""

    eligible: int
    pool_paid: int
    aid_paid: int
    retired: int
    balance: int


class Shares(NamedTuple):
    """Who pays what, in fen."""

    deductible: int
    pool: int
    aid: int
    account: int
    cash: int


def random_claims(count: int, seed: int = 20180101) -> list[Claim]:
    """Claims from a fixed seed, a tenth of them across the pool's cap."""
    random = Random(seed)
    claims = []
    for index in range(count):
        crosses = index % 10 == 0
        eligible = random.randint(200_000 if crosses else 0, 3_000_000)
        least_pool = (eligible - LINE) * 8 // 10
        paid = random.randint(CAP - least_pool + 1, CAP) if crosses else random.randint(0, CAP - 3_000_000)
        aid_paid = random.choice((0, 0, 0, random.randint(AID_ROOM - 1_000_000, AID_ROOM)))
        claims.append(Claim(eligible, paid, aid_paid, random.randint(0, 1), random.randint(0, 500_000)))
    random.shuffle(claims)
    return claims
