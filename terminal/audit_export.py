"""A journal as an archive for the auditor: a zip file that stands alone, documented inside, whatever becomes of us.

entries.jsonl holds every entry as it was hashed; law/ the packs and supplements; reports/ the days' reports;
manifest.json the digest of each file and the chain's head, signed with SM2 where a key is given. The same journal and
moment give the same bytes. `tools/verify_archive.py` checks it and shares nothing with this program.
"""

from __future__ import annotations

import base64
import datetime as dt
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from terminal import __version__
from terminal.api.schema import Schemas
from terminal.journal.chain import digest, newest
from terminal.journal.law_files import law_files
from terminal.journal.records import SettlementRecord
from terminal.settlement.codec import encode
from terminal.signature import sign

FORMAT = 1
_TOLD = (1980, 1, 1, 0, 0, 0)
"""Every file of the archive has this date, so that the same journal gives the same archive."""

_READ_ME = """\
医保结算终端账本存档 / Archive of a settlement terminal's journal, format 1
It holds personal data: keep it as you keep patient files. 内含个人信息，请按病历同等保管。

manifest.json   terminal_id, exported_at, program, entries (count), head (hash of the newest), files (SHA-256 of each)
manifest.sig    SM2 signature with SM3 over the bytes of manifest.json, Base64 of DER, where a key was given
entries.jsonl   one line an entry: {"number", "hash", "body"}; body is the entry's text exactly as it was hashed
                hash(n) = SHA-256(hash(n-1) as bytes || body as UTF-8); hash(0) = SHA-256(terminal_id)
law/            the packs and supplements that settlements name by digest: <SHA-256>.toml
reports/        the days' reports that entries name by digest: <SHA-256>.json
schema.json     JSON Schema of `record` in the entries settlement, void, authorising and debiting

Amounts are yuan with two places, as text. kind of an entry: settlement, void (committed at once); authorising, then
authorised or abandoned (the center decided); debiting, then debited or not-debited (the card decided);
refunding, then a void and what stays, or refund-given-up (a refund online, of a part); accepted,
refused, reversing, renewed, reopened, adopted (what became of its message to the center); debit-trouble (the card
cannot tell), goods (what was handed out); day-frozen, day-run, repair-begun, repair-unsent, repaired, repair-refused,
day-sealed, clock-mistake; law, published, publication-refused; till-added, till-removed, taken-over, drawer, diagnosis.
"""


def write_archive(connection: sqlite3.Connection, terminal_id: str, path: Path, now: dt.datetime, key: bytes) -> int:
    """Write the archive of a journal that is only read. Returns how many entries it holds.

    key: the signer's SM2 private key (PEM), or b"" for an unsigned archive. Raises FileExistsError, Broken.
    """
    files = dict(_files(connection))
    count, head = newest(connection, terminal_id)
    manifest = encode(
        {
            "format": FORMAT,
            "terminal_id": terminal_id,
            "exported_at": now,
            "program": __version__,
            "entries": count,
            "head": head,
            "files": {name: digest(data) for name, data in files.items()},
        }
    )
    files["manifest.json"] = manifest
    if key:
        files["manifest.sig"] = base64.b64encode(sign(key, manifest)) + b"\n"
    with zipfile.ZipFile(path, "x") as archive:
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _TOLD), data, zipfile.ZIP_DEFLATED)
    return count


def _files(connection: sqlite3.Connection) -> Iterator[tuple[str, bytes]]:
    yield "README.txt", _READ_ME.encode()
    yield "schema.json", encode(_schema())
    entries = connection.execute("SELECT number, hash, body FROM entries ORDER BY number")
    lines = [encode({"number": row[0], "hash": row[1], "body": bytes(row[2]).decode()}) for row in entries]
    yield "entries.jsonl", b"".join(line + b"\n" for line in lines)
    for file in law_files(connection).values():
        yield f"law/{file.digest}.toml", file.body
    reports = "SELECT report FROM days WHERE report IS NOT NULL UNION SELECT report FROM day_runs"
    for (report,) in connection.execute(reports):
        yield f"reports/{digest(report)}.json", bytes(report)


def _schema() -> dict[str, Any]:
    schemas = Schemas()
    record = schemas.of(SettlementRecord, given=False)
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": dialect, **record, "components": {"schemas": schemas.components}}
