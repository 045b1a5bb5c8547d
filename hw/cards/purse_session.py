"""One purse in the reader: its balance, its log, and the debit in two steps with the intent between them.

Promises: no money moves before `debit`; the card is told once for each intent; whatever happens from then on ends in
one of three outcomes and never in an exception; a card that refuses is not believed, but asked what became of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from hw.apdu import STATUS_NOT_AUTHENTICATED, STATUS_OK, Channel, Command
from hw.card_errors import card_error
from hw.cards.dialects import Dialect
from hw.cards.pin import pin_needed, verify_pin
from hw.cards.psam import Psam
from hw.cards.purse_proof import outcome_of, read_log
from hw.cards.purse_records import DebitOffer, balance_of, debit_offer
from hw.ports import DeviceError, Pin
from hw.purse_port import DebitIntent, DebitOutcome, DebitProof, DebitState, PurseCard, PurseLogEntry

AMOUNT_FEN_MAX = 2**32 - 1
COUNTER_MAX = 0xFFFF
Result = TypeVar("Result")
_PSAM_GONE = ("card-removed", "card-mute", "no-card", "no-reader", "no-answer")


@dataclass(frozen=True, slots=True)
class KeyChoice:
    """Which keys a debit takes. index: the card's purchase key. factors: 1 when the PSAM derives the card's key from
    the serial number alone, 2 when from the issuer as well."""

    index: int = 1
    factors: int = 1


class Session:
    """A PurseSession. open_psam: gives the PSAM and its channel, held until the session ends."""

    def __init__(
        self,
        channel: Channel,
        dialect: Dialect,
        card: PurseCard,
        keys: KeyChoice,
        open_psam: Callable[[], tuple[Psam, Channel]],
    ) -> None:
        self.card = card
        self._channel = channel
        self._dialect = dialect
        self._keys = keys
        self._open_psam = open_psam
        self._psam: Psam | None = None
        self._psam_channel: Channel | None = None
        self._terminal_number = b""
        self._prepared: DebitIntent | None = None

    @property
    def apdu_count(self) -> int:
        """See `PurseSession.apdu_count`."""
        return self._channel.apdu_count + (self._psam_channel.apdu_count if self._psam_channel else 0)

    def require_debit(self) -> None:
        """See `PurseSession.require_debit`. No command."""
        if self._dialect.start_debit is None:
            raise card_error("no-purse", f"dialect {self._dialect.name} has no debit")

    def balance_fen(self) -> int:
        """See `PurseSession.balance_fen`. One command."""
        return balance_of(self._channel.exchange(self._dialect.balance))

    def log(self) -> tuple[PurseLogEntry, ...]:
        """See `PurseSession.log`. One command a record, and one more to find the end."""
        return read_log(self._channel)

    def verify_pin(self, pin: Pin) -> None:
        """See `PurseSession.verify_pin`. Two commands."""
        verify_pin(self._channel, pin)

    def prepare_debit(self, amount_fen: int, moment: dt.datetime) -> DebitIntent:
        """See `PurseSession.prepare_debit`. Two commands to the card, four to the PSAM."""
        if not 1 <= amount_fen <= AMOUNT_FEN_MAX:
            raise ValueError(f"a debit is 1 to {AMOUNT_FEN_MAX} fen")
        self._prepared = None
        psam = self._ready_psam()
        digits = moment.strftime("%Y%m%d%H%M%S")
        offer = self._offer(amount_fen)
        code = _guarded(
            lambda: psam.start_debit(
                offer.random,
                offer.counter,
                amount_fen,
                self._dialect.purchase_type,
                bytes.fromhex(digits),
                offer.key,
                self._factors(),
            )
        )
        self._prepared = DebitIntent(
            card=self.card,
            amount_fen=amount_fen,
            balance_before_fen=offer.balance_fen,
            overdraft_fen=offer.overdraft_fen,
            counter=offer.counter,
            key_version=offer.key[0],
            algorithm=offer.key[1],
            card_random=offer.random.hex().upper(),
            terminal_number=self._terminal_number.hex().upper(),
            terminal_counter=code.terminal_counter,
            transaction_type=self._dialect.purchase_type,
            moment=digits,
            mac1=code.mac1.hex().upper(),
        )
        return self._prepared

    def debit(self, intent: DebitIntent) -> DebitOutcome:
        """See `PurseSession.debit`. Three commands to the card, one to the PSAM."""
        if intent is not self._prepared or self._dialect.debit is None:
            raise ValueError("debit takes the intent that this session prepared last, once")
        self._prepared = None
        tell = self._dialect.debit
        data = intent.terminal_counter.to_bytes(4, "big") + bytes.fromhex(intent.moment + intent.mac1)
        try:
            response = self._channel.exchange(Command(tell.cla, tell.ins, tell.p1, tell.p2, data=data))
            if response.status == STATUS_OK and len(response.data) == 8:
                tac, mac2 = response.data[:4].hex().upper(), response.data[4:].hex().upper()
                return self._checked(intent, DebitProof(tac, mac2, mac2_verified=False))
            outcome = outcome_of(self._channel, self._dialect, intent)
        except DeviceError as error:
            return DebitOutcome(DebitState.UNKNOWN, "no-answer", error.code)
        if outcome.state is DebitState.NOT_DONE:
            return replace(outcome, reason="refused", detail=f"8054 {response.status:04X}")
        if outcome.state is DebitState.DONE and outcome.proof is not None and outcome.proof.mac2:
            return self._checked(intent, outcome.proof)
        return outcome

    def ask_proof(self, intent: DebitIntent) -> DebitOutcome:
        """See `PurseSession.ask_proof`. Four commands where the debit was the card's last, or never was."""
        if self.card != intent.card:
            raise card_error("card-swapped")
        self._prepared = None
        return outcome_of(self._channel, self._dialect, intent)

    def _ready_psam(self) -> Psam:
        if self._psam is None:
            psam, channel = self._open_psam()
            self._terminal_number = _guarded(psam.terminal_number)
            _guarded(psam.select)
            self._psam, self._psam_channel = psam, channel
        return self._psam

    def _offer(self, amount_fen: int) -> DebitOffer:
        """INITIALIZE FOR PURCHASE (8050), believed only where it makes sense. Raises DeviceError."""
        self.require_debit()
        start = self._dialect.start_debit
        assert start is not None, "required just before"
        data = bytes((self._keys.index,)) + amount_fen.to_bytes(4, "big") + self._terminal_number
        response = self._channel.exchange(Command(start.cla, start.ins, start.p1, start.p2, data=data))
        if response.status == STATUS_NOT_AUTHENTICATED:
            raise pin_needed(self._channel, "8050")
        offer = debit_offer(response)
        if offer.balance_fen < amount_fen:
            raise card_error("purse-insufficient")
        if offer.counter >= COUNTER_MAX:
            raise card_error("purse-locked", "debit counter at its end")
        return offer

    def _factors(self) -> bytes:
        """What the PSAM derives the card's key from: the low eight bytes of the serial, then the issuer."""
        return (bytes.fromhex(self.card.serial)[-8:] + bytes.fromhex(self.card.issuer))[: 8 * self._keys.factors]

    def _checked(self, intent: DebitIntent, proof: DebitProof) -> DebitOutcome:
        """The card says that it paid: the PSAM checks its word, and its balance must agree."""
        assert self._psam is not None
        try:
            genuine = self._psam.accepts(bytes.fromhex(proof.mac2))
        except DeviceError as error:
            return DebitOutcome(DebitState.UNKNOWN, "psam-no-answer", error.code)
        if not genuine:
            return DebitOutcome(DebitState.UNKNOWN, "mac2-wrong", "the PSAM refused the card's MAC2")
        expected_fen = intent.balance_before_fen - intent.amount_fen
        verified = replace(proof, mac2_verified=True)
        try:
            balance_fen = self.balance_fen()
        except DeviceError:
            # The PSAM has the card's word; a card that leaves afterwards takes nothing back.
            balance_fen = expected_fen
        if balance_fen != expected_fen:
            return DebitOutcome(DebitState.UNKNOWN, "contradiction", "MAC2 is right, the balance is not")
        return DebitOutcome(DebitState.DONE, "debited", "", verified, balance_fen)


def _guarded(ask: Callable[[], Result]) -> Result:
    """Ask the PSAM; when it does not answer, say that it is the PSAM. Raises DeviceError."""
    try:
        return ask()
    except DeviceError as error:
        if error.code in _PSAM_GONE:
            raise card_error("no-psam", error.code) from None
        raise
