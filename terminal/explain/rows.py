"""The rows beneath the picture: each stretch and each part beside the axis in words, numbered as in the picture."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import UNSET

from terminal.explain.articles import articles_of
from terminal.explain.axis import WHOLE, Axis, Stretch, cites_of
from terminal.explain.page import place_of
from terminal.explain.words import Language, heading, part_name, payer_name
from terminal.money import format_fen, format_percent
from terminal.settlement.result import Line, Settlement


@dataclass(frozen=True, slots=True)
class PictureRow:
    """number: as in the picture, 0 for what has no place there. paid: one piece of text a payer."""

    number: int
    name: str
    place: str
    paid: tuple[str, ...]
    cites: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The row read aloud."""
        words = [self.name, self.place, *self.paid, *self.cites]
        return " ".join(word for word in words if word)


def picture_rows(settlement: Settlement, axis: Axis, language: Language) -> list[PictureRow]:
    """Stretches first, then who pays a co-payment that runs over several of them and by what rule a further fund takes
    part in it, then what is beside the axis.
    """
    rows = [
        PictureRow(
            number,
            stretch_name(axis, stretch, language),
            f"{format_fen(stretch.start)}-{format_fen(stretch.end)}",
            _paid(axis, stretch, language),
            stretch.cites,
        )
        for number, stretch in enumerate(axis.stretches, 1)
    ]
    if len(parts_of(axis, "co_payment")) > 1 and len(axis.payers["co_payment"]) > 1:
        paid = pieces(axis.payers["co_payment"], language)
        rows.append(PictureRow(0, part_name("co_payment", language), "", paid, ()))
    aid = [line for line in settlement.lines if line.part == "aid"]
    told = {stretch.start for stretch in axis.stretches if stretch.kind == "over_cap" and stretch.rate is not None}
    rows += [_aid(settlement, line, language) for line in aid if line.rate is UNSET or line.from_ not in told]
    for part, amount in axis.beside.items():
        name, paid, cites = part_name(part, language), pieces(axis.payers[part], language), cites_of(settlement, part)
        rows.append(PictureRow(len(rows) + 1, name, format_fen(amount), paid, cites))
    return _renumbered(rows)


def parts_of(axis: Axis, part: str) -> list[Stretch]:
    """The stretches of which the patient's share is this part."""
    return [one for one in axis.stretches if one.part == part]


def stretch_name(axis: Axis, stretch: Stretch, language: Language) -> str:
    """What a stretch is; segments are counted."""
    name = part_name(stretch.kind, language)
    if stretch.kind == "segment":
        segments = [one for one in axis.stretches if one.kind == "segment"]
        return f"{name} {segments.index(stretch) + 1}"
    return name


def pieces(paid: dict[str, int], language: Language) -> tuple[str, ...]:
    """`统筹基金 3360.00`, one a payer; what a provider keeps is its surplus."""
    return tuple(
        f"{payer_name(payer, language)} {format_fen(amount)}"
        if amount > 0
        else f"{heading('surplus', language)} {format_fen(-amount)}"
        for payer, amount in paid.items()
    )


def _aid(settlement: Settlement, line: Line, language: Language) -> PictureRow:
    paid = pieces({line.payer: line.amount}, language)
    paid = paid if line.rate is UNSET else _rated(paid, int(line.rate))
    place = place_of(line, settlement, language)
    return PictureRow(0, part_name("aid", language), place, paid, tuple(articles_of(line.cite)))


def _paid(axis: Axis, stretch: Stretch, language: Language) -> tuple[str, ...]:
    rest = stretch.width - stretch.pool
    paid = axis.payers[stretch.part]
    alone = len(parts_of(axis, stretch.part)) == 1 or stretch.kind in WHOLE
    if alone:
        own = pieces(paid, language)
    else:
        payer = next(iter(paid)) if len(paid) == 1 else ""
        name = payer_name(payer, language) if payer else part_name(stretch.part, language)
        own = (f"{name} {format_fen(rest)}",) if rest else ()
    if stretch.kind == "segment":
        pool = pieces({"pool": stretch.pool}, language)
        return (*(pool if stretch.rate is None else _rated(pool, stretch.rate)), *own)
    return own if stretch.rate is None else _rated(own, stretch.rate)


def _rated(paid: tuple[str, ...], rate: int) -> tuple[str, ...]:
    """The rate before the amount of the first payer, who pays by it."""
    name, _, amount = paid[0].rpartition(" ")
    return (f"{name} {format_percent(rate)} {amount}", *paid[1:])


def _renumbered(rows: list[PictureRow]) -> list[PictureRow]:
    numbered, next_number = [], 1
    for row in rows:
        number = next_number if row.number else 0
        next_number += 1 if row.number else 0
        numbered.append(PictureRow(number, row.name, row.place, row.paid, row.cites))
    return numbered
