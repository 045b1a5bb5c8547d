"""SM2 signatures with SM3 (GB/T 32918, GB/T 32905), through the machine's own libcrypto (OpenSSL 3).

The distinguishing id is the standard's default; keys are PEM; a signature is DER, and Base64 text in a file.

Promise: nothing that went wrong here is left in libcrypto's list of this thread's errors. The lines to the center are
spoken over the same libcrypto, which takes whatever stands there for a fault of the line.
"""

from __future__ import annotations

import base64
import binascii
import ctypes
import ctypes.util
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from terminal.errors import Broken

DISTINGUISHING_ID = b"1234567812345678"
"""The default of GM/T 0009; who signs under another id says so in his profile."""

SIGNATURE_BYTES_MAX = 128


def verify(public_key: bytes, message: bytes, signature: bytes, signer_id: bytes = DISTINGUISHING_ID) -> bool:
    """Whether `signature` (DER) is `public_key`'s (PEM) over `message`. Raises Broken for a key that is none."""
    crypto = _libcrypto()
    with _ready(crypto.PEM_read_bio_PUBKEY, public_key, signer_id) as (digest, key):
        if crypto.EVP_DigestVerifyInit(digest, None, crypto.EVP_sm3(), None, key) != 1:
            raise _no_sm2()
        return bool(crypto.EVP_DigestVerify(digest, signature, len(signature), message, len(message)) == 1)


def sign(private_key: bytes, message: bytes, signer_id: bytes = DISTINGUISHING_ID) -> bytes:
    """The signature (DER) of `private_key` (PEM) over `message`. Raises Broken for a key that is none."""
    crypto = _libcrypto()
    with _ready(crypto.PEM_read_bio_PrivateKey, private_key, signer_id) as (digest, key):
        length = ctypes.c_size_t(SIGNATURE_BYTES_MAX)
        signature = ctypes.create_string_buffer(SIGNATURE_BYTES_MAX)
        done = crypto.EVP_DigestSignInit(digest, None, crypto.EVP_sm3(), None, key) == 1
        if not done or crypto.EVP_DigestSign(digest, signature, ctypes.byref(length), message, len(message)) != 1:
            raise _no_sm2()
        return signature.raw[: length.value]


def from_text(text: bytes) -> bytes:
    """A signature as a file holds it: Base64 of the DER form. What is no Base64 is an empty signature, never valid."""
    try:
        return base64.b64decode(b"".join(text.split()), validate=True)
    except binascii.Error:
        return b""


def to_text(signature: bytes) -> bytes:
    """A signature as a file holds it."""
    return base64.b64encode(signature) + b"\n"


@contextmanager
def _ready(reader: Any, pem: bytes, signer_id: bytes) -> Iterator[tuple[int, int]]:
    """A digest's context for the key, and the key; afterwards the thread's errors are those from before."""
    crypto = _libcrypto()
    crypto.ERR_set_mark()
    try:
        key = _read(reader, pem)
        digest, context = _prepared(key, signer_id)
        try:
            yield digest, key
        finally:
            _free(digest, context, key)
    finally:
        crypto.ERR_pop_to_mark()


def _read(reader: Any, pem: bytes) -> int:
    crypto = _libcrypto()
    memory = crypto.BIO_new_mem_buf(pem, len(pem))
    try:
        key: int | None = reader(memory, None, None, None)
    finally:
        crypto.BIO_free(memory)
    if not key:
        raise Broken("bad-key", "this is no SM2 key in PEM form", "不是有效的 SM2 密钥 (PEM)", "signature")
    return key


def _prepared(key: int, signer_id: bytes) -> tuple[int, int]:
    crypto = _libcrypto()
    digest, context = crypto.EVP_MD_CTX_new(), crypto.EVP_PKEY_CTX_new(key, None)
    if not context or crypto.EVP_PKEY_CTX_set1_id(context, signer_id, len(signer_id)) <= 0:
        _free(digest, context, key)
        raise Broken("bad-key", "this key is not for SM2", "该密钥不是 SM2 密钥", "signature")
    crypto.EVP_MD_CTX_set_pkey_ctx(digest, context)
    return digest, context


def _free(digest: int, context: int, key: int) -> None:
    crypto = _libcrypto()
    crypto.EVP_MD_CTX_free(digest)
    crypto.EVP_PKEY_CTX_free(context)
    crypto.EVP_PKEY_free(key)


def _no_sm2() -> Broken:
    return Broken("no-sm2", "this machine's libcrypto cannot do SM2", "本机 libcrypto 不支持 SM2", "signature")


@lru_cache(maxsize=1)
def _libcrypto() -> Any:
    """libcrypto with the types of what is called: a pointer that ctypes took for an int would be cut to 32 bits."""
    name = ctypes.util.find_library("crypto")
    if name is None:
        raise Broken(
            "no-libcrypto", "libcrypto (OpenSSL 3) is not installed", "未安装 libcrypto (OpenSSL 3)", "signature"
        )
    crypto = ctypes.CDLL(name)
    pointer, data, size = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
    for function, result, arguments in (
        ("ERR_set_mark", ctypes.c_int, []),
        ("ERR_pop_to_mark", ctypes.c_int, []),
        ("BIO_new_mem_buf", pointer, [data, ctypes.c_int]),
        ("BIO_free", ctypes.c_int, [pointer]),
        ("PEM_read_bio_PUBKEY", pointer, [pointer, pointer, pointer, pointer]),
        ("PEM_read_bio_PrivateKey", pointer, [pointer, pointer, pointer, pointer]),
        ("EVP_PKEY_free", None, [pointer]),
        ("EVP_PKEY_CTX_new", pointer, [pointer, pointer]),
        ("EVP_PKEY_CTX_free", None, [pointer]),
        ("EVP_PKEY_CTX_set1_id", ctypes.c_int, [pointer, data, ctypes.c_int]),
        ("EVP_MD_CTX_new", pointer, []),
        ("EVP_MD_CTX_free", None, [pointer]),
        ("EVP_MD_CTX_set_pkey_ctx", None, [pointer, pointer]),
        ("EVP_sm3", pointer, []),
        ("EVP_DigestVerifyInit", ctypes.c_int, [pointer, pointer, pointer, pointer, pointer]),
        ("EVP_DigestVerify", ctypes.c_int, [pointer, data, size, data, size]),
        ("EVP_DigestSignInit", ctypes.c_int, [pointer, pointer, pointer, pointer, pointer]),
        ("EVP_DigestSign", ctypes.c_int, [pointer, pointer, pointer, data, size]),
    ):
        called = getattr(crypto, function)
        called.restype, called.argtypes = result, arguments
    return crypto
