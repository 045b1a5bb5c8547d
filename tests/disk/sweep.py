"""The sweep: one day of the terminal on a disk that fails at every operation in turn.

    python -m tests.disk.sweep power --seeds 8        one line of JSON: operations, runs, what went wrong
    python -m tests.disk.sweep power --normal         the canary: synchronous=NORMAL must lose what was told

Each run is two processes forked from this one: the first lives the day until its disk fails, the second takes up what
is left on it, lives the day again and compares. A third between them may fail while it takes up (`--again`).
"""

from __future__ import annotations

import argparse
import base64
import gc
import json
import os
import random
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlite_utils
from msgspec import Struct

from terminal.errors import InDoubt, TerminalError, Unavailable
from terminal.journal import store
from terminal.receipt.printer_library import builder_class
from tests.disk.box import Box
from tests.disk.faulty import CUT_STATUS, Fault, FaultyDisk, build

assert sqlite_utils  # Loaded once here, and not again in each forked process, as the printer's library below.

STOPPED_STATUS = 3
"""The terminal gave up with an error of its own, as it may on a disk that stays broken."""

DEFECT_STATUS = 4


class Result(Struct):
    """What a sweep found. bad: every run that is not as it must be.

    lost: runs in which something that was told is gone. betrayed: of these, those that a hash told before gives away.
    """

    operations: int
    runs: int = 0
    cut: int = 0
    stopped: int = 0
    finished: int = 0
    lost: int = 0
    betrayed: int = 0
    bad: list[str] = []


class Sweep:
    """Runs on one faulty disk. folder: empty, in memory."""

    def __init__(self, disk: FaultyDisk, folder: Path) -> None:
        self._disk = disk
        self._folder = folder

    def day(self, faults: list[Fault], again: list[Fault]) -> tuple[str, list[str]]:
        """One run: how the day ended, and what is wrong afterwards. again: faults while it is taken up."""
        home = self._folder / "run"
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir()
        told = home / "told"
        statuses = [forked(lambda fault=fault: self._live(home, told, fault)) for fault in [*faults, *again]]
        ended = {0: "finished", CUT_STATUS: "cut", STOPPED_STATUS: "stopped"}.get(statuses[0], "defect")
        wrong = [f"a defect: status {status}" for status in statuses if status not in (0, CUT_STATUS, STOPPED_STATUS)]
        checked = home / "wrong"
        if forked(lambda: self._check(home, told, checked)) != 0:
            wrong.append("the check did not end")
        return ended, wrong + (checked.read_text(encoding="utf-8").splitlines() if checked.exists() else [])

    def operations(self) -> int:
        """How many operations the day has when nothing fails.

        It is lived and checked in this process, so that each run finds loaded what a first day loads.
        """
        home = self._folder / "dry"
        home.mkdir()
        self._live(home, home / "told", Fault())
        count = self._disk.operations
        self._check(home, home / "told", home / "wrong")
        gc.collect()
        gc.freeze()
        return count

    def _live(self, home: Path, told: Path, fault: Fault) -> None:
        forget_shared_memory(home)
        self._disk.plan(fault)
        with told.open("ab", buffering=0) as heard:

            def tell(key: str, answer: bytes) -> None:
                heard.write(f"{key} {base64.b64encode(answer).decode()}\n".encode())

            box = _patiently(lambda: Box(home), fault)
            for place in range(len(box.steps(tell))):
                _patiently(lambda place=place: box.steps(tell)[place](), fault, box)
            box.journal.close()

    def _check(self, home: Path, told: Path, wrong: Path) -> None:
        forget_shared_memory(home)
        self._disk.plan(Fault())
        heard = {}
        for line in told.read_text(encoding="ascii").splitlines() if told.exists() else ():
            key, _, answer = line.partition(" ")
            heard[key] = base64.b64decode(answer)
        try:
            box = Box(home)
            anchors = [json.loads(answer)["journal_hash"] for key, answer in heard.items() if key.startswith("key-")]
            hashes = {row[0] for row in box.journal._connection.execute("SELECT hash FROM entries")}
            missing = ["anchor: a hash that was told is not in the chain"] if set(anchors) - hashes else []
            found = missing + box.wrong(heard)
        except (TerminalError, AssertionError, KeyError, IndexError) as error:
            found = [*(missing if "missing" in locals() else []), f"{type(error).__name__}: {error}"]
        wrong.write_text("".join(" ".join(line.split())[:300] + "\n" for line in found), encoding="utf-8")


