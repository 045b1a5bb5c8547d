"""The online mode: the center decides before anyone is told "paid".

The request is durable before it is sent. Yes: committed with the center's numbers and amounts, differences shown. No,
or surely not sent: abandoned. Silence: abandoned with a reversal that goes before everything else; never guessed.
"""

from __future__ import annotations

from typing import Any

from terminal.center.answers import Accepted, NotSent, Rejected
from terminal.center.desk import CenterDesk
from terminal.counter.identify import refuse_in_doubt
from terminal.counter.settle import answer_of, stored
from terminal.errors import InDoubt, Refused, TerminalError, Unavailable
from terminal.journal.journal import Journal
from terminal.journal.records import SettlementRecord


def authorise(
    journal: Journal,
    center: CenterDesk,
    record: SettlementRecord,
    original: SettlementRecord | None,
    key: str,
    request_digest: str,
) -> bytes:
    """Ask the center for a settlement, or for the void of `original`; the answer is durable before it is returned.

    Raises Refused `center-refused`, Unavailable `center-unreachable` (nothing happened), InDoubt `center-silent` (it is
    being reversed: take no money, hand out no goods), Conflict as the journal says.
    """
    refuse_in_doubt(journal, record.person_number)
    message_id = center.new_message_id(record.provider_id)
    opened = False

    def before_send(request: bytes) -> None:
        nonlocal opened
        journal.open_intent(record, message_id, request, key, request_digest)
        opened = True

    transaction = "void" if record.kind == "void" else "settle"
    try:
        outcome = center.send(record, original, message_id, transaction, before_send, journal.head())
    except TerminalError:
        # The intent could not be written: nothing was asked, and the visit that was registered for it is taken back.
        if original is None:
            center.give_up(record)
        raise
    now = journal.clock.now()
    if isinstance(outcome, Accepted):
        answer = answer_of(record, told_by(outcome))
        references = dict(outcome.references)
        if outcome.differences:
            references["differences"] = "; ".join(outcome.differences)
        journal.authorise(record.id, outcome.answer, references, outcome.sums, answer, now)
        return stored(journal, key, request_digest)
    if isinstance(outcome, Rejected | NotSent):
        if opened:
            journal.abandon(record.id, outcome.reason, now)
        if isinstance(outcome, NotSent) and original is None:
            center.give_up(record)
        raise _refused(outcome)
    journal.abandon(record.id, outcome.reason, now, center.new_message_id(record.provider_id))
    raise silent(outcome.reason)


def told_by(outcome: Accepted) -> dict[str, Any]:
    """What the till is told of the center's word: its own sums, of which `cash` is collected, and the differences."""
    return {"upload": "accepted", "center": {"sums": outcome.sums, "differences": list(outcome.differences)}}


def silent(reason: str) -> InDoubt:
    """The center said nothing certain: no settlement here, and a reversal on its way."""
    error = InDoubt(
        "center-silent",
        f"the center did not answer ({reason}); it is being reversed: take no money, then quote again",
        "医保中心未答复，正在冲正；请勿收款，稍后重新结算",
        "center",
    )
    error.retry = "after"
    return error


def _refused(outcome: Rejected | NotSent) -> Refused | Unavailable:
    if isinstance(outcome, NotSent):
        message = f"the center cannot be reached ({outcome.reason}); nothing was settled"
        return Unavailable("center-unreachable", message, "无法连接医保中心，未结算", "center")
    return Refused(
        "center-refused", f"the center refuses: {outcome.reason}", f"医保中心拒绝：{outcome.reason}", "center"
    )
