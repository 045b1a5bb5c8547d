"""Room on the disk that is kept for what must still be written when the disk is full.

A file of zeros beside the journal. While there is room it lies there; when the disk is nearly full, new business is
refused before anything happens, and the file is let go, so that voids, reversals, outcomes and day ends go on.
"""

from __future__ import annotations

import os
from pathlib import Path

from terminal.errors import Unavailable

BALLAST_BYTES = 8 * 1024 * 1024
"""A day end and some thousand outcomes of messages need less."""

ROOM_BYTES_MIN = 2 * 1024 * 1024
"""With less than this no new business begins: one settlement needs some 50 KiB of log."""

LAST_BYTES = 256 * 1024
"""With less than this the file is let go. Not earlier, or others take its room before it is needed."""


class Ballast:
    """The file beside one journal. size_bytes 0: none, and a full disk is met as it comes."""

    def __init__(self, journal: Path, size_bytes: int) -> None:
        self._path = Path(f"{journal}.ballast")
        self._size_bytes = size_bytes

    def lay(self) -> None:
        """Take the room, where it leaves some."""
        if self._path.exists() or self._free_bytes() < self._size_bytes + 2 * ROOM_BYTES_MIN:
            return
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.posix_fallocate(file, 0, self._size_bytes)
        except OSError:
            self._path.unlink()
        finally:
            os.close(file)

    def require_room(self) -> None:
        """Raises Unavailable `disk-full` where no new business should begin: not on the room that was kept back."""
        if not self._size_bytes:
            return
        self.lay()
        if not self._path.exists() or self._free_bytes() < ROOM_BYTES_MIN:
            raise Unavailable(
                "disk-full",
                "the disk is full; no sale was begun; voids, reversals and day end go on; free some space",
                "磁盘已满，未开始新的结算；撤销、冲正和日终仍可进行，请清理磁盘",
                "journal",
            )

    def make_room(self) -> None:
        """Let the file go where the disk is full."""
        if self._size_bytes and self._free_bytes() < LAST_BYTES:
            self._path.unlink(missing_ok=True)

    def _free_bytes(self) -> int:
        disk = os.statvfs(self._path.parent)
        return disk.f_bavail * disk.f_frsize
