"""What happens at the center behind the terminal's back: others sell there, take back, or answer nobody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import msgspec
import pytest
from counter_parts import DAY, LAW, NAMES, PHARMACY, Shop

from terminal.bureau.bookings import Booked
from terminal.center.answers import Institution
from terminal.center.desk import CenterDesk
from terminal.journal.records import ClearingClass, SettlementRecord


def passed(shop: Shop, seconds: int = 600, step: int = 10) -> None:
    """Let time pass and the upload work."""
    for _ in range(seconds // step):
        shop.upload_all()
        shop.clock.advance(step)


def booked(shop: Shop) -> list[str]:
    """What the center has: the state of each of its rows."""
    return [state for _, state in shop.books.settlements()]


def answer_between(
    monkeypatch: pytest.MonkeyPatch, shop: Shop, choose: Callable[[bytes], bytes | None]
) -> Callable[[], None]:
    """Something between terminal and center answers what it chooses, until what is returned is called."""
    awake, post = [True], shop.link.post
    monkeypatch.setattr(shop.link, "post", lambda body: (choose(body) if awake else None) or post(body))
    return awake.clear


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
    stamp = shop.journal.next_message_stamp
    desk = CenterDesk(shop.link, Institution("370602", NAMES, "T9"), stamp, 1, shop.clock, shop.profile)
    desk.send(office, record, desk.new_message_id(record.provider_id), "void", lambda request: None)


def sell_unseen(shop: Shop, till_number: int, clearing_class: ClearingClass, day: dt.date | None = None) -> None:
    """The last purchase once more, told to the center in the name of a till, and written down nowhere here."""
    institution = Institution("370602", NAMES, "T9")
    desk = CenterDesk(shop.link, institution, shop.journal.next_message_stamp, till_number, shop.clock)
    record = shop.counter.last(1)[0]
    seen = shop.counter.identify_card().person
    bill = msgspec.structs.replace(record.bill, account=seen.account, year=seen.year)
    sold = msgspec.structs.replace(
        record,
        bill=bill,
        settlement=LAW.settle(bill),
        clearing_class=clearing_class,
        business_day=day or record.business_day,
    )
    desk.send(sold, None, desk.new_message_id(PHARMACY), "settle", lambda request: None)


def leave_without_answer(shop: Shop) -> None:
    """The waiting message goes out, and is parked before anything is heard of it."""
    message, record = shop.journal.queue()[0], shop.counter.last(1)[0]
    shop.desk.send(record, None, message.message_id, "settle", lambda request: None)
    shop.journal.mark_sent(message.message_id, b"what was sent", shop.clock.now())
    shop.journal.mark_parked(message.message_id, "never answered", shop.clock.now())
