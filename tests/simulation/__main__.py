"""`python -m tests.simulation SEED=1 STEPS=200 SEEDS=10 JOBS=2`: simulate, print what was reached, fail if found.

SETTLEMENTS=100 ends a seed as soon as its till was told so many, however few STEPS that took. CANARY=name plants a
known bug (`canaries`), and ends with the seed that finds it.
"""

from __future__ import annotations

import sys
import time

from tests.simulation.canaries import found_by
from tests.simulation.fleet import reached_by, run_all, said
from tests.simulation.run import Outcome

STEPS, STEPS_FOR_EACH_SETTLEMENT = 200, 20


def main(arguments: list[str]) -> int:
    """Simulate; 0 where nothing was found."""
    given = dict(argument.split("=", 1) for argument in arguments)
    first, settlements = int(given.get("SEED", 1)), int(given.get("SETTLEMENTS", 0))
    steps = int(given.get("STEPS") or STEPS_FOR_EACH_SETTLEMENT * settlements or STEPS)
    began = time.perf_counter()
    seeds = range(first, first + int(given.get("SEEDS", 1)))
    if canary := given.get("CANARY"):
        outcomes = found_by(canary, seeds, steps)
    else:
        outcomes = run_all(seeds, steps, settlements, int(given.get("JOBS", 1)))
    report(outcomes)
    print(f"{time.perf_counter() - began:.1f} s")
    return int(any(one.finding for one in outcomes))


def report(outcomes: list[Outcome]) -> None:
    """What all seeds together came to."""
    for name, count in sorted(reached_by(outcomes).items()):
        print(f"{count:8}  {name}")
    for one in outcomes:
        if one.finding:
            print(f"seed {one.seed}, step {one.steps}: {one.finding}")
    print(said(outcomes))
    if len(outcomes) == 1:
        print(f"hash {outcomes[0].hash}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
