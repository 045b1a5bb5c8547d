"""Journals of every older schema are brought up to date, and the power goes, or the disk fails, at each operation.

    python -m tests.disk.migrations [--seeds 8] [--step 1]      one line of JSON
    python -m tests.disk.migrations --torn                      the canary: steps that are not whole must be found out

An old journal is made by the steps that there were then, with two settlements in it, their messages and papers. After
any cut the next start finds every row as it was and the schema whole; half of the runs are cut again in that start.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import sqlite_utils

from terminal.clock import SetClock
from terminal.journal import schema, store
from terminal.journal.chain import first_hash, next_hash
from terminal.journal.journal import Journal
from terminal.journal.migrate import applied_steps, migrate
from terminal.settlement.codec import encode
from tests.counter.counter_parts import MORNING, STAY, purchase
from tests.disk.box import Box
from tests.disk.faulty import CUT_STATUS, Fault, FaultyDisk, build
from tests.disk.sweep import STOPPED_STATUS, forget_shared_memory, forked

assert sqlite_utils  # Loaded once for all runs: a migration needs it.
TERMINAL_ID = "T1"
TABLES = ("settlements", "outbox", "print_jobs", "keys", "counters")
"""What the first schema knew of a settlement, beside its entry, and the counters that its numbers came from."""

Rows = dict[str, list[dict[str, Any]]]


def sold(folder: Path) -> Rows:
    """Two settlements of today's program as the first schema would have kept them: entries and the rows beside them."""
    box = Box(folder)
    told: dict[str, bytes] = {}
    box.settle(1, STAY, told.__setitem__)
    box.settle(2, purchase("120.00"), told.__setitem__)
    box.journal.close()
    box.books.close()
    with closing(sqlite3.connect(folder / "journal.db")) as connection:
        connection.row_factory = sqlite3.Row
        found = {name: [dict(row) for row in connection.execute(f"SELECT * FROM {name}")] for name in TABLES}
        entries = [dict(row) for row in connection.execute("SELECT * FROM entries ORDER BY number")]
    return found | _chained(entries, found)


def _chained(entries: list[dict[str, Any]], rows: Rows) -> Rows:
    """The entries of settlements alone, numbered and hashed anew; what names an entry or a hash follows."""
    previous, kept = first_hash(TERMINAL_ID), []
    for entry in entries:
        facts = msgspec.json.decode(entry["body"])
        if facts["kind"] != "settlement":
            continue
        number = len(kept) + 1
        body = encode(facts | {"number": number})
        previous = next_hash(previous, body)
        for row in [*rows["settlements"], *rows["keys"]]:
            if row["entry"] == entry["number"]:
                row["entry"] = number
        for row in rows["keys"]:
            row["answer"] = bytes(row["answer"]).replace(entry["hash"].encode(), previous.encode())
        kept.append({"number": number, "hash": previous, "body": body})
    return {"entries": kept}


def old_journal(path: Path, steps: int, rows: Rows) -> None:
    """A journal after the first `steps` steps of the schema, with these rows as far as it has their columns."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        migrate(connection, dict(islice(schema.STEPS.items(), steps)))
        connection.execute("INSERT INTO store VALUES ('terminal_id', ?)", (TERMINAL_ID,))
        for table in ("entries", *TABLES):
            known = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            for row in rows[table]:
                names = [name for name in known if name in row]
                marks = ", ".join("?" * len(names))
                values = [row[name] for name in names]
                connection.execute(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", values)


def state_of(path: Path) -> tuple[list[str], dict[str, list[tuple[Any, ...]]]]:
    """The schema's words, and every row of the first tables in the columns that the first schema had."""
    columns = {
        "entries": "number, hash, body",
        "settlements": "entry, id, total, account, cash, state",
        "outbox": "message_id, settlement_id, state, attempts",
        "print_jobs": "document, subject, copy, state",
        "keys": "key, request_digest, entry, answer",
    }
    with closing(sqlite3.connect(path)) as connection:
        words = [row[0] for row in connection.execute("SELECT sql FROM sqlite_schema WHERE sql <> '' ORDER BY sql")]
        rows = {name: connection.execute(f"SELECT {what} FROM {name}").fetchall() for name, what in columns.items()}
    return words, rows


def wrong(path: Path, old: dict[str, list[tuple[Any, ...]]], fresh: list[str]) -> list[str]:
    """Open the journal without faults, and say what is not as it was, or not as in a new one."""
    with Journal.open(path, TERMINAL_ID, SetClock(MORNING)) as journal:
        found = journal.verify()
    words, rows = state_of(path)
    found += [f"{name} is not as it was" for name in rows if rows[name] != old[name]]
    return found + (["the schema is another than a new journal's"] if words != fresh else [])


