"""The dialects of the purse: which commands, in which application, mean what.

Two are known in public. `pboc` (JR/T 0025, class 80) is complete. `social` (the medical account in the
social-security card's own words, class B0) is EXPERIMENTAL: only its balance and its start of a load are documented,
so it can be looked at and never debited.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from hw.apdu import Command

MEDICAL_APPLICATION = "D15600000503"
"""DF04, social insurance zone 2 (medical), where the account and its keys lie (LD/T 32)."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """Commands of one purse. `kind` is 1 (deposit, ED) or 2 (purse, EP). None: not known in this dialect."""

    name: str
    application: str
    balance: Command
    balance_needs_pin: bool
    start_debit: Command | None
    debit: Command | None
    proof: Command | None
    start_load: Command
    finish_load: Command | None
    purchase_type: int
    load_type: int
    kind: int


def _pboc(kind: int) -> Dialect:
    return Dialect(
        name="pboc" if kind == 2 else "pboc-deposit",
        application=MEDICAL_APPLICATION,
        balance=Command(0x80, 0x5C, 0x00, kind, expected_length=4),
        balance_needs_pin=False,
        start_debit=Command(0x80, 0x50, 0x01, kind),
        debit=Command(0x80, 0x54, 0x01, 0x00),
        proof=Command(0x80, 0x5A, 0x00, 0x04 + kind),
        start_load=Command(0x80, 0x50, 0x00, kind),
        finish_load=Command(0x80, 0x52, 0x00, 0x00),
        purchase_type=0x04 + kind,
        load_type=kind,
        kind=kind,
    )


def _social() -> Dialect:
    return Dialect(
        name="social",
        application=MEDICAL_APPLICATION,
        balance=Command(0xB0, 0x26, 0x00, 0x01, expected_length=4),
        balance_needs_pin=True,
        start_debit=None,
        debit=None,
        proof=None,
        start_load=Command(0xB0, 0x28, 0x00, 0x01),
        finish_load=None,
        purchase_type=0x06,
        load_type=0x02,
        kind=2,
    )


DIALECTS = MappingProxyType({dialect.name: dialect for dialect in (_pboc(2), _pboc(1), _social())})
"""By name: `pboc` (purse, EP), `pboc-deposit` (ED; asks for the PIN), `social` (experimental)."""
