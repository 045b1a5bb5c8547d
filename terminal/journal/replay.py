"""Every settlement worked out again from the journal alone: its bill, by the law files that it names, to the fen.

Nothing beside the journal is read: not the packs that ship with this program, not the configuration. For the auditor;
pure but for the reading.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from terminal.errors import Refused, TerminalError
from terminal.journal.chain import digest
from terminal.journal.law_files import law_files
from terminal.journal.records import SettlementRecord
from terminal.settlement.codec import convert, encode
from terminal.settlement.law import Law
from terminal.settlement.result import Settlement
from terminal.settlement.shelf import LawFile, Shelf, load_pack, read_supplement

_WITH_RECORD = frozenset({"settlement", "void", "authorising", "debiting"})


@dataclass(frozen=True, slots=True)
class Replayed:
    """One settlement or void of the chain. problem: what is not as it was settled then; "" is good. is_reworded: to the
    same fen, with lines or notices that this program words otherwise than the one that settled. Names nobody.
    """

    entry: int
    settlement_id: str
    kind: str
    problem: str
    is_reworded: bool = False


def replay(connection: sqlite3.Connection) -> Iterator[Replayed]:
    """Work out every settlement again, oldest first. A void must hold the bill and the split that it takes back."""
    known = _Laws(law_files(connection))
    split_of: dict[str, bytes] = {}
    for number, body in connection.execute("SELECT number, body FROM entries ORDER BY number"):
        facts = msgspec.json.decode(bytes(body), type=dict[str, Any])
        if facts["kind"] not in _WITH_RECORD:
            continue
        record = convert(facts["record"], SettlementRecord)
        then = encode([record.bill, record.settlement])
        if record.kind == "void":
            problem = "" if split_of.get(record.voids) == then else "it takes back another split than was settled"
            yield Replayed(number, record.id, record.kind, problem)
        else:
            split_of[record.id] = then
            yield _worked_out(number, record, known)


class _Laws:
    """The law of each set of files, loaded once."""

    def __init__(self, files: dict[str, LawFile]) -> None:
        self._files = files
        self._laws: dict[tuple[str, ...], Law] = {}

    def of(self, record: SettlementRecord) -> Law:
        """The law that a settlement rests on. Raises Refused where a file is missing or is not what its name says."""
        names = (record.pack_digest, *record.supplement_digests)
        if names not in self._laws:
            self._laws[names] = self._load(names, record.bill.policy)
        return self._laws[names]

    def _load(self, names: tuple[str, ...], policy: str) -> Law:
        pack = load_pack(self._body(names[0]), names[0][:12])
        # Whether a lapsed policy went on was decided then; the bill's day is on the settlement.
        goes_on = frozenset({policy})
        alone = Shelf([pack], (), goes_on)
        given = [read_supplement(self._body(name), name[:12], alone) for name in names[1:]]
        return Law(Shelf([pack], given, goes_on))

    def _body(self, name: str) -> bytes:
        file = self._files.get(name)
        if file is None or digest(file.body) != name:
            state = "not in the journal" if file is None else "not the file that it was"
            raise Refused("no-law", f"law file {name[:12] or '(none named)'} is {state}", "账本中缺少所依据的政策文件")
        return file.body


def _worked_out(number: int, record: SettlementRecord, known: _Laws) -> Replayed:
    def told(problem: str, is_reworded: bool = False) -> Replayed:
        return Replayed(number, record.id, record.kind, problem, is_reworded)

    try:
        again = known.of(record).settle(record.bill)
    except TerminalError as error:
        return told(f"it cannot be worked out again: {error.message}")
    if encode(again) == encode(record.settlement):
        return told("")
    if _amounts(again) == _amounts(record.settlement):
        return told("", is_reworded=True)
    names = [name for name in again.__struct_fields__ if getattr(again, name) != getattr(record.settlement, name)]
    return told(f"worked out again, it differs in {', '.join(names)}")


def _amounts(settlement: Settlement) -> tuple[Settlement, Counter[tuple[str, str]]]:
    """Every fen of a split, and who pays how much of which part; without the words that explain it."""
    paid = Counter[tuple[str, str]]()
    for line in settlement.lines:
        paid[line.part, line.payer] += int(line.amount)
    return msgspec.structs.replace(settlement, lines=[], notices=[]), paid
