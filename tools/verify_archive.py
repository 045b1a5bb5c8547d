"""Checks an archive of `terminal audit export`. Stands alone: Python 3.11 or later, and nothing of the terminal.

    python verify_archive.py ARCHIVE.zip [--key PUBLIC.pem] [--anchor HASH]...

It reads the archive as its README.txt describes it, and looks for what an honest journal cannot hold: a file that is
not the one in the manifest, an entry whose hash does not fit, a number left out, a settlement whose parts are not its
total, a record that is not as the schema has it, a void of nothing or a second void, a day sealed with another report
or with other sums than its records have, a settlement whose law is missing. With --key the manifest's SM2 signature is
checked by the machine's own `openssl`. Anchors are hashes from receipts and day reports: each must be in the chain.
Exit status 0: nothing found; 1: findings, a line each; 2: damaged, or no archive: nothing can be said of it.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

MAX_BYTES = 2**31  # What unpacks to more is no archive of a terminal.
BEGUN, DONE, GIVEN_UP = ("authorising", "debiting"), ("authorised", "debited"), ("abandoned", "not-debited")
PAYERS = ("fund_total", "provider_borne", "account", "cash")
TYPES = {"array": list, "boolean": bool, "integer": int, "null": type(None), "object": dict, "string": str}
WORDS: dict[str, Callable[[Any, Any], bool]] = {
    "type": lambda value, wanted: type(value) is TYPES[wanted],
    "required": lambda value, wanted: not isinstance(value, dict) or set(wanted) <= value.keys(),
    "enum": lambda value, wanted: value in wanted,
    "pattern": lambda value, wanted: not isinstance(value, str) or re.search(wanted, value) is not None,
    "minimum": lambda value, wanted: not isinstance(value, int) or value >= wanted,
    "maximum": lambda value, wanted: not isinstance(value, int) or value <= wanted,
    "minItems": lambda value, wanted: not isinstance(value, list) or len(value) >= wanted,
    "maxItems": lambda value, wanted: not isinstance(value, list) or len(value) <= wanted,
    "maxLength": lambda value, wanted: not isinstance(value, str) or len(value) <= wanted,
}
"""What the words of the archive's schema ask for: as much of JSON Schema as it uses."""

TOLD_ONLY = {"$schema", "components", "description", "example", "format", "properties", "additionalProperties", "items"}
"""Words of a schema that ask for nothing, or are read together."""

MALFORMED = (ArithmeticError, AttributeError, EOFError, LookupError, MemoryError, RuntimeError, TypeError, ValueError)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def fen(text: str) -> int:
    """An amount of yuan with two places as whole fen."""
    if not re.fullmatch(r"-?[0-9]+\.[0-9]{2}", text):
        raise ValueError(f"{text[:20]!r} is no amount")
    return int(text.replace(".", ""))


def sums_of(split: dict[str, Any]) -> dict[str, int]:
    return {name: fen(split[name]) for name in ("total", *PAYERS)}


def by_group(told: dict[str, Any], sums: dict[str, int]) -> dict[tuple[str, ...], int]:
    group = (told["provider_id"], told["scheme"], told["clearing_class"])
    return {(*group, name): amount for name, amount in sums.items()}


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


def faults(whole: dict[str, Any], value: Any, rule: dict[str, Any], place: str) -> Iterator[str]:
    """Where a value is not as `rule` of the JSON Schema `whole` has it."""
    for word, wanted in rule.items():
        if word == "$ref":
            yield from faults(whole, value, whole["components"]["schemas"][wanted.rpartition("/")[2]], place)
        elif word == "anyOf":
            if all(any(faults(whole, value, one, place)) for one in wanted):
                yield f"{place}: none of what the schema lets it be"
        elif word not in TOLD_ONLY and not WORDS[word](value, wanted):
            yield f"{place}: not as the schema's {word} has it"
    named, others = rule.get("properties", {}), rule.get("additionalProperties", True)
    for name, inner in value.items() if isinstance(value, dict) else ():
        if name in named or isinstance(others, dict):
            yield from faults(whole, inner, named.get(name, others), f"{place}.{name}")
        elif not others:
            yield f"{place}: {name[:40]} is not in the schema"
    for inner in value if isinstance(value, list) else ():
        yield from faults(whole, inner, rule.get("items", {}), f"{place}[]")


