"""Many seeds at once, over processes: the same outcomes in the same order as one after the other."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

from tests.simulation.run import Outcome, run


def run_all(seeds: Iterable[int], steps: int, settlements: int = 0, jobs: int = 1, rush: bool = False) -> list[Outcome]:
    """See `run`; jobs: how many processes share the seeds."""
    work = partial(run, steps=steps, settlements=settlements, rush=rush)
    names = [str(seed) for seed in seeds]
    if jobs == 1:
        return [work(name) for name in names]
    # A forked child would inherit SQLite's connections and locks.
    with ProcessPoolExecutor(jobs, get_context("spawn"), initializer=_take_modules_as_given) as pool:
        return list(pool.map(work, names))


def _take_modules_as_given() -> None:
    """What stays for good is not looked through for garbage again and again."""
    gc.collect()
    gc.freeze()


def reached_by(outcomes: Iterable[Outcome]) -> Counter[str]:
    """What all of them together came to, bucket by bucket."""
    return sum((one.reached for one in outcomes), Counter[str]())


def said(outcomes: list[Outcome]) -> str:
    """The figures of a run, for whoever reads the log."""
    figures = [f"{len(outcomes)} seeds"]
    figures += [f"{sum(getattr(one, name) for one in outcomes)} {name}" for name in ("steps", "settlements", "voids")]
    figures += [f"{sum(one.crashes for one in outcomes)} crashes", f"{sum(one.lost_fen for one in outcomes)} fen lost"]
    return ", ".join(figures) + f", longest recovery {max(one.rounds for one in outcomes)} rounds"