def _patiently(step: Callable[[], Any], fault: Fault, box: Box | None = None) -> Any:
    """Do a step; after a failure that is over, once more, as a till would with the same key."""
    try:
        return step()
    except Unavailable:
        if fault.sticky:
            raise
        return step()
    except InDoubt:
        # Nobody knows whether it was written: only the next opening can tell.
        if fault.sticky or box is None:
            raise
        box.restart()
        return step()


def forget_shared_memory(home: Path) -> None:
    """What processes share of the log is in memory, and memory does not survive."""
    (home / "journal.db-shm").unlink(missing_ok=True)


def forked(work: Callable[[], None]) -> int:
    """Run in a process of its own; its status. An error of the terminal's own ends it with `STOPPED_STATUS`."""
    child = os.fork()
    if child == 0:
        status = DEFECT_STATUS
        try:
            work()
            status = 0
        except TerminalError:
            status = STOPPED_STATUS
        except BaseException:  # noqa: BLE001 the forked process ends here, and its status says that it was a defect
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def sweep(kind: str, seeds: int, step: int, sticky: bool, lies: bool, again: int) -> Result:
    """Every `step`-th operation with each seed; `again`: how many pairs with a second cut while it is taken up."""
    folder = Path(tempfile.mkdtemp(prefix="disk-", dir="/dev/shm"))
    try:
        builder_class()
        run = Sweep(FaultyDisk(build(folder)), folder)
        result = Result(run.operations())
        coins = random.Random(seeds)
        for seed in range(seeds):
            for at in range(1 + seed % step, result.operations + 1, step):
                fault = Fault(kind, at, sticky, lies, seed)  # type: ignore[arg-type]
                second = (
                    [Fault("power", coins.randrange(1, 40), seed=seed)] if again and coins.randrange(again) == 0 else []
                )
                _count(result, fault, run.day([fault], second))
        return result
    finally:
        shutil.rmtree(folder)


def _count(result: Result, fault: Fault, ended_and_wrong: tuple[str, list[str]]) -> None:
    ended, wrong = ended_and_wrong
    result.runs += 1
    if ended != "defect":
        setattr(result, ended, getattr(result, ended) + 1)
    if wrong:
        result.lost += any("told" in line for line in wrong)
        result.betrayed += any(line.startswith("anchor") for line in wrong)
        result.bad.append(f"{fault.kind} at {fault.at} seed {fault.seed}: {'; '.join(wrong)[:500]}")


def main() -> int:
    """Run one sweep from the command line."""
    parser = argparse.ArgumentParser(description="one day on a disk that fails at every operation")
    parser.add_argument("kind", choices=["power", "error", "full"])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--step", type=int, default=1, help="every n-th operation")
    parser.add_argument("--sticky", action="store_true", help="it stays broken")
    parser.add_argument("--lies", action="store_true", help="syncs that do nothing")
    parser.add_argument("--normal", action="store_true", help="the canary: synchronous=NORMAL")
    parser.add_argument("--again", type=int, default=0, help="one run in n has a second cut while it is taken up")
    options = parser.parse_args()
    if options.normal:
        store._PRAGMAS = tuple(
            ("synchronous", "NORMAL", 1) if name == "synchronous" else (name, wanted, expected)
            for name, wanted, expected in store._PRAGMAS
        )
    result = sweep(options.kind, options.seeds, options.step, options.sticky, options.lies, options.again)
    print(json.dumps({name: getattr(result, name) for name in result.__struct_fields__}))
    return 1 if result.bad else 0


if __name__ == "__main__":
    sys.exit(main())