class Books:
    """What the entries say happened, followed from the first to the last."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = files
        self.schema = json.loads(files["schema.json"])
        self.counted: dict[str, dict[str, int]] = {}
        self._refused: set[str] = set()
        self._of_message: dict[str, str] = {}
        self._standing: dict[str, dict[str, Any]] = {}
        self.open: dict[str, dict[str, Any]] = {}
        self._voided: dict[str, str] = {}
        self._keys: set[str] = set()
        self._sealed: set[str] = set()

    def follow(self, body: dict[str, Any]) -> Iterator[str]:
        kind = body["kind"]
        if kind in ("settlement", "void", *BEGUN):
            yield from self._record(body)
            if kind in BEGUN:
                self.open[body["record"]["id"]] = body
            else:
                yield from self._commit(body["record"], body["key"])
        elif kind in DONE + GIVEN_UP:
            opened = self.open.pop(body["settlement"], None)
            if opened is None:
                yield f"{kind}: of {body['settlement']}, which was not begun"
            elif kind in DONE:
                yield from self._commit(opened["record"], opened["key"])
            if body.get("sums"):
                self.counted[body["settlement"]] = sums_of(body["sums"])
        elif kind in ("accepted", "refused", "reopened") and body["message_id"] in self._of_message:
            record = self._standing[self._of_message[body["message_id"]]]
            (self._refused.add if kind == "refused" else self._refused.discard)(record["id"])
            if body.get("sums"):  # They stand beside ours, until somebody adopts them.
                self.counted[record["id"]] = sums_of(record["settlement"])
        elif kind == "adopted":
            self.counted[body["settlement"]] = sums_of(body["sums"])
        elif kind == "day-sealed":
            yield from self._seal(body)

    def _record(self, body: dict[str, Any]) -> Iterator[str]:
        record, split = body["record"], body["record"]["settlement"]
        self._of_message[body["message_id"]] = record["id"]
        yield from (f"{record['id']}: {what}" for what in faults(self.schema, record, self.schema, "record"))
        if record["id"] in self._standing or record["id"] in self.open:
            yield f"{record['id']}: this number was given before"
        self.counted[record["id"]] = sums = sums_of(split)
        wrong = {
            "funds, provider, account and cash are not the total": sum(sums[name] for name in PAYERS) != sums["total"],
            "somebody pays less than nothing": min(sums[name] for name in sums if name != "provider_borne") < 0,
            "the funds are not their sum": sum(map(fen, split["funds"].values())) != sums["fund_total"],
            "the items are not the total": sum(fen(one["amount"]) for one in record["bill"]["items"]) != sums["total"],
        }
        yield from (f"{record['id']}: {what}" for what, is_so in wrong.items() if is_so)
        paid = Counter[str]()
        for line in split["lines"]:
            paid[line["payer"]] += fen(line["amount"])
            if not (line.get("cite") or line.get("rule")):
                yield f"{record['id']}: a line without its article"
        for fund, amount in split["funds"].items():
            if paid[fund] != fen(amount):
                yield f"{record['id']}: the lines of {fund} are not what it pays"
        for name in (record.get("pack_digest", ""), *record.get("supplement_digests", [])):
            if f"law/{name}.toml" not in self._files:
                yield f"{record['id']}: its law {name[:12] or '(none)'} is not in the archive"

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
        report = self._files.get(f"reports/{body['report_digest']}.json")
        if report is None:
            yield f"{day}: the report that it was sealed with is not in the archive"
            return
        told, held = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
        for one in json.loads(report)["groups"]:
            told.update(by_group(one["group"], sums_of(one["group"])))
        for number, record in self._standing.items():
            if record["business_day"] == day and not {number, record.get("voids")} & self._refused:
                add = held.subtract if record["kind"] == "void" else held.update
                add(by_group(record, self.counted[number]))
        if told != held:
            yield f"{day}: the report that it was sealed with has other sums than its records"


def check(path: Path, key: Path | None, anchors: list[str]) -> tuple[list[str], str]:
    """All findings, and one line about the archive. Raises what a file that is no archive raises."""
    files = unpacked(path)
    manifest = json.loads(files["manifest.json"])
    if manifest["format"] != 1:
        raise ValueError(f"format {manifest['format']} is not known here")
    found = list(check_files(files, manifest))
    found += check_signature(files, key) if key else []
    lines = [json.loads(line) for line in files["entries.jsonl"].splitlines()]
    entries = [(line, json.loads(line["body"])) for line in lines]
    found += check_chain(entries, manifest)
    books = Books(files)
    if not any(faults(books.schema, {}, books.schema, "record")):
        found.append("schema.json: it asks nothing of a record")
    for _, body in entries:
        found += [f"entry {body['number']}: {what}" for what in books.follow(body)]
    for anchor in anchors:
        if not any(line["hash"].startswith(anchor.replace(" ", "").lower()) for line in lines):
            found.append(f"anchor {anchor}: no entry has this hash")
    signed = "signature checked" if key else "signature not checked"
    told = f"{manifest['terminal_id']}: {len(entries)} entries, {len(books.counted)} settlements and voids, {signed}"
    if books.open:
        told += f"; still open: {', '.join(sorted(books.open))}"
    return found, told


def main() -> int:
    parser = argparse.ArgumentParser(description="Check an archive of a settlement terminal's journal.")
    parser.add_argument("archive", type=Path)
    parser.add_argument("--key", type=Path, help="the signer's SM2 public key (PEM)")
    parser.add_argument("--anchor", action="append", default=[], help="a hash, or its first digits, kept elsewhere")
    options = parser.parse_args()
    try:
        found, told = check(options.archive, options.key, options.anchor)
    except (*MALFORMED, OSError, zipfile.BadZipFile, zlib.error) as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        print(f"{options.archive}: damaged, or no archive 存档损坏: {said}")
        return 2
    for line in found:
        print(line)
    print(told)
    print("nothing found 未发现问题" if not found else f"{len(found)} findings 发现问题")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
