"""A purse card and a PSAM whose every byte is known, and the purse driver on a bench.

The keys, codes and answers were worked out outside this project from the formulas of JR/T 0025.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from hw.cards.purse import PurseDriver
from hw.simulated.memory import CardMemory
from hw.simulated.psam import PsamFunctions, VirtualPsam
from hw.simulated.purse_application import PurseFunctions
from hw.simulated.script import Script, Step
from hw.simulated.social_card import VirtualCard

if TYPE_CHECKING:
    from conftest import Bench

MOMENT = dt.datetime(2024, 1, 15, 10, 30, 0, tzinfo=dt.timezone(dt.timedelta(hours=8)))
PURSE = {
    "issuer": "1101001101000000",
    "serial": "00008660110816000001",
    "valid_from": "20240115",
    "valid_until": "20340115",
    "balance_fen": 10000,
    "counter": 0x12,
    "load_counter": 3,
    "purchase_key": "66FC30B86AFB3F9C87D65234C661E165",
    "tac_key": "5F531DE0D831A1BFD65E95C3A2E96AAA",
    "load_key": "E49714894B118D53976427EE122F4027",
}
PSAM = {
    "kind": "psam",
    "atr": "3B6D000000815431008660160101000090",
    "serial": "11010000000000000001",
    "terminal_number": "130000000001",
    "terminal_counter": 0xA07,
    "application": "D15600000590",
    "purchase_master_key": "404142434445464748494A4B4C4D4E4F",
}
PIN = {"digits": "314159", "tries_max": 3}


def given_random(*numbers: str) -> Callable[[int], bytes]:
    """Random numbers that are known beforehand; then zeros."""
    rest: Iterator[bytes] = iter(bytes.fromhex(number) for number in numbers)
    return lambda length: next(rest, bytes(length))


def purse_card(fields: dict[str, Any], random: str = "A1B2C3D4", **changes: Any) -> VirtualCard:
    """The holder of `fields` with a PIN and a purse; changes: to the purse."""
    whole = fields | {"pin": PIN, "purse": PURSE | changes}
    return VirtualCard.from_fields(whole, CardMemory(), given_random(*[random] * 50))


def renew(card: VirtualCard, *steps: Step) -> None:
    """The purse as it was at first, in the same card, which misbehaves as told."""
    card.memory.write(balance_fen=10000, counter=0x12, log=[], proof=["", -1, ""])
    purse_of(card).log.clear()
    card.script = Script(steps)


def psam(**changes: Any) -> VirtualPsam:
    """The PSAM that belongs to the purse."""
    return VirtualPsam.from_fields(PSAM | changes)


def purse_of(card: VirtualCard) -> PurseFunctions:
    """The inside of the card's purse."""
    functions = card.applications[1].functions
    assert isinstance(functions, PurseFunctions)
    return functions


def inside_of(module: VirtualPsam) -> PsamFunctions:
    """The inside of the PSAM."""
    functions = module.applications[0].functions
    assert isinstance(functions, PsamFunctions)
    return functions


def driver_on(bench: Bench, dialect: str = "pboc") -> PurseDriver:
    """The purse driver over the bench's two readers."""
    return PurseDriver(bench.reader, bench.psam_reader, dialect)
