"""What the bureau publishes, as it is taken in here: checked, kept with its history, put into force.

What is not signed by the bureau, older than what is here, leaves a hole, or cannot be read is refused: it changes
nothing, stands in the journal, and is shown until a good version takes its place. A new law holds from the moment at
which it is kept, which is between two calls of the counter: what was quoted under the old one is quoted again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence

from terminal.center.publications import Offer
from terminal.counter.catalogue import Catalogue
from terminal.counter.in_force import InForce, Parameters, read_blacklist, read_parameters
from terminal.errors import Refused, TerminalError
from terminal.journal.journal import Journal
from terminal.journal.published import PublicationTrouble
from terminal.publication import Head, check_follows, check_signed
from terminal.settlement.law import Law
from terminal.settlement.shelf import Shelf

Shelve = Callable[[Sequence[tuple[Head, bytes]]], Shelf]
"""The shelf with these published packs and supplements on it. Raises Refused."""

Read = Shelf | Catalogue | Parameters | frozenset[bytes]
"""A published file as it was read: the whole law with it, a catalogue, parameters, a list of digests."""

ONE_DAY = dt.timedelta(days=1)

THE_CENTER = "center"
"""Stands for a file in a trouble that is no single file's."""


class Downloads:
    """What came down, at one terminal. bureau_key: SM2, PEM.

    On the counter's thread, but for `check_signature` and `read`, which touch nothing that changes.
    """

    def __init__(self, journal: Journal, law: Law, in_force: InForce, shelve: Shelve, bureau_key: bytes | None) -> None:
        self._journal = journal
        self._law = law
        self.in_force = in_force
        self._shelve = shelve
        self._bureau_key = bureau_key
        self._wanted_by, self._wanted_on = "", dt.date.min
        published = in_force.law()
        if published:
            law.renew(shelve(published))

    def after_sign_in(self, published: Mapping[str, int], operator: str) -> None:
        """Want what 9001 named as changed; where nothing was, only note that what is here is the newest."""
        if not published:
            return
        if all(self._newest_version(label) == version for label, version in published.items()):
            self._all_current(list(published))
        else:
            self._wanted_by, self._wanted_on = operator, self._journal.clock.now().date()

    def wanted_by(self) -> str:
        """The operator whose sign-in of today told of something new that was not fetched since; "" where there is
        nothing. Nobody is signed in anew for it.
        """
        return self._wanted_by if self._wanted_on == self._journal.clock.now().date() else ""

    def fetched(self) -> None:
        """Everything was asked for and answered, or nobody is there any more in whose name to ask."""
        self._wanted_by = ""

    def troubles(self) -> list[PublicationTrouble]:
        """What was refused, and not yet replaced."""
        return self._journal.publication_troubles()

    def note_trouble(self, label: str, what: str, error: TerminalError) -> None:
        """A file was refused."""
        place = f"{error.at}: " if error.at else ""
        reason, reason_zh = f"{place}{error.message}", f"{place}{error.message_zh}"
        self._journal.note_publication_trouble(label, what, reason, reason_zh, self._journal.clock.now())

    def note_no_list(self, error: TerminalError) -> None:
        """The center did not say what is published."""
        self.note_trouble(THE_CENTER, "the list of what is published", error)

    def forget_withdrawn(self, labels: Collection[str]) -> None:
        """What was refused and is offered no more troubles nobody; the chain keeps that it was refused."""
        for trouble in self.troubles():
            if trouble.label not in labels:
                self._journal.end_publication_trouble(trouble.label)

    def version_of(self, label: str, offers: Sequence[Offer]) -> int:
        """The newest version of a file that is here, 0 for none. Raises Refused where the offers contradict it."""
        here = self._newest_version(label)
        if max(offer.head.version for offer in offers) < here:
            newest = max(offer.head.version for offer in offers)
            message, message_zh = (
                f"the center's newest is version {newest}, older than here",
                f"中心最新为第 {newest} 版，旧于本机",
            )
            raise Refused("publication-older", message, message_zh, label)
        kept = {one.head.version: one.head for one in self.in_force.kept() if one.head.label == label}
        for offer in offers:
            known = kept.get(offer.head.version, offer.head)
            if known != offer.head:
                message, message_zh = (
                    f"version {known.version} is another file here",
                    f"第 {known.version} 版与本机内容不一致",
                )
                raise Refused("publication-changed", message, message_zh, offer.head.title)
        return here

    def require_newest(self, label: str, newest: int) -> None:
        """The file is current, which is noted. Raises Refused where a newer version is offered than could be had."""
        if self._newest_version(label) < newest:
            message, message_zh = f"version {newest} is offered, and cannot be had", f"第 {newest} 版已公布但无法取得"
            raise Refused("publication-hole", message, message_zh, label)
        self._all_current([label])

    def check_signature(self, offer: Offer, body: bytes) -> None:
        """Raises Refused where the bureau has not signed exactly this."""
        check_signed(offer.head, body, offer.signature, self._bureau_key)

    def law_before(self, head: Head) -> list[tuple[Head, bytes]]:
        """The published law that a version comes upon. Raises Refused where it is out of its turn."""
        self._refuse_unfit(head)
        return self.in_force.law() if head.kind in ("pack", "supplement") else []

    def read(self, head: Head, body: bytes, before: Sequence[tuple[Head, bytes]]) -> Read:
        """The file as it holds, where it is law the whole shelf with it. Raises Refused with file and line."""
        if head.kind == "blacklist":
            return read_blacklist(body, head.title)
        if head.kind == "parameters":
            return read_parameters(body, head.title)
        if head.kind == "catalogue":
            return Catalogue.read(body, head.title)
        return self._shelve([*before, (head, body)])

    def take(self, offer: Offer, body: bytes, read: Read) -> None:
        """Keep one version that was checked and read, and put it into force, from this call on.

        Raises Refused, and nothing is changed.
        """
        head = offer.head
        self._refuse_unfit(head)
        self._journal.keep_publication(head, offer.signature, body, self._journal.clock.now())
        self.in_force.forget()
        if isinstance(read, Shelf):
            self._law.renew(read)
        else:
            self.in_force.hold(head, read)

    def _refuse_unfit(self, head: Head) -> None:
        if before := self.in_force.newest(head.label):
            check_follows(head, before.head)
        if head.kind == "pack" and head.name in self._law.shelf.policies:
            self._refuse_older_law(head)

    def _refuse_older_law(self, head: Head) -> None:
        newest = self._law.shelf.versions(head.name)[-1].policy.effective_from
        if head.in_force_from <= newest:
            message, message_zh = f"law that begins on {newest} is in force here", f"本机已有 {newest} 起施行的政策"
            raise Refused("publication-older", message, message_zh, head.title)

    def _newest_version(self, label: str) -> int:
        newest = self.in_force.newest(label)
        return newest.head.version if newest else 0

    def _all_current(self, labels: Sequence[str]) -> None:
        now = self._journal.clock.now()
        for label in labels:
            self._journal.note_current(label, now)
            self._journal.end_publication_trouble(label)