def sweep(seeds: int, step: int) -> dict[str, Any]:
    """Every older schema, every `step`-th operation of its opening, cut and failing once, with each seed."""
    folder = Path(tempfile.mkdtemp(prefix="migrations-", dir="/dev/shm"))
    result: dict[str, Any] = {"journals": 0, "runs": 0, "cut": 0, "stopped": 0, "again": 0, "bad": []}
    try:
        (folder / "box").mkdir()
        rows = sold(folder / "box")
        Journal.open(folder / "new.db", TERMINAL_ID, SetClock(MORNING)).close()
        fresh, _ = state_of(folder / "new.db")
        disk = FaultyDisk(build(folder))
        for steps in range(1, len(schema.STEPS)):
            result["journals"] += 1
            _sweep_one(disk, folder, steps, rows, fresh, seeds, step, result)
        return result
    finally:
        shutil.rmtree(folder)


def _sweep_one(
    disk: FaultyDisk, folder: Path, steps: int, rows: Rows, fresh: list[str], seeds: int, step: int, result: Any
) -> None:
    source = folder / f"{steps}.db"
    old_journal(source, steps, rows)
    _, old = state_of(source)
    operations = _operations(disk, folder, source)
    coins = random.Random(steps)
    for seed in range(seeds):
        for at in range(1 + seed % step, operations + 1, step):
            for kind in ("power", "error"):
                faults = [Fault(kind, at, seed=seed)]  # type: ignore[arg-type]
                if coins.randrange(2):
                    faults.append(Fault("power", coins.randrange(1, operations + 1), seed=seed))
                home = _home(folder, source)
                statuses = [forked(partial(_open, disk, home, fault)) for fault in faults]
                result["runs"] += 1
                result["again"] += len(faults) - 1
                result["cut"] += statuses[0] == CUT_STATUS
                result["stopped"] += statuses[0] == STOPPED_STATUS
                found = [f"a defect: {status}" for status in statuses if status not in (0, CUT_STATUS, STOPPED_STATUS)]
                found += _judged(disk, home, old, fresh)
                if found:
                    name = f"{steps} steps, {kind} at {at} of {operations}, seed {seed}"
                    result["bad"].append(f"{name}: {'; '.join(found)[:300]}")


def _home(folder: Path, source: Path) -> Path:
    home = folder / "run"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    shutil.copyfile(source, home / "journal.db")
    return home


def _operations(disk: FaultyDisk, folder: Path, source: Path) -> int:
    home = _home(folder, source)
    count = home / "count"

    def dry() -> None:
        _open(disk, home, Fault())
        count.write_text(str(disk.operations), encoding="ascii")

    assert forked(dry) == 0
    return int(count.read_text(encoding="ascii"))


def _open(disk: FaultyDisk, home: Path, fault: Fault) -> None:
    forget_shared_memory(home)
    disk.plan(fault)
    Journal.open(home / "journal.db", TERMINAL_ID, SetClock(MORNING)).close()


def _judged(disk: FaultyDisk, home: Path, old: dict[str, list[tuple[Any, ...]]], fresh: list[str]) -> list[str]:
    said = home / "wrong"

    def judge() -> None:
        forget_shared_memory(home)
        disk.plan(Fault())
        said.write_text("\n".join(wrong(home / "journal.db", old, fresh)), encoding="utf-8")

    return ["it does not open"] if forked(judge) else said.read_text(encoding="utf-8").splitlines()


def torn(connection: sqlite3.Connection, steps: Mapping[str, tuple[str, ...]] = schema.STEPS) -> None:
    """As `migrate`, with each statement durable by itself."""
    applied = applied_steps(connection) or list(migrate(connection))
    for name, statements in steps.items():
        if name in applied:
            continue
        for statement in statements:
            connection.execute(statement)
        connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('journal', ?, '')", (name,)
        )


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="old journals on a disk that fails while they are brought up to date")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--step", type=int, default=1, help="every n-th operation")
    parser.add_argument("--torn", action="store_true", help="the canary: each statement for itself")
    options = parser.parse_args()
    if options.torn:
        store.migrate = torn  # type: ignore[assignment]
    result = sweep(options.seeds, options.step)
    print(json.dumps(result))
    return 1 if result["bad"] else 0


if __name__ == "__main__":
    sys.exit(main())
