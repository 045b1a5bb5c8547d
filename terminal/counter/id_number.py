"""The citizen's identity number (GB 11643-1999): 17 digits and a check character, typed at the counter.

Pure. No message of this module repeats what was typed.
"""

from __future__ import annotations

import datetime as dt
import re

from terminal.errors import Refused

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
"""Of the digits from the left: 2 to the power of their place, modulo 11 (GB 11643 section 4; ISO 7064 MOD 11-2)."""

CHECK_CHARACTERS = "10X98765432"
"""By the weighted sum modulo 11."""

_FORM = re.compile(r"[1-9][0-9]{16}[0-9Xx]", re.ASCII)


def checked_id_number(typed: str, today: dt.date) -> str:
    """The number as it is written, with a capital X. Raises Refused `bad-id-number`: not 18 characters of the right
    kind, no day of birth before tomorrow, or a check character that does not agree."""
    number = typed.strip().upper()
    if not _FORM.fullmatch(number):
        raise _bad("it has 17 digits and a digit or X", "应为17位数字加1位校验码")
    if not _born_by(number[6:14], today):
        raise _bad("its digits 7 to 14 are no day of birth", "第7至14位不是有效出生日期")
    if check_character(number[:17]) != number[17]:
        raise _bad("its check character does not agree", "校验码不符")
    return number


def check_character(digits: str) -> str:
    """The check character of 17 digits."""
    weighted = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, digits, strict=True))
    return CHECK_CHARACTERS[weighted % len(CHECK_CHARACTERS)]


def _born_by(digits: str, today: dt.date) -> bool:
    try:
        return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:])) <= today
    except ValueError:
        return False


def _bad(why: str, why_zh: str) -> Refused:
    message = f"this is not an identity number ({why}); read it off the document and type it again"
    return Refused("bad-id-number", message, f"身份证号码有误（{why_zh}），请核对后重新输入", "id_number")
