"""9101 as a multipart form, read by the standard library's own reader of MIME, and turned into its other encoding.

So that behind the gate there is one form of an upload, whatever the province.
"""

from __future__ import annotations

from collections.abc import Mapping
from email import message_from_bytes
from typing import Any

import msgspec

from terminal.center.envelope import JSON_FAULTS
from terminal.center.form import ENVELOPE_PART, FILE_PART

_NODES = msgspec.json.Decoder(dict[str, msgspec.Raw])


def taken_apart(headers: Mapping[str, str], body: bytes) -> tuple[bytes, bytes | None]:
    """Envelope and file of a form; the body itself and None where it is no form. What is missing comes as b""."""
    content_type = headers.get("content-type", "")
    if not content_type.lower().startswith("multipart/form-data"):
        return body, None
    mime = message_from_bytes(b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n" + body)
    parts = mime.get_payload() if mime.is_multipart() else []
    found = {
        part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
        for part in parts
        if not isinstance(part, str)
    }
    envelope, data = (found.get(name) for name in (ENVELOPE_PART, FILE_PART))
    return (envelope if isinstance(envelope, bytes) else b""), (data if isinstance(data, bytes) else b"")


def with_file(plain: bytes, data: bytes) -> bytes:
    """The plain envelope of an upload with the file inside it, as an array of byte values; where there is no place for
    it, the envelope as it came: the center says so.
    """
    try:
        document = _NODES.decode(plain)
        given = _NODES.decode(document["input"])
        uploaded = _NODES.decode(given["fsUploadIn"])
    except (KeyError, *JSON_FAULTS):
        return plain
    uploaded["in"] = _raw(list(data))
    return msgspec.json.encode(document | {"input": _raw(given | {"fsUploadIn": _raw(uploaded)})})


def _raw(value: Any) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))
