"""`python -m tests.kills KILLS=500 SEED=1 [LANES=card,till] [KEEP=folder]`: kill, then say what was found.

Status 1 where something is bad. KEEP: where a lane that found something leaves its files, to be looked into.
Two canaries, terminals that do one thing wrong (`spoilt.py`), must be found out. The last line is one line of JSON.
"""

from __future__ import annotations

import fcntl
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

from tests.conftest import LOCK_FILE
from tests.kills.lane import Figures, Lane, LaneName
from tests.kills.spoilt import CANARIES

CANARY_KILLS = 12
CANARY_TRIES_MAX = 4
"""A canary is found out where the kill meets the one moment that shows it: how soon, the machine's pace decides."""

MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None


def run_lane(name: LaneName, kills: int, seed: str, spoilt: str = "", keep: str = "") -> Figures:
    """One lane in a folder of its own, its files kept under `keep` where something is bad.

    The card service is had by one lane of the whole machine at a time.
    """
    with ExitStack() as stack:
        if name == "card":
            lock = stack.enter_context(LOCK_FILE.open("w", encoding="ascii"))
            fcntl.flock(lock, fcntl.LOCK_EX)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=MEMORY)))
        figures = stack.enter_context(Lane(name, folder, seed, spoilt, CANARIES.get(spoilt, ()))).run(kills)
        if figures.bad and keep:
            kept = Path(keep) / name
            kept.mkdir(parents=True, exist_ok=True)
            for path in folder.iterdir():
                if path.is_file():
                    shutil.copy(path, kept)
        return figures


def main(arguments: list[str]) -> int:
    """Run the lanes beside each other."""
    given = dict(argument.split("=", 1) for argument in arguments)
    kills, seed = int(given.get("KILLS", 500)), given.get("SEED", "1")
    names: list[LaneName] = given.get("LANES", "card,till").split(",")  # type: ignore[assignment]
    keep, began = given.get("KEEP", ""), time.perf_counter()
    with ProcessPoolExecutor(len(names)) as pool:
        lanes = [pool.submit(run_lane, name, -(-kills // len(names)), seed, "", keep) for name in names]
        figures = [lane.result() for lane in lanes]
    for name, one in zip(names, figures, strict=True):
        print(f"{name}: {asdict(one)}")
    bad = [line for one in figures for line in one.bad]
    canaries = {way: found_out(way, seed) for way in CANARIES}
    found = {"canaries": canaries, "seed": seed, "seconds": round(time.perf_counter() - began)}
    print(json.dumps(summary(figures) | found))
    return int(bool(bad) or not all(canaries.values()))


def found_out(way: str, seed: str) -> int:
    """How many findings a canary came to, in the first of a few lanes of kills that came to any."""
    lanes = (
        len(run_lane("till", CANARY_KILLS, f"{seed}.{more}" if more else seed, way).bad)
        for more in range(CANARY_TRIES_MAX)
    )
    return next((found for found in lanes if found), 0)


def summary(figures: list[Figures]) -> dict[str, object]:
    """All lanes together."""
    moments = sum((Counter(one.moments) for one in figures), Counter[str]())
    faults = sum((Counter(one.faults) for one in figures), Counter[str]())
    repaired = sum((Counter(one.repaired) for one in figures), Counter[str]())
    names = ("kills", "settlements", "voids", "days")
    sums: dict[str, object] = {name: sum(getattr(one, name) for one in figures) for name in names}
    bad = [line for one in figures for line in one.bad]
    met = {"moments": dict(moments), "faults": dict(faults), "repaired": dict(repaired)}
    return sums | met | {"bad": bad}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
