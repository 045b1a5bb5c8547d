"""9101 as a multipart form: part `jsonStr` is the whole envelope, part `file` the bytes themselves.

The other encoding, an array of numbers in the envelope, is nearly four times as long. Source: center-interface 3.15.
"""

from __future__ import annotations

import hashlib

from msgspec import Struct

ENVELOPE_PART = "jsonStr"
FILE_PART = "file"
BOUNDARY_CHARACTERS = 32


class Attached(Struct, frozen=True):
    """A file that travels beside its envelope."""

    name: str
    data: bytes


def form(envelope: bytes, attached: Attached) -> bytes:
    """The body of the request. The boundary is a digest of what it bounds, which cannot hold it."""
    boundary = hashlib.sha256(envelope + attached.data).hexdigest()[:BOUNDARY_CHARACTERS]
    file_name = attached.name.replace('"', "%22")
    return b"\r\n".join(
        (
            f"--{boundary}".encode(),
            f'Content-Disposition: form-data; name="{ENVELOPE_PART}"'.encode(),
            b"Content-Type: application/json;charset=utf-8",
            b"",
            envelope,
            f"--{boundary}".encode(),
            f'Content-Disposition: form-data; name="{FILE_PART}"; filename="{file_name}"'.encode(),
            b"Content-Type: application/octet-stream",
            b"",
            attached.data,
            f"--{boundary}--".encode(),
            b"",
        )
    )


def form_type(body: bytes) -> str:
    """The content type of a body that is a form, or "" for JSON."""
    if not body.startswith(b"--"):
        return ""
    return f"multipart/form-data; boundary={body[2 : 2 + BOUNDARY_CHARACTERS].decode()}"
