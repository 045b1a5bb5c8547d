"""A file that the bureau publishes for its terminals: what its head says, and that the bureau has signed both.

The signature (SM2 with SM3) stands over the head, and the head names the file's bytes by their SHA-256: neither a
byte of the file nor its version or day can be changed without it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Annotated, Literal

from msgspec import Meta, Struct

from terminal.errors import Refused
from terminal.signature import from_text, verify

Kind = Literal["pack", "supplement", "catalogue", "parameters", "blacklist"]

DATED_LAW: frozenset[str] = frozenset({"pack", "supplement", "parameters"})
"""Kinds whose versions each hold for their own days, so that none may be missing. Of the others the newest is whole."""

ONE_DAY = dt.timedelta(days=1)


class Head(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which file this is. `version` counts up by one, per kind and name.

    in_force_from, in_force_to: first and last day; no last day: until the next version. digest: SHA-256, hex.
    """

    kind: Kind
    name: Annotated[str, Meta(pattern=r"\A[a-z0-9]+(-[a-z0-9]+)*\Z", max_length=60)]
    version: Annotated[int, Meta(ge=1, le=999_999)]
    in_force_from: dt.date
    in_force_to: dt.date | None = None
    digest: Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]

    @property
    def label(self) -> str:
        """Kind and name: what the versions of one file have in common."""
        return f"{self.kind}/{self.name}"

    @property
    def title(self) -> str:
        """As people are told of it."""
        return f"{self.label} version {self.version}"

    @property
    def signed_text(self) -> bytes:
        """What the bureau signs."""
        last = "" if self.in_force_to is None else self.in_force_to.isoformat()
        parts = ("publication", self.kind, self.name, str(self.version), self.in_force_from.isoformat(), last)
        return "\n".join((*parts, self.digest)).encode()


def digest_of(body: bytes) -> str:
    """How a head names its file."""
    return hashlib.sha256(body).hexdigest()


def check_signed(head: Head, body: bytes, signature: str, bureau_key: bytes | None) -> None:
    """Raise Refused unless the bureau has published exactly this file under exactly this head.

    signature: Base64 of the DER form. bureau_key: PEM; without one nothing can be checked, and nothing is taken.
    """
    if bureau_key is None:
        message = "no bureau_key is configured, so that nothing signed can be checked"
        raise Refused("no-bureau-key", message, "未配置医保局公钥，无法验签", head.title)
    if digest_of(body) != head.digest:
        message = "the bytes are not the ones that the head names"
        raise Refused("bad-publication", message, "文件内容与摘要不符", head.title)
    if not verify(bureau_key, head.signed_text, from_text(signature.encode())):
        raise Refused("bad-signature", "the signature is not the bureau's", "医保局签名无效", head.title)
    if head.in_force_to is not None and head.in_force_to < head.in_force_from:
        raise Refused("bad-publication", "it ends before it begins", "失效日期早于生效日期", head.title)


def check_follows(head: Head, previous: Head) -> None:
    """Raise Refused unless a version may come after `previous`, the newest so far: its days do not go back, and of
    dated law neither a version nor a day is missing between them.
    """
    if head.in_force_from < previous.in_force_from:
        message, message_zh = "it begins before the version that is here", "生效日期早于本机现有版本"
        raise Refused("publication-older", message, message_zh, head.title)
    if head.kind not in DATED_LAW:
        return
    if head.version != previous.version + 1:
        missing = previous.version + 1
        raise Refused("publication-hole", f"version {missing} is missing", f"缺少第 {missing} 版", head.title)
    if previous.in_force_to is not None and head.in_force_from > previous.in_force_to + ONE_DAY:
        first, last = previous.in_force_to + ONE_DAY, head.in_force_from - ONE_DAY
        message, message_zh = f"from {first} to {last} none holds", f"{first} 至 {last} 无有效版本"
        raise Refused("publication-hole", message, message_zh, head.title)
