"""Codes out of a scanner's bytes: framed, bounded, and in step again after noise. Pure: bytes and silences in.

Promises: memory is bounded whatever arrives; a code is whole or not there at all; nothing of a code is kept but its
digest, to know a repeat.
"""

from __future__ import annotations

import hashlib

FRAME_BYTES_MAX = 512
"""A longer frame is noise: it is dropped up to its end."""

CODE_CHARACTERS_MIN, CODE_CHARACTERS_MAX = 16, 64
"""An e-credential code is opaque printable text; what is shorter or longer ("%%NoRead") is none."""

REPEAT_SECONDS = 2.0
"""A scanner that sees the same code again within this has not been shown another one."""

_START, _END, _CARRIAGE_RETURN, _LINE_FEED = 0x02, 0x03, 0x0D, 0x0A
_ENDS = (_END, _CARRIAGE_RETURN, _LINE_FEED)
_PRINTABLE = range(0x21, 0x7F)


class ScanFrames:
    """One scanner's stream. prefix: what it puts before each code. silence_ends: it sends no end at all, so that a
    silence ends a code; otherwise a silence in the middle of a frame means that its rest will never come."""

    def __init__(self, prefix: str = "", silence_ends: bool = False) -> None:
        self._prefix = prefix.encode("ascii")
        self._silence_ends = silence_ends
        self._frame = bytearray()
        self._dropping = False
        self._last_digest = b""
        self._last_seconds = 0.0

    def feed(self, data: bytes, now_seconds: float) -> list[str]:
        """The codes that these bytes complete. now_seconds: any clock that never goes back."""
        codes = []
        for byte in data:
            if byte in _ENDS:
                codes.append(self._finish(now_seconds))
            elif byte == _START:
                self.reset()
            elif len(self._frame) < FRAME_BYTES_MAX:
                self._frame.append(byte)
            else:
                self._dropping = True
        return [code for code in codes if code is not None]

    def silence(self, now_seconds: float) -> list[str]:
        """Nothing has come for a while: the code that this ends, if any."""
        code = self._finish(now_seconds) if self._silence_ends else None
        self.reset()
        return [] if code is None else [code]

    def reset(self) -> None:
        """Forget a frame that has begun."""
        self._frame.clear()
        self._dropping = False

    def skip(self) -> None:
        """Drop a frame that has begun, with what is still to come of it: its rest alone would look like a code."""
        self._dropping = bool(self._frame) or self._dropping

    def _finish(self, now_seconds: float) -> str | None:
        frame, dropping = bytes(self._frame), self._dropping
        self.reset()
        code = frame.strip().removeprefix(self._prefix)
        fits = CODE_CHARACTERS_MIN <= len(code) <= CODE_CHARACTERS_MAX
        if dropping or not fits or any(byte not in _PRINTABLE for byte in code):
            return None
        digest = hashlib.blake2b(code).digest()
        repeated = digest == self._last_digest and now_seconds - self._last_seconds < REPEAT_SECONDS
        self._last_digest, self._last_seconds = digest, now_seconds
        return None if repeated else code.decode("ascii")
