"""Amounts in Chinese capitals (人民币大写), as payment papers want them.

Source: 《支付结算办法》附一《正确填写票据和结算凭证的基本规定》. Where the rule leaves a choice (零 before 角
or after 万, 整 after 角) the shorter form is written.
"""

from __future__ import annotations

from terminal.errors import Refused

CAPITALS_FEN_MAX = 10**14 - 1
"""Below one 万亿 yuan: more than any bill, day or month of a provider."""

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿")


def amount_in_capitals(fen: int) -> str:
    """Write fen in capitals: 100450 as "壹仟零肆元伍角", 0 as "零元整", a negative amount after "负".

    Raises Refused beyond `CAPITALS_FEN_MAX`.
    """
    if abs(fen) > CAPITALS_FEN_MAX:
        raise Refused("amount-too-large", "no capitals for an amount this large", "金额过大，无法大写")
    yuan, cents = divmod(abs(fen), 100)
    whole = f"{_number(yuan)}元" if yuan or not cents else ""
    return ("负" if fen < 0 else "") + whole + _fraction(cents, after_yuan=bool(yuan))


def _fraction(cents: int, after_yuan: bool) -> str:
    jiao, fen = divmod(cents, 10)
    if not cents:
        return "整"
    text = f"{_DIGITS[jiao]}角" if jiao else ("零" if after_yuan else "")
    return text + (f"{_DIGITS[fen]}分" if fen else "")


def _number(value: int) -> str:
    """A whole number below 10^12; runs of zeros become one 零, zeros at the end of a group none."""
    if not value:
        return "零"
    text = ""
    for index in reversed(range(len(_GROUPS))):
        group = value // 10_000**index % 10_000
        if group:
            gap = "零" if text and group < 1_000 else ""
            text += gap + _group(group) + _GROUPS[index]
        elif text and value % 10_000**index >= 1_000:
            # A whole group of zeros stands between: 1,0000,1000 is 壹亿零壹仟.
            text += "零"
    return text


def _group(value: int) -> str:
    text = ""
    for place in reversed(range(len(_PLACES))):
        digit = value // 10**place % 10
        if digit:
            text += _DIGITS[digit] + _PLACES[place]
        elif text and value % 10**place and not text.endswith("零"):
            text += "零"
    return text
