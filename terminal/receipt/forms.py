"""The layouts of all papers as data: titles, own lines, blocks and their order, labels in two languages.

Promise: a pharmacy changes its papers by a TOML file of its own that names only what differs; a faulty file is
refused with file and line; what the patient or the auditor must see cannot be left out.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from terminal.errors import Refused
from terminal.limits import BILL_ITEMS_MAX, TEXT_CHARACTERS_MAX
from terminal.receipt.blocks import Pair, Total
from terminal.settlement.toml_form import bad_file, line_of, read_toml

LAYOUT_BYTES_MAX = 1_048_576
OWN_LINES_MAX = 20
BLOCKS_MAX = 40

Text = Annotated[str, Meta(max_length=TEXT_CHARACTERS_MAX)]
OwnLines = Annotated[list[Text], Meta(max_length=OWN_LINES_MAX)]
Blocks = Annotated[list[str], Meta(min_length=1, max_length=BLOCKS_MAX)]
Label = tuple[Text, Text]

REQUIRED = {
    "settlement": frozenset({"marks", "provider", "numbers", "items", "split", "cash", "explanation", "consent"}),
    "void": frozenset({"marks", "provider", "numbers", "voided", "split", "cash-back", "refund-signature"}),
    "day": frozenset({"marks", "provider", "day", "groups", "result", "chain"}),
    "month": frozenset({"marks", "provider", "month", "groups", "open-days"}),
    "doctor": frozenset({"marks", "checks", "verdict"}),
}
"""Blocks of each paper that a layout may move but not leave out."""

ALLOWED = {
    "settlement": REQUIRED["settlement"]
    | {"header", "title", "patient", "policy", "balances", "limits", "notices", "hash", "qr", "footer"},
    "void": REQUIRED["void"] | {"header", "title", "patient", "policy", "balances", "hash", "qr", "footer"},
    "day": REQUIRED["day"] | {"header", "title", "queue", "signature", "footer"},
    "month": REQUIRED["month"] | {"header", "title", "chain", "signature", "footer"},
    "doctor": REQUIRED["doctor"] | {"provider", "header", "title", "printed", "footer"},
}
"""Every block that a paper knows."""


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    """Base of a layout file's tables: an unknown key is refused."""


class PaperForm(Part, frozen=True):
    """What holds for every paper. items_printed_max: a longer bill is summed up by class."""

    items_printed_max: Annotated[int, Meta(ge=1, le=BILL_ITEMS_MAX)]
    english: bool


class Form(Part, frozen=True):
    """One paper: its heading, the pharmacy's own lines, its blocks in order."""

    title: Text
    subtitle: Text
    header: OwnLines
    footer: OwnLines
    blocks: Blocks


class Forms(Part, frozen=True):
    """All papers and their labels: key, Chinese, English."""

    paper: PaperForm
    settlement: Form
    void: Form
    day: Form
    month: Form
    doctor: Form
    labels: dict[str, Label]

    def label(self, key: str) -> Label:
        """The Chinese and the English of a label; the English is "" where the layout wants none."""
        chinese, english = self.labels[key]
        return chinese, english if self.paper.english else ""

    def pair(self, key: str, value: str) -> Pair:
        """A line with this label."""
        chinese, english = self.label(key)
        return Pair(chinese, value, english)

    def total(self, key: str, value: str) -> Total:
        """A line with this label that catches the eye."""
        chinese, english = self.label(key)
        return Total(chinese, value, english)

    def both(self, key: str) -> str:
        """Chinese and English as one heading."""
        return " ".join(word for word in self.label(key) if word).strip(" ")


class _OwnPaper(Part, frozen=True):
    items_printed_max: Annotated[int, Meta(ge=1, le=BILL_ITEMS_MAX)] | UnsetType = UNSET
    english: bool | UnsetType = UNSET


class _OwnForm(Part, frozen=True):
    title: Text | UnsetType = UNSET
    subtitle: Text | UnsetType = UNSET
    header: OwnLines | UnsetType = UNSET
    footer: OwnLines | UnsetType = UNSET
    blocks: Blocks | UnsetType = UNSET


class _OwnForms(Part, frozen=True):
    paper: _OwnPaper = _OwnPaper()
    settlement: _OwnForm = _OwnForm()
    void: _OwnForm = _OwnForm()
    day: _OwnForm = _OwnForm()
    month: _OwnForm = _OwnForm()
    doctor: _OwnForm = _OwnForm()
    labels: dict[str, Any] = {}


@cache
def standard_forms() -> Forms:
    """The layouts that ship with the terminal."""
    path = Path(__file__).parent / "layouts" / "standard.toml"
    data = path.read_bytes()
    forms = read_toml(data, Forms, path.name)
    _check(forms, data.decode(), path.name)
    return forms


def load_forms(path: Path | None) -> Forms:
    """The standard layouts with a pharmacy's own file over them. Raises Refused with file and line."""
    if path is None:
        return standard_forms()
    try:
        with path.open("rb") as file:
            data = file.read(LAYOUT_BYTES_MAX + 1)
    except OSError as error:
        why = error.strerror or "cannot be read"
        raise Refused("no-file", f"cannot read: {why}", f"无法读取：{why}", str(path)) from None
    if len(data) > LAYOUT_BYTES_MAX:
        raise bad_file(f"a layout is at most {LAYOUT_BYTES_MAX} bytes", str(path))
    own, standard = read_toml(data, _OwnForms, str(path)), standard_forms()
    text = data.decode()
    labels = {key: _label(key, value, f"{path}:{line_of(text, f'labels.{key}')}") for key, value in own.labels.items()}
    changed = {name: _over(getattr(standard, name), getattr(own, name)) for name in ("paper", *REQUIRED)}
    forms = msgspec.structs.replace(standard, **changed, labels={**standard.labels, **labels})
    _check(forms, text, str(path))
    return forms


def _label(key: str, value: object, place: str) -> Label:
    # One by one, since a fault within a table of free keys does not say which key it is.
    if key not in standard_forms().labels:
        raise bad_file(f"labels.{key}: there is no such label", place)
    try:
        label: Label = msgspec.convert(value, Label)
    except msgspec.ValidationError as error:
        raise bad_file(f"labels.{key}: {error}", place) from None
    return label


def _over(standard: Part, own: Part) -> Part:
    given = {field: getattr(own, field) for field in own.__struct_fields__}
    return msgspec.structs.replace(standard, **{key: value for key, value in given.items() if value is not UNSET})


def _check(forms: Forms, text: str, name: str) -> None:
    for paper, required in REQUIRED.items():
        blocks = getattr(forms, paper).blocks
        place = f"{name}:{line_of(text, f'{paper}.blocks')}"
        for block in blocks:
            if block not in ALLOWED[paper]:
                raise bad_file(f"{paper}.blocks: there is no block {block[:40]!r} on this paper", place)
            if block != "marks" and blocks.count(block) > 1:
                raise bad_file(f"{paper}.blocks: {block!r} stands twice", place)
        missing = sorted(required - set(blocks))
        if missing:
            raise bad_file(f"{paper}.blocks: {missing[0]!r} may be moved but not left out", place)
