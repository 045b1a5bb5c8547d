"""`terminal journal take-over`: a journal that was moved to this machine, or restored from a backup, goes on here."""

from __future__ import annotations

from pathlib import Path

from terminal.clock import Clock, SystemClock
from terminal.config import load
from terminal.errors import Refused
from terminal.journal.journal import Journal
from terminal.journal.whereabouts import machine_of


def take_over(config_path: Path, operator: str, reason: str, clock: Clock | None = None) -> None:
    """Take it over as it is; who and why becomes an entry. Raises Refused, Unavailable `journal-in-use`, Broken."""
    config, clock = load(config_path), clock or SystemClock()
    path = Path(config.terminal.journal)
    if not path.is_file():
        raise Refused("no-file", "there is no journal here", "此处没有账本文件", str(path))
    with Journal.open(path, config.terminal.id, clock) as journal:
        entry = journal.take_over(machine_of(), operator, reason, clock.now())
    print(f"{path}: taken over by {operator}, entry {entry} 已接管")
