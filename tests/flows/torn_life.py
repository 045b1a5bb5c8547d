"""One life of a terminal that may end at any moment: before or after any command to card or PSAM, any write of the
journal. Run as a program it forks a life for every line it reads, so that hundreds of ends take seconds.

Journal, card and PSAM lie on disk and the center is asked over HTTP: what one life leaves, the next one finds. An end
is SIGKILL.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import sqlite_utils  # Loaded once for all lives: a new journal needs it.
from purse_shop import PurseShop, purchase, purse_card, training_psam

from hw.simulated.card_system import CardSystem
from hw.simulated.memory import CardMemory
from terminal.counter.counter import Identification
from terminal.errors import Missing

assert sqlite_utils
KEY = "sale"
SPEND = purchase("36.80")


class Ends:
    """Counts the moments at which a life may end; at the chosen one (0: never) it does. log: what they were."""

    def __init__(self, cut_at: int, log: Path) -> None:
        self._cut_at = cut_at
        self._log = log
        self.points: list[str] = []

    def point(self, name: str) -> None:
        """One moment."""
        self.points.append(name)
        if len(self.points) == self._cut_at:
            self._log.write_text(name, encoding="utf-8")
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, card: CardSystem, name: str) -> None:
        """Both sides of every command to a card."""
        transmit = card.transmit

        def watched(command: bytes | bytearray) -> bytes:
            self.point(f"{name} {command[:2].hex()}, before")
            answer = transmit(command)
            self.point(f"{name} {command[:2].hex()}, after")
            return answer

        card.transmit = watched  # type: ignore[method-assign]


class TornShop(PurseShop):
    """The purse shop on what lies in a folder, without a center of its own."""

    def __init__(self, folder: Path, url: str, ends: Ends) -> None:
        super().__init__(folder)
        self.ends = ends
        self.center = SimpleNamespace(url=url, up=lambda: None, down=lambda: None)  # type: ignore[assignment]
        self.card = purse_card(CardMemory(folder / "card.json"))
        self.psam = training_psam(CardMemory(folder / "psam.json"))
        self.reader.insert(self.card)
        self.psam_slot.insert(self.psam)
        ends.around(self.card, "card")
        ends.around(self.psam, "psam")

    def open(self) -> None:
        super().open()
        writing, point = self.journal.writing, self.ends.point

        @contextlib.contextmanager
        def watched() -> Iterator[Any]:
            point("journal, before")
            with writing() as connection:
                yield connection
            point("journal, after")

        self.journal.writing = watched  # type: ignore[method-assign]


def sell(shop: PurseShop, known: Identification, kept: Path) -> bytes:
    """Settle as a till does: it repeats what it asked before its own end, and asks anew where that is unknown."""
    for _ in range(3):
        if not kept.exists():
            quote = shop.quote(SPEND, known)
            kept.write_text(json.dumps([quote.id, quote.hash]), encoding="utf-8")
        quote_id, quote_hash = json.loads(kept.read_text(encoding="utf-8"))
        try:
            return shop.counter.settle(quote_id, quote_hash, False, KEY, KEY)
        except Missing:
            kept.unlink()
    raise AssertionError("the quote lapses at once")


def identified(shop: PurseShop) -> Identification:
    """The holder; once the card has been seen, it has paid exactly what the journal has committed."""
    known = shop.counter.identify_card()
    spent = sum(int(one.settlement.account) for one in shop.journal.last(9) if one.state == "committed")
    assert shop.purse.balance_fen + spent == 10000, "card and journal do not agree"
    return known


def live(folder: Path, url: str, cut_at: int) -> dict[str, Any]:
    """One life: what the card says after its insertion, the sale, the upload."""
    ends = Ends(cut_at, folder / "end.txt")
    with TornShop(folder, url, ends) as shop:
        answer = msgspec.json.decode(sell(shop, identified(shop), folder / "till.json"))
        shop.upload_all()
        return {
            "points": ends.points,
            "account": answer["settlement"]["account"],
            "states": sorted(one.state for one in shop.journal.last(9)),
            "uploads": shop.journal.counts(),
            "open": len(shop.counter.open_purse_debits()),
            "audit": shop.journal.verify(),
            "purse": [shop.purse.balance_fen, shop.purse.counter],
        }


def _serve(lines: Iterator[str], tell: Callable[[str], None]) -> None:
    for line in lines:
        folder, url, cut_at = json.loads(line)
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.write(write, json.dumps(live(Path(folder), url, cut_at)).encode())
            os._exit(0)
        os.close(write)
        _, status = os.waitpid(child, 0)
        with os.fdopen(read, "rb") as said:
            tell(json.dumps([os.waitstatus_to_exitcode(status), said.read().decode()]))


if __name__ == "__main__":
    _serve(iter(sys.stdin), lambda text: print(text, flush=True))
