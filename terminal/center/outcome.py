"""What the center's answer to a settlement, a void or an inquiry says, held against what the terminal has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from terminal.center import fields
from terminal.center.amounts import (
    Amounts,
    amounts_of,
    broken_identities,
    differences,
    negated,
    read_amounts,
    sums_of,
    upright,
)
from terminal.center.answers import Accepted, NotSent, Outcome, Rejected, Unknown
from terminal.center.envelope import Answer, GatewayRefused, Unreadable, fen_of, kept, node, rows
from terminal.center.exchange import Exchange
from terminal.center.link import Silence, Unreachable
from terminal.center.profile import Refusals
from terminal.center.settle_messages import refuse_another, settle_references, takes_back
from terminal.journal.records import CenterSums, SettlementRecord
from terminal.money import format_fen


def refused(answer: Answer) -> Rejected:
    """What a refusal comes to where no is all that it can mean."""
    return Rejected(kept(answer.body), answer.words)


def reversal_refused(answer: Answer, refusals: Refusals) -> Accepted | Rejected | Unknown:
    """What the refusal of a reversal (2601, 3507) says of what was to be undone: only the province's own words end the
    doubt.
    """
    words = answer.words
    if refusals.never_booked.fits(answer.code, answer.message):
        return Rejected(kept(answer.body), words)
    if refusals.undone.fits(answer.code, answer.message):
        return Accepted(answer.body, {})
    return Unknown(f"the center refuses to reverse it: {words}", kept(answer.body), is_refusal=True)


def heard(
    exchange: Exchange,
    fetch: Callable[[], bytes],
    operator: str,
    read: Callable[[Answer], Accepted],
    read_refusal: Callable[[Answer], Outcome] = refused,
) -> Outcome:
    """What became of a message whose answer's bytes `fetch` brings; `read` understands that of success."""
    reply = b""
    try:
        reply = fetch()
        answer = exchange.decode(reply)
        if answer.accepted:
            found = read(answer)
            return msgspec.structs.replace(found, hint=answer.hint) if answer.hint else found
    except Unreachable as error:
        return NotSent(str(error))
    except GatewayRefused as error:
        return NotSent(str(error), "turned-away")
    except (Silence, Unreadable) as error:
        return Unknown(str(error), kept(reply))
    if exchange.is_sign_in_doubted(answer):
        exchange.forget(operator)
        return NotSent(answer.words, "sign-in", kept(answer.body))
    return read_refusal(answer)


def accepted(
    answer: Answer, record: SettlementRecord, own: Amounts, original: SettlementRecord | None, message_id: str
) -> Accepted:
    """What the answer to a settlement, or to the void of `original`, says. own: `amounts_of` its settlement.

    Raises Unreadable: of another message, person or bill, wrong sums.
    """
    row = node(answer.output, "setlinfo")
    references = settle_references(row)
    # What a void calls `medins_setl_id`, its own message or its original's, no edition says.
    refuse_another(row, record, "" if original else message_id, original)
    try:
        center = read_amounts(row)
        balance = fen_of(row[fields.BALANCE_FIELD]) if fields.BALANCE_FIELD in row else None
    except ValueError as error:
        raise Unreadable(str(error)) from None
    _refuse_another_bill(row, center, own, original)
    # A void is kept with the amounts of what it takes back, as the journal keeps its own.
    kept_sums = _that_hold(upright(center) if original else center)
    found = differences(negated(upright(center)), negated(own)) if original else differences(center, own)
    if not original and balance is not None and balance != record.settlement.account_balance:
        ours = format_fen(record.settlement.account_balance)
        found.append(f"{fields.BALANCE_FIELD}: center {format_fen(balance)}, terminal {ours}")
    return Accepted(answer.body, references, tuple(found), kept_sums)


def _refuse_another_bill(row: dict[str, Any], center: Amounts, own: Amounts, original: SettlementRecord | None) -> None:
    """The sum of the bill is what went up: who answers with another one, or with none, answers something else. The
    shares may differ. A void that names what it takes back may tell the sum that the center has booked for that.
    """
    told, sent = center.get("medfee_sumamt"), own["medfee_sumamt"]
    if told is None:
        raise Unreadable("the answer has no medfee_sumamt")
    is_ours = told == sent if original is None else abs(told) == sent or takes_back(row, original)
    if not is_ours:
        raise Unreadable(f"the answer is about another bill: medfee_sumamt {format_fen(told)}, sent {format_fen(sent)}")


def reversed_there(answer: Answer) -> Accepted:
    """What the answer to a reversal says, which is nothing. Raises Unreadable where it tells of a settlement."""
    if rows(answer.output, "setlinfo"):
        raise Unreadable("the answer is to another message")
    return Accepted(answer.body, {})


def row_voided(answer: Answer) -> Accepted:
    """What the answer to a void of a row of the center's own says. Raises Unreadable where it tells of none."""
    node(answer.output, "setlinfo")
    return nothing_told(answer)


def nothing_told(answer: Answer) -> Accepted:
    """Success is all that the answer says."""
    return Accepted(answer.body, {})


def amounts_there(answer: Answer, record: SettlementRecord) -> tuple[CenterSums, tuple[str, ...]]:
    """The center's sums for `record`, and where they are not ours. Raises Unreadable, also for wrong sums."""
    try:
        center = read_amounts(node(answer.output, "setlinfo"))
    except ValueError as error:
        raise Unreadable(str(error)) from None
    if record.kind == "void":
        center = upright(center)
    return _that_hold(center), tuple(differences(center, amounts_of(record.settlement)))


def _that_hold(amounts: Amounts) -> CenterSums:
    """The sums of a settlement's amounts. Raises Unreadable: they do not add up, or somebody pays less than nothing."""
    broken = broken_identities(amounts)
    if broken or "medfee_sumamt" not in amounts:
        raise Unreadable("the amounts do not add up: " + "; ".join(broken))
    return sums_of(amounts)
