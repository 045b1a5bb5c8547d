"""Checks an archive of `terminal audit export`. Stands alone: Python 3.11 or later, and nothing of the terminal.

    python verify_archive.py ARCHIVE.zip [--key PUBLIC.pem] [--anchor HASH]...

It reads the archive as its README.txt describes it, and looks for what an honest journal cannot hold: a file that is
not the one in the manifest, an entry whose hash does not fit, a number left out, a settlement whose parts are not its
total, a void of nothing or a second void, a day sealed with another report, a settlement whose law is missing. With
--key the manifest's SM2 signature is checked by the machine's own `openssl`. Anchors are hashes from receipts and day
reports: each must be in the chain. Exit status 0: nothing found; 1: findings, a line each; 2: no archive.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MAX_BYTES = 2**31
"""An archive that unpacks to more is refused: it is not one of a terminal."""

BEGUN = {"authorising": ("authorised", "abandoned"), "debiting": ("debited", "not-debited")}
"""Entries that open something, and those that close it."""


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def fen(text: str) -> int:
    """An amount of yuan with two places as whole fen."""
    whole, _, part = text.partition(".")
    if len(part) != 2 or not part.isdecimal() or not whole.lstrip("-").isdecimal():
        raise ValueError(f"{text[:20]!r} is no amount")
    return int(whole + part)


def unpacked(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        if sum(one.file_size for one in archive.infolist()) > MAX_BYTES:
            raise ValueError("the archive unpacks to more than 2 GiB")
        names = archive.namelist()
        if len(set(names)) != len(names):
            raise ValueError("a file stands twice in the archive")
        return {name: archive.read(name) for name in names}


def check_files(files: dict[str, bytes], manifest: dict[str, Any]) -> Iterator[str]:
    listed = manifest["files"]
    for name in sorted(set(listed) | (set(files) - {"manifest.json", "manifest.sig"})):
        if name not in files:
            yield f"{name}: listed, but not there"
        elif name not in listed:
            yield f"{name}: there, but not listed"
        elif sha256(files[name]) != listed[name]:
            yield f"{name}: not the file that was listed"
    for name, data in files.items():
        folder, _, last = name.partition("/")
        if folder in ("law", "reports") and last.split(".")[0] != sha256(data):
            yield f"{name}: named by another digest than its own"


def check_signature(files: dict[str, bytes], key: Path) -> Iterator[str]:
    if "manifest.sig" not in files:
        yield "manifest.sig: the archive is not signed"
        return
    with tempfile.TemporaryDirectory() as folder:
        signature, manifest = Path(folder, "sig"), Path(folder, "manifest")
        signature.write_bytes(base64.b64decode(files["manifest.sig"]))
        manifest.write_bytes(files["manifest.json"])
        words = ["openssl", "dgst", "-sm3", "-sigopt", "distid:1234567812345678", "-verify", str(key)]
        done = subprocess.run(
            [*words, "-signature", str(signature), str(manifest)], capture_output=True, text=True, check=False
        )
    if done.returncode != 0:
        yield "manifest.sig: not this key's signature over manifest.json"


def entries_of(files: dict[str, bytes]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Each line with its body decoded."""
    lines = [json.loads(line) for line in files["entries.jsonl"].splitlines()]
    return [(line, json.loads(line["body"])) for line in lines]


def check_chain(entries: list[tuple[dict[str, Any], dict[str, Any]]], manifest: dict[str, Any]) -> Iterator[str]:
    previous = sha256(manifest["terminal_id"].encode())
    for place, (line, body) in enumerate(entries, start=1):
        if line["number"] != place or body["number"] != place:
            yield f"entry {place}: the line says {line['number']}, the body {body['number']}"
        if line["hash"] != sha256(bytes.fromhex(previous) + line["body"].encode()):
            yield f"entry {place}: its hash does not fit its text and the entry before"
        previous = line["hash"]
    if (manifest["entries"], manifest["head"]) != (len(entries), previous):
        yield "manifest.json: its count or its head is not that of the entries"


