"""The bureau's own working of a purse's proof (TAC, JR/T 0025): nothing here is shared with cards or terminals.

The cipher is triple DES because the purse's standard says so.
"""

from __future__ import annotations

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

from terminal.center.extension import DebitExtension

TRAINING_TAC_MASTER_KEY = bytes(range(0x50, 0x60))
"""The master of the training cards under `examples/`. A real bureau's never leaves its security module."""

_HALF = 8


def transaction_code(master_key: bytes, serial: str, debit: DebitExtension) -> str:
    """The TAC that the purse with this serial number gives for this debit, 8 hex digits.

    serial: 20 hex digits, of which the last sixteen diversify the master. Raises ValueError for what is not hex.
    """
    factor = bytes.fromhex(serial)[-_HALF:]
    own_key = _blocks(master_key, factor) + _blocks(master_key, bytes(255 - byte for byte in factor))
    halves = zip(own_key[:_HALF], own_key[_HALF:], strict=True)
    code_key = bytes(left ^ right for left, right in halves)
    message = (
        int(debit.amount).to_bytes(4, "big")
        + debit.transaction_type.to_bytes(1, "big")
        + bytes.fromhex(debit.terminal_number)
        + debit.terminal_counter.to_bytes(4, "big")
        + bytes.fromhex(debit.moment)
    )
    return _message_code(code_key, message).hex().upper()


def _blocks(key: bytes, data: bytes) -> bytes:
    """Whole blocks under two-key triple DES, each on its own."""
    encryptor = Cipher(TripleDES(key + key[:_HALF]), modes.ECB()).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def _message_code(key: bytes, message: bytes) -> bytes:
    """DES-CBC over the message padded 80 00 …, from zeros; the first four bytes of the last block."""
    padded = message + b"\x80" + bytes(-(len(message) + 1) % _HALF)
    encryptor = Cipher(TripleDES(key * 3), modes.CBC(bytes(_HALF))).encryptor()
    return (encryptor.update(padded) + encryptor.finalize())[-_HALF:][:4]
