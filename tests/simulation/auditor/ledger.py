"""The journal as a stranger reads it: the entries in order, their hashes worked out again, and what they add up to."""

from __future__ import annotations

import datetime as dt
import hashlib
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from tests.reference import reference_settle
from tests.reference.bureau import ILLUSTRATIVE
from tests.reference.compare import differences
from tests.simulation.auditor.findings import added, fen, require, sums_of

REPAIRS = "repair-"
"""How the key of a void begins that a repair at day end has made; day and difference follow."""

ADOPTION = "adopt-settlement"
"""What is written down where a row of the center is taken for what stands here."""

CONTRADICTED = ("settlement", "void", "authorising", "debiting")


@dataclass(slots=True)
class Kept:
    """One settlement or void as the entries have it. outcome: the center's last word, "" for none yet.

    sums: its own; counted: those that count, the center's where they were adopted. card_counter: the card's own number
    of the debit that pays the account's share, 0 for none.
    """

    id: str
    kind: str
    day: str
    person: str
    provider: str
    reference: str
    voids: str
    message_id: str
    key: str
    hash: str
    at: dt.datetime
    bill_year: int
    group: tuple[str, str, str]
    sums: dict[str, int]
    counted: dict[str, int]
    committed: bool
    abandoned: bool = False
    outcome: str = ""
    references: dict[str, str] = field(default_factory=dict)
    wire_ids: set[str] = field(default_factory=set)
    differs: bool = False
    card_counter: int = 0

    @property
    def sign(self) -> int:
        """How it counts in a sum."""
        return -1 if self.kind == "void" else 1


