"""The torn debit, at every point: the card pulled, the terminal killed; card, journal and center agree in the end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hw.simulated.script import CardTorn
from terminal.errors import TerminalError

ROOT = Path(__file__).parents[2]
CARD_COMMANDS = 30
"""Identification 15, quote 5, settlement 10 (whose, which purse, what it holds, 8050, 8054, what it holds then)."""
PSAM_COMMANDS = 5
WHOLE = {
    "account": "36.80",
    "states": ["committed"],
    "uploads": {"accepted": 1},
    "open": 0,
    "audit": [],
    "purse": [6320, 19],
}
"""36.80 of 100.00 and one debit more on the card; one settlement here, accepted there."""


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder in memory: an end of the process needs no disk to be one."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        yield Path(folder)


class Lives:
    """Lives of a terminal, each a process of its own."""

    def __enter__(self) -> Lives:
        paths = os.pathsep.join(str(path) for path in (ROOT, ROOT / "tests/flows", ROOT / "tests/counter"))
        self._server = subprocess.Popen(
            [sys.executable, str(ROOT / "tests/flows/torn_life.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": paths},
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._server.communicate()

    def live(self, folder: Path, url: str, cut_at: int = 0) -> dict[str, Any] | None:
        """One life in that folder; None: it was killed at the point that was chosen."""
        assert self._server.stdin
        assert self._server.stdout
        self._server.stdin.write(json.dumps([str(folder), url, cut_at]) + "\n")
        self._server.stdin.flush()
        status, said = json.loads(self._server.stdout.readline())
        if cut_at and status == -signal.SIGKILL:
            return None
        assert status == 0, f"a life ended with {status}"
        found: dict[str, Any] = json.loads(said)
        return found


class Town:
    """A center of its own for each run of a sale, on HTTP."""

    def __init__(self) -> None:
        from counter_parts import LAW, MORNING, NAMES, PROVIDERS
        from purse_shop import holder

        from terminal.bureau.books import Books
        from terminal.bureau.persons import NamedProvider
        from terminal.bureau.server import BureauServer
        from terminal.clock import SetClock
        from terminal.settlement.law import Law

        providers = {key: NamedProvider(NAMES[key], facts) for key, facts in PROVIDERS.items()}
        self.books = Books([holder()], providers)
        self.server = BureauServer(self.books, Law(LAW.shelf), SetClock(MORNING))

    def __enter__(self) -> Town:
        self.server.up()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.down()
        self.books.close()

    def check(self) -> None:
        """One debit was paid out, its proof checked; the center's figure of the account is the card's."""
        from terminal.bureau.purse import findings

        person = self.books.person("36010200000001")
        assert person is not None
        assert (int(person.account.balance), findings(self.books.storage)) == (6320, [])
        assert [state for _, state in self.books.settlements()] == ["booked"]


def test_killed_at_any_point_and_started_again(memory: Path) -> None:
    """Before and after every command to card and PSAM and every write, from the insertion to the upload."""
    with Lives() as lives:
        with Town() as town:
            points = _whole(lives, memory / "whole", town, "a life without an end")
        for number, point in enumerate(points, 1):
            with Town() as town:
                assert lives.live(memory / str(number), town.server.url, number) is None
                _whole(lives, memory / str(number), town, f"killed at {number} of {len(points)}: {point}")
    kinds = Counter(name.split()[0].strip(",") for name in points)
    print(f"\ntorn debit: killed at {len(points)} points, {dict(kinds)}; card, journal and center agree after each")
    assert (kinds["card"], kinds["psam"]) == (2 * CARD_COMMANDS, 2 * PSAM_COMMANDS)


def test_killed_again_while_it_recovers(memory: Path) -> None:
    """Killed right after the card has paid, and then at every point of what follows."""
    with Lives() as lives:
        with Town() as town:
            points = _whole(lives, memory / "whole", town, "a life without an end")
        with Town() as town:
            paid_at = points.index("card 8054, after") + 1
            assert lives.live(memory / "paid", town.server.url, paid_at) is None
        number = 0
        while True:
            number += 1
            folder = memory / str(number)
            shutil.copytree(memory / "paid", folder)
            with Town() as town:
                if lives.live(folder, town.server.url, number) is not None:
                    break
                point = (folder / "end.txt").read_text(encoding="utf-8")
                _whole(lives, folder, town, f"killed again at {number}: {point}")
    print(f"\ntorn debit: killed again at {number - 1} points of the recovery; card, journal and center agree")
    assert number > CARD_COMMANDS


def _whole(lives: Lives, folder: Path, town: Town, why: str) -> list[str]:
    """A life to its natural end, after which all agree; the points at which it might have ended."""
    found = lives.live(folder, town.server.url)
    assert found is not None, why
    points: list[str] = found.pop("points")
    found["states"] = [state for state in found["states"] if state != "abandoned"]
    assert found == WHOLE, why
    town.check()
    return points


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("which", ["card", "psam"])
def test_pulled_at_any_command_and_put_in_again(memory: Path, which: str, when: str) -> None:
    """Every command of the whole sale; afterwards the till repeats its request with the card back in."""
    point = 0
    while True:
        point += 1
        with Town() as town:
            if not _pulled_sale(memory / str(point), town, which, when, point):
                break
    print(f"\ntorn debit: {which} pulled {when} each of {point - 1} commands; card, journal and center agree")
    assert point - 1 == {"card": CARD_COMMANDS, "psam": PSAM_COMMANDS}[which]


def _pulled_sale(folder: Path, town: Town, which: str, when: str, point: int) -> bool:
    """One sale with a card pulled out once; False when there was no such command any more."""
    from torn_life import Ends, TornShop, identified, sell

    shop = TornShop(folder, town.server.url, Ends(0, folder / "end.txt"))
    card, slot = (shop.card, shop.reader) if which == "card" else (shop.psam, shop.psam_slot)
    seen = 0
    transmit = card.transmit

    def pulled(command: bytes | bytearray) -> bytes:
        nonlocal seen
        seen += 1
        if seen == point and when == "before":
            raise CardTorn
        answer = transmit(command)
        if seen == point:
            raise CardTorn
        return answer

    card.transmit = pulled  # type: ignore[method-assign]
    with shop:
        known = None
        for _ in range(4):
            slot.insert(card)
            try:
                known = known or identified(shop)
                sell(shop, known, folder / "till.json")
            except TerminalError:
                if known is not None:  # The card has left: what it was leased for is let go.
                    shop.counter.release(known.id)
                known = None
                continue
            break
        shop.upload_all()
        states = [one.state for one in shop.journal.last(9) if one.state != "abandoned"]
        assert (states, shop.journal.counts(), shop.journal.verify()) == (["committed"], {"accepted": 1}, []), point
        assert (shop.purse.balance_fen, shop.counter.open_purse_debits()) == (6320, [])
        town.check()
    return seen >= point
