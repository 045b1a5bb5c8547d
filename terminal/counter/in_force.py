"""Which of the published files hold on a day, read and ready: blacklist, parameters, and the law's own files.

The newest version whose first day has come holds; one whose last day is over holds no more. What was read is kept in
memory until something new comes down.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from terminal.counter.catalogue import Catalogue
from terminal.counter.identify import Identification
from terminal.counter.offline import OfflineLimits
from terminal.errors import Refused
from terminal.journal.chain import digest
from terminal.journal.journal import Journal
from terminal.journal.published import KeptPublication
from terminal.money import Fen
from terminal.publication import Head, Kind
from terminal.settlement.toml_form import read_toml

T = TypeVar("T")
HoursMax = Annotated[int, Meta(ge=0, le=8_760)]

_DIGEST = re.compile(rb"[0-9a-f]{64}")


class OfflineParameters(Struct, frozen=True, forbid_unknown_fields=True):
    """How far the bureau lets a terminal go without the center; None leaves it to the configuration."""

    entitlement_hours_max: HoursMax | None = None
    bill_max: Fen | None = None
    person_day_max: Fen | None = None
    blacklist_hours_max: HoursMax | None = None


class Parameters(Struct, frozen=True, forbid_unknown_fields=True):
    """A published file of parameters (TOML), and where they come from."""

    source: Annotated[str, Meta(min_length=1)]
    offline: OfflineParameters = OfflineParameters()


class InForce:
    """Reads from the journal what holds, each version once. `forget` after something new was kept."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._read: dict[int, object] = {}
        self.forget()

    def forget(self) -> None:
        """Look anew which versions there are when it is asked for next."""
        self._all: list[KeptPublication] | None = None
        self._merged: tuple[tuple[object, ...], Catalogue] | None = None

    def hold(self, head: Head, read: object) -> None:
        """A version that was just kept, as it was read already."""
        newest = self.newest(head.label)
        assert newest is not None, "it was just kept"
        self._read[newest.entry] = read

    def kept(self) -> list[KeptPublication]:
        """Every version of every file, oldest first."""
        if self._all is None:
            self._all = self._journal.publications()
        return self._all

    def newest(self, label: str) -> KeptPublication | None:
        """The newest version of a file, in force or not, or None."""
        return max((one for one in self.kept() if one.head.label == label), key=_version, default=None)

    def on(self, day: dt.date) -> list[KeptPublication]:
        """The versions that hold on a day, one a file at most."""
        begun = [one for one in self.kept() if one.head.in_force_from <= day]
        newest = {one.head.label: one for one in sorted(begun, key=_version)}
        return [one for one in newest.values() if one.head.in_force_to is None or day <= one.head.in_force_to]

    def law(self) -> list[tuple[Head, bytes]]:
        """All versions of packs and supplements: a bill is settled by those of its own day."""
        found = [one for one in self.kept() if one.head.kind in ("pack", "supplement")]
        return [(one.head, self._journal.publication_body(one.entry)) for one in found]

    def read(self, kind: Kind, day: dt.date, reader: Callable[[bytes, str], T]) -> list[T]:
        """The files of one kind that hold on a day, each read by `reader` once."""
        found = []
        for one in self.on(day):
            if one.head.kind == kind:
                if one.entry not in self._read:
                    self._read[one.entry] = reader(self._journal.publication_body(one.entry), one.head.title)
                found.append(self._read[one.entry])
        return found  # type: ignore[return-value]

    def refuse_listed(self, found: Identification, day: dt.date) -> None:
        """Raise Refused `card-blacklisted` where a list of this day names the card that was shown, or the person.

        Nothing is said of why, nor of anybody else.
        """
        shown = {blacklist_digest("id", found.person.id_number)}
        if found.card is not None:
            shown.add(blacklist_digest("card", found.card.card_number))
        if any(shown & listed for listed in self.read("blacklist", day, read_blacklist)):
            raise Refused(
                "card-blacklisted",
                "this card or its holder is on the bureau's list of stopped ones; nothing is settled; send them to "
                "the insurance office",
                "该卡或该参保人已被医保经办机构停用，请到医保经办机构办理",
                "card",
            )

    def blacklist_as_of(self, day: dt.date) -> dt.datetime | None:
        """When the center said last that the lists here are its newest; None where there is none, or it never did."""
        labels = [one.head.label for one in self.on(day) if one.head.kind == "blacklist"]
        moments = [self._journal.current_as_of(label) for label in labels]
        known = [moment for moment in moments if moment is not None]
        return min(known) if known and len(known) == len(moments) else None

    def catalogue(self, sold: Catalogue, day: dt.date) -> Catalogue:
        """What is sold here, as the bureau's catalogues of the day have it: theirs holds for what an article is and
        may cost, ours for its price, its barcode and its initials; what only they name is found too.
        """
        published = self.read("catalogue", day, Catalogue.read)
        key = (day, id(sold), *(id(one) for one in published))
        if self._merged is None or self._merged[0] != key:
            self._merged = (key, sold.under(published))
        return self._merged[1]

    def limits(self, configured: OfflineLimits, day: dt.date) -> tuple[OfflineLimits, dt.datetime | None]:
        """The limits without the center, the bureau's of this day or the configuration's; and how new the lists are."""
        for parameters in self.read("parameters", day, read_parameters):
            offline = parameters.offline
            given = {
                "entitlement_age_hours_max": offline.entitlement_hours_max,
                "bill_fen_max": offline.bill_max,
                "person_day_fen_max": offline.person_day_max,
                "blacklist_age_hours_max": offline.blacklist_hours_max,
            }
            changes = {name: value for name, value in given.items() if value is not None}
            configured = msgspec.structs.replace(configured, **changes)
        return configured, self.blacklist_as_of(day)


def blacklist_digest(credential: str, number: str) -> bytes:
    """How a list names a credential: SHA-256 of its kind and number, in hex, so that a list tells nobody's number."""
    return digest(f"{credential} {number}".encode()).encode()


def read_blacklist(body: bytes, name: str) -> frozenset[bytes]:
    """A list: one digest a line. Raises Refused with the line."""
    lines = body.split()
    for place, line in enumerate(lines, 1):
        if not _DIGEST.fullmatch(line):
            raise Refused("bad-publication", "a list has one SHA-256 in hex a line", "名单格式有误", f"{name}:{place}")
    return frozenset(lines)


def read_parameters(body: bytes, name: str) -> Parameters:
    """A file of parameters. Raises Refused with the line."""
    return read_toml(body, Parameters, name)


def _version(one: KeptPublication) -> int:
    return one.head.version
