"""Asks the center for what the bureau publishes, beside the counter: only what a file changes here is done there.

What waits for the center or takes its time (asking, checking a signature, reading a pack) is done on the thread of
whoever calls; looking into the journal, keeping a file and putting it into force is handed to `here`, in short pieces,
so that a sale waits for none of it and no law changes in the middle of one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from terminal.center.desk import CenterDesk
from terminal.center.fields import CATALOGUES
from terminal.center.publications import Offer
from terminal.counter.downloads import Downloads
from terminal.errors import Refused, Unavailable

T = TypeVar("T")

VERSIONS_A_CALL_MAX = 100
"""A center that offers one catalogue after the other is not followed for ever."""


class Here(Protocol):
    """Does a piece of work where the journal and the law are at home, and gives what it gives."""

    def __call__(self, work: Callable[[], T], /) -> T: ...


class NotFetched(Unavailable):
    """Something that is published could not be had, and nothing was said against it: ask again after a pause."""


class Fetching:
    """One call at a time. center: a desk of its own."""

    def __init__(self, downloads: Downloads, center: CenterDesk, here: Here) -> None:
        self._downloads = downloads
        self._center = center
        self._here = here
        self._silence: Unavailable | None = None

    def tick(self, now: dt.datetime) -> bool:
        """Fetch where a sign-in has told of something new. True where there was.

        Raises NotFetched where it did not all come down: it stays wanted, and the next call tries again.
        """
        operator = self._here(self._downloads.wanted_by)
        if operator:
            self.fetch(operator)
            if self._silence is not None:
                raise NotFetched(self._silence.code, self._silence.message, self._silence.message_zh, "center")
        return operator != ""

    def fetch(self, operator: str) -> list[str]:
        """Ask for everything that is published, in an operator's name; the titles of what was new and was taken.

        Never raises for what the center does.
        """
        taken: list[str] = []
        self._silence = None
        self._center.works_for(operator)
        try:
            offers = self._center.published_files()
            labels = {offer.head.label for offer in offers}
            for label in sorted(labels):
                self._take_file(label, [one for one in offers if one.head.label == label], taken)
            self._here(lambda: self._downloads.forget_withdrawn(labels))
        except (Refused, Unavailable) as error:
            refusal = self._heard(error)
            self._here(lambda: self._downloads.note_no_list(refusal))
        if self._silence is None:
            self._here(self._downloads.fetched)
        return taken

    def _heard(self, error: Refused | Unavailable) -> Refused | Unavailable:
        """What is no answer is asked for again; a refusal stands until somebody signs in."""
        if isinstance(error, Unavailable):
            self._silence = error
        return error

    def _take_file(self, label: str, offers: Sequence[Offer], taken: list[str]) -> None:
        """Every version of one file that is new, oldest first; the first fault ends it, and is written down under its
        name. The other files are asked for all the same.
        """
        what, newest = label, max(offer.head.version for offer in offers)
        try:
            for offer in self._new_versions(label, offers):
                what = offer.head.title
                self._take(offer)
                taken.append(what)
            self._here(lambda: self._downloads.require_newest(label, newest))
        except (Refused, Unavailable) as error:
            refusal = self._heard(error)
            self._here(lambda: self._downloads.note_trouble(label, what, refusal))

    def _new_versions(self, label: str, offers: Sequence[Offer]) -> Sequence[Offer]:
        before = self._here(lambda: self._downloads.version_of(label, offers))
        kind, name = label.split("/", 1)
        if kind == "catalogue" and name in CATALOGUES:
            return self._catalogues(name, before)
        return sorted((one for one in offers if one.head.version > before), key=lambda one: one.head.version)

    def _catalogues(self, name: str, version: int) -> list[Offer]:
        """The versions of a catalogue after the one that is here, one question each."""
        found: list[Offer] = []
        while len(found) < VERSIONS_A_CALL_MAX:
            offer = self._center.next_catalogue(name, version)
            if offer is None or offer.head.version <= version:
                break
            found.append(offer)
            version = offer.head.version
        return found

    def _take(self, offer: Offer) -> None:
        """Check one version whole, and put it into force. Raises Refused, Unavailable, and nothing is changed."""
        body = self._center.published_file(offer)
        self._downloads.check_signature(offer, body)
        before = self._here(lambda: self._downloads.law_before(offer.head))
        read = self._downloads.read(offer.head, body, before)
        self._here(lambda: self._downloads.take(offer, body, read))
