"""`terminal audit`: what an auditor asks of a journal. It is only read; the terminal may go on meanwhile.

verify: does it still say what it said? replay: does every settlement come out to the same fen? export: an archive.
Exit status 0: everything agrees; 1: something does not, and each thing is a line.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from terminal.audit_export import write_archive
from terminal.clock import Clock, SystemClock
from terminal.errors import Refused
from terminal.journal.audit import problems
from terminal.journal.beside import beside
from terminal.journal.chain import first_hash, newest
from terminal.journal.replay import replay

ANCHOR_CHARACTERS_MIN = 8
"""A hash as a receipt prints it is shortened; fewer characters would fit too many entries."""


def verify(path: Path, anchors: Sequence[str] = ()) -> int:
    """Walk the chain of a journal and print what does not agree.

    anchors: hashes, or their first characters, that were printed or sent to the center: one that is not in the chain
    means that the journal was rolled back or rewritten since. Raises Refused.
    """
    wanted = [_anchor(anchor) for anchor in anchors]
    with _opened(path) as (connection, terminal_id):
        found = problems(connection, terminal_id)
        number, head = newest(connection, terminal_id)
        hashes = [first_hash(terminal_id), *(row[0] for row in connection.execute("SELECT hash FROM entries"))]
    for anchor in wanted:
        if not any(one.startswith(anchor) for one in hashes):
            found.append(f"anchor {anchor}: no entry has this hash; the journal was rolled back, or is another one")
    for line in found:
        print(line)
    print(f"entries: {number}, head: {head}")
    print("the journal agrees with its chain 账本一致" if not found else f"{len(found)} problems 账本不一致")
    return 1 if found else 0


REWORDED = "the same fen, explained in other words than then 逐分一致，说明文字与当时不同"


def replayed(path: Path) -> int:
    """Work every settlement out again from the journal alone, and print those that come out otherwise.

    The same fen in other words, as another version of the program explains them, is told and counts as agreement.
    """
    count = wrong = 0
    with _opened(path) as (connection, _):
        for one in replay(connection):
            count += 1
            if one.problem:
                wrong += 1
                print(f"entry {one.entry}: {one.kind} {one.settlement_id}: {one.problem}")
            if one.is_reworded:
                print(f"entry {one.entry}: {one.kind} {one.settlement_id}: {REWORDED}")
    told = "all to the same fen 逐分一致" if not wrong else f"{wrong} do not agree 不一致"
    print(f"settlements and voids worked out again: {count}; {told}")
    return 1 if wrong else 0


def export(path: Path, archive: Path, key: Path | None, clock: Clock | None = None) -> int:
    """Write the archive of a journal, signed where a key is given. Raises Refused; an archive is never overwritten."""
    try:
        pem = key.read_bytes() if key else b""
        with _opened(path) as (connection, terminal_id):
            count = write_archive(connection, terminal_id, archive, (clock or SystemClock()).now(), pem)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        place = str(error.filename or archive)
        raise Refused("no-archive", f"cannot write the archive: {reason}", "无法写出存档", place) from None
    print(f"{archive}: {count} entries, {'signed 已签名' if key else 'unsigned 未签名'}")
    return 0


@contextmanager
def _opened(path: Path) -> Iterator[tuple[sqlite3.Connection, str]]:
    if not path.is_file():
        raise Refused("no-file", "there is no journal here", "此处没有账本文件", str(path))
    try:
        with beside(path) as connection:
            owner = connection.execute("SELECT value FROM store WHERE name = 'terminal_id'").fetchone()
            if owner is None:
                raise Refused("not-a-journal", "a journal that belongs to no terminal", "不是账本文件", str(path))
            yield connection, owner[0]
    except sqlite3.DatabaseError as error:
        raise Refused("not-a-journal", f"not a journal: {error}", "不是账本文件", str(path)) from None


def _anchor(text: str) -> str:
    anchor = text.replace(" ", "").lower()
    if not ANCHOR_CHARACTERS_MIN <= len(anchor) <= 64 or set(anchor) - set("0123456789abcdef"):
        message = f"an anchor is {ANCHOR_CHARACTERS_MIN} to 64 hex digits"
        raise Refused("bad-anchor", message, "锚点应为 8 至 64 位十六进制", text[:70])
    return anchor
