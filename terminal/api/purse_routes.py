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
from terminal.counter.counter import Counter
from terminal.counter.refused_debits import RefusedDebit
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


class RefusedDebitView(Struct, frozen=True):
    """The card has paid, the center refused the booking: for the insurance office, with what proves the debit.

    serial: the purse's number. counter: the card's after the debit. tac: "" where the card gave none. taken_back: the
    settlement is voided here.
    """

    settlement: str
    patient: str
    taken_back: bool
    serial: str
    amount: Fen
    counter: int
    terminal_number: str
    terminal_counter: int
    transaction_type: int
    moment: str
    tac: str


class PurseDebitList(Struct, frozen=True):
    """debits: every open one, oldest first; a day is not sealed while one of it is open. refused: what cards have paid
    and the center will not book, until an operator confirms that the insurance office has settled it.
    """

    debits: list[PurseDebitView]
    refused: list[RefusedDebitView] = []


class DecisionRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """What a person says of an open debit, and why; both are journalled with the operator."""

    decision: Literal["debited", "not-debited"]
    reason: Word


async def purse_debits(call: Call[None, None]) -> Response:
    """As the journal has them; no card is asked."""
    return json_answer(await call.terminal.call(lambda: _listed(call.terminal.counter)))


async def ask_purse(call: Call[None, None]) -> Response:
    """Moves no money: the card only says what it has done."""
    counter = call.terminal.counter
    await call.terminal.call(counter.ask_purse)
    return json_answer(await call.terminal.call(lambda: _listed(counter)))


async def decide_purse(call: Call[DecisionRequest, None]) -> Response:
    """Where the card is in the reader, its own word goes before the person's."""
    counter, asked, number = call.terminal.counter, call.body, call.path["id"]
    record = await call.terminal.call(lambda: counter.decide_purse(number, asked.decision, asked.reason))
    return json_answer(settlement_view(record))


async def confirm_refused(call: Call[None, None]) -> Response:
    """Takes it off the list for good; the operator's name stands among the repairs of the settlement's day."""
    counter, number = call.terminal.counter, call.path["id"]
    await call.terminal.call(lambda: counter.confirm_refused_debit(number))
    return json_answer(await call.terminal.call(lambda: _listed(counter)))


def _listed(counter: Counter) -> PurseDebitList:
    return PurseDebitList(
        [
            PurseDebitView(one.settlement_id, one.patient, one.card, Fen(one.amount_fen), one.moment, one.trouble)
            for one in counter.open_purse_debits()
        ],
        [_refused(one) for one in counter.refused_debits()],
    )


def _refused(one: RefusedDebit) -> RefusedDebitView:
    return RefusedDebitView(
        settlement=one.settlement_id,
        patient=one.patient,
        taken_back=one.taken_back,
        serial=one.serial,
        amount=Fen(one.debit.amount_fen),
        counter=one.debit.counter + 1,
        terminal_number=one.debit.terminal_number,
        terminal_counter=one.debit.terminal_counter,
        transaction_type=one.debit.transaction_type,
        moment=one.debit.moment,
        tac=one.proof.tac,
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
        path="/v1/purse-debits/{id}/settled",
        tag="queue",
        zh="确认经办机构已办结：卡内已扣款而中心拒绝入账（记入账本）",
        en="Confirm that the insurance office has settled what a card paid and the center refused; journalled",
        handler=confirm_refused,
        gives={200: PurseDebitList},
        errors=(*WRITES, "not-signed-in", "no-such-debit"),
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
