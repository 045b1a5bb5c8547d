"""The fault VFS under Python's own sqlite3: built, registered, and put under the journal alone."""

from __future__ import annotations

import ctypes
import sqlite3
import subprocess
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from terminal.journal import store

SOURCE = Path(__file__).parent / "fault_vfs.c"
CUT_STATUS = 42
"""How a process ends whose power was cut (`fault_vfs.c`)."""

Kind = Literal["none", "power", "error", "full"]
_MODES: dict[Kind, int] = {"none": 0, "power": 1, "error": 2, "full": 3}


@dataclass(frozen=True)
class Fault:
    """What happens, at which operation from now (from 1), whether at every later one too, with which coins.

    lies: the disk says that it has synced and has not.
    """

    kind: Kind = "none"
    at: int = 0
    sticky: bool = False
    lies: bool = False
    seed: int = 0


def build(folder: Path) -> Path:
    """Compile the VFS against the machine's libsqlite3. Returns the shared object."""
    library = folder / "fault_vfs.so"
    words = ["-std=c11", "-D_GNU_SOURCE", "-O1", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"]
    command = ["gcc", *words, "-shared", "-fPIC", str(SOURCE), "-o", str(library), "-lsqlite3"]
    subprocess.run(command, check=True)
    return library


class FaultyDisk:
    """The VFS in this process. From its making on every journal that is opened lies on it."""

    def __init__(self, library: Path) -> None:
        self._library = ctypes.CDLL(str(library))
        self._library.fault_plan.argtypes = (
            ctypes.c_int,
            ctypes.c_long,
            ctypes.c_int,
            ctypes.c_int,
            ctypes.c_ulonglong,
        )
        self._library.fault_operations.restype = ctypes.c_long
        # The terminal's sqlite3 must have loaded its library first: a second copy would know nothing of this VFS.
        assert sqlite3.sqlite_version
        assert self._library.fault_register() == 0
        self._put_under_the_journal()

    def plan(self, fault: Fault) -> None:
        """From now on this fault, and no other."""
        self._library.fault_plan(_MODES[fault.kind], fault.at, fault.sticky, fault.lies, fault.seed)

    @property
    def operations(self) -> int:
        """Writes, truncations, syncs and deletions so far."""
        return int(self._library.fault_operations())

    @staticmethod
    def _put_under_the_journal() -> None:
        def connect(path: Path, **options: Any) -> sqlite3.Connection:
            return sqlite3.connect(f"file:{path}?vfs=fault", uri=True, **options)

        names = {name: getattr(sqlite3, name) for name in dir(sqlite3)}
        store.sqlite3 = types.SimpleNamespace(**{**names, "connect": connect})  # type: ignore[attr-defined]
