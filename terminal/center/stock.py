"""Tells the center's stock book what was handed out (3505) and what came back (3506), with the packs' trace codes.

It goes after the settlements and never holds one up. Silence is unknown: where the center recognises repeats the same
message goes again; where it does not, what may have arrived is deleted by its serial (3507) and told anew once the
center says that it is gone or never was there. What cannot be worked on, or is never answered, is parked and holds no
other pack up; what is refused rests: an operator sends both again.
"""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

from terminal.center import fields
from terminal.center.answers import Accepted, NotSent, Outcome, Rejected, Unknown
from terminal.center.desk import CenterDesk
from terminal.center.envelope import moment_text
from terminal.center.pauses import Pauses
from terminal.errors import Refused
from terminal.journal.journal import Journal
from terminal.journal.records import SettlementRecord
from terminal.journal.stock import StockMove, StockState
from terminal.limits import QUANTITY_PLACES, UNIT_PRICE_PLACES
from terminal.money import format_scaled

SALES = "4"
"""`inv_data_type` of 3507: sales and their returns."""

ATTEMPTS_MAX = 30
"""A move that came to nothing this often, though the center was there, is parked for an operator."""


class StockUpload:
    """Works off the stock moves, one a tick."""

    def __init__(self, journal: Journal, desk: CenterDesk, random: Random) -> None:
        self._journal = journal
        self._desk = desk
        self._pauses = Pauses(random)

    def tick(self, now: dt.datetime) -> bool:
        """One bounded step. True where one was worked on, False where none is due."""
        sale = self._journal.coming_back()
        if sale is not None:
            provider_id = self._journal.settlement(sale.settlement_id).provider_id
            self._journal.bring_back(sale, self._desk.new_message_id(provider_id), now)
            return True
        move = self._journal.due_stock(now)
        if move is None:
            return False
        try:
            self._work_on(move, now)
        except (Refused, ValueError, LookupError) as error:
            # What cannot even be read or written down must not be met again at every step.
            reason = error.code if isinstance(error, Refused) else type(error).__name__
            self._journal.mark_stock(move.message_id, "parked", now, f"cannot be worked on: {reason}")
        return True

    def _work_on(self, move: StockMove, now: dt.datetime) -> None:
        record = self._journal.settlement(move.settlement_id)
        if move.state != "queued" and self._desk.profile.repeats == "unsafe":
            self._delete(move, record, now)
        else:
            self._tell(move, record, now)

    def _tell(self, move: StockMove, record: SettlementRecord, now: dt.datetime) -> None:
        def before_send(request: bytes) -> None:
            self._journal.mark_stock(move.message_id, "sent", now, request=request, attempts=move.attempts + 1)

        if move.kind == "sale":
            infno, data = fields.GOODS_SOLD, sale_input(move, record)
        else:
            infno, data = fields.GOODS_RETURNED, return_input(move, record, now)
        self._note(move, self._desk.tell(infno, record, data, move.message_id, before_send), now)

    def _delete(self, move: StockMove, record: SettlementRecord, now: dt.datetime) -> None:
        """What may have arrived is taken out, and the move goes again under a new id. Only a yes, or a no in the
        profile's words for what does not stand there, ends the doubt: after any other no it may stand there still.
        """
        data = {"data": {"fixmedins_bchno": move.serial, "inv_data_type": SALES}}
        outcome = self._desk.delete_goods(record, data)
        if isinstance(outcome, Accepted | Rejected):
            renewed = self._desk.new_message_id(record.provider_id)
            self._journal.renew_stock(move.message_id, renewed)
            self._journal.mark_stock(renewed, "queued", now)
        else:
            self._note(move, outcome, now)

    def _note(self, move: StockMove, outcome: Outcome, now: dt.datetime) -> None:
        if isinstance(outcome, Accepted):
            self._journal.mark_stock(move.message_id, "accepted", now, answer=outcome.answer)
        elif isinstance(outcome, Rejected):
            self._journal.mark_stock(move.message_id, "refused", now, outcome.reason, answer=outcome.answer)
        else:
            self._try_again(move, outcome, now)

    def _try_again(self, move: StockMove, outcome: NotSent | Unknown, now: dt.datetime) -> None:
        """Ever later: a dead line is waited for without end; a silence, or what fails for this move alone, is not."""
        state: StockState
        if isinstance(outcome, NotSent):
            state, answer, is_bounded = move.state, b"", outcome.waits_alone
        else:
            state, answer, is_bounded = "unknown", outcome.answer, True
        attempts, reason = move.attempts + 1, outcome.reason
        if is_bounded and attempts >= ATTEMPTS_MAX:
            state, reason = "parked", f"given up after {attempts} tries: {reason}"
        later = now + self._pauses.after(attempts)
        self._journal.mark_stock(move.message_id, state, later, reason, answer=answer, attempts=attempts)


def sale_input(move: StockMove, record: SettlementRecord) -> dict[str, Any]:
    """3505 for one kind of goods of a settlement that the center has."""
    return {"selinfo": _row(move, record) | {"sel_retn_time": moment_text(record.at)}}


def return_input(move: StockMove, record: SettlementRecord, now: dt.datetime) -> dict[str, Any]:
    """3506: the goods of `record`, which was taken back. `medins_prod_sel_no` is the serial of their sale."""
    sold = {"medins_prod_sel_no": move.serial.removesuffix("R"), "sel_retn_time": moment_text(now)}
    return {"selinfo": _row(move, record) | sold}


def _row(move: StockMove, record: SettlementRecord) -> dict[str, Any]:
    goods, references = move.goods, record.center_references
    return {
        "med_list_codg": goods.code,
        "fixmedins_hilist_id": goods.code[:30],
        "fixmedins_hilist_name": goods.name,
        "fixmedins_bchno": move.serial,
        "prsc_dr_name": goods.prescriber,
        "phar_name": goods.pharmacist,
        "phar_prac_cert_no": goods.pharmacist_licence,
        "hi_feesetl_type": "1",
        "setl_id": references.get("setl_id", ""),
        "mdtrt_sn": references.get("mdtrt_id", ""),
        "psn_no": record.person_number,
        "manu_lotnum": goods.lot,
        "manu_date": goods.made_on.isoformat(),
        "expy_end": goods.expires_on.isoformat(),
        "rx_flag": "1" if goods.prescription else "0",
        "trdn_flag": "1" if goods.split else "0",
        "finl_trns_pric": format_scaled(goods.unit_price, UNIT_PRICE_PLACES),
        "rtal_docno": record.id,
        "sel_retn_cnt": format_scaled(goods.quantity, QUANTITY_PLACES),
        "sel_retn_opter_name": record.operator,
        "mdtrt_setl_type": "1",
        "drugtracinfo": [{"drug_trac_codg": code} for code in goods.trace_codes],
    }
