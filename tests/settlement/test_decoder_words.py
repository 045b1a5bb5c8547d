"""What the decoder refuses is told in Chinese too: what was wrong, without a word of its English."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from terminal.errors import Refused
from terminal.settlement.codec import decode_bill
from terminal.settlement.decoder_words import UNKNOWN_ZH, in_chinese
from terminal.settlement.supplement import Supplement
from terminal.settlement.toml_form import read_toml

ITEM = {"kind": "drug", "class": "A", "amount": "1.00"}
BILL = {"date": "2021-06-30", "service": "inpatient", "items": [ITEM]}
CODE_WORDS = {"YYYY", "MM", "DD", "DDThh", "mm", "ss", "UTF", "JSON", "TOML", "haircut", "supplement"}
"""Formats and names, and what was given."""


def without_english(message_zh: str) -> bool:
    """Whether a Chinese sentence has no English but the names of formats and of what stands in the input."""
    return set(re.findall("[A-Za-z]{2,}", message_zh)) <= CODE_WORDS


@pytest.mark.parametrize(
    ("changes", "at", "says"),
    [
        ({"consent": "yes"}, "consent", "应为布尔值，不能是文本"),
        ({"patient": []}, "patient", "应为对象，不能是数组"),
        ({"patient": {"age": 1.5}}, "patient.age", "应为整数或空值，不能是小数"),
        ({"items": [{"kind": "drug", "class": "A"}]}, "items[0].amount", "必填，未提供"),
        ({"tip": "1.00"}, "tip", "没有这个字段"),
        ({"patient": {"age": -1}}, "patient.age", "最少为 0"),
        ({"provider": {"tier": 4}}, "provider.tier", "最多为 3"),
        ({"patient": {"age": 10**40}}, "patient.age", ""),
        ({"patient": {"name": "x" * 201}}, "patient.name", "最多 200 个字符"),
        ({"items": []}, "items", "最少 1 项"),
        ({"items": [ITEM] * 10_001}, "items", "最多 10000 项"),
        ({"service": "haircut"}, "service", "没有这个选项：'haircut'"),
        ({"date": "2021-02-30"}, "date", "不是有效日期，应为 YYYY-MM-DD"),
        ({"items": [ITEM | {"amount": 12.5}]}, "items[0].amount", "金额应为加引号的十进制数"),
        (
            {"items": [ITEM | {"amount": "1.5"}]},
            "items[0].amount",
            '金额以元为单位，须有两位小数，如 "12.50"，不能是 "1.5"',
        ),
        (
            {"account": {"balance": "100000000.01"}},
            "account.balance",
            '金额最多为 100000000.00 元，不能是 "100000000.01"',
        ),
        ({"items": [ITEM | {"self_pay_rate": "2"}]}, "items[0].self_pay_rate", '比例最多为 1，不能是 "2"'),
        ({"items": [ITEM | {"quantity": "."}]}, "items[0].quantity", '数量应为最多 4 位小数的十进制数，不能是 "."'),
    ],
)
def test_a_bad_value_is_told_in_chinese(changes: dict[str, Any], at: str, says: str) -> None:
    """Type, missing and unknown field, range, length, choice, date and money."""
    with pytest.raises(Refused) as refused:
        decode_bill(json.dumps(BILL | changes))
    assert refused.value.at == at
    assert refused.value.message_zh.startswith("输入有误：")
    assert says in refused.value.message_zh
    assert without_english(refused.value.message_zh), refused.value.message_zh


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "内容不完整"),
        (b'{"date": ', "内容不完整"),
        (b'{"date" 1}', "第 8 字节处有误"),
        (b'{"date": NaN}', "第 9 字节处有误"),
        (b"\xff\xfe", "第 0 字节处有误"),
        (b'{"date":"2021-06-30","service":"inpatient","policy":"\xff"}', "不是 UTF-8"),
    ],
)
def test_what_is_no_json_is_told_in_chinese(data: bytes, says: str) -> None:
    """With the byte at which it ends to be JSON."""
    with pytest.raises(Refused) as refused:
        decode_bill(data)
    assert refused.value.code == "not-json"
    assert says in refused.value.message_zh
    assert without_english(refused.value.message_zh), refused.value.message_zh


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[supplement", "文件末尾处有误"),
        ("a = 1\nb = = 2", "第 2 行第 5 列有误"),
        ("[supplement]\ncolour = 1", "supplement: "),
    ],
)
def test_a_faulty_file_of_law_is_told_in_chinese(text: str, says: str) -> None:
    """As it is shown by `/v1/health` where a published file is refused."""
    with pytest.raises(Refused) as refused:
        read_toml(text.encode(), Supplement, "given.toml")
    assert refused.value.at.startswith("given.toml")
    assert says in refused.value.message_zh
    assert without_english(refused.value.message_zh.replace("colour", "")), refused.value.message_zh


def test_what_is_not_known_is_told_by_a_sentence_without_english() -> None:
    """A later decoder may say something else: true, and Chinese, all the same."""
    assert in_chinese("Frobnication of `x` is not a thing") == UNKNOWN_ZH
    assert without_english(UNKNOWN_ZH)
