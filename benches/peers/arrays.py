"""The rule on NumPy arrays of int64: the formulas that the OpenFisca peer uses too."""

from __future__ import annotations

from typing import Any

import numpy as np

from benches.peers.rule import AID_RATE, AID_ROOM, CAP, FIRST_TO, LINE, ONE, RATES, RETIREE_POINTS, SECOND_TO, Claim

CHUNK = 16_384
Array = Any


def columns_of(claims: list[Claim]) -> list[Array]:
    """One contiguous int64 array a field."""
    return [np.array(column, dtype=np.int64) for column in zip(*claims, strict=True)]


def pool_of(eligible: Array, line: Array, paid: Array, retired: Array) -> tuple[Array, Array]:
    """What the pool pays, and the expense that it uses up."""
    points = np.where(retired, RETIREE_POINTS, 0)
    one, two, three = (rate + points for rate in RATES)
    first = np.maximum(0, np.minimum(eligible, FIRST_TO) - line)
    second = np.maximum(0, np.minimum(eligible, SECOND_TO) - FIRST_TO)
    third = np.maximum(0, eligible - SECOND_TO)
    to_first, to_second = first * one, first * one + second * two
    exact = to_second + third * three
    room = np.maximum(0, CAP - paid) * ONE
    used = np.where(
        exact <= room,
        first + second + third,
        np.where(
            to_first > room,
            -(-room // one),
            np.where(to_second > room, first - (to_first - room) // two, first + second - (to_second - room) // three),
        ),
    )
    return (np.minimum(exact, room) + ONE // 2) // ONE, used


def by_numpy(columns: list[Array]) -> list[Array]:
    """All rows at once."""
    eligible, paid, aid_paid, retired, balance = columns
    line = np.minimum(eligible, LINE)
    pool, used = pool_of(eligible, line, paid, retired)
    rest = eligible - line - used
    aid = np.minimum((rest * AID_RATE + ONE // 2) // ONE, np.maximum(0, AID_ROOM - aid_paid))
    personal = eligible - pool - aid
    account = np.minimum(balance, personal)
    return [line, pool, aid, account, personal - account]


def by_numpy_in_chunks(columns: list[Array]) -> list[Array]:
    """Chunks that stay in the cache."""
    count = len(columns[0])
    results = [np.empty(count, dtype=np.int64) for _ in range(5)]
    for start in range(0, count, CHUNK):
        for result, part in zip(results, by_numpy([column[start : start + CHUNK] for column in columns]), strict=True):
            result[start : start + CHUNK] = part
    return results
