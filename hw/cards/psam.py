"""The PSAM: the terminal's security module, which knows the purse's keys so that the terminal need not.

Promise: no key ever leaves the PSAM; of each debit its own number goes up by one, whether the debit happens or not.
"""

from __future__ import annotations

from dataclasses import dataclass

from hw.apdu import STATUS_APPLICATION_BLOCKED, STATUS_BLOCKED, STATUS_OK, Channel, Command, Response
from hw.card_errors import card_error
from hw.ports import DeviceError

SOCIAL_SECURITY_PSAM = "D15600000590"
"""The application of a social-security PSAM (LD/T 32)."""

STATUS_WRONG_CODE = 0x9302
STATUS_LOCKED = 0x9303
_LOCKED = (STATUS_LOCKED, STATUS_BLOCKED, STATUS_APPLICATION_BLOCKED)


@dataclass(frozen=True, slots=True)
class DebitCode:
    """What the PSAM gives for one debit: its number of the debit, and MAC1, which shows that it knows the key."""

    terminal_counter: int
    mac1: bytes


class Psam:
    """The module behind one channel, freshly reset."""

    def __init__(self, channel: Channel, application: str = SOCIAL_SECURITY_PSAM) -> None:
        self._channel = channel
        self._application = bytes.fromhex(application)

    def terminal_number(self) -> bytes:
        """Six bytes from file 0016 of its main file. One command. Raises DeviceError: `psam-foreign`."""
        response = self._channel.exchange(Command(0x00, 0xB0, 0x96, 0x00, expected_length=6))
        if response.status != STATUS_OK or len(response.data) != 6:
            raise _psam_error(response, "READ BINARY 0016")
        return response.data

    def select(self) -> None:
        """Enter the purse's application. One command. Raises DeviceError: `psam-foreign`, `psam-locked`."""
        response = self._channel.send(Command(0x00, 0xA4, 0x04, 0x00, data=self._application))
        if not response.accepted:
            raise _psam_error(response, "SELECT")

    def start_debit(
        self, random: bytes, counter: int, amount_fen: int, kind: int, moment: bytes, key: bytes, factors: bytes
    ) -> DebitCode:
        """INIT SAM FOR PURCHASE (8070). moment: seven BCD bytes; key: version and algorithm; factors: 8 or 16 bytes.

        Two commands. Raises DeviceError: `psam-locked`, `psam-foreign`.
        """
        what = counter.to_bytes(2, "big") + amount_fen.to_bytes(4, "big") + bytes((kind,))
        data = random + what + moment + key + factors
        response = self._channel.exchange(Command(0x80, 0x70, 0x00, 0x00, data=data))
        if response.status != STATUS_OK or len(response.data) != 8:
            raise _psam_error(response, "8070")
        return DebitCode(int.from_bytes(response.data[:4], "big"), response.data[4:])

    def accepts(self, mac2: bytes) -> bool:
        """CREDIT SAM FOR PURCHASE (8072): whether the card's MAC2 is genuine. One command; once for each debit.

        A wrong code counts towards the PSAM's lock. Raises DeviceError when the PSAM says neither.
        """
        response = self._channel.send(Command(0x80, 0x72, 0x00, 0x00, data=mac2))
        if response.status not in (STATUS_OK, STATUS_WRONG_CODE):
            raise _psam_error(response, "8072")
        return response.status == STATUS_OK


def _psam_error(response: Response, where: str) -> DeviceError:
    code = "psam-locked" if response.status in _LOCKED else "psam-foreign"
    return card_error(code, f"{where} {response.status:04X}")
