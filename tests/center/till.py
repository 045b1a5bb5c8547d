"""One till of the town: the real journal, and the upload that works it off."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from town import DAY, Town, items
from watched import Watched

from terminal.center.answers import Institution
from terminal.center.desk import CenterDesk
from terminal.center.link import Link, Silence
from terminal.center.profile import REFERENCE, Profile
from terminal.center.upload import Upload
from terminal.journal.journal import Journal
from terminal.journal.records import QueuedMessage, SettlementRecord


class Till:
    """One terminal: journal, desk and upload, as the daemon joins them."""

    def __init__(self, town: Town, path: Path) -> None:
        self.town = town
        self.path = path
        self.open()

    def open(self) -> None:
        """Start, or start again after a crash."""
        town = self.town
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.journal = Journal.open(self.path, "T1", town.clock)
        names = {provider_id: provider.name for provider_id, provider in town.providers.items()}
        institution = Institution("370602", names, "T1")
        self.desk = CenterDesk(town.new_link(), institution, self.journal.next_message_stamp, 1, town.clock)
        self.upload = Upload(self.journal, self.desk, town.clock, Random(7))

    def commit(self, record: SettlementRecord) -> SettlementRecord:
        """Commit a settlement as the counter does."""
        number = self.journal.next_settlement_number(DAY)
        record = msgspec.structs.replace(record, id=number)
        message_id = self.desk.new_message_id(record.provider_id)
        return self.journal.commit_settlement(record, message_id, number, "digest", str.encode)

    def void(self, original: SettlementRecord) -> SettlementRecord:
        """Commit the void of a settlement."""
        number = self.journal.next_settlement_number(DAY)
        void = msgspec.structs.replace(original, id=number, kind="void", voids=original.id)
        message_id = self.desk.new_message_id(void.provider_id)
        return self.journal.commit_void(original.id, void, message_id, number, "digest", str.encode)

    def drain(self) -> int:
        """Tick until nothing is due; returns the number of messages worked on."""
        worked = 0
        while self.upload.tick(self.town.clock.now()):
            worked += 1
            assert worked < 50
        return worked

    def state(self, record: SettlementRecord) -> str:
        return self.journal.settlement(record.id).upload_state

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What another reader of the journal's file finds."""
        with contextlib.closing(sqlite3.connect(self.path)) as connection:
            return connection.execute(query).fetchall()


CARDS = ("A00000001", "A00000002", "A00000004", "A00000006")
PHARMACY = "P37060200001"


def one_each(town: Town, till: Till) -> list[SettlementRecord]:
    """A purchase of 5.00 for each of four persons, committed."""
    bills = [town.bill(card, "pharmacy", PHARMACY, items({"code": "XJ01", "amount": "5.00"})) for card in CARDS]
    return [till.commit(town.record(bill)) for bill in bills]


UNSAFE = msgspec.structs.replace(REFERENCE, repeats="unsafe")
"""A center that does not recognise a repeat, and reverses everything that may be."""


def speaking(town: Town, till: Till, link: Link | None = None, profile: Profile = REFERENCE) -> Watched:
    """The till's upload over a wire that is watched, as the province of `profile` has it."""
    wire = Watched(link or town.new_link())
    town.profile = profile
    till.desk = town.new_desk(wire)
    till.upload = Upload(till.journal, till.desk, town.clock, Random(7))
    return wire


def tick(till: Till) -> bool:
    """One step of its upload."""
    return till.upload.tick(till.town.clock.now())


def first(till: Till) -> QueuedMessage:
    """The oldest message without a last word."""
    return till.journal.queue()[0]


class Mute:
    """A center that hears one transaction and never says anything of it."""

    def __init__(self, town: Town, infno: str) -> None:
        self._link, self._infno = town.new_link(), f'"infno":"{infno}"'.encode()

    def post(self, body: bytes) -> bytes:
        if self._infno in body:
            raise Silence("no answer")
        return self._link.post(body)
