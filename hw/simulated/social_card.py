"""A virtual social-security card, from a readable text file: holder, PIN, and where it has one, a purse."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hw.simulated.card_records import holder_records, issuer_records
from hw.simulated.card_system import (
    RECORD_BY_NUMBER,
    RECORD_BY_TAG,
    Application,
    CardSystem,
    PinOnCard,
    RandomBytes,
)
from hw.simulated.memory import CardMemory
from hw.simulated.purse_application import purse_application
from hw.simulated.script import Script, Step

__all__ = ["RECORD_BY_NUMBER", "RECORD_BY_TAG", "VirtualCard"]

_SOCIAL_SECURITY_NAME = "sx1.sh.社会保障".encode("gbk")
_BANK_NAME = bytes.fromhex("A000000333010101")
_BANK_ATR = bytes.fromhex("3B6D000000318065860101020304050607")


class VirtualCard(CardSystem):
    """A social-security card. Its first application is the environment with EF05 and EF06."""

    @classmethod
    def load(cls, path: Path, state_file: Path | None = None, random_bytes: RandomBytes = os.urandom) -> VirtualCard:
        """The card described by a TOML file (see `from_fields`). state_file: where it keeps its memory; without one
        it remembers for as long as the object lives."""
        fields = tomllib.loads(path.read_text(encoding="utf-8"))
        return cls.from_fields(fields, CardMemory(state_file), random_bytes)

    @classmethod
    def from_fields(
        cls, fields: Mapping[str, Any], memory: CardMemory | None = None, random_bytes: RandomBytes = os.urandom
    ) -> VirtualCard:
        """A social-security card. Texts: card_number, identification_code (32 hex digits that begin with
        area_code), area_code, id_number, name, sex ("1" or "2"), version, atr (hex). Dates: birth_date,
        issued_on, expires_on. Tables where it has them: pin (digits, tries_max, guards_holder), purse (see
        `hw.simulated.purse_application`), applications (list of further names, hex), blocked, misbehave (list of
        steps, see `hw.simulated.script`). Raises KeyError for a missing field and ValueError for a wrong one.
        """
        memory = memory or CardMemory()
        pin = fields.get("pin")
        environment = Application(
            _SOCIAL_SECURITY_NAME,
            files={5: issuer_records(fields), 6: holder_records(fields)},
            guarded=frozenset({6}) if pin is not None and pin.get("guards_holder", False) else frozenset(),
            blocked=fields.get("blocked", False),
        )
        applications = [environment]
        if "purse" in fields:
            applications.append(purse_application(fields["purse"], memory, random_bytes))
        applications += [Application(bytes.fromhex(name)) for name in fields.get("applications", [])]
        card = cls(
            bytes.fromhex(fields["atr"]),
            applications,
            None if pin is None else PinOnCard(pin["digits"], pin.get("tries_max", 3)),
            memory,
            random_bytes=random_bytes,
        )
        card.script = Script(Step.from_fields(step) for step in fields.get("misbehave", []))
        return card

    @classmethod
    def foreign(cls) -> VirtualCard:
        """A bank card: it answers, and knows nothing of social security."""
        return cls(_BANK_ATR, [Application(_BANK_NAME)])

    @property
    def files(self) -> dict[int, list[bytes]]:
        """The environment's files: short file identifier (5 is EF05) to its records, each tag, length, value."""
        return self.applications[0].files

    @files.setter
    def files(self, files: dict[int, list[bytes]]) -> None:
        """Other records: another issuer, or damage."""
        self.applications[0].files = files

    def replace_record(self, file: int, tag: int, record: bytes | None) -> None:
        """Overwrite a record with raw bytes, or remove it: a damaged card."""
        position = next(place for place, held in enumerate(self.files[file]) if held[0] == tag)
        self.files[file][position : position + 1] = [] if record is None else [record]
