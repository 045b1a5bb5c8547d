"""What is proposed for a difference after the center has refused what was proposed before: never the same twice a day.

A center may say no for a reason that passes (it is closed, say): on another day the ladder starts anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec

from terminal.counter import said
from terminal.counter.difference import Difference
from terminal.counter.said import Said
from terminal.journal.journal import Journal
from terminal.journal.repairs import Tried


def after_refusals(journal: Journal, day: dt.date, found: Sequence[Difference]) -> list[Difference]:
    """The differences of `day`, each with what is left to try today; why not the rest is in its text."""
    midnight = journal.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    tried = journal.tried(day, midnight)
    refused = {(one.difference, one.action): one.refused for one in tried if one.refused}
    return [_refused_again(journal, tried, _not_refused(one, refused)) for one in found]


def _not_refused(one: Difference, refused: dict[tuple[str, str], str]) -> Difference:
    while words := refused.get((one.id, one.action)):
        if one.action == "reverse-at-center" and not one.refunded and not one.settlement_id and one.center_number:
            one = one.saying(said.void_it_there(words), "void-at-center")
        else:
            one = _for_the_office(one, words)
    return one


def _refused_again(journal: Journal, tried: Sequence[Tried], one: Difference) -> Difference:
    """A void that was sent again today, for whatever reason: refused again, it is the office's; else it is done."""
    sent = {each.difference.split(":", 1)[-1] for each in tried if each.action == "send-again" and not each.refused}
    if one.cause != "refused" or one.action != "send-again" or one.settlement_id not in sent:
        return one
    reasons = {message.settlement_id: message.reason for message in journal.queue() if message.state == "refused"}
    if one.settlement_id in reasons:
        return _for_the_office(one, reasons[one.settlement_id])
    return _nothing_left(one, said.SENT_AGAIN)


def _for_the_office(one: Difference, words: str) -> Difference:
    return _nothing_left(one, said.ask_the_office(words))


def _nothing_left(one: Difference, text: Said) -> Difference:
    return msgspec.structs.replace(one, action="none", text=text.en, text_zh=text.zh)
