"""A center that clears a sale with another agency than the one that is configured."""

from __future__ import annotations

import msgspec
from counter_parts import DAY, Shop, purchase


def test_what_another_agency_clears_is_not_sent_again(shop: Shop) -> None:
    """It names 370999 for the sale, and has nothing of it under ours: the day stays open, and nobody is advised to send
    again what is booked there."""
    post = shop.link.post

    def elsewhere(body: bytes) -> bytes:
        message = msgspec.json.decode(body)
        if message["infno"] in ("3201", "3202"):
            # The reference center has it under 370602, so it is asked for the other one.
            message["input"]["data"]["setl_optins"] = "370999"
        answer = post(msgspec.json.encode(message))
        return answer.replace(b'"clr_optins":"370602"', b'"clr_optins":"370999"')

    shop.link.post = elsewhere  # type: ignore[method-assign]
    number = shop.settle(purchase("20.00"))["id"]
    shop.upload_all()
    report = shop.counter.close_day(DAY)
    found = [(one.settlement_id, one.cause, one.action) for one in report.differences]
    assert (report.state, found) == ("frozen", [(number, "missing-there", "none")])
    assert "another agency" in report.differences[0].text
