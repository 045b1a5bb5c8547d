"""Records for the journal's tests: a bill of one item and a split of it, made by hand, that add up."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import sqlite3
from pathlib import Path

import msgspec

from terminal.clock import BEIJING, SetClock
from terminal.journal.journal import Journal
from terminal.journal.records import SettlementRecord
from terminal.money import Fen
from terminal.settlement.bill import Bill, Item, Patient, Year
from terminal.settlement.result import ItemShares, Line, PolicyName, Settlement

TERMINAL = "T0001"
MORNING = dt.datetime(2021, 6, 30, 9, 0, tzinfo=BEIJING)
DAY = MORNING.date()
NEXT_DAY = DAY + dt.timedelta(days=1)


def open_journal(folder: Path, clock: SetClock | None = None, terminal_id: str = TERMINAL) -> Journal:
    """A real journal in `folder`."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(parents=True)
    return Journal.open(folder / "journal.db", terminal_id, clock or SetClock(MORNING))


def crashed_copy(journal: Journal, folder: Path) -> Path:
    """What a power cut would leave: the files as they are now, without a close. Returns the new folder."""
    folder.mkdir()
    for suffix in ("", "-wal"):
        source = Path(f"{journal.path}{suffix}")
        if source.exists():
            (folder / f"journal.db{suffix}").write_bytes(source.read_bytes())
    return folder


def split(pool: int, account: int, cash: int) -> Settlement:
    """A split of pool + account + cash fen."""
    total = pool + account + cash
    return Settlement(
        policy=PolicyName("example", "2021-01-01", "某办法"),
        total=Fen(total),
        out_of_catalogue=Fen(0),
        over_limit=Fen(0),
        prior_self_pay=Fen(0),
        eligible=Fen(total),
        deductible=Fen(0),
        funds={"pool": Fen(pool)},
        fund_total=Fen(pool),
        provider_borne=Fen(0),
        personal=Fen(account + cash),
        account=Fen(account),
        cash=Fen(cash),
        account_balance=Fen(0),
        year=Year(pool_paid=Fen(pool)),
        lines=[Line(part="segment", base=Fen(total), amount=Fen(pool), payer="pool", rule="segments", cite="第一条")],
        items=[ItemShares("A1", Fen(total), Fen(0), Fen(0), Fen(0), Fen(total))],
        limits=[],
        notices=[],
    )


_serial = itertools.count(1)


def settlement_record(journal: Journal, **changes: object) -> SettlementRecord:
    """A settlement of 60.00 pool, 30.00 account, 10.00 cash, with a fresh number."""
    day = changes.get("business_day", DAY)
    assert isinstance(day, dt.date)
    record = SettlementRecord(
        id=journal.next_settlement_number(day),
        kind="settlement",
        business_day=day,
        at=journal.clock.now(),
        operator="op-1",
        provider_id="H1",
        scheme="employee",
        clearing_class="outpatient",
        person_number="P1",
        till_reference="",
        bill=Bill(
            date=day,
            service="outpatient",
            items=[Item("drug", "A", Fen(10000))],
            patient=Patient(name="某人"),
        ),
        settlement=split(6000, 3000, 1000),
        supplement_digests=["ab" * 32],
    )
    return msgspec.structs.replace(record, **changes)


def answer_of(record: SettlementRecord):
    """The answer as the counter would make it: the number and the hash."""
    return lambda entry_hash: msgspec.json.encode({"id": record.id, "journal_hash": entry_hash})


def settle(journal: Journal, key: str = "", **changes: object) -> SettlementRecord:
    """Commit a settlement under a fresh message id and key."""
    record = settlement_record(journal, **changes)
    serial = next(_serial)
    return journal.commit_settlement(record, f"m{serial:05d}", key or f"k{serial}", "d1", answer_of(record))


def void(journal: Journal, original: SettlementRecord, key: str = "", **changes: object) -> SettlementRecord:
    """Commit the void of `original`."""
    day = changes.get("business_day", original.business_day)
    assert isinstance(day, dt.date)
    values = {"id": journal.next_settlement_number(day), "kind": "void", "voids": original.id, **changes}
    record = msgspec.structs.replace(original, **values)
    serial = next(_serial)
    return journal.commit_void(original.id, record, f"m{serial:05d}", key or f"k{serial}", "d1", answer_of(record))


def message_of(journal: Journal, record: SettlementRecord) -> str:
    """The id of the message that carries a record to the center."""
    return next(m.message_id for m in journal.queue() if m.settlement_id == record.id)


def forget_left_visits(connection: sqlite3.Connection) -> None:
    """The table of visits as it was before those that are left open at the center were asked about again."""
    connection.execute("DROP INDEX visits_left")
    for column in ("attempts", "next_attempt_at", "reason", "stuck", "record"):
        connection.execute(f"ALTER TABLE visits DROP COLUMN {column}")
