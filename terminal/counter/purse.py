"""The personal account as a purse on the card: read at the quote, debited at the settlement by the split's share.

The order at the settlement: the card is the one that was identified, what it holds gives the same split as the quote,
the limits allow it; card and PSAM prepare; the whole debit is durable; the card is told; what it paid is committed with
its proof. Online the center is asked first without booking (2101), since a debit cannot be taken back and its proof,
which the booking carries, exists only afterwards.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
from msgspec import Struct

from hw.ports import DeviceError
from hw.purse_port import DebitIntent, DebitOutcome, PurseSession, PurseTerminal
from terminal.center.desk import CenterDesk
from terminal.counter.identify import Identification, refuse_in_doubt
from terminal.counter.pin import Pin, with_tries
from terminal.counter.purse_cases import PurseCases
from terminal.errors import Conflict, InDoubt, Refused, TerminalError, Unavailable
from terminal.journal.journal import Journal
from terminal.journal.purse_records import PurseDebit, PurseIdentity, PurseUse
from terminal.journal.records import SettlementRecord
from terminal.money import Fen, format_fen
from terminal.settlement.law import Law

_CONFLICTS = ("card-swapped", "card-removed")
_WAITING = ("no-card", "no-reader", "card-mute", "no-answer", "no-psam")
"""Device codes that are over when their cause is; all others are a no."""


class PurseLimits(Struct, frozen=True, kw_only=True):
    """What a purse may be debited here, in fen: by one bill, and on one business day. 0: as much as it holds."""

    bill_fen_max: int = 0
    day_fen_max: int = 0


class Purses:
    """Purse accounts at one counter. terminal: None where there is no PSAM; then such an account cannot be used."""

    def __init__(
        self,
        journal: Journal,
        law: Law,
        center: CenterDesk,
        terminal: PurseTerminal | None,
        limits: PurseLimits,
        online: bool,
    ) -> None:
        self._journal = journal
        self._law = law
        self._center = center
        self._terminal = terminal
        self._limits = limits
        self._online = online
        self.cases = PurseCases(journal, terminal)

    def seen(self, identification: Identification, day: dt.date) -> Identification:
        """The person with the account as their card has it, where the law of `day` puts it there; else as given.

        An open debit of this card is cleared up first. Raises Conflict (`purse-in-doubt`, `card-swapped`,
        `card-removed`), Refused, Unavailable as the card, or the missing PSAM, will have it.
        """
        if not self._law.account_is_on_card(identification.person.policy, day):
            return identification
        if identification.card is None:
            raise Refused(
                "card-needed", "the account lies on the card: identify by card", "个人账户在卡内，请刷卡", "by"
            )
        if self._terminal is not None:
            self.cases.require_none_of(identification.card.identification_code)
        with self._session(identification) as purse:
            purse.require_debit()
            if "" < purse.card.valid_until < self._journal.clock.now().date().isoformat():
                raise Refused("purse-expired", "the purse's validity has ended", "卡内钱包已过有效期", "card")
            return _with(identification, purse)

    def settle(
        self,
        identification: Identification,
        record_of: Callable[[Identification], SettlementRecord],
        plainly: Callable[[SettlementRecord], bytes],
        key: str,
        request_digest: str,
        pin: Pin | None = None,
    ) -> bytes:
        """Debit the account's share and commit; the answer is durable before it is returned.

        record_of: the settlement on what the card holds now; raises Conflict where that is no longer the quote's.
        plainly: commits a settlement of which the account pays nothing. pin: for a purse that asks for it before its
        debit, in the same session; it is sent to no other.

        Raises InDoubt `purse-in-doubt` where the card was told and nobody knows what it did; Refused
        `purse-bill-limit`, `purse-day-limit`, `pin-needed`, `pin-wrong` …, and else as `seen`: nothing was debited.
        """
        outcome: DebitOutcome | None = None
        with self._session(identification) as purse:
            record = record_of(_with(identification, purse))
            if record.settlement.account > 0:
                outcome = purse.debit(self._begin(purse, record, key, request_digest, pin))
        if outcome is None:
            return plainly(record)
        return self._ended(record.id, outcome, key, request_digest)

    def answer_begun(self, key: str, request_digest: str) -> bytes | None:
        """The answer of a debit that this request began before, when its card has spoken; None: it began none, or
        the card has not paid. Raises Conflict `key-reused`, InDoubt `purse-in-doubt`."""
        try:
            begun = self.cases.clear_up(key, request_digest)
        except Unavailable as error:
            raise _unwritten() from error
        return self._journal.stored_answer(key, request_digest) if begun else None

    def _begin(
        self, purse: PurseSession, record: SettlementRecord, key: str, request_digest: str, pin: Pin | None
    ) -> DebitIntent:
        """Everything before the card is told; from the return on the debit is durable."""
        assert record.purse is not None, "read before the settlement was worked out"
        self._refuse_beyond_limits(record, record.purse)
        if self._online:
            self._ask_center_first(record)
        intent = self._prepared(purse, int(record.settlement.account), pin)
        if intent.balance_before_fen != record.purse.balance_before_fen:
            raise Refused(
                "purse-nonsense", "the card names two balances; nothing was debited", "卡内余额前后不一", "card"
            )
        debit = msgspec.convert(msgspec.to_builtins(intent), PurseDebit)
        with_debit = msgspec.structs.replace(record, purse=msgspec.structs.replace(record.purse, debit=debit))
        message_id = self._center.new_message_id(record.provider_id)
        self._journal.open_debit(with_debit, message_id, key, request_digest)
        return intent

    def _prepared(self, purse: PurseSession, amount_fen: int, pin: Pin | None) -> DebitIntent:
        """Nothing is debited yet. Raises DeviceError, also where the purse asks for a PIN that was not given."""
        now = self._journal.clock.now()
        try:
            return purse.prepare_debit(amount_fen, now)
        except DeviceError as error:
            if error.code != "pin-needed" or pin is None:
                raise
        purse.verify_pin(pin)
        return purse.prepare_debit(amount_fen, now)

    def _ended(self, settlement_id: str, outcome: DebitOutcome, key: str, request_digest: str) -> bytes:
        try:
            self.cases.conclude(settlement_id, outcome)
            self.cases.clear_up(key, request_digest, ask=outcome.reason != "no-answer")
            answer = self._journal.stored_answer(key, request_digest)
        except Unavailable as error:
            raise _unwritten() from error
        if answer is None:
            raise Refused(
                "not-debited",
                f"the card has not paid ({outcome.reason}); nothing was settled: quote again",
                "卡片未扣款，未结算；请重新预结算",
                "card",
            )
        return answer

    def _refuse_beyond_limits(self, record: SettlementRecord, purse: PurseUse) -> None:
        amount = int(record.settlement.account)
        if 0 < self._limits.bill_fen_max < amount:
            limit = format_fen(self._limits.bill_fen_max)
            message = f"one bill may take at most {limit} out of the card; nothing was debited: divide the bill"
            raise Refused("purse-bill-limit", message, f"单笔卡内扣款不得超过 {limit} 元，未扣款", "account")
        room = self._limits.day_fen_max - self._journal.debited_on(purse.card.key, record.business_day)
        if self._limits.day_fen_max and amount > room:
            left = format_fen(max(0, room))
            message = f"today the card may still pay {left} here; nothing was debited"
            raise Refused("purse-day-limit", message, f"该卡今日在此还可扣款 {left} 元，未扣款", "account")

    def _ask_center_first(self, record: SettlementRecord) -> None:
        """Raises Refused where the center says no, or would split otherwise; Unavailable where it is away."""
        refuse_in_doubt(self._journal, record.person_number)
        _, differences = self._center.pre_settle(record)
        if differences:
            raise Refused(
                "center-differs",
                f"the center works this bill out otherwise ({'; '.join(differences)}); nothing was debited",
                "医保中心预结算结果不一致，未扣款",
                "center",
            )

    @contextmanager
    def _session(self, identification: Identification) -> Iterator[PurseSession]:
        """The identified card's purse. What a device refuses before the card is told debits nothing."""
        if self._terminal is None:
            raise Unavailable(
                "no-psam",
                "the account lies on the card, and this terminal has no security module; nothing was debited",
                "个人账户在卡内，本终端未配置PSAM卡，未扣款",
                "psam",
            )
        try:
            with self._terminal.session(identification.card) as purse:
                yield purse
        except DeviceError as error:
            raise _as_terminal_error(error) from None


def _with(identification: Identification, purse: PurseSession) -> Identification:
    """The person with what the card holds as the account's balance."""
    card = msgspec.convert(msgspec.to_builtins(purse.card), PurseIdentity)
    held = PurseUse(card=card, balance_before_fen=purse.balance_fen())
    account = msgspec.structs.replace(identification.person.account, balance=Fen(held.balance_before_fen))
    person = msgspec.structs.replace(identification.person, account=account)
    return msgspec.structs.replace(identification, person=person, purse=held)


def _unwritten() -> InDoubt:
    """The disk failed after the card was told: what is durable is the debit, and its card can be asked."""
    return InDoubt(
        "purse-in-doubt",
        "the card was told to pay, and what it did could not be written down: hand out nothing, check the disk, then"
        " repeat the request with the same card",
        "已指示卡片扣款，结果未能记入流水：请勿交付药品；请检查磁盘后以同一张卡重试",
        "journal",
    )


def _as_terminal_error(error: DeviceError) -> TerminalError:
    kind: type[TerminalError] = Refused
    if error.code in _CONFLICTS:
        kind = Conflict
    elif error.code in _WAITING:
        kind = Unavailable
    return with_tries(kind(error.code, error.message, error.message_zh, "card"), error)
