"""The account on a card in a simulated town: one purse, the PSAM in the shop's second slot, and what befalls them.

A generator of its own draws which worlds have one and everything about it: all other worlds stay what they were.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from random import Random

import msgspec

from hw.cards.purse import PurseDriver
from hw.simulated.card_system import CardSystem
from hw.simulated.psam import VirtualPsam
from hw.simulated.reader import SimulatedReader
from hw.simulated.script import Script, Step
from hw.simulated.social_card import VirtualCard
from terminal.bureau.persons import Person, load_persons
from terminal.settlement.bill import Account
from terminal.settlement.codec import convert
from tests.settlement.generators.common import yuan
from tests.simulation.power import Power

EXAMPLES = Path(__file__).parents[2] / "examples"
WORLDS_SHARE = 0.2
OPENING_FEN = (15_000, 150_000, 9_999_999)
FIRST_COUNTER = 18

BEGIN_DEBIT, DEBIT, PROOF, PSAM_FIRST, PSAM_CHECK = 0x50, 0x54, 0x5A, 0x70, 0x72
CUTS = ("debit, before", "debit, after")
"""Names of the moments at which the power goes while the card is told to pay."""

MISDEEDS = ("card pulled", "card mute", "card refuses", "card spoils its proof", "psam pulled")
"""What can go wrong with a debit, beside the end of the terminal."""

_ON_CARD = (BEGIN_DEBIT, DEBIT, DEBIT, DEBIT, PROOF)
_ON_PSAM = (PSAM_FIRST, PSAM_CHECK)


@dataclass(frozen=True, slots=True)
class PurseWorld:
    """What a world knows of its purse: how much it holds at first, and which seed draws what befalls it."""

    held_fen: int
    seed: str


def purse_of(seed: int) -> PurseWorld | None:
    """The purse of a seed's world, or None: the account of nobody lies on a card there."""
    random = Random(f"card account {seed}")
    return PurseWorld(random.choice(OPENING_FEN), str(seed)) if random.random() < WORLDS_SHARE else None


def holder_of(purse: PurseWorld) -> Person:
    """The holder of the training purse, with as much in the account as it holds."""
    serial = _fields("purse-01.toml")["purse"]["serial"]
    (found,) = [one for one in load_persons(EXAMPLES / "bureau/persons.toml") if one.purse_serial == serial]
    return msgspec.structs.replace(found, account=convert({"balance": yuan(purse.held_fen)}, Account))


class Wallet:
    """The card and the PSAM. random: of the world's purse alone. terminal: what the counter debits through."""

    def __init__(self, world: PurseWorld, reader: SimulatedReader, power: Power) -> None:
        self.random = Random(f"purse at work {world.seed}")
        self._reader, self._power = reader, power
        fields = _fields("purse-01.toml")
        del fields["pin"]
        purse = fields["purse"] | {"balance_fen": world.held_fen, "counter": FIRST_COUNTER, "valid_from": "20180101"}
        self._card = VirtualCard.from_fields(fields | {"purse": purse}, random_bytes=self.random.randbytes)
        psam = _fields("without-holder/psam-01.toml")
        self._psam = VirtualPsam.from_fields(psam, random_bytes=self.random.randbytes)
        self._slot = SimulatedReader(self._psam)
        self.terminal = PurseDriver(reader, self._slot)
        self._opening_fen = world.held_fen
        self._watch(self._card)

    def heal(self) -> None:
        """Card and PSAM behave again."""
        self._card.script, self._psam.script = Script(), Script()

    def insert(self) -> None:
        """The holder puts the card in, and the PSAM is in its slot."""
        self._slot.insert(self._psam)
        self._reader.insert(self._card)

    def misbehave(self) -> str:
        """At the next debit something goes wrong once; what it was."""
        what = self.random.choice(MISDEEDS)
        pull, at = self.random.choice(("pull-before", "pull-after")), self.random.choice(_ON_CARD)
        step = {
            "card pulled": Step(pull, ins=at, once=True),
            "card mute": Step("mute", ins=at, once=True),
            "card refuses": Step("status", ins=DEBIT, value="6985", once=True),
            "card spoils its proof": Step("wrong-mac", ins=DEBIT, once=True),
            "psam pulled": Step(pull, ins=self.random.choice(_ON_PSAM), once=True),
        }[what]
        (self._psam if what == "psam pulled" else self._card).script.steps.append(step)
        return what

    def take_out(self) -> None:
        """The holder leaves with the card."""
        self._reader.remove()

    @property
    def counter(self) -> int:
        """How often the card has paid in its life."""
        return int(self._card.memory.get("counter", FIRST_COUNTER))

    def paid(self) -> tuple[int, int]:
        """What the card has paid here in all, in fen, and how often."""
        held = int(self._card.memory.get("balance_fen", self._opening_fen))
        return self._opening_fen - held, self.counter - FIRST_COUNTER

    def _watch(self, card: CardSystem) -> None:
        transmit = card.transmit

        def watched(command: bytes | bytearray) -> bytes:
            if command[1] != DEBIT:
                return transmit(command)
            self._power.point(CUTS[0])
            answer = transmit(command)
            self._power.point(CUTS[1])
            return answer

        card.transmit = watched  # type: ignore[method-assign]


def _fields(name: str) -> dict[str, object]:
    return tomllib.loads((EXAMPLES / "cards" / name).read_text(encoding="utf-8"))
