"""What a receipt is made of: immutable blocks in reading order, before anyone knows the width of the paper.

Blocks hold text as it was given; it is cleaned and wrapped when the blocks are set in lines.
"""

from __future__ import annotations

from dataclasses import dataclass

from terminal.receipt.characters import Encoding


@dataclass(frozen=True, slots=True)
class Heading:
    """A centred title; `large` prints it in double width and height."""

    text: str
    large: bool = False


@dataclass(frozen=True, slots=True)
class Centred:
    """A centred line in plain size: the pharmacy's own header and footer lines."""

    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A label on the left and a value on the right. `english` follows the label where there is room."""

    label: str
    value: str
    english: str = ""


@dataclass(frozen=True, slots=True)
class Total:
    """A pair that must catch the eye: bold, double height."""

    label: str
    value: str
    english: str = ""


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item: its name over its amount and the part that falls to the patient before any ratio."""

    name: str
    amount: str
    own_share: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text, wrapped; `indent` in columns."""

    text: str
    indent: int = 0


@dataclass(frozen=True, slots=True)
class InEncoding:
    """One line sent in an encoding of its own, whatever the printer's is: the test page asks which reads well."""

    text: str
    encoding: Encoding


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code, with its data in plain text below it under `label`."""

    data: str
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What this paper is when it is no first original: 补打, 培训, 撤销. An empty mark prints nothing."""

    text: str


@dataclass(frozen=True, slots=True)
class Cut:
    """The paper ends here."""


Block = Heading | Centred | Pair | Total | ItemLine | Rule | Paragraph | InEncoding | QrCode | Mark | Cut


@dataclass(frozen=True, slots=True)
class Document:
    """One paper: its blocks from top to bottom, the last of them a Cut."""

    blocks: tuple[Block, ...]
