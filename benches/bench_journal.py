"""How long one durable settlement takes, beside a bare durable insert of the same bytes on the same disk."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
from pytest_benchmark.fixture import BenchmarkFixture

from terminal.clock import BEIJING, SetClock
from terminal.journal.journal import Journal
from terminal.journal.records import SettlementRecord
from terminal.settlement.codec import decode_bill, encode
from terminal.settlement.law import Law

ROUNDS = 1_000
MORNING = dt.datetime(2021, 6, 30, 9, 0, tzinfo=BEIJING)
BILL = {
    "policy": "yantai-employee",
    "date": "2021-06-30",
    "service": "inpatient",
    "provider": {"tier": 3},
    "account": {"balance": "1500.00"},
    "items": [{"kind": "drug", "class": "A", "amount": "7800.00", "name": "阿莫西林胶囊"}],
}


def sample(number: str) -> SettlementRecord:
    """One settlement as the counter commits it."""
    bill = decode_bill(json.dumps(BILL))
    return SettlementRecord(
        id=number,
        kind="settlement",
        business_day=MORNING.date(),
        at=MORNING,
        operator="0001",
        provider_id="H37060200003",
        scheme="employee",
        clearing_class="inpatient",
        person_number="37060200000001",
        till_reference="",
        bill=bill,
        settlement=Law.load().settle(bill),
        supplement_digests=[],
    )


def test_one_durable_settlement(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """Entry, hash chain, row, outbox message, print job and key in one synced transaction."""
    with Journal.open(tmp_path / "journal.db", "T1", SetClock(MORNING)) as journal:
        record, serial = sample(""), itertools.count()

        def commit() -> None:
            number = journal.next_settlement_number(MORNING.date())
            one = msgspec.structs.replace(record, id=number)
            name = f"m{next(serial)}"
            journal.commit_settlement(one, name, name, "digest", lambda entry_hash: entry_hash.encode())

        benchmark.pedantic(commit, rounds=ROUNDS, warmup_rounds=20)


def test_one_bare_durable_insert_of_the_same_bytes(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """The limit on this disk: one row, one table, WAL, synchronous=FULL, nothing else."""
    body = encode(sample("T120210630000001"))
    with closing(sqlite3.connect(tmp_path / "bare.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE bare (number INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT")

        def insert() -> None:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO bare (body) VALUES (?)", (body,))
            connection.execute("COMMIT")

        benchmark.pedantic(insert, rounds=ROUNDS, warmup_rounds=20)
