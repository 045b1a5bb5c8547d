"""`python -m tests.simulation SEED=1 STEPS=200 SEEDS=10 JOBS=2`: simulate, print what was reached, fail if found."""

from __future__ import annotations

import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from tests.simulation.run import Outcome, run


def main(arguments: list[str]) -> int:
    """Simulate; 0 where nothing was found."""
    given = dict(argument.split("=", 1) for argument in arguments)
    first, seeds = int(given.get("SEED", 1)), int(given.get("SEEDS", 1))
    steps, settlements = int(given.get("STEPS", 200)), int(given.get("SETTLEMENTS", 0))
    began = time.perf_counter()
    work = partial(run, steps=steps, settlements=settlements)
    names = [str(seed) for seed in range(first, first + seeds)]
    jobs = int(given.get("JOBS", 1))
    if jobs > 1:
        with ProcessPoolExecutor(jobs) as pool:
            outcomes = list(pool.map(work, names, chunksize=4))
    else:
        outcomes = [work(name) for name in names]
    report(outcomes)
    print(f"{time.perf_counter() - began:.1f} s")
    return int(any(one.finding for one in outcomes))


def report(outcomes: list[Outcome]) -> None:
    """What all seeds together came to."""
    reached = sum((one.reached for one in outcomes), Counter[str]())
    for name in sorted(reached):
        print(f"{reached[name]:8}  {name}")
    for one in outcomes:
        if one.finding:
            print(f"seed {one.seed}, step {one.steps}: {one.finding}")
    print(
        f"{len(outcomes)} seeds, {sum(one.steps for one in outcomes)} steps,"
        f" {sum(one.settlements for one in outcomes)} settlements, {sum(one.voids for one in outcomes)} voids,"
        f" {sum(one.crashes for one in outcomes)} crashes, {sum(one.lost_fen for one in outcomes)} fen lost,"
        f" longest recovery {max(one.rounds for one in outcomes)} rounds"
    )
    if len(outcomes) == 1:
        print(f"hash {outcomes[0].hash}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
