"""What the journal keeps of a settlement whose account share comes out of the purse on a card.

Plain values with the meaning that the purse's interface gives them; amounts in fen as whole numbers, since a card
knows no other. Enough for the card to be asked, and for the bureau to check its proof, years later.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from terminal.journal.chain import digest
from terminal.settlement.codec import encode

Decision = Literal["debited", "not-debited"]


class PurseIdentity(Struct, frozen=True, kw_only=True):
    """Which purse on which card. All fields together name it; hex digits but for the ISO dates and the dialect."""

    identification_code: str
    issuer: str
    serial: str
    valid_from: str
    valid_until: str
    dialect: str
    kind: int

    def __repr__(self) -> str:
        return f"PurseIdentity(serial=…{self.serial[-4:]})"

    @property
    def key(self) -> str:
        """One word for the purse (64 hex digits): what no two debits may be in doubt on."""
        return digest(encode(self))


class PurseDebit(Struct, frozen=True, kw_only=True):
    """A debit as it was prepared: everything that the card is told, and that its proof is made over."""

    card: PurseIdentity
    amount_fen: int
    balance_before_fen: int
    overdraft_fen: int
    counter: int
    key_version: int
    algorithm: int
    card_random: str
    terminal_number: str
    terminal_counter: int
    transaction_type: int
    moment: str
    mac1: str


class PurseProof(Struct, frozen=True, kw_only=True):
    """What the card gave for the money: `tac` for the bureau ("" where it had none any more), `mac2` for the PSAM."""

    tac: str = ""
    mac2: str = ""
    mac2_verified: bool = False


class PurseUse(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A settlement on a purse. debit: None where the account pays nothing and the card was only read."""

    card: PurseIdentity
    balance_before_fen: int
    debit: PurseDebit | None = None


class OpenDebit(Struct, frozen=True, kw_only=True):
    """A debit of which nobody knows whether the card has paid.

    trouble: why the card cannot tell (`contradiction`, `used-elsewhere`, `mac2-wrong`), and people must decide; "" as
    long as it has not been asked. key, request_digest: of the request that began it.
    """

    settlement_id: str
    debit: PurseDebit
    trouble: str
    key: str
    request_digest: str
