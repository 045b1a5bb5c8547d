"""Worked out again from the journal alone; what an owner of the disk can rewrite, and what gives him away."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from audit.conftest import Kept
from counter.counter_parts import Shop, purchase

from terminal import audit_command
from terminal.errors import Refused
from terminal.journal.chain import first_hash, next_hash
from terminal.settlement import shelf


def test_every_settlement_comes_out_to_the_same_fen_without_the_packs_of_this_program(
    kept: Kept, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three settlements and a void, from the law that the journal holds; no pack of the program is opened."""
    monkeypatch.setattr(shelf, "pack_files", lambda: pytest.fail("a pack beside the journal was read"))
    assert audit_command.replayed(kept.journal) == 0
    assert "worked out again: 4; all to the same fen" in capsys.readouterr().out


def rewritten(kept: Kept, folder: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """A copy in which an owner of the disk changed entries and then made every later hash fit."""
    path = folder / "journal.db"
    shutil.copy(kept.journal, path)
    with closing(sqlite3.connect(path)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        (owner,) = connection.execute("SELECT value FROM store WHERE name = 'terminal_id'").fetchone()
        previous = first_hash(owner)
        for number, body in connection.execute("SELECT number, body FROM entries ORDER BY number").fetchall():
            facts = msgspec.json.decode(body)
            change(facts)
            changed = msgspec.json.encode(facts)
            previous = next_hash(previous, changed)
            connection.execute("UPDATE entries SET hash = ?, body = ? WHERE number = ?", (previous, changed, number))
        connection.commit()
    return path


def richer(facts: dict[str, Any]) -> None:
    """One fen from the patient's cash to the pool, in the first settlement, with its parts still adding up."""
    if facts["kind"] == "settlement" and facts["record"]["settlement"]["total"] == "10000.00":
        split = facts["record"]["settlement"]
        assert split["funds"]["pool"] == "7610.00"
        split["funds"]["pool"] = split["fund_total"] = "7610.01"


def another_payer(facts: dict[str, Any]) -> None:
    """Of two lines of the first settlement each says the other's payer: all sums are as they were."""
    if facts["kind"] == "settlement" and facts["record"]["settlement"]["total"] == "10000.00":
        first, last = facts["record"]["settlement"]["lines"][0], facts["record"]["settlement"]["lines"][-1]
        assert first["payer"] != last["payer"]
        first["payer"], last["payer"] = last["payer"], first["payer"]


def other_words(facts: dict[str, Any]) -> None:
    """A program of another version named another article for each line, and had another notice."""
    if facts["kind"] in ("settlement", "void"):
        split = facts["record"]["settlement"]
        split["lines"] = [line | {"cite": "第九十九条"} for line in split["lines"]]
        split["notices"] = ["other-words"]


def other_law(facts: dict[str, Any]) -> None:
    """The settlement rests on a law that the journal does not have."""
    if facts["kind"] == "settlement":
        facts["record"]["pack_digest"] = "0" * 64


def other_void(facts: dict[str, Any]) -> None:
    """The void gives back another balance than its settlement left."""
    if facts["kind"] == "void":
        facts["record"]["settlement"]["account_balance"] = "9.99"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (richer, "it differs in funds, fund_total"),
        (another_payer, "it differs in lines"),
        (other_law, "not in the journal"),
        (other_void, "it takes back another split than was settled"),
    ],
)
def test_a_rewritten_settlement_does_not_come_out_again(
    kept: Kept,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    change: Callable[[dict[str, Any]], None],
    said: str,
) -> None:
    """Even when every hash of the chain was made to fit."""
    assert audit_command.replayed(rewritten(kept, tmp_path, change)) == 1
    assert said in capsys.readouterr().out


def test_the_same_fen_in_other_words_agree_and_are_told(
    kept: Kept, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An upgrade that explains a share better does not make a journal wrong; the auditor hears of each such entry."""
    assert audit_command.replayed(rewritten(kept, tmp_path, other_words)) == 0
    said = capsys.readouterr().out
    assert said.count("the same fen, explained in other words than then") == 3
    assert "worked out again: 4; all to the same fen" in said


def test_a_changed_file_of_law_is_not_used(kept: Kept, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A pack that was changed in the journal is named by verify and by replay."""
    path = tmp_path / "journal.db"
    shutil.copy(kept.journal, path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE law_files SET body = CAST(replace(body, '800.00', '1.00') AS BLOB)")
        connection.commit()
    assert audit_command.verify(path) == 1
    assert "the file of law was changed" in capsys.readouterr().out
    assert audit_command.replayed(path) == 1
    assert "not the file that it was" in capsys.readouterr().out


def test_witnesses_on_paper_and_at_the_center_are_in_the_chain(kept: Kept) -> None:
    """The hash that the till was told, and one with every settlement and void that the center booked."""
    assert len(set(kept.witnesses)) == 4, "three settlements, one of them named twice, and a void"
    assert all(len(witness) == 64 for witness in kept.witnesses)
    assert audit_command.verify(kept.journal, kept.witnesses) == 0
    assert audit_command.verify(kept.journal, [kept.witnesses[0][:16].upper()]) == 0


def test_a_rollback_shows_at_the_next_witness(kept: Kept, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A whole older copy agrees with itself; only what was kept elsewhere shows that it is older."""
    path = tmp_path / "journal.db"
    shutil.copy(kept.journal, path)
    with closing(sqlite3.connect(path)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        (last,) = connection.execute("SELECT max(entry) FROM settlements").fetchone()
        for table, column in (("keys", "entry"), ("settlements", "entry")):
            connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (last,))
        for table in ("outbox", "center_amounts"):
            connection.execute(f"DELETE FROM {table} WHERE settlement_id NOT IN (SELECT id FROM settlements)")
        connection.execute("DELETE FROM entries WHERE number >= ?", (last,))
        connection.commit()
    assert audit_command.verify(path) == 0
    assert audit_command.verify(path, kept.witnesses) == 1
    assert "rolled back" in capsys.readouterr().out


def test_a_rollback_is_found_where_the_center_decides_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Online: each request tells the head before it, as what it is. A copy of the journal from before the last sale
    agrees in itself, and not with what the center was told at the void behind it."""
    with Shop(tmp_path, mode="online") as shop:
        shop.settle(purchase("20.00"))
        first_head = shop.journal.head()
        with (
            closing(sqlite3.connect(tmp_path / "copy.db")) as copy,
            closing(sqlite3.connect(shop.folder / "journal.db")) as now,
        ):
            now.backup(copy)
        number = shop.settle(purchase("30.00"))["id"]
        second_head = shop.journal.head()
        shop.void(number)
        told = [(booked.journal_hash, booked.journal_head) for booked, _ in shop.books.settlements()]
    assert told[1:] == [("", first_head), ("", second_head)]
    heads = [head for _, head in told]
    assert audit_command.verify(tmp_path / "journal.db", heads) == 0
    assert audit_command.verify(tmp_path / "copy.db") == 0
    assert audit_command.verify(tmp_path / "copy.db", heads) == 1
    assert f"anchor {second_head}" in capsys.readouterr().out


@pytest.mark.parametrize("anchor", ["abc", "x" * 64, "a" * 65, ""])
def test_what_is_no_hash_is_refused(kept: Kept, anchor: str) -> None:
    """Too short, too long, not hex: refused by name before anything is read."""
    with pytest.raises(Refused) as caught:
        audit_command.verify(kept.journal, [anchor])
    assert caught.value.code == "bad-anchor"
