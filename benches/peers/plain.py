"""The rule in plain Python integers, and in `decimal` with yuan."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from benches.peers.rule import (
    AID_RATE,
    AID_ROOM,
    CAP,
    FIRST_TO,
    LINE,
    ONE,
    RATES,
    RETIREE_POINTS,
    SECOND_TO,
    Claim,
    Shares,
)


def by_int(claim: Claim) -> Shares:
    """Integers of fen; exact shares count basis points of a fen."""
    eligible, paid, aid_paid, retired, balance = claim
    line = min(eligible, LINE)
    points = RETIREE_POINTS if retired else 0
    pieces = (
        (max(0, min(eligible, FIRST_TO) - line), RATES[0] + points),
        (max(0, min(eligible, SECOND_TO) - max(line, FIRST_TO)), RATES[1] + points),
        (max(0, eligible - max(line, SECOND_TO)), RATES[2] + points),
    )
    room = max(0, CAP - paid) * ONE
    exact = used = 0
    for width, rate in pieces:
        if exact + width * rate > room:
            used += -((exact - room) // rate)
            exact = room
            break
        exact += width * rate
        used += width
    pool = (exact + ONE // 2) // ONE
    rest = eligible - line - used
    aid = min((rest * AID_RATE + ONE // 2) // ONE, max(0, AID_ROOM - aid_paid))
    personal = eligible - pool - aid
    account = min(balance, personal)
    return Shares(line, pool, aid, account, personal - account)


_FEN = Decimal("0.01")
_LINE, _FIRST, _SECOND = Decimal("800.00"), Decimal("5000.00"), Decimal("10000.00")
_RATES = (Decimal("0.80"), Decimal("0.85"), Decimal("0.90"))
_POINTS, _NO_POINTS, _ZERO = Decimal("0.05"), Decimal(0), Decimal(0)
_CAP, _AID_RATE, _AID_ROOM = Decimal("250000.00"), Decimal("0.90"), Decimal("400000.00")

DecimalClaim = tuple[Decimal, Decimal, Decimal, int, Decimal]


def in_yuan(claim: Claim) -> DecimalClaim:
    """The claim as decimals of yuan."""
    eligible, paid, aid_paid, retired, balance = claim
    return _yuan(eligible), _yuan(paid), _yuan(aid_paid), retired, _yuan(balance)


def by_decimal(claim: DecimalClaim) -> tuple[Decimal, ...]:
    """Decimals of yuan, rounded half up once a fund."""
    eligible, paid, aid_paid, retired, balance = claim
    line = min(eligible, _LINE)
    points = _POINTS if retired else _NO_POINTS
    pieces = (
        (max(_ZERO, min(eligible, _FIRST) - line), _RATES[0] + points),
        (max(_ZERO, min(eligible, _SECOND) - max(line, _FIRST)), _RATES[1] + points),
        (max(_ZERO, eligible - max(line, _SECOND)), _RATES[2] + points),
    )
    room = max(_ZERO, _CAP - paid)
    exact = used = _ZERO
    for width, rate in pieces:
        if exact + width * rate > room:
            used += ((room - exact) / rate).quantize(_FEN, ROUND_CEILING)
            exact = room
            break
        exact += width * rate
        used += width
    pool = exact.quantize(_FEN, ROUND_HALF_UP)
    rest = eligible - line - used
    aid = min((rest * _AID_RATE).quantize(_FEN, ROUND_HALF_UP), max(_ZERO, _AID_ROOM - aid_paid))
    personal = eligible - pool - aid
    account = min(balance, personal)
    return line, pool, aid, account, personal - account


def in_fen(shares: tuple[Decimal, ...]) -> Shares:
    """Decimal shares back as whole fen; they are whole by then."""
    return Shares(*(int(share * 100) for share in shares))


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)
