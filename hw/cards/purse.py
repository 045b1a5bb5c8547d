"""The electronic purse on the social-security card, debited together with the PSAM (PBOC ED/EP, JR/T 0025).

Promises: a purse is used only on the card that was expected, and everything before the debit itself moves no money.
A whole debit takes nine commands to the card (whose it is 2, which purse 2, 8050 and its answer 2, 8054 and its
answer 2, the balance after it 1) and five to the PSAM (terminal number, application, 8070 and its answer, 8072).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from hw.apdu import STATUS_FILE_MISSING, CardSlot, Channel, Command
from hw.card_errors import card_error
from hw.cards.dialects import DIALECTS, Dialect
from hw.cards.psam import SOCIAL_SECURITY_PSAM, Psam
from hw.cards.purse_records import application_data, purse_error
from hw.cards.purse_session import KeyChoice, Session
from hw.cards.social_security import read_identification_code
from hw.ports import DeviceError, DeviceState, Health, SocialSecurityCard
from hw.purse_port import PurseCard, PurseSession

_PSAM_ABSENT = ("no-card", "no-reader", "card-mute", "card-removed", "no-answer")


class PurseDriver:
    """A PurseTerminal over two slots, the patient's and the PSAM's.

    dialect: see `hw.cards.dialects`. psam_application: its name, hex digits. keys: which keys a debit takes.
    """

    def __init__(
        self,
        card: CardSlot,
        psam: CardSlot,
        dialect: str = "pboc",
        psam_application: str = SOCIAL_SECURITY_PSAM,
        keys: KeyChoice | None = None,
    ) -> None:
        self._card = card
        self._psam = psam
        self._dialect = DIALECTS[dialect]
        self._psam_application = psam_application
        self._keys = keys or KeyChoice()

    def state(self) -> DeviceState:
        """See `PurseTerminal.state`."""
        seen = self._psam.state()
        return DeviceState(Health.FAULT, "no-card", "the PSAM is not in its slot") if seen.code == "no-card" else seen

    def terminal_number(self) -> str:
        """See `PurseTerminal.terminal_number`. One command."""
        with ExitStack() as stack:
            return self._open_psam(stack)[0].terminal_number().hex().upper()

    @contextmanager
    def session(self, expected: SocialSecurityCard | PurseCard | None = None) -> Iterator[PurseSession]:
        """See `PurseTerminal.session`."""
        with ExitStack() as stack:
            channel = Channel(stack.enter_context(self._card.connect()).transmit)
            card = _find_purse(channel, self._dialect)
            if expected is not None and not _is_expected(card, expected):
                raise card_error("card-swapped")
            yield Session(channel, self._dialect, card, self._keys, lambda: self._open_psam(stack))

    def _open_psam(self, stack: ExitStack) -> tuple[Psam, Channel]:
        """The PSAM, held until the stack ends. Raises DeviceError."""
        try:
            channel = Channel(stack.enter_context(self._psam.connect()).transmit)
        except DeviceError as error:
            if error.code in _PSAM_ABSENT:
                raise card_error("no-psam", error.code) from None
            raise
        return Psam(channel, self._psam_application), channel


def _find_purse(channel: Channel, dialect: Dialect) -> PurseCard:
    """Which card, and which purse on it. Four commands. Raises DeviceError."""
    identification_code = read_identification_code(channel)
    selected = channel.send(Command(0x00, 0xA4, 0x04, 0x00, data=bytes.fromhex(dialect.application)))
    if selected.status == STATUS_FILE_MISSING:
        raise card_error("no-purse", "no application")
    if not selected.accepted:
        raise purse_error(selected, "SELECT")
    data = application_data(channel.exchange(Command(0x00, 0xB0, 0x95, 0x00, expected_length=30)))
    return PurseCard(
        identification_code=identification_code,
        issuer=data.issuer,
        serial=data.serial,
        valid_from=data.valid_from,
        valid_until=data.valid_until,
        dialect=dialect.name,
        kind=dialect.kind,
    )


def _is_expected(card: PurseCard, expected: SocialSecurityCard | PurseCard) -> bool:
    if isinstance(expected, PurseCard):
        return card == expected
    return card.identification_code == expected.identification_code
