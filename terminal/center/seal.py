"""What a province puts around a message: gateway headers, the signature and the encryption of its body.

Headers: `_api_*` with HMAC-SHA1 (G1) or `x-tif-*` with SHA-256 (G2), over time and keys, not over the body. Body: SM2
with SM3 over `input` or over the envelope, SM4 (ECB, PKCS#7) over `input`. An answer whose signature does not hold, or
that is not there, is Unreadable: its outcome is unknown. Source: center-interface 1.7.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from msgspec import Struct

from terminal import signature
from terminal.center.envelope import JSON_FAULTS, Request, Unreadable
from terminal.center.profile import Gateway, Profile
from terminal.errors import Refused
from terminal.settlement.codec import convert

T = TypeVar("T")

SM2_NUMBER_BYTES = 32
SM4_KEY_BYTES = 16


class Secrets(Struct, frozen=True, forbid_unknown_fields=True):
    """Keys and names that the center gave this institution. Never logged; `repr` shows nothing.

    api_access_key, api_secret: G1. tif_account, tif_token: G2. client_id: 16 characters, SM4 key and SM2 user id.
    private_key, center_public_key: SM2, PEM.
    """

    api_access_key: str = ""
    api_secret: str = ""
    tif_account: str = ""
    tif_token: str = ""
    client_id: str = ""
    private_key: str = ""
    center_public_key: str = ""

    def __repr__(self) -> str:
        return "Secrets(…)"


def load_secrets(path: Path) -> Secrets:
    """Read a secrets file (TOML). Raises Refused, which names the key and never its value."""
    try:
        return convert(tomllib.loads(path.read_text(encoding="utf-8")), Secrets)
    except OSError as error:
        raise Refused("bad-configuration", f"cannot be read: {error.strerror}", "无法读取密钥文件", path.name) from None
    except ValueError:
        raise Refused("bad-configuration", "is not TOML", "密钥文件格式有误", path.name) from None


def gateway_headers(gateway: Gateway, secrets: Secrets, infno: str, now: dt.datetime, nonce: str) -> dict[str, str]:
    """The headers of one request at one moment; `nonce` is random and used once."""
    if gateway.kind == "api":
        return _api_headers(gateway, secrets, infno, now)
    if gateway.kind == "tif":
        return _tif_headers(gateway, secrets, now, nonce)
    return {}


def seal(request: Request, profile: Profile, secrets: Secrets) -> bytes:
    """The request's bytes, signed and encrypted as the profile says; the same request may be signed differently."""
    body = profile.body
    if body.signature == "none" and body.encryption == "none":
        return msgspec.json.encode(request)
    text = msgspec.json.encode(request.input)
    changes: dict[str, Any] = {}
    if body.encryption == "sm4":
        changes |= {"input": _base64(sm4(secrets, text, encrypt=True)), "enc_type": "SM4"}
    if body.signature != "none":
        changes["signtype"] = "SM2"
    request = msgspec.structs.replace(request, **changes)
    if body.signature != "none":
        signed = text if body.signature == "input" else envelope_text(msgspec.to_builtins(request))
        request = msgspec.structs.replace(request, cainfo=signed_text(signed, profile, secrets))
    return msgspec.json.encode(request)


def unseal(answer: bytes, profile: Profile, secrets: Secrets) -> bytes:
    """The plain answer. Raises Unreadable: its signature is missing or wrong, or it cannot be decrypted or read.

    What is not an answer of the center's at all is given back as it came.
    """
    body = profile.body
    if body.signature == "none" and body.encryption == "none":
        return answer
    try:
        parts = _read(answer, dict[str, msgspec.Raw])
    except Unreadable:
        return answer
    if "infcode" not in parts:
        return answer
    output = bytes(parts.get("output", b"null"))
    if body.encryption == "sm4" and output.startswith(b'"'):
        output = sm4(secrets, unbase64(_read(output, str)), encrypt=False)
    if body.signature != "none":
        values = _read(answer, dict[str, Any])
        signed = output if body.signature == "input" else envelope_text(values)
        if not holds(str(values.get("cainfo") or ""), signed, profile, secrets):
            raise Unreadable("the answer's signature is missing or wrong")
    parts["output"] = msgspec.Raw(output)
    return msgspec.json.encode(_read(msgspec.json.encode(parts), dict[str, msgspec.Raw]))


