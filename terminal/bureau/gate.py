"""The center's gateway: what a province demands around a message, checked before the center sees it.

The mirror of `center/seal.py`: path, headers, signature and encryption of the body must be the profile's; what is wrong
is turned away with 401 and nothing is done. Answers are signed and encrypted the same way. Source: interface 1.7.
"""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from terminal.bureau.attached import taken_apart, with_file
from terminal.center.envelope import Unreadable
from terminal.center.fields import UPLOAD_FILE
from terminal.center.profile import REFERENCE, Profile
from terminal.center.seal import EPOCH, Secrets, envelope_text, gateway_headers, holds, signed_text, sm4, unbase64
from terminal.clock import Clock
from terminal.errors import Refused
from terminal.settlement.codec import convert

WINDOW = dt.timedelta(minutes=30)
"""How far a request's time stamp may be off (1.7, G1)."""

NONCES_KEPT_MAX = 10_000


class TurnedAway(Exception):
    """The gateway does not let this through; the center never saw it. The text names no key."""


class CenterKeys(Struct, frozen=True, forbid_unknown_fields=True):
    """As `Secrets`, from the center's side: its own private key, and the institution's public one. SM2, PEM."""

    api_access_key: str = ""
    api_secret: str = ""
    tif_account: str = ""
    tif_token: str = ""
    client_id: str = ""
    private_key: str = ""
    institution_public_key: str = ""

    def __repr__(self) -> str:
        return "CenterKeys(…)"

    def as_secrets(self) -> Secrets:
        """For the shared arithmetic, where the other side's key has the center's name."""
        values = {name: getattr(self, name) for name in Secrets.__struct_fields__ if name != "center_public_key"}
        return Secrets(**values, center_public_key=self.institution_public_key)


def load_center_keys(path: Path) -> CenterKeys:
    """Read the center's keys (TOML). Raises Refused, which names the key and never its value."""
    try:
        return convert(tomllib.loads(path.read_text(encoding="utf-8")), CenterKeys)
    except OSError as error:
        raise Refused("bad-configuration", f"cannot be read: {error.strerror}", "无法读取密钥文件", path.name) from None
    except ValueError:
        raise Refused("bad-configuration", "is not TOML", "密钥文件格式有误", path.name) from None


class _Named(Struct):
    infno: str = ""


_NAMED = msgspec.json.Decoder(_Named)


class Gate:
    """One center's gateway. base: the path that a terminal's configuration names."""

    def __init__(self, base: str, clock: Clock, profile: Profile = REFERENCE, keys: CenterKeys | None = None) -> None:
        self.profile = profile
        self._base = base
        self._clock = clock
        self._secrets = (keys or CenterKeys()).as_secrets()
        self._nonces: dict[str, None] = {}

    def taken(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[str, bytes]:
        """The transaction's number and the plain request. Raises TurnedAway; what is no JSON object goes on under no
        number, since the center says so itself.
        """
        body, data = taken_apart(headers, body)
        try:
            infno, readable = _NAMED.decode(body).infno, True
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            infno, readable = "", False
        self._check_path(path, infno)
        self._check_headers(headers, infno)
        if infno == UPLOAD_FILE and (data is not None) != (self.profile.files == "multipart"):
            raise TurnedAway(f"9101 takes a file as {self.profile.files} here")
        plain = self._opened(body) if readable else body
        return infno, with_file(plain, data) if readable and data is not None else plain

    def given(self, answer: bytes) -> bytes:
        """The answer, encrypted and signed; a file goes as it is."""
        body = self.profile.body
        if answer[:1] != b"{" or (body.signature == "none" and body.encryption == "none"):
            return answer
        parts = msgspec.json.decode(answer, type=dict[str, msgspec.Raw])
        output = bytes(parts["output"])
        if body.encryption == "sm4":
            encrypted = base64.b64encode(sm4(self._secrets, output, encrypt=True)).decode()
            parts |= {"output": _raw(encrypted), "enctype": _raw("SM4")}
        if body.signature != "none":
            parts["signtype"] = _raw("SM2")
            values = msgspec.json.decode(msgspec.json.encode(parts), type=dict[str, Any])
            signed = output if body.signature == "input" else envelope_text(values)
            parts["cainfo"] = _raw(signed_text(signed, self.profile, self._secrets))
        return msgspec.json.encode(parts)

    def _check_path(self, path: str, infno: str) -> None:
        wanted = {self.profile.path_of(self._base, infno)}
        if self.profile.address.form == "single":
            wanted.add(f"{self._base}/{infno}")
        if path not in wanted:
            raise TurnedAway("no such service under this path")

    def _check_headers(self, headers: Mapping[str, str], infno: str) -> None:
        gateway = self.profile.gateway
        if gateway.kind == "none":
            return
        unit = dt.timedelta(milliseconds=1) if gateway.kind == "api" else dt.timedelta(seconds=1)
        stamp = headers.get("_api_timestamp" if gateway.kind == "api" else "x-tif-timestamp", "")
        if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 15:
            raise TurnedAway("the gateway's headers are missing")
        moment = EPOCH + int(stamp) * unit
        if abs(self._clock.now() - moment) > WINDOW:
            raise TurnedAway("the time stamp has expired")
        nonce = headers.get("x-tif-nonce", "")
        wanted = gateway_headers(gateway, self._secrets, infno, moment, nonce)
        wrong = [name for name in wanted if not _same(headers.get(name, ""), wanted[name])]
        if wrong:
            raise TurnedAway(f"{wrong[0]} is missing or wrong")
        if gateway.kind == "tif":
            self._use_up(nonce)

    def _use_up(self, nonce: str) -> None:
        if not nonce or nonce in self._nonces:
            raise TurnedAway("x-tif-nonce is missing or was used before")
        self._nonces[nonce] = None
        if len(self._nonces) > NONCES_KEPT_MAX:
            del self._nonces[next(iter(self._nonces))]

    def _opened(self, body: bytes) -> bytes:
        wanted = self.profile.body
        if wanted.signature == "none" and wanted.encryption == "none":
            return body
        try:
            parts = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
            text = bytes(parts.get("input", b"null"))
            values = msgspec.json.decode(body, type=dict[str, Any])
            if wanted.encryption == "sm4":
                text = sm4(self._secrets, unbase64(str(values.get("input"))), encrypt=False)
            signed = text if wanted.signature == "input" else envelope_text(values)
            if wanted.signature != "none" and not holds(str(values.get("cainfo")), signed, self.profile, self._secrets):
                raise TurnedAway("cainfo is missing or wrong")
            return msgspec.json.encode(parts | {"input": msgspec.Raw(text)})
        except Unreadable:
            raise TurnedAway("input cannot be decrypted") from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise TurnedAway("the message cannot be read") from None


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())


def _raw(text: str) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(text))
