"""The envelope: amounts without floats, answers as tolerant as real centers need, and nothing guessed."""

from __future__ import annotations

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.center.amounts import broken_identities, read_amounts
from terminal.center.envelope import (
    GatewayRefused,
    Unreadable,
    decode_answer,
    decode_json,
    fen_of,
    kept,
    masked,
    node,
    rows,
    text_of,
)
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
        b'{"infcode":"0_0"}',
        b'{"infcode":"+0"}',
        b'{"infcode":"- 1"}',
        '{"infcode":"０"}'.encode(),
        b'{"infcode":"' + b"0" * 5_000 + b'"}',
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


def test_a_name_that_the_center_announces_is_masked() -> None:
    """On screens and in the queue: the name, and not the reason behind it."""
    assert masked("姓名：迪丽热巴·阿布都热合曼 待遇已冻结") == "姓名：… 待遇已冻结"
    assert masked("参保人 余额不足，姓 名=李𬭯，请核实") == "参保人 余额不足，姓 名=…，请核实"


def test_long_numbers_are_masked() -> None:
    """ID, card and settlement numbers in a foreign text are cut to their last four characters; amounts stay."""
    text = masked("37060219700101123X\n张三 A12345678: 12345.67 / 8250.00")

    assert text == "…123X 张三 …5678: 12345.67 / 8250.00"


def test_a_foreign_text_is_one_line_of_200_characters() -> None:
    """Line ends and what cannot be printed are spaces; what is longer is cut."""
    assert masked("a\x00b\r\n  c\u200b") == "a b c"
    assert (masked("ab " * 100), len(masked("x" * 201))) == (("ab " * 67)[:200], 200)


def test_an_answer_that_is_kept_names_nobody() -> None:
    """Names, documents, birthdays, employers and extensions are blacked out, numbers cut to their last four."""
    told = ("psn_name", "certno", "psn_cert_no", "brdy", "emp_name", "exp_content")
    body = "{" + ",".join(f'"{name}" : "张\\"六 1970"' for name in told) + ',"setl_id":"37060200001234","age":51'
    blacked = ",".join(f'"{name}" : "…"' for name in told)
    assert kept(body.encode()).decode() == "{" + blacked + ',"setl_id":"…1234","age":51'
    assert kept('{"psn_name":"张六'.encode()).decode() == '{"psn_name":"…"'


def test_an_answer_whose_output_is_text_names_nobody_either() -> None:
    """A province that writes its output as a string: what is quoted once more is blacked out too."""
    body = msgspec.json.encode({"infcode": 0, "output": '{"psn_name":"张\\u516d","age":51,"certno":"3706"}'})
    told = kept(body).decode()
    assert "张" not in told
    assert "3706" not in told
    assert "51" in told


@pytest.mark.parametrize(
    "page",
    [
        "<html><td>姓名</td><td>张六</td> busy</html>",
        "<p>患者：张六 busy</p>",
        "<psn_name>张六</psn_name> busy",
        "姓 名 : 张六, busy",
    ],
)
def test_a_page_that_is_kept_names_nobody(page: str) -> None:
    """No JSON: the word behind one that announces a name is blacked out, the rest stays."""
    told = kept(page.encode()).decode()
    assert "张" not in told
    assert "busy" in told


def test_of_an_answer_4000_characters_are_kept_of_the_first_16000_bytes() -> None:
    """However long what nobody understood was."""
    assert len(kept(b"word " * 1_000)) == 4_000
    assert kept(b"9" * 15_990 + b" tail and more") == "…9999 tail and ".encode()


@pytest.mark.parametrize("name", ["message", "msg", "err_msg"])
def test_a_gateway_s_no_is_told_in_its_own_words(name: str) -> None:
    """Wherever it puts them, long numbers cut; the code before them."""
    with pytest.raises(GatewayRefused) as refused:
        decode_answer(f'{{"code":401,"message":"","{name}":"key 1234567890 expired"}}'.encode())
    assert str(refused.value) == "gateway code 401: key …7890 expired"


def test_a_refusal_has_the_center_s_words_and_no_output_is_none() -> None:
    """`err_msg` masked; an output that is no object is none."""
    answer = decode_answer('{"infcode":-1,"err_msg":"无此人 1234567890","output":"x"}'.encode())
    assert (answer.code, answer.message, answer.output) == (-1, "无此人 …7890", {})


def test_a_node_is_one_row_in_either_form() -> None:
    """1.6: an object, or a list of one; none and two are unreadable, and what is no row does not count."""
    row = {"a": 1}
    assert [node({"n": found}, "n") for found in (row, [row], ["x", row])] == [row] * 3
    for found, count in (([], 0), ([row, row], 2), (None, 0), ("x", 0)):
        with pytest.raises(Unreadable, match=f"has {count} rows of n, not one"):
            node({"n": found}, "n")
    assert rows({}, "n") == []


@pytest.mark.parametrize(
    ("value", "text"), [("x", "x"), (7, "7"), (0, "0"), (True, ""), (False, ""), (None, ""), ([], "")]
)
def test_a_field_is_text_however_it_was_written(value: object, text: str) -> None:
    """1.6: a number as it was written; yes, no, nothing and lists are no text."""
    assert text_of(value) == text


def test_amounts_are_read_under_every_name_there_is() -> None:
    """3.5: a field's own name before the old ones; what is absent stays so, what is none is named."""
    assert read_amounts({"psn_pay": "3.00", "pdn_cash_pay": 1, "acct_pay": None}) == {
        **{"psn_part_amt": 3_00, "psn_cash_pay": 1_00, "acct_pay": 0},
    }
    both = {"psn_cash_pay": "1.00", "cash_payamt": "2.00", "pdn_cash_pay": "3.00", "psn_name": "x"}
    assert read_amounts(both) == {"psn_cash_pay": 1_00}
    with pytest.raises(ValueError, match=r"^cash_payamt: an amount is"):
        read_amounts({"cash_payamt": "much"})


def test_an_answer_without_amounts_breaks_nothing() -> None:
    """What a province leaves out counts as nothing, and how the scope divides is read only where it is told."""
    assert broken_identities({}) == []
    assert broken_identities({"medfee_sumamt": 5, "psn_part_amt": 5, "psn_cash_pay": 5}) == []
    assert broken_identities({"medfee_sumamt": 1, "fund_pay_sumamt": 1}) == [
        "I4: fund_pay_sumamt 0.01 is not the sum of its parts 0.00"
    ]


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
