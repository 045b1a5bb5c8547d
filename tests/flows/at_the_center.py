"""What happens at the center behind the terminal's back: others sell there, take back, or answer nobody."""

from __future__ import annotations

import datetime as dt

import msgspec
from counter_parts import DAY, LAW, NAMES, PHARMACY, Shop

from terminal.bureau.books import Booked
from terminal.center.answers import Institution
from terminal.center.desk import CenterDesk
from terminal.journal.records import ClearingClass, SettlementRecord


def void_at_the_office(shop: Shop, number: str, day: dt.date = DAY) -> None:
    """Somebody at the insurance office takes a settlement back; the terminal hears nothing of it."""
    record = shop.journal.settlement(number)
    _void(shop, record, day)


def take_back_there(shop: Shop, booked: Booked, day: dt.date) -> None:
    """As `void_at_the_office`, of a row that need not stand here."""
    references = {"setl_id": booked.settlement_id, "mdtrt_id": booked.visit_id}
    _void(shop, msgspec.structs.replace(shop.counter.last(1)[0], center_references=references), day)


def _void(shop: Shop, record: SettlementRecord, day: dt.date) -> None:
    office = msgspec.structs.replace(record, id="T120210630999998", kind="void", voids=record.id, business_day=day)
    shop.desk.send(office, record, shop.desk.new_message_id(record.provider_id), "void", lambda request: None)


def sell_unseen(shop: Shop, till_number: int, clearing_class: ClearingClass) -> None:
    """The last purchase once more, told to the center in the name of a till, and written down nowhere here."""
    institution = Institution("370602", NAMES, "T9")
    desk = CenterDesk(shop.link, institution, shop.journal.next_message_stamp, till_number, shop.clock)
    record = shop.counter.last(1)[0]
    seen = shop.counter.identify_card().person
    bill = msgspec.structs.replace(record.bill, account=seen.account, year=seen.year)
    sold = msgspec.structs.replace(record, bill=bill, settlement=LAW.settle(bill), clearing_class=clearing_class)
    desk.send(sold, None, desk.new_message_id(PHARMACY), "settle", lambda request: None)


def leave_without_answer(shop: Shop) -> None:
    """The waiting message goes out, and is parked before anything is heard of it."""
    message, record = shop.journal.queue()[0], shop.counter.last(1)[0]
    shop.desk.send(record, None, message.message_id, "settle", lambda request: None)
    shop.journal.mark_sent(message.message_id, b"what was sent", shop.clock.now())
    shop.journal.mark_parked(message.message_id, "never answered", shop.clock.now())
