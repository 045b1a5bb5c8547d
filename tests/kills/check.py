"""What a stranger finds afterwards: the journal's file, the center's books, the paper and the card, each read plainly.

Nothing of the terminal is used: SQLite, JSON, SHA-256 and the bytes that reached the printer. `wrong` says everything
in which the four, and what the till was told, disagree.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.simulation.auditor import papers
from tests.simulation.auditor.findings import fen, sums_of

BEGUN = ("settlement", "void", "authorising", "debiting")
FINISHED = ("settlement", "void", "authorised", "debited")
ACCEPTED = ("accepted", "authorised")
COUNTED = ("total", "fund_total", "account")
"""What both sides keep of every row."""

_START = re.compile(rb"\x1b@")
_STATUS = re.compile(rb"\x10\x04.|\x1da.", re.DOTALL)


@dataclass(frozen=True)
class Evidence:
    """What is left when everything is quiet. told: the answers that the till heard, by key.

    tape: every byte that reached the printer. card: what the purse holds and held at first, in fen, and how often it
    has counted since; None without a purse. opening: what the center's persons had at first, in fen.
    """

    journal: Path
    books: Path
    terminal_id: str
    told: Mapping[str, bytes]
    tape: bytes
    opening: Mapping[str, int]
    card: tuple[int, int, int] | None = None


@dataclass
class Kept:
    """One settlement or void of the journal. messages: the ids under which it went to the center; center_numbers: by
    which the center knows it."""

    id: str
    key: str
    sign: int
    day: str
    hash: str
    sums: dict[str, int]
    committed: bool
    messages: set[str]
    center_numbers: set[str] = field(default_factory=set)


def wrong(evidence: Evidence) -> list[str]:
    """Every disagreement in one line; empty is good."""
    found: list[str] = []
    kept = _journal(evidence, found)
    committed = {one.id: one for one in kept.values() if one.committed}
    found += _told(evidence, committed)
    found += _books(evidence, committed)
    found += _paper(evidence, committed)
    found += _card(evidence, committed)
    return found


def _journal(evidence: Evidence, found: list[str]) -> dict[str, Kept]:
    kept: dict[str, Kept] = {}
    by_message: dict[str, Kept] = {}
    sealed: set[str] = set()
    previous = hashlib.sha256(evidence.terminal_id.encode()).hexdigest()
    rows = _rows(evidence.journal, "SELECT number, hash, body FROM entries ORDER BY number")
    for place, row in enumerate(rows, 1):
        previous = hashlib.sha256(bytes.fromhex(previous) + row["body"]).hexdigest()
        if (row["number"], row["hash"]) != (place, previous):
            found.append(f"journal: entry {place} does not follow the one before")
        facts = json.loads(row["body"])
        if facts["kind"] in BEGUN:
            one = _begun(facts, row["hash"])
            kept[one.id] = by_message[facts["message_id"]] = one
        elif facts["kind"] in FINISHED:
            kept[facts["settlement"]].committed = True
        elif facts["kind"] == "day-sealed":
            sealed.add(facts["day"])
        _note_names(facts, by_message)
    found += [f"journal: {one.id} is of a day that is not sealed" for one in kept.values() if one.day not in sealed]
    for one in kept.values():
        if one.sums["total"] != sum(one.sums[name] for name in ("fund_total", "provider_borne", "account", "cash")):
            found.append(f"journal: {one.id} does not add up")
    return kept


def _begun(facts: dict[str, Any], entry_hash: str) -> Kept:
    record = facts["record"]
    sign = -1 if record["kind"] == "void" else 1
    finished = facts["kind"] in FINISHED
    sums = sums_of(record["settlement"])
    key, day, messages = facts["key"], record["business_day"], {facts["message_id"]}
    return Kept(record["id"], key, sign, day, entry_hash, sums, finished, messages)


def _note_names(facts: dict[str, Any], by_message: Mapping[str, Kept]) -> None:
    """Under which messages something went to the center, and by which number the center knows it."""
    if facts["kind"] == "renewed":
        by_message[facts["message_id"]].messages.add(facts["sent_as"])
    elif facts["kind"] in ACCEPTED and "setl_id" in facts["references"]:
        by_message[facts["message_id"]].center_numbers.add(facts["references"]["setl_id"])


def _told(evidence: Evidence, committed: Mapping[str, Kept]) -> Iterator[str]:
    """One answer, one settlement, one key; what nobody was told does not stand either."""
    by_key = Counter(one.key for one in committed.values())
    yield from (f"told: {key} stands {count} times" for key, count in by_key.items() if count > 1)
    yield from (
        f"told: {one.id} stands, and nobody was told" for one in committed.values() if one.key not in evidence.told
    )
    for key, answer in evidence.told.items():
        facts = json.loads(answer)
        one = committed.get(facts["id"])
        if one is None or one.key != key:
            yield f"told: {key} was told and does not stand"
        elif sums_of(facts["settlement"]) != one.sums:
            yield f"told: {key} was told other amounts"


def _books(evidence: Evidence, committed: Mapping[str, Kept]) -> Iterator[str]:
    """What stands at the center stands here, once, with the same amounts and the witness that it was sent; and the
    accounts are what is left."""
    named = {name: one for one in committed.values() for name in one.messages | one.center_numbers}
    seen: Counter[str] = Counter()
    spent: Counter[str] = Counter()
    places = {row["hash"]: row["number"] for row in _rows(evidence.journal, "SELECT hash, number FROM entries")}
    for row in _rows(evidence.books, "SELECT settlement_id, state, body FROM settlements ORDER BY number"):
        facts = json.loads(row["body"])
        if row["state"] == "reversed":
            continue
        spent[facts["person_number"]] += facts["sign"] * fen(facts["settlement"]["account"])
        one = named.get(row["settlement_id"]) or named.get(facts["message_id"])
        if one is None:
            yield f"books: {row['settlement_id']} stands at the center and not here"
            continue
        seen[one.id] += 1
        theirs = sums_of(facts["settlement"])
        if facts["sign"] != one.sign or any(theirs[name] != one.sums[name] for name in COUNTED):
            yield f"books: {one.id} has other amounts there"
        yield from _witness(facts, one, places)
    yield from (f"books: {name} stands there {seen[name]} times" for name in committed if seen[name] != 1)
    for row in _rows(evidence.books, "SELECT person_number, body FROM persons"):
        number, left = row["person_number"], fen(json.loads(row["body"])["account"]["balance"])
        if left != evidence.opening[number] - spent[number]:
            yield f"books: a person has {left} fen left there, not {evidence.opening[number] - spent[number]}"


def _witness(facts: dict[str, Any], one: Kept, places: Mapping[str, int]) -> Iterator[str]:
    """What the center holds of the journal: the entry's own hash, or, where it was asked before there was one, that of
    an entry before it."""
    if facts["journal_hash"]:
        if facts["journal_hash"] != one.hash:
            yield f"books: {one.id} has the hash of another entry there"
    elif not places.get(facts["journal_head"], places[one.hash]) < places[one.hash]:
        yield f"books: {one.id} has no witness of an entry before it there"


def _paper(evidence: Evidence, committed: Mapping[str, Kept]) -> Iterator[str]:
    """Everything is on paper; no more than one paper of it does not say that there was one before."""
    first: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for piece in _START.split(_STATUS.sub(b"", evidence.tape)):
        paper = papers.read(piece)
        first[paper.number] += not (paper.is_repeat or paper.is_reprint)
        whole[paper.number] += b"\x1dV" in piece
    yield from (f"paper: {name} has {first[name]} papers without a mark" for name in committed if first[name] > 1)
    yield from (f"paper: {name} has no whole paper" for name in committed if not whole[name])
    yield from (f"paper: {name} is on paper and nowhere else" for name in first if name and name not in committed)


def _card(evidence: Evidence, committed: Mapping[str, Kept]) -> Iterator[str]:
    """The purse has paid what was committed, and the center has seen each of its debits once."""
    if evidence.card is None:
        return
    held, opening, counted = evidence.card
    paid = [one.sums["account"] for one in committed.values() if one.sums["account"]]
    if held != opening - sum(paid) or counted != len(paid):
        yield f"card: {opening - held} fen in {counted} debits, the journal has {sum(paid)} in {len(paid)}"
    debits = [
        (row["purse"], row["counter"])
        for row in _rows(
            evidence.books,
            "SELECT p.purse, p.counter FROM purse_debits p JOIN settlements s ON s.settlement_id = p.settlement_id"
            " WHERE s.state <> 'reversed'",
        )
    ]
    if len(debits) != len(set(debits)) or len(debits) != len(paid):
        yield f"card: the center has seen {len(debits)} debits, {len(set(debits))} of them different"


def _rows(path: Path, statement: str) -> list[sqlite3.Row]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return connection.execute(statement).fetchall()
