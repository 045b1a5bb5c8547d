"""A shop whose patient has the account on the card: the training purse, a PSAM, the law that puts it there."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from counter_parts import PHARMACY, Shop, bill

from hw.cards.purse import PurseDriver
from hw.simulated.memory import CardMemory
from hw.simulated.psam import PsamFunctions, VirtualPsam
from hw.simulated.purse_application import PurseFunctions
from hw.simulated.reader import SimulatedReader
from hw.simulated.script import Script, Step
from hw.simulated.social_card import VirtualCard
from terminal.bureau.persons import Person, load_persons
from terminal.counter.purse import PurseLimits
from terminal.settlement.bill import Bill

EXAMPLES = Path(__file__).parents[2] / "examples"
SERIAL = "00008660220608000001"


def holder(**changes: Any) -> Person:
    """The person of the training purse, as the bureau's own file has them."""
    (found,) = [one for one in load_persons(EXAMPLES / "bureau" / "persons.toml") if one.purse_serial == SERIAL]
    return type(found)(**{name: getattr(found, name) for name in found.__struct_fields__} | changes)


def purse_card(memory: CardMemory | None = None, **purse: Any) -> VirtualCard:
    """The training card with 100.00 in its purse; purse: what of it is different."""
    fields = tomllib.loads((EXAMPLES / "cards" / "purse-01.toml").read_text(encoding="utf-8"))
    return VirtualCard.from_fields(fields | {"purse": fields["purse"] | purse}, memory)


def training_psam(memory: CardMemory | None = None) -> VirtualPsam:
    """The training PSAM, which knows the purses' master key."""
    path = EXAMPLES / "cards" / "without-holder" / "psam-01.toml"
    return VirtualPsam.from_fields(tomllib.loads(path.read_text(encoding="utf-8")), memory)


def purchase(*amounts: str, **parts: Any) -> Bill:
    """Class A drugs from the pharmacy."""
    return bill("pharmacy", *({"amount": amount} for amount in amounts), provider={"id": PHARMACY}, **parts)


class PurseShop(Shop):
    """The shop with a purse card in its reader and a PSAM in the second slot."""

    def __init__(self, folder: Path, *persons: Person, purse_limits: PurseLimits | None = None, **how: Any) -> None:
        folder.mkdir(exist_ok=True)
        super().__init__(folder, *(persons or (holder(),)), **how)
        self.card, self.psam = purse_card(), training_psam()
        self.reader, self.psam_slot = SimulatedReader(self.card), SimulatedReader(self.psam)
        self.purse_terminal = PurseDriver(self.reader, self.psam_slot)
        self.purse_limits = purse_limits

    @property
    def purse(self) -> PurseFunctions:
        """The inside of the card's purse."""
        functions = self.card.applications[1].functions
        assert isinstance(functions, PurseFunctions)
        return functions

    @property
    def psam_inside(self) -> PsamFunctions:
        """The inside of the PSAM."""
        functions = self.psam.applications[0].functions
        assert isinstance(functions, PsamFunctions)
        return functions

    def misbehave(self, *steps: Step) -> None:
        """From now on the card does this wrong."""
        self.card.script = Script(steps)

    def reinsert(self) -> None:
        """The same card again, well-behaved."""
        self.misbehave()
        self.reader.insert(self.card)

    def center_balance(self) -> int:
        """What the center's books say of the account, in fen."""
        person = self.books.person("36010200000001")
        assert person is not None
        return int(person.account.balance)
