"""What the reference center publishes: the files of one folder, each with its head and signature beside it.

`FILE.published` is JSON: the head without the digest, and the signature (Base64) that the bureau's key has made over
head and digest. The folder is read at each request, so that a file that is put there is offered at once; its private
key is nowhere near this program.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import msgspec

from terminal.bureau.asked import Denied, PublishedFiles, Work
from terminal.center.details import zipped
from terminal.center.envelope import text_of
from terminal.center.extension import write_extension
from terminal.center.publications import (
    DICTIONARY_OF_PUBLICATIONS,
    Offer,
    SignInExtension,
    catalogue_row,
    list_row,
)
from terminal.errors import Refused
from terminal.publication import Head, Kind, check_follows, digest_of
from terminal.settlement.codec import convert, encode
from terminal.signature import sign, to_text

SIDE_FILE = ".published"
VERSION_DIGITS_MAX = 18
NUMBER_DIGITS = 29
"""`file_qury_no` has at most 30 characters: a P, and the beginning of the file's digest."""


class PublishedFolder:
    """The published files of one folder; None publishes nothing."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def offers(self) -> list[Offer]:
        """Everything in the folder, by kind, name and version. Raises Refused for a side file that is none."""
        sides = sorted(self._folder.glob(f"*{SIDE_FILE}")) if self._folder else []
        found = [_offer(side) for side in sides]
        return sorted(found, key=lambda one: (one.head.label, one.head.version))

    def file(self, number: str) -> bytes | None:
        """The file of this number in a ZIP, or None."""
        for offer in self.offers():
            if self._folder is not None and offer.file_number == number:
                return zipped((self._folder / offer.file_name).read_bytes(), offer.file_name)
        return None


def next_head(folder: Path, kind: Kind, name: str, first: dt.date, last: dt.date | None, body: bytes) -> Head:
    """The head of the version after the newest in the folder. Raises Refused where no terminal would take it."""
    facts: dict[str, Any] = {"kind": kind, "name": name, "in_force_from": first, "in_force_to": last}
    label = f"{kind}/{name}"
    newest = next((one.head for one in reversed(PublishedFolder(folder).offers()) if one.head.label == label), None)
    head = convert(facts | {"version": newest.version + 1 if newest else 1, "digest": digest_of(body)}, Head)
    if last is not None and last < first:
        raise Refused("bad-input", "it ends before it begins", "失效日期早于生效日期", head.title)
    if newest:
        check_follows(head, newest)
    return head


def publish(folder: Path, name: str, body: bytes, head: Head, private_key: bytes) -> None:
    """Put a file into the folder with its head and its signature by `private_key` (PEM); raises Broken for no key."""
    signature = to_text(sign(private_key, head.signed_text)).decode().strip()
    side = msgspec.to_builtins(head) | {"signature": signature}
    del side["digest"]
    (folder / name).write_bytes(body)
    (folder / f"{name}{SIDE_FILE}").write_bytes(encode(side))


def newest(folder: PublishedFiles) -> str:
    """9001's extension: the newest version of each file."""
    published = {offer.head.label: offer.head.version for offer in folder.offers()}
    return write_extension(SignInExtension(published), "signinoutb.exp_content") if published else ""


def listed(work: Work) -> dict[str, Any]:
    """1901: the list of what is published. Raises Denied for a dictionary that is not kept here."""
    if text_of(work.asked.row("data").get("type")) != DICTIONARY_OF_PUBLICATIONS:
        raise Denied("type: no such dictionary here")
    return {"list": [list_row(offer) for offer in work.published.offers()]}


def catalogue(work: Work) -> dict[str, Any]:
    """1301 …: the version after the one that the terminal has. Raises Denied where `ver` is no number."""
    version = text_of(work.asked.row("data").get("ver")).lstrip("v") or "0"
    if not version.isdecimal() or len(version) > VERSION_DIGITS_MAX:
        raise Denied("ver: the highest version that is there, or 0")
    label = f"catalogue/{work.asked.infno}"
    later = [one for one in work.published.offers() if one.head.label == label and one.head.version > int(version)]
    return catalogue_row(later[0] if later else None)


def _offer(side: Path) -> Offer:
    path = side.with_name(side.name.removesuffix(SIDE_FILE))
    try:
        facts = msgspec.json.decode(side.read_bytes(), type=dict[str, Any])
        digest = digest_of(path.read_bytes())
    except (OSError, msgspec.MsgspecError):
        raise Refused("bad-publication", "cannot be read", "无法读取", side.name) from None
    signature = text_of(facts.pop("signature", ""))
    return Offer(convert(facts | {"digest": digest}, Head), signature, f"P{digest[:NUMBER_DIGITS]}", path.name)
