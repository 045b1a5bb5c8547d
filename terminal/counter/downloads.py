"""Takes down what the bureau publishes, checks it, keeps it with its history, and puts it into force.

What is not signed by the bureau, older than what is here, leaves a hole, or cannot be read is refused: it changes
nothing, stands in the journal, and is shown until a good version takes its place. A download never keeps an operator
from signing in, and no settlement from its law: a quote under the old law is quoted again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence

from msgspec import Struct

from terminal.center.desk import CenterDesk
from terminal.center.fields import CATALOGUES
from terminal.center.publications import Offer
from terminal.counter.catalogue import Catalogue
from terminal.counter.in_force import InForce, read_blacklist, read_parameters
from terminal.errors import Refused, Unavailable
from terminal.journal.journal import Journal
from terminal.journal.published import KeptPublication, PublicationTrouble
from terminal.publication import DATED_LAW, Head, check_signed
from terminal.settlement.law import Law
from terminal.settlement.shelf import Shelf

Shelve = Callable[[Sequence[tuple[Head, bytes]]], Shelf]
"""The shelf with these published packs and supplements on it. Raises Refused."""

ONE_DAY = dt.timedelta(days=1)
VERSIONS_A_CALL_MAX = 100
"""A center that offers one catalogue after the other is not followed for ever."""

THE_CENTER = "center"
"""Stands for a file in a trouble that is no single file's."""


class Downloaded(Struct, frozen=True):
    """What came down now, what holds today, and what was refused."""

    taken: list[str]
    in_force: list[KeptPublication]
    troubles: list[PublicationTrouble]


