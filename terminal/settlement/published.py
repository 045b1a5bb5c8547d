"""The shelf with what the bureau has sent down: packs and supplements, each in force on its own days.

A published version ends the one before it on the eve of its own first day; old law is never edited away. What leaves a
hole between two versions is refused.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from terminal.publication import Head
from terminal.settlement.shelf import (
    Given,
    Shelf,
    ShelvedPack,
    load_pack,
    load_supplement,
    read_supplement,
    shipped_packs,
)
from terminal.settlement.toml_form import bad_file

ONE_DAY = dt.timedelta(days=1)


def load_shelf_with(
    published: Sequence[tuple[Head, bytes]],
    supplements: Iterable[Path | bytes] = (),
    lapsed_goes_on: frozenset[str] = frozenset(),
    bureau_key: bytes | None = None,
) -> Shelf:
    """As `load_shelf`, with the published packs and supplements, whose signatures are checked already.

    published: of each file all versions, oldest first. Its supplements answer before the given ones. Raises Refused.
    """
    packs = _merged(shipped_packs(), [_pack(head, body) for head, body in published if head.kind == "pack"])
    shelf = Shelf(packs, (), lapsed_goes_on)
    given = _given([(head, body) for head, body in published if head.kind == "supplement"], shelf)
    given += [load_supplement(source, shelf, bureau_key) for source in supplements]
    return Shelf(packs, given, lapsed_goes_on)


def _pack(head: Head, body: bytes) -> ShelvedPack:
    pack = load_pack(body, head.title)
    found = (pack.policy.id, pack.policy.effective_from, pack.policy.effective_to)
    if found != (head.name, head.in_force_from, head.in_force_to):
        raise bad_file("the pack is another policy's, or of other days, than its head says", f"{head.title}:1")
    return pack


def _merged(shipped: Sequence[ShelvedPack], published: Sequence[ShelvedPack]) -> list[ShelvedPack]:
    """All versions; of two that begin on one day the published one, as a later program may ship it too."""
    versions = {(pack.policy.id, pack.policy.effective_from): pack for pack in (*shipped, *published)}
    ordered = [versions[key] for key in sorted(versions)]
    found = []
    for pack, later in itertools.zip_longest(ordered, ordered[1:]):
        follows = later is not None and later.policy.id == pack.policy.id
        if follows and (pack in published or later in published):
            pack = _ended_before(pack, later.policy.effective_from)
        found.append(pack)
    return found


def _ended_before(pack: ShelvedPack, first: dt.date) -> ShelvedPack:
    last = pack.policy.effective_to
    if last is not None and last < first:
        return pack
    ended = msgspec.structs.replace(pack.policy, effective_to=first - ONE_DAY)
    return msgspec.structs.replace(pack, policy=ended)


def _given(published: Sequence[tuple[Head, bytes]], shelf: Shelf) -> list[Given]:
    found = []
    for head, body in published:
        given = read_supplement(body, head.title, shelf)
        days = given.supplement.supplement
        if (days.effective_from, days.effective_to) != (head.in_force_from, head.in_force_to):
            raise bad_file("the supplement is of other days than its head says", f"{head.title}:1")
        later = [one.in_force_from for one, _ in published if one.name == head.name and one.version > head.version]
        found.append(_given_until(given, min(later)) if later else given)
    return found


def _given_until(given: Given, first: dt.date) -> Given:
    """The supplement as it stood until its next version's first day; its document stays the whole file."""
    days = given.supplement.supplement
    last = first - ONE_DAY
    if days.effective_to is not None and days.effective_to <= last:
        return given
    ended = msgspec.structs.replace(given.supplement, supplement=msgspec.structs.replace(days, effective_to=last))
    return Given(ended, given.document)
