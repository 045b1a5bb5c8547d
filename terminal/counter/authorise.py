"""The online mode: the center decides before anyone is told "paid".

The request is durable before it is sent. Yes: committed with the center's numbers and amounts, differences shown. No,
or surely not sent: abandoned. Silence: abandoned with a reversal that goes before everything else; never guessed.
What the center said and the journal could not take stays an open intent, in doubt: it holds its key, its person and its
day, and is undone as soon as the journal can be written (`recover.undo_interrupted`).
"""

from __future__ import annotations

from typing import Any

from terminal.center.answers import Accepted, NotSent, Outcome, Rejected, Unknown
from terminal.center.desk import CenterDesk
from terminal.center.plain_words import in_plain_words, is_about_sums
from terminal.counter.identify import refuse_in_doubt
from terminal.counter.settle import answer_of, stored
from terminal.errors import InDoubt, Refused, TerminalError, Unavailable
from terminal.journal.journal import Journal
from terminal.journal.records import RecordKind, SettlementRecord


class OtherSums(Refused):
    """A sale refused since the center knows another balance or year: what was known of the person is old."""


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
    being reversed: take no money, hand out no goods) and `settlement-in-doubt` (asked, and nothing could be written
    down), Conflict as the journal says.
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
        if opened:
            _write_down(journal, center, record, outcome)
    except TerminalError as error:
        if opened:
            raise _in_doubt(record.kind) from error
        # The intent could not be written: nothing was asked, and the visit that was registered for it is taken back.
        if original is None:
            center.give_up(record)
        raise
    if isinstance(outcome, Accepted):
        return stored(journal, key, request_digest)
    if isinstance(outcome, Unknown):
        raise _silent(record.kind, outcome.reason)
    if isinstance(outcome, NotSent) and original is None:
        center.give_up(record)
    raise _refused(record.kind, outcome)


def refuse_open(journal: Journal, key: str, request_digest: str) -> None:
    """Raises InDoubt `settlement-in-doubt` while what this key asked the center for is open; Conflict `key-reused`."""
    intent = journal.open_intent_of_key(key, request_digest)
    if intent is not None:
        raise _in_doubt(intent.record.kind)


def _in_doubt(kind: RecordKind) -> InDoubt:
    if kind == "void":
        todo, todo_zh = "give nothing back yet", "请勿退款"
    else:
        todo, todo_zh = "take no money, hand out nothing", "请勿收款，请勿交付药品"
    return InDoubt(
        "settlement-in-doubt",
        f"the center was asked, and its answer could not be written down: {todo}; repeat under the same key",
        f"已请求医保中心，其答复未能记入流水；{todo_zh}，请以同一键重试",
        "journal",
    )


def _write_down(journal: Journal, center: CenterDesk, record: SettlementRecord, outcome: Outcome) -> None:
    now = journal.clock.now()
    if isinstance(outcome, Accepted):
        answer = answer_of(record, told_by(outcome))
        journal.authorise(record.id, outcome.answer, outcome.to_be_kept, outcome.sums, answer, now)
        return
    reversal_id = center.new_message_id(record.provider_id) if isinstance(outcome, Unknown) else ""
    came = outcome.answer if isinstance(outcome, Unknown) else b""
    journal.abandon(record.id, outcome.reason, now, reversal_id, came)


def told_by(outcome: Accepted) -> dict[str, Any]:
    """What the till is told of the center's word: its own sums, of which `cash` is collected, the differences, and what
    it wants shown.
    """
    word = {"sums": outcome.sums, "differences": list(outcome.differences), "hint": outcome.hint}
    return {"upload": "accepted", "center": word}


def _silent(kind: RecordKind, reason: str) -> InDoubt:
    """The center said nothing certain: it is asked again, or undone there, before anything else of this person."""
    todo, todo_zh = "it is being reversed: take no money, then quote again", "正在冲正；请勿收款，稍后重新结算"
    if kind == "void":
        todo = "it is being cleared up: give nothing back yet, and repeat under the same key"
        todo_zh = "正在核实；请勿退款，稍后以同一键重试"
    message = f"the center did not answer ({reason}); {todo}"
    error = InDoubt("center-silent", message, f"医保中心未答复，{todo_zh}", "center")
    error.retry = "after"
    return error


def _refused(kind: RecordKind, outcome: Rejected | NotSent) -> Refused | Unavailable:
    if isinstance(outcome, NotSent):
        if outcome.hindrance != "line":
            message = f"the center did not take it in ({outcome.reason}); nothing was settled"
            return Unavailable("center-unreachable", message, f"医保中心未受理：{outcome.reason}；未结算", "center")
        message = f"the center cannot be reached ({outcome.reason}); nothing was settled"
        return Unavailable("center-unreachable", message, "无法连接医保中心，未结算", "center")
    reason, reason_zh = in_plain_words(outcome.reason)
    message, message_zh = f"the center refuses: {reason}", f"医保中心拒绝：{reason_zh}"
    if kind == "void" or not is_about_sums(outcome.reason):
        return Refused("center-refused", message, message_zh, "center")
    return OtherSums(
        "center-refused",
        f"{message}; nothing was settled: identify the patient again and quote anew",
        f"{message_zh}；未结算：请重新识别患者并重新预结算",
        "center",
    )