class Books:
    """What the entries say happened, followed from the first to the last."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = files
        self._standing: dict[str, dict[str, Any]] = {}
        self._open: dict[str, dict[str, Any]] = {}
        self._voided: dict[str, str] = {}
        self._keys: set[str] = set()
        self._sealed: set[str] = set()
        self.count = 0

    def follow(self, body: dict[str, Any]) -> Iterator[str]:
        kind = body["kind"]
        if kind in ("settlement", "void"):
            yield from self._record(body)
            yield from self._commit(body["record"], body["key"])
        elif kind in BEGUN:
            yield from self._record(body)
            self._open[body["record"]["id"]] = body
        elif kind in ("authorised", "debited"):
            opened = self._open.pop(body["settlement"], None)
            if opened is None:
                yield f"{kind}: of {body['settlement']}, which was not begun"
            else:
                yield from self._commit(opened["record"], opened["key"])
        elif kind in ("abandoned", "not-debited"):
            if self._open.pop(body["settlement"], None) is None:
                yield f"{kind}: of {body['settlement']}, which was not begun"
        elif kind == "day-sealed":
            yield from self._seal(body)

    def _record(self, body: dict[str, Any]) -> Iterator[str]:
        record, split = body["record"], body["record"]["settlement"]
        self.count += 1
        if record["id"] in self._standing or record["id"] in self._open:
            yield f"{record['id']}: this number was given before"
        parts = sum(fen(split[name]) for name in ("fund_total", "provider_borne", "account", "cash"))
        if parts != fen(split["total"]):
            yield f"{record['id']}: funds, provider, account and cash are not the total"
        if sum(fen(paid) for paid in split["funds"].values()) != fen(split["fund_total"]):
            yield f"{record['id']}: the funds are not their sum"
        if sum(fen(item["amount"]) for item in record["bill"]["items"]) != fen(split["total"]):
            yield f"{record['id']}: the items are not the total"
        yield from self._lines(record["id"], split)
        for name in (record.get("pack_digest", ""), *record.get("supplement_digests", [])):
            if f"law/{name}.toml" not in self._files:
                yield f"{record['id']}: its law {name[:12] or '(none)'} is not in the archive"

    def _lines(self, number: str, split: dict[str, Any]) -> Iterator[str]:
        paid: dict[str, int] = {}
        for line in split["lines"]:
            paid[line["payer"]] = paid.get(line["payer"], 0) + fen(line["amount"])
            if not (line.get("cite") or line.get("rule")):
                yield f"{number}: a line without its article"
        for fund, amount in split["funds"].items():
            if paid.get(fund, 0) != fen(amount):
                yield f"{number}: the lines of {fund} are not what it pays"

    def _commit(self, record: dict[str, Any], key: str) -> Iterator[str]:
        number = record["id"]
        if key in self._keys:
            yield f"{number}: its key was used before"
        if record["business_day"] in self._sealed:
            yield f"{number}: on {record['business_day']}, which was sealed before"
        self._keys.add(key)
        self._standing[number] = record
        if record["kind"] != "void":
            return
        original = self._standing.get(record["voids"])
        if original is None or original["kind"] == "void":
            yield f"{number}: it takes back {record['voids']}, which stands nowhere before"
        elif record["voids"] in self._voided:
            yield f"{number}: it takes back {record['voids']} a second time"
        elif original["settlement"] != record["settlement"]:
            yield f"{number}: it takes back other amounts than were settled"
        self._voided[record["voids"]] = number

    def _seal(self, body: dict[str, Any]) -> Iterator[str]:
        day = body["day"]
        if day in self._sealed:
            yield f"{day}: sealed a second time"
        self._sealed.add(day)
        if f"reports/{body['report_digest']}.json" not in self._files:
            yield f"{day}: the report that it was sealed with is not in the archive"

    def left_open(self) -> list[str]:
        return sorted(self._open)


def check(path: Path, key: Path | None, anchors: list[str]) -> tuple[list[str], str]:
    """All findings, and one line about the archive. Raises what a file that is no archive raises."""
    files = unpacked(path)
    manifest = json.loads(files["manifest.json"])
    if manifest["format"] != 1:
        raise ValueError(f"format {manifest['format']} is not known here")
    found = list(check_files(files, manifest))
    if key is not None:
        found += check_signature(files, key)
    entries = entries_of(files)
    found += check_chain(entries, manifest)
    books = Books(files)
    for _, body in entries:
        found += [f"entry {body['number']}: {what}" for what in books.follow(body)]
    hashes = [line["hash"] for line, _ in entries]
    for anchor in anchors:
        if not any(one.startswith(anchor.replace(" ", "").lower()) for one in hashes):
            found.append(f"anchor {anchor}: no entry has this hash")
    signed = "signature checked" if key else "signature not checked"
    told = f"{manifest['terminal_id']}: {len(entries)} entries, {books.count} settlements and voids, {signed}"
    if books.left_open():
        told += f"; still open: {', '.join(books.left_open())}"
    return found, told


def main() -> int:
    parser = argparse.ArgumentParser(description="Check an archive of a settlement terminal's journal.")
    parser.add_argument("archive", type=Path)
    parser.add_argument("--key", type=Path, help="the signer's SM2 public key (PEM)")
    parser.add_argument("--anchor", action="append", default=[], help="a hash, or its first digits, kept elsewhere")
    options = parser.parse_args()
    try:
        found, told = check(options.archive, options.key, options.anchor)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        print(f"{options.archive}: not an archive that can be read: {type(error).__name__}: {error}")
        return 2
    for line in found:
        print(line)
    print(told)
    print("nothing found 未发现问题" if not found else f"{len(found)} findings 发现问题")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
