"""What a counter stands on and what stands on it: handed in whole, and never made by the counter itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from hw.ports import CardReader, ReceiptPrinter
from hw.purse_port import PurseTerminal
from terminal.center.desk import CenterDesk
from terminal.counter.downloads import Downloads
from terminal.counter.offline import OfflineLimits
from terminal.counter.purse import PurseLimits
from terminal.journal.journal import Journal
from terminal.limits import CODE_LIFE_SECONDS
from terminal.settlement.bill import Provider
from terminal.settlement.law import Law


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where business is done. Its clock is the journal's.

    providers: by id, the first is the default. identity: gives ids that nobody guesses. mode: `local`, the terminal's
    own split counts at once; `online`, the center decides. limits: without the center. downloads: of what is published.
    training_clock: its clock is meant to differ from the center's.
    """

    journal: Journal
    law: Law
    center: CenterDesk
    providers: Mapping[str, Provider]
    identity: Callable[[], str]
    mode: Literal["local", "online"] = "local"
    limits: OfflineLimits = field(default_factory=OfflineLimits)
    downloads: Downloads | None = None
    training_clock: bool = False

    @property
    def online(self) -> bool:
        """Whether the center decides before anyone is told "paid"."""
        return self.mode == "online"


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """The devices of one counter.

    removals: how often a card has been taken out of the reader so far. printer: asked before each sale whether it can
    print; None asks nobody. paperless: there is no printer, and every receipt is electronic. purse_terminal: for
    accounts that lie on the card; None: there is no PSAM, and such an account cannot be used. code_life_seconds: of an
    e-credential's code.
    """

    reader: CardReader
    removals: Callable[[], int] = lambda: 0
    printer: ReceiptPrinter | None = None
    paperless: bool = False
    purse_terminal: PurseTerminal | None = None
    purse_limits: PurseLimits = field(default_factory=PurseLimits)
    code_life_seconds: int = CODE_LIFE_SECONDS
