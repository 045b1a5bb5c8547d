"""Whatever breaks: nothing is lost, nothing is paid twice, and everything comes to its end. Seeds of CI's size."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.simulation.__main__ import never_reached
from tests.simulation.fleet import reached_by, run_all, said
from tests.simulation.histogram import WANTED, WANTED_OF_RUSH, empty_buckets
from tests.simulation.run import Outcome, run

SEEDS = int(os.environ.get("SIMULATION_SEEDS", "100"))
STEPS = int(os.environ.get("SIMULATION_STEPS", "100"))
ROOT = Path(__file__).parents[2]
RUSH_SEEDS, RUSH_STEPS = range(1, 9), 80


def _kept() -> list[tuple[str, int, bool]]:
    text = (Path(__file__).parent / "failing_seeds.txt").read_text(encoding="utf-8")
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return [(seed, int(steps), "rush" in rest) for seed, steps, *rest in lines]


KEPT = _kept()


def test_every_seed_ends_with_the_same_books_on_both_sides_and_reaches_everything() -> None:
    """10,000 steps: no invariant falls, not a fen is lost, and no state, error, fault or boundary is left out."""
    outcomes = run_all(range(1, SEEDS + 1), STEPS, jobs=os.cpu_count() or 1)
    assert [f"seed {one.seed}: {one.finding}" for one in outcomes if one.finding] == []
    print(f"\n{said(outcomes)}")
    assert sum(one.lost_fen for one in outcomes) == 0
    assert sum(one.steps for one in outcomes) >= 10_000
    assert empty_buckets(reached_by(outcomes)) == []


def test_rush_hours_end_with_the_same_books_on_both_sides() -> None:
    """Bill after bill, many of one person without a new look at the card, while queues grow behind the counter."""
    outcomes = [run(str(seed), RUSH_STEPS, rush=True) for seed in RUSH_SEEDS]
    assert [f"seed {one.seed}: {one.finding}" for one in outcomes if one.finding] == []
    assert sum(one.lost_fen for one in outcomes) == 0
    assert empty_buckets(reached_by(outcomes), WANTED_OF_RUSH) == []


def test_a_run_that_came_nowhere_is_told_so() -> None:
    """What a run of many seeds should have come to is named, and rush hours only where there should have been some."""
    assert set(never_reached([Outcome("1")], rush=True)) == {*WANTED, *WANTED_OF_RUSH}
    assert never_reached([Outcome("1", reached=Counter(WANTED))], rush=False) == []


@pytest.mark.parametrize(("seed", "steps", "rush"), KEPT)
def test_a_seed_that_once_found_something_finds_nothing(seed: str, steps: int, rush: bool) -> None:
    """The worlds in which a defect was found stay in the tests."""
    assert run(seed, steps, rush=rush).finding == ""


def test_one_seed_is_one_world() -> None:
    """The same seed in two processes that hash texts differently comes to the same hash; another seed to another."""
    program = "from tests.simulation.run import run; print(run('7', 120).hash)"

    def hash_with(hash_seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    assert hash_with("1") == hash_with("2") == run("7", 120).hash != run("8", 120).hash