def _read(text: bytes, wanted: type[T]) -> T:
    try:
        return msgspec.json.decode(text, type=wanted)
    except JSON_FAULTS:
        raise Unreadable("the answer is not JSON") from None


def sm4(secrets: Secrets, data: bytes, *, encrypt: bool) -> bytes:
    """SM4 under the client id. Raises Unreadable for what was not encrypted so, Refused for a key that is none."""
    key = secrets.client_id.encode()
    if len(key) != SM4_KEY_BYTES:
        raise Refused("bad-configuration", "client_id has 16 characters", "client_id 应为16个字符", "center.secrets")
    cipher = Cipher(algorithms.SM4(key), modes.ECB())
    pad = padding.PKCS7(128)
    if encrypt:
        padder, encryptor = pad.padder(), cipher.encryptor()
        return encryptor.update(padder.update(data) + padder.finalize()) + encryptor.finalize()
    unpadder, decryptor = pad.unpadder(), cipher.decryptor()
    try:
        return unpadder.update(decryptor.update(data) + decryptor.finalize()) + unpadder.finalize()
    except ValueError:
        raise Unreadable("the answer cannot be decrypted") from None


def _api_headers(gateway: Gateway, secrets: Secrets, infno: str, now: dt.datetime) -> dict[str, str]:
    milliseconds = (now - EPOCH) // dt.timedelta(milliseconds=1)
    fields = {
        "_api_access_key": secrets.api_access_key,
        "_api_name": infno,
        "_api_timestamp": str(milliseconds),
        "_api_version": gateway.api_version,
    }
    text = "&".join(f"{name}={fields[name]}" for name in sorted(fields))
    if gateway.double_ampersand:
        text = text.replace("&_api_version", "&&_api_version")
    made = hmac.new(secrets.api_secret.encode(), text.encode(), hashlib.sha1).digest()
    return fields | {"_api_signature": _base64(made)}


def _tif_headers(gateway: Gateway, secrets: Secrets, now: dt.datetime, nonce: str) -> dict[str, str]:
    seconds = str((now - EPOCH) // dt.timedelta(seconds=1))
    made = hashlib.sha256(f"{seconds}{secrets.tif_token}{nonce}{seconds}".encode()).hexdigest()
    return {
        "x-tif-paasid": secrets.tif_account,
        "x-tif-timestamp": seconds,
        "x-tif-nonce": nonce,
        "x-tif-signature": made.upper() if gateway.upper_case else made,
    }


EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""From here a gateway counts its time stamps."""


def envelope_text(values: Mapping[str, Any]) -> bytes:
    """`k=v` of the envelope without what carries the body and the signature, sorted, joined by `&`."""
    left_out = ("cainfo", "input", "output")
    return "&".join(f"{name}={values[name]}" for name in sorted(values) if name not in left_out).encode()


def _user_id(profile: Profile, secrets: Secrets) -> bytes:
    return (profile.body.user_id or secrets.client_id).encode()


def signed_text(text: bytes, profile: Profile, secrets: Secrets) -> str:
    """`cainfo` over `text`, under the private key of `secrets`."""
    made = signature.sign(secrets.private_key.encode(), text, _user_id(profile, secrets))
    numbers = (number.to_bytes(SM2_NUMBER_BYTES, "big") for number in decode_dss_signature(made))
    raw = b"".join(numbers)
    return raw.hex().upper() if profile.body.encoding == "hex" else _base64(raw)


def holds(given: str, text: bytes, profile: Profile, secrets: Secrets) -> bool:
    """Whether `given` is the other side's `cainfo` over `text`, by the public key of `secrets`."""
    try:
        raw = bytes.fromhex(given) if profile.body.encoding == "hex" else base64.b64decode(given, validate=True)
    except ValueError:
        return False
    if len(raw) != 2 * SM2_NUMBER_BYTES:
        return False
    r, s = (int.from_bytes(raw[place : place + SM2_NUMBER_BYTES], "big") for place in (0, SM2_NUMBER_BYTES))
    key = secrets.center_public_key.encode()
    return signature.verify(key, text, encode_dss_signature(r, s), _user_id(profile, secrets))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def unbase64(text: str) -> bytes:
    """The bytes of Base64 text. Raises Unreadable."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise Unreadable("the answer is not Base64") from None