class Ledger:
    """Follows a journal file entry by entry. Every reading raises Disagreement where an invariant does not hold.

    on_settlement: hears of each settlement when it is written down.
    """

    def __init__(self, terminal_id: str) -> None:
        self._first_hash = hashlib.sha256(terminal_id.encode()).hexdigest()
        self.hashes: list[str] = []
        self._rows: list[tuple[int, str, bytes]] = []
        self.kept: dict[str, Kept] = {}
        self.by_message: dict[str, Kept] = {}
        self.sent_as: dict[str, Kept] = {}
        self.ids_used: set[str] = set()
        self.day_states: dict[str, str] = {}
        self.sealed_sums: dict[str, dict[tuple[str, str, str], dict[str, int]]] = {}
        self.refused_reasons: dict[str, str] = {}
        self.reversals: dict[str, str] = {}
        self.repaired: set[str] = set()
        self.repairing: set[str] = set()
        self.kinds: dict[str, int] = {}
        self.order: list[str] = []
        self.laws: set[str] = set()
        self.on_settlement: Callable[[Kept], None] = lambda one: None

    def read_on(self, connection: sqlite3.Connection) -> None:
        """The entries since the last reading."""
        rows = connection.execute(
            "SELECT number, hash, body FROM entries WHERE number >= ? ORDER BY number", (max(1, len(self.hashes)),)
        ).fetchall()
        if self.hashes:
            newest = rows.pop(0) if rows else None
            require(newest is not None, "entries stay", f"entry {len(self.hashes)} is gone")
            require(newest["hash"] == self.hashes[-1], "entries stay", f"entry {len(self.hashes)} is another now")
        for row in rows:
            self._take(*row)

    def read_again(self, connection: sqlite3.Connection) -> None:
        """Every entry from the first: nothing that was read before has changed."""
        found = [tuple(row) for row in connection.execute("SELECT number, hash, body FROM entries ORDER BY number")]
        changed = [row[0] for row, other in zip(self._rows, found, strict=False) if row != other]
        require(not changed, "chain", f"entry {changed[:1]} is not what was read and hashed before")
        require(len(found) == len(self._rows), "entries stay", f"{len(found)} entries, {len(self._rows)} were read")

    def committed(self) -> list[Kept]:
        """Everything that was committed, oldest first."""
        return [one for one in self.kept.values() if one.committed]

    def void_of(self, settlement: Kept) -> Kept | None:
        """The void that takes a settlement back, or None."""
        return next((one for one in self.committed() if one.voids == settlement.id), None)

    def counts(self, one: Kept) -> bool:
        """Whether it counts in the day's sums: what the center refused does not, nor what takes that back."""
        original = self.kept.get(one.voids)
        return one.committed and "refused" not in (one.outcome, original.outcome if original else "")

    def _take(self, number: int, entry_hash: str, body: bytes) -> None:
        require(number == len(self.hashes) + 1, "chain", f"entry {number} follows {len(self.hashes)}")
        previous = self.hashes[-1] if self.hashes else self._first_hash
        expected = hashlib.sha256(bytes.fromhex(previous) + body).hexdigest()
        require(entry_hash == expected, "chain", f"entry {number} does not hash")
        facts = msgspec.json.decode(body)
        require(facts["number"] == number, "chain", f"entry {number} calls itself {facts['number']}")
        self.hashes.append(entry_hash)
        self._rows.append((number, entry_hash, body))
        kind = facts["kind"]
        self.order.append(kind)
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        if kind in CONTRADICTED:
            self._take_record(kind, facts, entry_hash)
        else:
            take = getattr(self, f"_take_{kind.replace('-', '_')}", None)
            if take is not None:
                take(facts)

    def _take_record(self, kind: str, facts: dict[str, Any], entry_hash: str) -> None:
        record = facts["record"]
        split = record["settlement"]
        sums = sums_of(split)
        one = Kept(
            id=record["id"],
            kind=record["kind"],
            day=record["business_day"],
            person=record["person_number"],
            provider=record["provider_id"],
            reference=record.get("till_reference", ""),
            voids=record.get("voids", ""),
            message_id=facts["message_id"],
            key=facts["key"],
            hash=entry_hash,
            at=dt.datetime.fromisoformat(record["at"]),
            bill_year=int(record["bill"]["date"][:4]),
            group=(record["provider_id"], record["scheme"], record["clearing_class"]),
            sums=sums,
            counted=sums,
            committed=kind in ("settlement", "void"),
            wire_ids={facts["message_id"]},
            card_counter=record["purse"]["debit"]["counter"] + 1 if kind == "debiting" else 0,
        )
        require(one.id not in self.kept, "numbers", f"{one.id} was given twice")
        self._require_new_id(one.message_id)
        self._require_identities(one, split)
        require(one.day >= record["at"][:10], "days", f"{one.id} of {record['at']} counts on {one.day}")
        require(one.day not in self.day_states, "days", f"{one.id} counts on {one.day}, which is closed")
        self.kept[one.id] = self.by_message[one.message_id] = self.sent_as[one.message_id] = one
        if one.voids:
            self._require_void(one)
        else:
            self._require_law(one, record["bill"], split)
            self.on_settlement(one)

    def _require_identities(self, one: Kept, split: dict[str, Any]) -> None:
        paid = sum(one.sums[name] for name in ("fund_total", "provider_borne", "account", "cash"))
        require(one.sums["total"] == paid, "identities", f"{one.id}: the payers' shares are not the total")
        # What a package pays beyond its bill is the provider's surplus.
        least = min(amount for name, amount in one.sums.items() if name != "provider_borne")
        require(least >= 0, "identities", f"{one.id}: an amount is below zero")
        funds = sum(fen(amount) for amount in split["funds"].values())
        require(funds == one.sums["fund_total"], "identities", f"{one.id}: the funds do not add up")
        items = sum(fen(item["amount"]) for item in split["items"])
        require(items == one.sums["total"], "identities", f"{one.id}: the items do not add up")

    def _require_void(self, one: Kept) -> None:
        original = self.kept.get(one.voids)
        require(original is not None and original.kind == "settlement", "voids", f"{one.id} takes back nothing")
        assert original is not None
        require(original.committed, "voids", f"{one.id} takes back {original.id}, which is not committed")
        require(original.sums == one.sums, "voids", f"{one.id} takes back other amounts than {original.id} has")
        others = [other for other in self.kept.values() if other.voids == one.voids and not other.abandoned]
        require(others == [one], "voids", f"{one.voids} is taken back {len(others)} times")

    def _require_law(self, one: Kept, bill: dict[str, Any], split: dict[str, Any]) -> None:
        self.laws.add(bill["policy"])
        found = differences(split, reference_settle(_stated(bill), ILLUSTRATIVE))
        require(not found, "law", f"{one.id} by the decree: {found}")

    def _require_new_id(self, message_id: str) -> None:
        require(message_id not in self.ids_used, "numbers", f"message {message_id} was numbered twice")
        self.ids_used.add(message_id)

    def _take_authorised(self, facts: dict[str, Any]) -> None:
        one = self.kept[facts["settlement"]]
        require(not one.committed and not one.abandoned, "intents", f"{one.id} was closed before")
        require(one.day not in self.day_states, "days", f"{one.id} counts on {one.day}, which is closed")
        one.committed, one.outcome, one.references = True, "accepted", facts["references"]
        sums = sums_of(facts["sums"]) if facts.get("sums") else one.sums
        one.counted, one.differs = sums, sums != one.sums

    def _take_debited(self, facts: dict[str, Any]) -> None:
        one = self.kept[facts["settlement"]]
        require(not one.committed and not one.abandoned, "intents", f"{one.id} was closed before")
        self._require_unsealed(one)
        one.committed = True

    def _take_not_debited(self, facts: dict[str, Any]) -> None:
        self._take_abandoned(facts)

    def _take_abandoned(self, facts: dict[str, Any]) -> None:
        one = self.kept[facts["settlement"]]
        require(not one.committed and not one.abandoned, "intents", f"{one.id} was closed before")
        one.abandoned = True

    def _take_accepted(self, facts: dict[str, Any]) -> None:
        one = self.by_message.get(facts["message_id"])
        if one is not None:
            self._require_unsealed(one)
            one.outcome, one.references = "accepted", facts["references"]
            if facts.get("sums"):
                # What the center says anew stands beside ours again, until somebody adopts it.
                one.counted, one.differs = one.sums, sums_of(facts["sums"]) != one.sums

    def _take_refused(self, facts: dict[str, Any]) -> None:
        one = self.by_message.get(facts["message_id"])
        if one is not None:
            self._require_unsealed(one)
            one.outcome = "refused"
            self.refused_reasons[one.id] = facts["reason"]

    def _take_reversing(self, facts: dict[str, Any]) -> None:
        self._require_new_id(facts["message_id"])
        self.reversals[facts["undoes"]] = facts["settlement"]

    def _take_renewed(self, facts: dict[str, Any]) -> None:
        self._require_new_id(facts["sent_as"])
        one = self.sent_as[facts["sent_as"]] = self.by_message[facts["message_id"]]
        one.wire_ids.add(facts["sent_as"])

    def _take_reopened(self, facts: dict[str, Any]) -> None:
        one = self.by_message[facts["message_id"]]
        self._require_unsealed(one)
        one.outcome, one.references = "", {}
        if facts["sent_as"]:
            self._take_renewed(facts)

    def _take_adopted(self, facts: dict[str, Any]) -> None:
        one = self.kept[facts["settlement"]]
        self._require_unsealed(one)
        one.counted = sums_of(facts["sums"])
        one.differs = True

    def _take_repair_begun(self, facts: dict[str, Any]) -> None:
        self._require_new_id(facts["message_id"])
        self.repairing.add(facts["message_id"])

    def _take_repair_unsent(self, facts: dict[str, Any]) -> None:
        require(facts["message_id"] in self.repairing, "repairs", f"{facts['message_id']} was never about to leave")

    def _take_repaired(self, facts: dict[str, Any]) -> None:
        require(facts["operator"] != "", "repairs", f"nobody wanted {facts['difference']}")
        self.repaired.add(f"{REPAIRS}{facts['day']}-{facts['difference']}")
        if facts["action"] == ADOPTION:
            row = facts["difference"].partition(":")[2]
            holds = any(row in one.references.values() for one in self.kept.values())
            require(holds, "repairs", f"{facts['difference']} was adopted, and nothing here holds that row")

    def _take_day_frozen(self, facts: dict[str, Any]) -> None:
        require(facts["day"] not in self.day_states, "days", f"{facts['day']} is frozen twice")
        self.day_states[facts["day"]] = "frozen"

    def _take_day_sealed(self, facts: dict[str, Any]) -> None:
        day = facts["day"]
        require(self.day_states.get(day) == "frozen", "days", f"{day} is sealed and was {self.day_states.get(day)}")
        self.day_states[day] = "sealed"
        groups: dict[tuple[str, str, str], list[Kept]] = {}
        for one in self.kept.values():
            if one.day == day and one.committed:
                require(one.outcome != "", "days", f"{day} is sealed while {one.id} has no last word")
            open_debit = bool(one.card_counter) and not one.committed and not one.abandoned
            require(one.day != day or not open_debit, "days", f"{day} is sealed, and nobody knows of {one.id}'s debit")
            if one.day == day and self.counts(one):
                groups.setdefault(one.group, []).append(one)
        self.sealed_sums[day] = {
            group: added((one.sign, one.counted) for one in records) for group, records in groups.items()
        }

    def _require_unsealed(self, one: Kept) -> None:
        sealed = self.day_states.get(one.day) == "sealed"
        require(not sealed, "days", f"{one.id} changes after {one.day} was sealed")


def _stated(value: Any) -> Any:
    """A bill with what it states only: nothing absent, nothing empty."""
    if isinstance(value, dict):
        return {name: _stated(inner) for name, inner in value.items() if inner is not None and inner != ""}
    return [_stated(inner) for inner in value] if isinstance(value, list) else value
