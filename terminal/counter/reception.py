"""Who is being served: identifications by card, code or number, each held until it is released or lapses.

Promises: a card is in one basket at a time; a code goes to the center once; what was shown is forgotten with its
identification.
"""

from __future__ import annotations

from collections.abc import Callable

from terminal.counter.identify import IDENTIFICATION_LIFE_SECONDS, Identification, identify
from terminal.counter.lapsing import Lapsing
from terminal.counter.lease import CardLeases
from terminal.counter.pin import Pin
from terminal.counter.place import Equipment, Place
from terminal.counter.sent_codes import SentCodes
from terminal.counter.shown import Shown, card_shown, code_shown, id_number_shown, require_same_card
from terminal.errors import Missing, Refused, TerminalError, Unavailable
from terminal.limits import CARD_LEASE_SECONDS, QUOTES_OPEN_MAX


class Reception:
    """The identifications of one counter. Ids are handed in: nobody guesses them.

    completed: an identification with what else stands on its card, or an error that ends it.
    """

    def __init__(
        self, place: Place, equipment: Equipment, completed: Callable[[Identification], Identification]
    ) -> None:
        self._place = place
        self._reader = equipment.reader
        self._completed = completed
        clock = self._clock = place.journal.clock
        self._leases = CardLeases(clock, CARD_LEASE_SECONDS, equipment.removals)
        self._codes = SentCodes(clock, equipment.code_life_seconds)
        self._held: Lapsing[Identification] = Lapsing(clock, IDENTIFICATION_LIFE_SECONDS, QUOTES_OPEN_MAX)

    def by_card(self, new_id: str, pin: Pin | None = None) -> Identification:
        """The holder of the card in the reader; pin: for one that asks for it, and used up by it in any case.

        Raises Conflict `card-leased`, Refused (`pin-needed`, `pin-wrong` …), Unavailable.
        """
        shown = card_shown(self._reader, self._clock.now().date(), pin)
        self._leases.take(shown.key(), new_id)
        try:
            return self._identified(shown, new_id)
        except TerminalError:
            self._leases.release(new_id)
            raise

    def by_code(self, code: str, new_id: str) -> Identification:
        """Whoever shows this e-credential. Raises Refused `bad-code`, `code-used`, `code-refused`, Unavailable."""
        shown = code_shown(code)
        self._codes.note(code)
        try:
            return self._identified(shown, new_id)
        except Unavailable as error:
            if error.code == "center-unreachable":
                self._codes.forget(code)
            raise
        except Refused as error:
            raise _fresh_wanted(error, code) from None

    def by_id_number(self, typed: str, new_id: str) -> Identification:
        """Whoever has this identity number. Raises Refused `bad-id-number`, Unavailable."""
        return self._identified(id_number_shown(typed, self._clock.now().date()), new_id)

    def known(self, identification_id: str) -> Identification:
        """An identification that is held, its card's lease renewed.

        Raises Missing `no-such-identification`, Conflict `card-leased`.
        """
        found = self._held.get(identification_id)
        if found is None:
            raise Missing("no-such-identification", "identify the patient again", "请重新识别患者", "identification")
        self.renew(found)
        return found

    def require_present(self, identification: Identification) -> None:
        """Return when whoever was identified may be settled for now: the card is still theirs and still there.

        Raises Conflict `card-leased`, `card-swapped`; Unavailable `card-removed`, or where the reader does not answer.
        """
        if identification.card is not None:
            require_same_card(self._reader, identification.card)
        self.renew(identification)

    def renew(self, identification: Identification) -> None:
        """Keep the card for this identification, or take it again. Raises Conflict `card-leased`."""
        if identification.card is not None:
            self._leases.take(Shown.of_card(identification.card).key(), identification.id)

    def served(self, identification: Identification) -> None:
        """The basket is paid: its card is free for the next one."""
        self._leases.release(identification.id)

    def release(self, identification_id: str) -> None:
        """Forget an identification and free its card; one that is not held is no error."""
        self._held.drop(identification_id)
        self._leases.release(identification_id)

    def of_person(self, person_number: str) -> list[Identification]:
        """Who is held of one person."""
        return [one for one in self._held.values() if one.person.person_number == person_number]

    def clear(self) -> None:
        """Forget everybody."""
        self._held.clear()
        self._leases.clear()

    def _identified(self, shown: Shown, new_id: str) -> Identification:
        place = self._place
        provider_id = next(iter(place.providers))
        found = self._completed(
            identify(shown, place.center, provider_id, place.journal, place.law, new_id, place.online)
        )
        self._held.keep(found.id, found)
        return found


def _fresh_wanted(error: Refused, code: str) -> Refused:
    """What the center said of a code, without the code, and what to do."""
    if error.code != "center-refused":
        return error
    said, said_zh = (text.replace(code, "…") for text in (error.message, error.message_zh))
    return Refused(
        "code-refused", f"{said}; ask the patient to show a fresh code", f"{said_zh}；请患者刷新后重新出示", "code"
    )
