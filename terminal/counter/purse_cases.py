"""Debits of which nobody knows whether the card has paid: asked of the same card when it is back, or decided by people.

Promises: an open debit is closed only by the card's own word or by a person whose name is journalled with the reason;
a card that contradicts itself, or the PSAM that doubts it, is never believed by the terminal.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from hw.ports import DeviceError
from hw.purse_port import DebitIntent, DebitOutcome, DebitProof, DebitState, PurseTerminal
from terminal.counter.settle import answer_of
from terminal.errors import Conflict, InDoubt
from terminal.journal.debits import NO_PROOF
from terminal.journal.journal import Journal
from terminal.journal.purse_records import Decision, OpenDebit, PurseProof

TROUBLES = frozenset({"contradiction", "used-elsewhere", "mac2-wrong"})
"""Reasons after which asking the card once more says nothing new."""


class PurseCase(Struct, frozen=True, kw_only=True):
    """One open debit as an operator sees it. amount_fen: what the card may have paid. trouble: see `OpenDebit`.

    card: the last four digits of the purse's number. patient: the holder's name.
    """

    settlement_id: str
    patient: str
    card: str
    amount_fen: int
    moment: str
    trouble: str


class PurseCases:
    """The open debits of one terminal. terminal: None where it has no PSAM, and then no card can be asked."""

    def __init__(self, journal: Journal, terminal: PurseTerminal | None) -> None:
        self._journal = journal
        self._terminal = terminal

    def listed(self) -> list[PurseCase]:
        """Every open debit, oldest first."""
        return [self._case(one) for one in self._journal.open_debits()]

    def ask_card(self, identification_code: str = "") -> bool:
        """Ask the card in the reader what became of its open debits; without any, nothing is touched.

        identification_code: only of that card, where it was read already. Returns whether one was closed.
        """
        found = [
            self._ask(one)
            for one in self._journal.open_debits()
            if identification_code in ("", one.debit.card.identification_code)
        ]
        return any(found)

    def require_none_of(self, identification_code: str) -> None:
        """Raises Conflict `purse-in-doubt` while a debit of this card is open, after it has been asked."""
        self.ask_card(identification_code)
        for one in self._journal.open_debits():
            if one.debit.card.identification_code == identification_code:
                raise Conflict("purse-in-doubt", *_words(one), "card")

    def clear_up(self, key: str, request_digest: str, ask: bool = True) -> bool:
        """Ask the card about the open debit that a request began. False: it began none, or that was closed before.

        ask: not where the card has just left: a reader that is spoken to while it loses a card may miss the next one.
        Raises Conflict `key-reused`, InDoubt `purse-in-doubt` while it stays open.
        """
        begun = self._journal.open_debit_of_key(key, request_digest)
        if begun is not None and not (ask and self._ask(begun)):
            raise InDoubt("purse-in-doubt", *_words(begun), "card")
        return begun is not None

    def conclude(self, settlement_id: str, outcome: DebitOutcome) -> bool:
        """Write down how a debit ended; `UNKNOWN` leaves it open. Returns whether it is closed."""
        now = self._journal.clock.now()
        if outcome.state is DebitState.DONE:
            answer = answer_of(self._journal.settlement(settlement_id))
            self._journal.commit_debit(settlement_id, _proof(outcome.proof), answer, now)
        elif outcome.state is DebitState.NOT_DONE:
            self._journal.abandon_debit(settlement_id, outcome.reason, now)
        elif outcome.reason in TROUBLES:
            self._journal.note_trouble(settlement_id, outcome.reason, now)
        return outcome.state is not DebitState.UNKNOWN

    def decide(self, settlement_id: str, decision: Decision, operator: str, reason: str) -> None:
        """Close an open debit by a person's word: the card cannot tell, or never comes back.

        `debited`: the settlement counts, without the card's proof, and the center is told so. Its card is asked first,
        where it is in: it has the better word. Raises Missing, Conflict `debit-closed`.
        """
        begun = next((one for one in self._journal.open_debits() if one.settlement_id == settlement_id), None)
        if begun is not None and self._ask(begun):
            return
        now = self._journal.clock.now()
        if decision == "debited":
            answer = answer_of(self._journal.settlement(settlement_id))
            self._journal.commit_debit(settlement_id, NO_PROOF, answer, now, operator, reason)
        else:
            self._journal.abandon_debit(settlement_id, reason, now, operator)

    def _ask(self, begun: OpenDebit) -> bool:
        """Whether the card that is in now is the right one, and has closed the debit."""
        if begun.trouble or self._terminal is None:
            return False
        intent = msgspec.convert(msgspec.to_builtins(begun.debit), DebitIntent)
        try:
            with self._terminal.session(intent.card) as purse:
                outcome = purse.ask_proof(intent)
        except DeviceError:
            return False
        return self.conclude(begun.settlement_id, outcome)

    def _case(self, begun: OpenDebit) -> PurseCase:
        return PurseCase(
            settlement_id=begun.settlement_id,
            patient=self._journal.settlement(begun.settlement_id).bill.patient.name,
            card=begun.debit.card.serial[-4:],
            amount_fen=begun.debit.amount_fen,
            moment=begun.debit.moment,
            trouble=begun.trouble,
        )


def _words(begun: OpenDebit) -> tuple[str, str]:
    if begun.trouble:
        return (
            f"settlement {begun.settlement_id}: the card cannot say whether it has paid ({begun.trouble}); hand out"
            " nothing, and let the person in charge decide the case",
            f"结算 {begun.settlement_id}：卡片无法说明是否已扣款（{begun.trouble}），请勿交付药品，由负责人处理",
        )
    return (
        f"settlement {begun.settlement_id}: it is not known whether the card has paid; hand out nothing, put the same"
        " card in again and repeat the request",
        f"结算 {begun.settlement_id}：扣款结果未明，请勿交付药品；请重新插入同一张卡后重试",
    )


def _proof(proof: DebitProof | None) -> PurseProof:
    return NO_PROOF if proof is None else PurseProof(tac=proof.tac, mac2=proof.mac2, mac2_verified=proof.mac2_verified)
