"""`python -m tests.simulation SEED=1 STEPS=200 SEEDS=10 JOBS=2`: simulate, print what was reached, fail if found.

SETTLEMENTS=100 ends a seed as soon as its till was told so many, however few STEPS that took. RUSH=1 adds rush hours,
which make other worlds of the same seeds. CANARY=name plants a known bug (`canaries`), and ends with the seed that
finds it. A run of a hundred seeds and more also fails where something was never reached (`histogram`).
"""

from __future__ import annotations

import sys
import time

from tests.simulation.canaries import found_by
from tests.simulation.fleet import reached_by, run_all, said
from tests.simulation.histogram import WANTED, WANTED_OF_RUSH, empty_buckets
from tests.simulation.run import Outcome

STEPS, STEPS_FOR_EACH_SETTLEMENT = 200, 20
HISTOGRAM_SEEDS_MIN = 100


def main(arguments: list[str]) -> int:
    """Simulate; 0 where nothing was found."""
    given = dict(argument.split("=", 1) for argument in arguments)
    first, settlements = int(given.get("SEED", 1)), int(given.get("SETTLEMENTS", 0))
    steps = int(given.get("STEPS") or STEPS_FOR_EACH_SETTLEMENT * settlements or STEPS)
    began = time.perf_counter()
    seeds, rush = range(first, first + int(given.get("SEEDS", 1))), given.get("RUSH") == "1"
    if canary := given.get("CANARY"):
        outcomes = found_by(canary, seeds, steps)
    else:
        outcomes = run_all(seeds, steps, settlements, int(given.get("JOBS", 1)), rush)
    report(outcomes)
    empty = [] if canary or len(seeds) < HISTOGRAM_SEEDS_MIN else never_reached(outcomes, rush)
    for name in empty:
        print(f"never reached: {name}")
    print(said(outcomes))
    print(f"{time.perf_counter() - began:.1f} s")
    return int(bool(empty) or any(one.finding for one in outcomes))


def never_reached(outcomes: list[Outcome], rush: bool) -> list[str]:
    """What a run of many seeds should have come to, and did not."""
    return empty_buckets(reached_by(outcomes), (*WANTED, *WANTED_OF_RUSH) if rush else WANTED)


def report(outcomes: list[Outcome]) -> None:
    """What all seeds together came to."""
    for name, count in sorted(reached_by(outcomes).items()):
        print(f"{count:8}  {name}")
    for one in outcomes:
        if one.finding:
            print(f"seed {one.seed}, step {one.steps}: {one.finding}")
    if len(outcomes) == 1:
        print(f"hash {outcomes[0].hash}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
