"""What happens at the bureau without the terminal: rows taken back or undone by a clerk, amounts changed, days closed.

Each goes through the center's own code, as a clerk at another desk would do it.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Callable
from random import Random
from typing import Any

import msgspec

from terminal.bureau.bookings import Booked
from terminal.bureau.center import Center
from terminal.money import Fen

CLERK = "9001"
DEEDS = ("undo", "void", "amounts", "close day", "spend", "restore")
"""What a clerk may do to one row. restore: what was reversed is made to stand again, by mistake."""


class Clerk:
    """Somebody at the bureau. changed: persons whose account or year somebody else has moved."""

    def __init__(self, center: Center) -> None:
        self._center = center
        self._numbers = itertools.count(1)
        self._moved = 1
        self.changed: set[str] = set()
        self.done: list[str] = []

    def act(self, random: Random, day: dt.date, sealed: Callable[[dt.date], bool]) -> None:
        """One deed on something that stands on a day that neither side has sealed, if anything does."""
        deed = random.choice(DEEDS)
        wanted = "reversed" if deed == "restore" else "booked"
        rows = [one for one, state in self._center.books.settlements() if state == wanted and one.sign > 0]
        rows = [one for one in rows if not sealed(one.business_day) and not sealed(one.booked_at.date())]
        if not rows or sealed(day):
            return
        one = random.choice(rows[-8:])
        if deed == "close day":
            self._center.books.close_day(one.provider_id, day)
            self.done.append(deed)
        elif deed == "undo":
            self._ask(one, "2601", {"psn_no": one.person_number, "omsgid": one.message_id, "oinfno": "2102"})
            self.done.append(deed)
        elif deed == "void":
            self.take_back(one)
            self.done.append(deed)
        elif deed == "restore":
            self._center.books.set_state(one.settlement_id, "booked")
            self.done.append(deed)
        elif deed == "spend":
            self._spend(one.person_number)
        else:
            self._change_amounts(one)
        self.changed.add(one.person_number)

    def take_back(self, one: Booked) -> None:
        """Void a purchase today, whatever its day."""
        self._ask(one, "2103", {"psn_no": one.person_number, "setl_id": one.settlement_id})

    def _ask(self, one: Booked, infno: str, data: dict[str, Any]) -> None:
        number = next(self._numbers)
        envelope = {
            "infno": "9001",
            "msgid": f"clerk-{number}-in",
            "fixmedins_code": one.provider_id,
            "mdtrtarea_admvs": "370602",
            "opter": CLERK,
            "sign_no": "",
            "input": {"signIn": {"opter_no": CLERK}},
        }
        signed = json.loads(self._center.answer(json.dumps(envelope).encode()))
        sign_number = signed["output"]["signinoutb"]["sign_no"]
        message = {"infno": infno, "msgid": f"clerk-{number}", "sign_no": sign_number, "input": {"data": data}}
        self._center.answer(json.dumps(envelope | message).encode())

    def _spend(self, person_number: str) -> None:
        """At another provider, which does not concern us but for the balance."""
        person = self._center.books.person(person_number)
        assert person is not None
        balance = Fen(person.account.balance // 2)
        account = msgspec.structs.replace(person.account, balance=balance)
        self._center.books.keep_person(msgspec.structs.replace(person, account=account))
        self.done.append("spend")

    def _change_amounts(self, one: Booked) -> None:
        """By twice as much as the last time: what two mistakes make good, the totals of a day cannot show."""
        split, moved = one.settlement, self._moved
        if split.cash >= moved:
            changed = msgspec.structs.replace(split, account=Fen(split.account + moved), cash=Fen(split.cash - moved))
            self._center.books.change_amounts(one.settlement_id, changed)
            self._moved *= 2
            self.done.append("amounts")
