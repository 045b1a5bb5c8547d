"""What the center says of amounts, in the counter's words: its field names are nobody's at a till. Pure."""

from __future__ import annotations

import re

_WORDS = {
    "medfee_sumamt": ("total", "总额"),
    "fund_pay_sumamt": ("funds", "基金"),
    "acct_pay": ("account", "个人账户"),
    "psn_cash_pay": ("cash", "现金"),
    "balc": ("balance", "余额"),
}
_NAMES = re.compile(rf"\b({'|'.join(_WORDS)})\b", re.ASCII)


def is_about_sums(reason: str) -> bool:
    """Whether a refusal is about amounts: balance and year may be others than when the person was identified."""
    return bool(_NAMES.search(reason)) or "余额" in reason


def in_plain_words(reason: str) -> tuple[str, str]:
    """The reason with the amounts named in English, and in Chinese."""
    english = _NAMES.sub(lambda found: _WORDS[found[1]][0], reason)
    return english, _NAMES.sub(lambda found: _WORDS[found[1]][1], reason)
