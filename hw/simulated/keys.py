"""The codes of an electronic purse (JR/T 0025, DES): derived keys, session keys, MACs and TACs.

For the virtual cards only: at a real counter these keys never leave the card and the PSAM. The cipher is triple DES
because the purse's standard says so; nothing else here uses it.
"""

from __future__ import annotations

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

BLOCK_BYTES = 8
CODE_BYTES = 4


def encrypt_block(key: bytes, block: bytes) -> bytes:
    """One block under a key of 8 bytes (DES) or 16 bytes (two-key triple DES)."""
    whole_key = key * 3 if len(key) == BLOCK_BYTES else key + key[:BLOCK_BYTES]
    encryptor = Cipher(TripleDES(whole_key), modes.ECB()).encryptor()
    return encryptor.update(block) + encryptor.finalize()


def derive_key(master: bytes, factor: bytes) -> bytes:
    """The key of one card: its factor and the factor's complement, encrypted under the master."""
    return encrypt_block(master, factor) + encrypt_block(master, bytes(byte ^ 0xFF for byte in factor))


def message_code(key: bytes, message: bytes) -> bytes:
    """CBC-MAC under an 8-byte key, zero start, padded 80 00 …; its first four bytes."""
    padded = message + b"\x80"
    padded += bytes(-len(padded) % BLOCK_BYTES)
    chained = bytes(BLOCK_BYTES)
    for start in range(0, len(padded), BLOCK_BYTES):
        mixed = bytes(one ^ other for one, other in zip(chained, padded[start : start + BLOCK_BYTES], strict=True))
        chained = encrypt_block(key, mixed)
    return chained[:CODE_BYTES]


def purchase_session_key(purchase_key: bytes, random: bytes, counter: bytes, terminal_counter: bytes) -> bytes:
    """SESPK. counter: before the debit; terminal_counter: four bytes, of which the last two count."""
    return encrypt_block(purchase_key, random + counter + terminal_counter[-2:])


def load_session_key(load_key: bytes, random: bytes, counter: bytes) -> bytes:
    """SESLK. counter: the load counter before the load."""
    return encrypt_block(load_key, random + counter + b"\x80\x00")


def transaction_code(tac_key: bytes, message: bytes) -> bytes:
    """TAC: the MAC under both halves of the key, mixed."""
    mixed = bytes(one ^ other for one, other in zip(tac_key[:BLOCK_BYTES], tac_key[BLOCK_BYTES:], strict=True))
    return message_code(mixed, message)
