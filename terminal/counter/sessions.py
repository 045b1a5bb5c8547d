"""Who works at the counter and who stands before it: sign-in and out, identifications, and the quotes held for them.

The lowest floor of the counter. What is held here is memory: it lapses, and goes with the operator.
"""

from __future__ import annotations

import contextlib
import datetime as dt

from msgspec import Struct

from terminal.counter.identify import Identification, require_allowed
from terminal.counter.inquiry import Standing, inquire
from terminal.counter.lapsing import Lapsing
from terminal.counter.pin import Pin
from terminal.counter.place import Equipment, Place
from terminal.counter.purse import Purses
from terminal.counter.quote import Quote
from terminal.counter.reception import Reception
from terminal.counter.tally import Tally
from terminal.errors import Missing, Refused, Unavailable
from terminal.journal.center_clock import ClockOffset
from terminal.limits import CLOCK_OFF_SECONDS_MAX, QUOTE_LIFE_SECONDS, QUOTES_OPEN_MAX
from terminal.settlement.shelf import Shelf


class SignedIn(Struct, frozen=True):
    """Who works here now, the business day of the next sale, and the center's own time."""

    operator: str
    operator_name: str
    business_day: dt.date
    center_time: dt.datetime


class Sessions:
    """The operator's session and the identifications within it."""

    def __init__(self, place: Place, equipment: Equipment) -> None:
        self._place = place
        self._equipment = equipment
        self._journal = place.journal
        self._law = place.law
        self._center = place.center
        self._clock = place.journal.clock
        self._purses = Purses(
            place.journal, place.law, place.center, equipment.purse_terminal, equipment.purse_limits, place.online
        )
        self._reception = Reception(place, equipment, self._completed)
        self._quotes: Lapsing[Quote] = Lapsing(self._clock, QUOTE_LIFE_SECONDS, QUOTES_OPEN_MAX)
        self._tally = Tally(place.journal)
        self._operator = ""

    @property
    def shelf(self) -> Shelf:
        """The law as it stands now, to be read."""
        return self._law.shelf

    @property
    def signed_in(self) -> str:
        """The operator who is signed in, or ""."""
        return self._operator

    def require_operator(self) -> str:
        """Who is signed in. Raises Refused `not-signed-in`."""
        if not self._operator:
            raise Refused("not-signed-in", "no operator is signed in", "操作员尚未签到", "operator")
        return self._operator

    def sign_in(self, operator: str, operator_name: str = "") -> SignedIn:
        """Sign in at the center (9001). Raises Unavailable or Refused; then nobody new is signed in.

        A clock that is far from the center's is Refused `clock-off`, and nobody at all is signed in until it is set
        right: a sale would count on a wrong day, and those behind it too.

        What the center has published since is fetched beside the counter, and holds when it is there.
        """
        signed = self._center.sign_in(operator)
        self._refuse_clock_off(signed.center_time)
        self._operator = operator
        if self._place.downloads is not None:
            self._place.downloads.after_sign_in(signed.published, operator)
        return SignedIn(operator, operator_name, self.business_day(), signed.center_time)

    @property
    def clock_offset(self) -> ClockOffset | None:
        """How far the clock was from the center's at the last sign-in. None: not known, or a training clock."""
        return None if self._place.training_clock else self._journal.clock_offset()

    def sign_out(self) -> None:
        """Sign out (9002). A center that is away, or says no, keeps no operator here: its sign-in ends with the day."""
        operator, self._operator = self._operator, ""
        self._reception.clear()
        self._quotes.clear()
        self._tally.clear()
        if self._place.downloads is not None:
            self._place.downloads.fetched()
        if operator:
            with contextlib.suppress(Unavailable, Refused):
                self._center.sign_out(operator)

    def business_day(self) -> dt.date:
        """The day that a sale counts in: today, or after day end the next day that is open. It never goes back: a clock
        that has fallen behind the newest day is not followed."""
        return self._journal.first_open_day(self.day_ahead_of_clock() or self._clock.now().date())

    def day_ahead_of_clock(self) -> dt.date | None:
        """The newest business day, where the clock has fallen behind it: it must be set right."""
        return self._journal.day_ahead_of(self._clock.now().date())

    def identify_card(self, pin: Pin | None = None) -> Identification:
        """Read the card and ask the center about its holder; pin: for a card that asks for one.

        Raises Conflict `card-leased`, Refused (`pin-needed`, `pin-wrong` …), Unavailable.
        """
        self.require_operator()
        return self._reception.by_card(self._place.identity(), pin)

    def identify_code(self, code: str) -> Identification:
        """Ask the center whose e-credential this code is. Raises Refused, Unavailable; no error holds the code."""
        self.require_operator()
        return self._reception.by_code(code, self._place.identity())

    def identify_id_number(self, typed: str) -> Identification:
        """Ask the center about an identity number, where the law knows that way. Raises Refused, Unavailable."""
        self.require_operator()
        return self._reception.by_id_number(typed, self._place.identity())

    def release(self, identification_id: str) -> None:
        """Forget an identification and its quotes, and free its card; one that is not held is no error."""
        self._reception.release(identification_id)
        self._quotes.drop_where(lambda quote: quote.identification.id == identification_id)

    def inquire(self, identification_id: str) -> Standing:
        """Balance and year of an identified person. Raises Missing `no-such-identification`."""
        self.require_operator()
        identification = self._reception.known(identification_id)
        return inquire(identification, self._tally, self._clock.now().date())

    def held_quote(self, quote_id: str) -> Quote:
        """A quote of this session that has not lapsed. Raises Missing `no-such-quote`."""
        quote = self._quotes.get(quote_id)
        if quote is None:
            raise Missing("no-such-quote", "the quote has lapsed or was settled; quote again", "预结算已失效", "quote")
        return quote

    def _refuse_clock_off(self, center_time: dt.datetime) -> None:
        if self._place.training_clock:
            return
        now = self._clock.now()
        offset = ClockOffset(int((now - center_time).total_seconds()), center_time)
        # A full disk, which cannot take it, is told elsewhere and keeps nobody out.
        with contextlib.suppress(Unavailable):
            self._journal.note_clock_offset(offset)
        if abs(offset.seconds) > CLOCK_OFF_SECONDS_MAX:
            self._operator = ""
            raise Refused(
                "clock-off",
                f"the clock says {now:%Y-%m-%d %H:%M}, the center {center_time:%Y-%m-%d %H:%M}: set it, then sign in",
                f"本机时间 {now:%Y-%m-%d %H:%M}，中心时间 {center_time:%Y-%m-%d %H:%M}，请校准时钟后重新签到",
                "clock",
            )

    def _completed(self, found: Identification) -> Identification:
        self._refuse_listed(found)
        return self._purses.seen(found, self.business_day())

    def _refuse_unserved(self, known: Identification) -> None:
        """Raises Refused where law or a list that came into force since a person was identified says no."""
        require_allowed(self._law, known.person.policy, self._clock.now().date(), known.method)
        self._refuse_listed(known)

    def _refuse_listed(self, found: Identification) -> None:
        if self._place.downloads is not None:
            self._place.downloads.in_force.refuse_listed(found, self._clock.now().date())
