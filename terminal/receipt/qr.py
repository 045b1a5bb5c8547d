"""The modules of a QR code, for the forms that have no printer to draw it."""

from __future__ import annotations

from functools import lru_cache

import qrcode  # type: ignore[import-untyped]

_MEDIUM_CORRECTION = 0
"""The library's number of level M, 15%."""

DOTS_PER_MODULE = 6
"""A settlement number of 30 characters makes about 170 of a 58 mm paper's 384 dots."""

QUIET_MODULES = 4
"""White around a code, without which it is not read (ISO/IEC 18004)."""


@lru_cache(maxsize=8)
def modules(data: str) -> list[list[bool]]:
    """The code's rows, true for black, without its quiet zone; error correction M."""
    code = qrcode.QRCode(error_correction=_MEDIUM_CORRECTION, border=0)
    code.add_data(data)
    return [[bool(module) for module in row] for row in code.get_matrix()]
