"""The envelope: amounts without floats, answers as tolerant as real centers need, and nothing guessed."""

from __future__ import annotations

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.center.amounts import broken_identities
from terminal.center.envelope import GatewayRefused, Unreadable, decode_answer, decode_json, fen_of, masked
from terminal.money import format_fen


@given(st.integers(-10_000_000_000, 10_000_000_000))
def test_an_amount_is_the_same_as_number_and_as_string(fen: int) -> None:
    """`12.30`, `12.3` and `"12.30"` are 1230 fen, for every amount there is; no float stands between."""
    text = format_fen(fen)
    for written in (f'"{text}"', text, text.rstrip("0") if not text.endswith("00") else text[:-3]):
        assert fen_of(decode_json(written.encode())) == fen


@pytest.mark.parametrize("text", ["1.005", '"1.005"', "1e2", '"abc"', "true", '"١٢"', "[]", '"-"', '"1,000.00"'])
def test_what_is_no_amount_is_refused(text: str) -> None:
    """A third decimal, an exponent, a word: refused rather than rounded."""
    with pytest.raises(ValueError, match="amount"):
        fen_of(decode_json(text.encode()))


@pytest.mark.parametrize("text", ["null", '""'])
def test_an_empty_amount_is_zero(text: str) -> None:
    """The interface sends empty numbers as nothing."""
    assert fen_of(decode_json(text.encode())) == 0


@pytest.mark.parametrize("code", ["0", '"0"', '" 0 "', '"00"'])
def test_success_is_zero_as_number_or_string(code: str) -> None:
    """`infcode` 0 in all its spellings is success."""
    assert decode_answer(f'{{"infcode":{code},"output":{{}}}}'.encode()).accepted


@pytest.mark.parametrize("code", ["-1", '"-1"', "1", '"999"'])
def test_everything_else_is_a_refusal(code: str) -> None:
    """Any other `infcode` is failure."""
    assert not decode_answer(f'{{"infcode":{code},"err_msg":null}}'.encode()).accepted


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b"{}",
        b'{"infcode":null}',
        b'{"infcode":true}',
        b'{"infcode":"ok"}',
        b'{"infcode":0.0}',
        b'{"code":500,"message":"upstream timed out"}',
        b'{"infcode":0',
        b"\xff\xfe",
        '{"err_msg":"成功"}'.encode("gbk"),
        b"[" * 100_000,
    ],
)
def test_what_says_nothing_certain_is_unreadable(body: bytes) -> None:
    """Garbage, a gateway's 500, no or no numeric `infcode`: neither success nor failure."""
    with pytest.raises(Unreadable):
        decode_answer(body)


@pytest.mark.parametrize("code", ["401", '"401"', "403"])
def test_a_gateways_no_is_certain(code: str) -> None:
    """401 and 403 of the gateway, as number or string: the message never reached the center."""
    with pytest.raises(GatewayRefused):
        decode_answer(f'{{"code":{code},"message":"unknown access key"}}'.encode())


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_no_json_breaks_the_reader(document: object) -> None:
    """Any JSON whatever is an answer, unreadable or a gateway's no, and never another exception."""
    with contextlib.suppress(Unreadable, GatewayRefused):
        decode_answer(msgspec.json.encode(document))


def test_long_numbers_are_masked() -> None:
    """ID, card and settlement numbers in a foreign text are cut to their last four characters; amounts stay."""
    text = masked("37060219700101123X\n张三 A12345678: 12345.67 / 8250.00")

    assert text == "…123X 张三 …5678: 12345.67 / 8250.00"


def test_each_identity_can_fail() -> None:
    """I1, I2, I4 and I6 each name themselves when the sum is one fen off."""
    good = {
        "medfee_sumamt": 10_000,
        "fund_pay_sumamt": 6_000,
        "hifp_pay": 5_000,
        "oth_pay": 1_000,
        "psn_part_amt": 4_000,
        "acct_pay": 3_000,
        "psn_cash_pay": 1_000,
        "fulamt_ownpay_amt": 500,
        "inscp_scp_amt": 9_500,
    }

    assert broken_identities(good) == []
    for field, identity in {"hosp_part_amt": "I1", "acct_pay": "I2", "maf_pay": "I4", "overlmt_selfpay": "I6"}.items():
        broken = broken_identities({**good, field: good.get(field, 0) + 1})
        assert [text[:2] for text in broken] == [identity]