class Downloads:
    """The terminal's way to what is published. On the counter's thread; bureau_key: SM2, PEM."""

    def __init__(self, journal: Journal, law: Law, in_force: InForce, shelve: Shelve, bureau_key: bytes | None) -> None:
        self._journal = journal
        self._law = law
        self.in_force = in_force
        self._shelve = shelve
        self._bureau_key = bureau_key
        published = in_force.law()
        if published:
            law.renew(shelve(published))

    def after_sign_in(self, center: CenterDesk, published: Mapping[str, int]) -> None:
        """Take what 9001 named as changed; where nothing was, only note that what is here is the newest."""
        if not published:
            return
        if all(self._version_of(label) == version for label, version in published.items()):
            self._all_current(list(published))
        else:
            self.fetch(center)

    def fetch(self, center: CenterDesk) -> Downloaded:
        """Ask for everything that is published, and take what is new. Never raises for what the center does."""
        taken: list[str] = []
        now = self._journal.clock.now()
        try:
            offers = center.published_files()
            labels = {offer.head.label for offer in offers}
            for label in sorted(labels):
                self._take_file(center, label, [one for one in offers if one.head.label == label], taken)
            self._forget_withdrawn(labels)
        except (Refused, Unavailable) as error:
            self._journal.note_publication_trouble(THE_CENTER, "the list of what is published", error.message, now)
        return Downloaded(taken, self.in_force.on(now.date()), self._journal.publication_troubles())

    def troubles(self) -> list[PublicationTrouble]:
        """What was refused, and not yet replaced."""
        return self._journal.publication_troubles()

    def _forget_withdrawn(self, labels: Collection[str]) -> None:
        """What was refused and is offered no more troubles nobody; the chain keeps that it was refused."""
        for trouble in self.troubles():
            if trouble.label not in labels:
                self._journal.end_publication_trouble(trouble.label)

    def _take_file(self, center: CenterDesk, label: str, offers: Sequence[Offer], taken: list[str]) -> None:
        """Every version of one file that is new, oldest first; the first fault ends it, and is written down."""
        what, newest = label, max(offer.head.version for offer in offers)
        try:
            if newest < self._version_of(label):
                raise _refused("publication-older", f"the center's newest is version {newest}, older than here", label)
            for offer in self._new_versions(center, label, offers):
                what = offer.head.title
                self._take(offer, center.published_file(offer))
                taken.append(what)
            if self._version_of(label) < newest:
                raise _refused("publication-hole", f"version {newest} is offered, and cannot be had", label)
        except Refused as error:
            self._journal.note_publication_trouble(label, what, str(error), self._journal.clock.now())
        else:
            self._all_current([label])

    def _new_versions(self, center: CenterDesk, label: str, offers: Sequence[Offer]) -> Sequence[Offer]:
        kept = {one.head.version: one.head for one in self.in_force.kept() if one.head.label == label}
        for offer in offers:
            known = kept.get(offer.head.version, offer.head)
            if known != offer.head:
                raise _refused("publication-changed", f"version {known.version} is another file here", offer.head.title)
        kind, name = label.split("/", 1)
        if kind == "catalogue" and name in CATALOGUES:
            return _catalogues(center, name, self._version_of(label))
        newest = self._version_of(label)
        return sorted((one for one in offers if one.head.version > newest), key=lambda one: one.head.version)

    def _take(self, offer: Offer, body: bytes) -> None:
        """Check one version whole, keep it, put it into force. Raises Refused, and nothing is changed."""
        head = offer.head
        check_signed(head, body, offer.signature, self._bureau_key)
        self._refuse_out_of_turn(head)
        shelf = self._readable(head, body)
        self._journal.keep_publication(head, offer.signature, body, self._journal.clock.now())
        self.in_force.forget()
        if shelf is not None:
            self._law.renew(shelf)

    def _refuse_out_of_turn(self, head: Head) -> None:
        before = self.in_force.newest(head.label)
        if before is None:
            return
        previous = before.head
        if head.in_force_from < previous.in_force_from:
            raise _refused("publication-older", "it begins before the version that is here", head.title)
        if head.kind not in DATED_LAW:
            return
        if head.version != previous.version + 1:
            raise _refused("publication-hole", f"version {previous.version + 1} is missing", head.title)
        if previous.in_force_to is not None and head.in_force_from > previous.in_force_to + ONE_DAY:
            missing = previous.in_force_to + ONE_DAY
            raise _refused(
                "publication-hole", f"from {missing} to {head.in_force_from - ONE_DAY} none holds", head.title
            )

    def _readable(self, head: Head, body: bytes) -> Shelf | None:
        """The shelf with this version on it, where it is law; else None. Raises Refused with file and line."""
        if head.kind == "blacklist":
            read_blacklist(body, head.title)
        elif head.kind == "parameters":
            read_parameters(body, head.title)
        elif head.kind == "catalogue":
            Catalogue.read(body, head.title)
        else:
            if head.kind == "pack" and head.name in self._law.shelf.policies:
                self._refuse_older_law(head)
            return self._shelve([*self.in_force.law(), (head, body)])
        return None

    def _refuse_older_law(self, head: Head) -> None:
        newest = self._law.shelf.versions(head.name)[-1].policy.effective_from
        if head.in_force_from <= newest:
            raise _refused("publication-older", f"law that begins on {newest} is in force here", head.title)

    def _version_of(self, label: str) -> int:
        newest = self.in_force.newest(label)
        return newest.head.version if newest else 0

    def _all_current(self, labels: Sequence[str]) -> None:
        now = self._journal.clock.now()
        for label in labels:
            self._journal.note_current(label, now)
            self._journal.end_publication_trouble(label)


def _catalogues(center: CenterDesk, name: str, version: int) -> list[Offer]:
    """The versions of a catalogue after the one that is here, one question each."""
    found: list[Offer] = []
    while len(found) < VERSIONS_A_CALL_MAX:
        offer = center.next_catalogue(name, version)
        if offer is None or offer.head.version <= version:
            break
        found.append(offer)
        version = offer.head.version
    return found


def _refused(code: str, message: str, at: str) -> Refused:
    words = {
        "publication-older": "版本旧于本机",
        "publication-changed": "同一版本内容不一致",
        "publication-hole": "版本或有效期不连续",
    }
    return Refused(code, message, words[code], at)
