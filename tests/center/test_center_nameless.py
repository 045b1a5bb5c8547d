"""Whose message was answered is named nowhere in what is kept of a refusal or of what nobody understood."""

from __future__ import annotations

import msgspec
import pytest
from by_hand import purchase

from terminal.center.answers import Accepted, NotSent, Rejected, Unknown
from terminal.center.nameless import nameless


def kept_of(name: str, text: str) -> str:
    """What is kept of `text` where the message was about somebody of this name."""
    record = purchase()
    patient = msgspec.structs.replace(record.bill.patient, name=name)
    record = msgspec.structs.replace(record, bill=msgspec.structs.replace(record.bill, patient=patient))
    found = nameless(Unknown(text, text.encode()), record)
    assert found.answer.decode() == found.reason
    return found.reason


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("张六", "尊敬的张六您好，张六的账户已封存，金额 12.50", "尊敬的…您好，…的账户已封存，金额 12.50"),
        ("张六", r'{"err_msg":"\u5f20\u516D已封存"}', r'{"err_msg":"…已封存"}'),
        ("张六", r'{"output":"{\"x\":\"\\u5f20\\u516d\"}"}', r'{"output":"{\"x\":\"…\"}"}'),
        ("张六", "张　六 / 张 六", "… / …"),
        ("阿不都·热合曼", "参保人阿不都·热合曼停保", "参保人…停保"),
        ("Li Ming", "LI MING is unknown, LIMINGTON is a town", "… is unknown, LIMINGTON is a town"),
        ("张", "张先生，一张票", "张先生，一张票"),
        ("12", "12.50 of 12", "12.50 of 12"),
        ("1.50", "1.50", "1.50"),
    ],
)
def test_a_person_s_own_name_goes_wherever_it_stands(name: str, text: str, expected: str) -> None:
    """In prose, in JSON however escaped, spaced out; a single character, a number and a part of a word stay."""
    assert kept_of(name, text) == expected


def test_every_outcome_but_success_is_kept_without_the_name() -> None:
    """A refusal and what was not sent too; an accepted answer is kept as it came, with its amounts."""
    record = purchase()
    name = record.bill.patient.name
    assert len(name) >= 2
    assert nameless(Rejected(name.encode(), name), record) == Rejected("…".encode(), "…")
    assert nameless(NotSent(name, "sign-in", name.encode()), record) == NotSent("…", "sign-in", "…".encode())
    booked = Accepted(name.encode(), {})
    assert nameless(booked, record) is booked
