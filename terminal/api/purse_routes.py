"""Routes of debits of which nobody knows whether the card has paid: listed, asked of the card, decided by a person."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from starlette.responses import Response

from terminal.api.codes import BODY, READS, WRITES
from terminal.api.contract import AnyOperation, Call, Operation
from terminal.api.served import json_answer
from terminal.api.settlement_routes import settlement_view
from terminal.api.types import SettlementView, Word
from terminal.counter.purse_cases import PurseCase
from terminal.money import Fen


class PurseDebitView(Struct, frozen=True):
    """One open debit. card: the last four digits of the purse's number. moment: as the card logs it, YYYYMMDDhhmmss.

    trouble: why the card cannot tell, and a person must decide; "" as long as it only has to be put in again.
    """

    settlement: str
    patient: str
    card: str
    amount: Fen
    moment: str
    trouble: str


class PurseDebitList(Struct, frozen=True):
    """Every open debit, oldest first; a day is not sealed while one of it is open."""

    debits: list[PurseDebitView]


class DecisionRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """What a person says of an open debit, and why; both are journalled with the operator."""

    decision: Literal["debited", "not-debited"]
    reason: Word


async def purse_debits(call: Call[None, None]) -> Response:
    """As the journal has them; no card is asked."""
    return json_answer(_listed(await call.terminal.call(call.terminal.counter.open_purse_debits)))


async def ask_purse(call: Call[None, None]) -> Response:
    """Moves no money: the card only says what it has done."""
    return json_answer(_listed(await call.terminal.call(call.terminal.counter.ask_purse)))


async def decide_purse(call: Call[DecisionRequest, None]) -> Response:
    """Where the card is in the reader, its own word goes before the person's."""
    counter, asked, number = call.terminal.counter, call.body, call.path["id"]
    record = await call.terminal.call(lambda: counter.decide_purse(number, asked.decision, asked.reason))
    return json_answer(settlement_view(record))


def _listed(cases: list[PurseCase]) -> PurseDebitList:
    return PurseDebitList(
        [
            PurseDebitView(one.settlement_id, one.patient, one.card, Fen(one.amount_fen), one.moment, one.trouble)
            for one in cases
        ]
    )


OPERATIONS: tuple[AnyOperation, ...] = (
    Operation(
        method="GET",
        path="/v1/purse-debits",
        tag="queue",
        zh="结果未明的卡内扣款",
        en="Debits of which nobody knows whether the card has paid",
        handler=purse_debits,
        gives={200: PurseDebitList},
        errors=READS,
    ),
    Operation(
        method="POST",
        path="/v1/purse-debits/ask",
        tag="queue",
        zh="询问读卡器中的卡：未明扣款是否已发生",
        en="Ask the card in the reader what became of its open debit",
        handler=ask_purse,
        gives={200: PurseDebitList},
        errors=WRITES,
    ),
    Operation(
        method="POST",
        path="/v1/purse-debits/{id}/decision",
        tag="queue",
        zh="人工认定未明扣款的结果（记入账本）",
        en="Decide an open debit that the card cannot or will never clear up; journalled",
        handler=decide_purse,
        takes=DecisionRequest,
        gives={200: SettlementView},
        errors=(*BODY, *WRITES, "not-signed-in", "no-such-debit", "no-such-settlement", "debit-closed"),
    ),
)
