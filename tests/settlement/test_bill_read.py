"""A bill that cannot be read is refused with the place in it, and so is what the core cannot take."""

from __future__ import annotations

import json
from typing import Any

import pytest

from native._settle import lib
from terminal.errors import Broken, Refused
from terminal.settlement.bill import Bill
from terminal.settlement.codec import BILL_BYTES_MAX, convert, decode_bill
from terminal.settlement.core import error_of

ITEM: dict[str, Any] = {"kind": "drug", "class": "A", "amount": "1.00"}
BILL: dict[str, Any] = {
    "policy": "yantai-employee",
    "date": "2021-06-30",
    "service": "inpatient",
    "provider": {"tier": 3},
    "items": [ITEM],
}


@pytest.mark.parametrize(
    ("bill", "at", "why"),
    [
        (BILL | {"pay": "1.00"}, "pay", "unknown key"),
        (BILL | {"provider": {"tire": 3}}, "provider.tire", "unknown key"),
        (BILL | {"a\nb": 1}, "a?b", "unknown key"),
        (BILL | {"k" * 90: 1}, "k" * 60, "unknown key"),
        (BILL | {"provider": {"k" * 90: 1}}, "provider." + "k" * 60, "unknown key"),
        ({key: BILL[key] for key in BILL if key != "items"}, "items", "required, and not given"),
        (BILL | {"items": [ITEM, {"kind": "drug", "class": "A"}]}, "items[1].amount", "required, and not given"),
        (BILL | {"items": [ITEM | {"amount": 1}]}, "items[0].amount", None),
        (BILL | {"provider": {"tier": "3"}}, "provider.tier", None),
        ([BILL], "", None),
    ],
)
def test_what_is_wrong_with_a_bill_is_said_with_its_place(bill: object, at: str, why: str | None) -> None:
    """A key too many or too few, a number for an amount, a text for a number; a foreign key is quoted short and
    printable. As text, and as values that were read already."""
    for read in (lambda: decode_bill(json.dumps(bill)), lambda: convert(bill, Bill)):
        with pytest.raises(Refused) as refused:
            read()
        assert (refused.value.code, refused.value.at) == ("bad-input", at)
        assert why is None or refused.value.message == why


def test_what_is_no_json_is_refused_as_such() -> None:
    """A text cut off, and bytes that are no text; what the reader says of it is passed on."""
    for text, says in ((b'{"policy": "yantai', "truncated"), (b"\xff", "malformed")):
        with pytest.raises(Refused) as refused:
            decode_bill(text)
        assert refused.value.code == "not-json"
        assert says in refused.value.message


def test_a_bill_is_read_up_to_its_greatest_length() -> None:
    """As long as it may be, and one byte longer."""
    text = json.dumps(BILL)
    assert decode_bill(text.rjust(BILL_BYTES_MAX)).policy == "yantai-employee"
    with pytest.raises(Refused) as refused:
        decode_bill(text.rjust(BILL_BYTES_MAX + 1))
    assert refused.value.code == "too-long"


@pytest.mark.parametrize(
    ("code", "kind", "at"),
    [
        (lib.SETTLE_OVERFLOW, Refused, ""),
        (lib.SETTLE_BAD_CLAIM, Refused, ""),
        (lib.SETTLE_BAD_ITEM, Refused, "items"),
        (lib.SETTLE_BAD_PLAN, Broken, ""),
        (lib.SETTLE_BROKEN, Broken, ""),
    ],
)
def test_what_the_core_says_is_the_tills_fault_or_ours(code: int, kind: type[Exception], at: str) -> None:
    """Sums that do not fit are the bill's; a plan that is none, an identity that does not hold, are the program's."""
    error = error_of(code)
    assert (type(error), error.at) == (kind, at)
