"""What the decoder says of a value that it refuses, in Chinese: no English prose stands in a Chinese sentence. Pure.

Its messages are msgspec's and those of `money.py`; one that is not known here is told by a sentence that holds for all.
"""

from __future__ import annotations

import re
from collections.abc import Callable

UNKNOWN_ZH = "内容不符合要求"
"""Of a message that is not known: true of whatever was refused, and the place stands beside it."""

_TYPES = {
    "str": "文本",
    "int": "整数",
    "float": "小数",
    "bool": "布尔值",
    "null": "空值",
    "array": "数组",
    "object": "对象",
    "bytes": "字节",
    "date": "日期",
    "datetime": "时刻",
    "time": "时间",
    "list": "数组",
    "dict": "对象",
    "NoneType": "空值",
}
_MONEY = {"an amount": "金额", "a rate": "比例", "a unit price": "单价", "a quantity": "数量"}
_BOUNDS = {"<=": "最多", ">=": "最少", "most": "最多", "least": "最少"}
_COUNTED = {"str": "个字符", "array": "项", "object": "项", "bytes": "字节"}
_WHAT = f"(?P<what>{'|'.join(_MONEY)})"
_GIVEN = r"(?P<given>\".*\"…?)"

Words = Callable[[re.Match[str]], str]


def _named(found: re.Match[str]) -> str:
    return _MONEY[found["what"]]


def _type_zh(name: str) -> str:
    return "或".join(_TYPES.get(one, "其他类型") for one in name.split(" | "))


def _length_zh(found: re.Match[str]) -> str:
    return f"{_BOUNDS[found['bound']]} {found['count']} {_COUNTED[found['type']]}"


_SAID: tuple[tuple[str, Words], ...] = (
    (r"[^`]* \(at line (?P<line>\d+), column (?P<column>\d+)\)", lambda f: f"第 {f['line']} 行第 {f['column']} 列有误"),
    (r"[^`]* \(at end of document\)", lambda _: "文件末尾处有误"),
    (r"Object contains unknown field `(?P<field>.*)`", lambda found: f"没有字段 {found['field']}"),
    (r"Object missing required field `(?P<field>.*)`", lambda found: f"缺少字段 {found['field']}"),
    ("unknown key", lambda _: "没有这个字段"),
    ("required, and not given", lambda _: "必填，未提供"),
    (
        r"Expected `(?P<wanted>[^`]+)`, got `(?P<given>[^`]+)`",
        lambda found: f"应为{_type_zh(found['wanted'])}，不能是{_type_zh(found['given'])}",
    ),
    (r"Expected `(?P<wanted>[^`]+)`", lambda found: f"应为{_type_zh(found['wanted'])}"),
    (r"Expected `(?P<type>str|array|object|bytes)` of length (?P<bound>[<>]=) (?P<count>\d+)", _length_zh),
    (r"Expected `(?P<type>array)` of at (?P<bound>most|least) length (?P<count>\d+)(?:, got \d+)?", _length_zh),
    (r"Expected `int` (?P<bound>[<>]=) (?P<limit>-?\d+)", lambda f: f"{_BOUNDS[f['bound']]}为 {f['limit']}"),
    (r"Expected `str` matching regex .*", lambda _: "格式不符"),
    (r"Expected `datetime` with a timezone component", lambda _: "时刻须带时区"),
    (r"Invalid RFC3339 encoded date", lambda _: "不是有效日期，应为 YYYY-MM-DD"),
    (r"Invalid RFC3339 encoded (?:date)?time", lambda _: "不是有效时刻，应为 YYYY-MM-DDThh:mm:ss+08:00"),
    (r"Invalid (?:enum )?value (?P<given>.*)", lambda found: f"没有这个选项：{found['given']}"),
    (r"(?:Integer value|Number) out of range", lambda _: "数值超出范围"),
    (rf"{_WHAT} is a decimal string in quotes, not \w+", lambda f: f"{_named(f)}应为加引号的十进制数"),
    (
        rf'{_WHAT} is yuan with exactly two places, like "12.50", not {_GIVEN}',
        lambda f: f'{_named(f)}以元为单位，须有两位小数，如 "12.50"，不能是 {f["given"]}',
    ),
    (
        rf"{_WHAT} is a decimal string with up to (?P<places>\d) places, not {_GIVEN}",
        lambda f: f"{_named(f)}应为最多 {f['places']} 位小数的十进制数，不能是 {f['given']}",
    ),
    (
        rf"{_WHAT} is at most (?P<most>[\d.]+)(?P<yuan> yuan)?, not {_GIVEN}",
        lambda f: f"{_named(f)}最多为 {f['most']}{' 元' if f['yuan'] else ''}，不能是 {f['given']}",
    ),
    (r"a PIN (?:has|is a text of) 4 to 12 digits(?: in quotes)?", lambda _: "密码为 4 至 12 位数字的文本"),
    (r"JSON is malformed: .*\(byte (?P<byte>\d+)\)", lambda found: f"第 {found['byte']} 字节处有误"),
    (r"Input data was truncated", lambda _: "内容不完整"),
    (r"'utf-8' codec can't decode .* in position (?P<byte>\d+).*", lambda f: f"第 {f['byte']} 字节处不是 UTF-8"),
    (r"maximum recursion depth exceeded.*", lambda _: "嵌套过深"),
)
_SENTENCES = tuple((re.compile(pattern, re.DOTALL), words) for pattern, words in _SAID)


def in_chinese(message: str) -> str:
    """What a decoder's message says, in Chinese; `UNKNOWN_ZH` where it is not known."""
    for pattern, words in _SENTENCES:
        if found := pattern.fullmatch(message):
            return words(found)
    return UNKNOWN_ZH
