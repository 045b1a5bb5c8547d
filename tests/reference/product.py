"""The product as these tests see it: the law's door, and its settlements in the public JSON form."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from terminal.errors import Refused
from terminal.settlement.bill import Bill
from terminal.settlement.codec import as_builtins, convert, encode_hook
from terminal.settlement.law import Law
from terminal.settlement.result import Settlement

ROOT = Path(__file__).resolve().parents[2]
SUPPLEMENTS = sorted((ROOT / "examples/supplements").glob("*.toml"))


def load_law(supplemented: bool) -> Law:
    """The project's law, with every illustrative supplement or without any."""
    return Law.load(supplements=SUPPLEMENTS) if supplemented else Law.load()


def settle_json(law: Law, bill: dict[str, Any]) -> dict[str, Any]:
    """Settle one bill alone. Raises Refused."""
    shown: dict[str, Any] = as_builtins(law.settle(convert(bill, Bill)))
    return shown


def settle_all_json(law: Law, bills: Sequence[dict[str, Any]]) -> list[dict[str, Any] | Refused]:
    """Settle bills in one batch; a bill that is refused has its refusal in its place."""
    decoded = [convert(bill, Bill) for bill in bills]
    results = law.settle_many(decoded)
    return [each if isinstance(each, Refused) else _builtins_of_a_mass(each) for each in results]


_written_once = lru_cache(maxsize=1 << 16, typed=True)(encode_hook)


def _builtins_of_a_mass(settlement: Settlement) -> dict[str, Any]:
    """As the codec's `as_builtins`, with the texts of frequent amounts kept."""
    shown: dict[str, Any] = msgspec.to_builtins(settlement, enc_hook=_written_once)
    return shown
