"""How the center offers what it publishes: named at the sign-in (9001), listed (1901), each file by its number (9102).

No national transaction carries packs or blacklists: they travel in the forms that provinces use for their own, the
list of a dictionary and `exp_content`. Catalogues come by their own transactions (1301 …), one version at a time.
Shared by the terminal and the reference center. Source: center-interface 3.1, 3.14, 3.15.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from terminal.center.envelope import Answer, Unreadable, rows, text_of
from terminal.center.extension import read_extension, write_extension
from terminal.publication import Head

DICTIONARY_OF_PUBLICATIONS = "PUBLISHED"
"""The `type` under which 1901 lists what is published."""

FILES_OF_THE_CENTER = "plc"
"""`fixmedins_code` of 9102 for files that belong to no institution."""

FIRST_VERSION = "0"
"""`ver` of 1301 … where nothing is here yet."""


class SignInExtension(Struct, frozen=True):
    """9001 `signinoutb`: the newest version of each published file, by kind and name."""

    published: dict[str, int] = {}


class FileExtension(Struct, frozen=True):
    """What stands beside a file's number: its head, and the bureau's signature over it (Base64)."""

    head: Head
    signature: str


class Offer(Struct, frozen=True):
    """A published file as the center offers it; nothing of it is believed before its signature is checked."""

    head: Head
    signature: str
    file_number: str
    file_name: str


def read_newest(row: dict[str, Any]) -> dict[str, int]:
    """What 9001 says is newest; nothing where this center says nothing, or something else, there."""
    try:
        return read_extension(row.get("exp_content"), SignInExtension).published
    except ValueError:
        return {}


def list_input(area_code: str) -> dict[str, Any]:
    """1901: everything that is published."""
    kind = DICTIONARY_OF_PUBLICATIONS
    return {"data": {"type": kind, "parent_value": "", "admdvs": area_code, "date": "", "Vali_Flag": "1"}}


def list_row(offer: Offer) -> dict[str, Any]:
    """One row of 1901's answer."""
    return {
        "type": DICTIONARY_OF_PUBLICATIONS,
        "label": offer.head.label,
        "value": offer.file_number,
        "parentValue": offer.file_name,
        "sort": "",
        "valiFlag": "1",
        "createDate": offer.head.in_force_from.isoformat(),
        "version": str(offer.head.version),
        "exp_content": write_extension(FileExtension(offer.head, offer.signature), "list.exp_content"),
    }


def read_list(answer: Answer) -> list[Offer]:
    """1901's answer. Raises Unreadable."""
    return [_offer(row, "value", "parentValue") for row in rows(answer.output, "list")]


def catalogue_input(version: int) -> dict[str, Any]:
    """1301 …: the version after the highest one that is here; 0: none is."""
    return {"data": {"ver": str(version) if version else FIRST_VERSION}}


def catalogue_row(offer: Offer | None) -> dict[str, Any]:
    """1301's answer, without a node; None: there is nothing newer."""
    if offer is None:
        return {"file_qury_no": "", "filename": "", "dld_end_time": "", "data_cnt": "0"}
    return {
        "file_qury_no": offer.file_number,
        "filename": offer.file_name,
        "dld_end_time": "",
        "data_cnt": "1",
        "exp_content": write_extension(FileExtension(offer.head, offer.signature), "exp_content"),
    }


def read_catalogue(answer: Answer) -> Offer | None:
    """1301's answer; None where there is nothing newer. Raises Unreadable, also for a file without a signature."""
    if not text_of(answer.output.get("file_qury_no")):
        return None
    return _offer(answer.output, "file_qury_no", "filename")


def _offer(row: dict[str, Any], number: str, name: str) -> Offer:
    try:
        extension = read_extension(row.get("exp_content"), FileExtension)
    except ValueError as error:
        raise Unreadable(f"a file is offered without head and signature: {error}") from None
    return Offer(extension.head, extension.signature, text_of(row.get(number)), text_of(row.get(name)))
