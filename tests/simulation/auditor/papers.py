"""The printer's tape as a stranger reads it: bytes without their commands, line by line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.simulation.auditor.findings import fen

_COMMANDS = re.compile(rb"\x1b@|\x1b[aEGMdJ!-].|\x1c[&.]|\x1d!.|\x1dV[AB]?.|\x1db.|\x1dB.", re.DOTALL)
_QR = re.compile(rb"\x1d\(k(.)(.)", re.DOTALL)
_CUT = re.compile(rb"\x1dV")
_NUMBER = re.compile(r"^结算号 No\. +(\S+)$", re.MULTILINE)
_AMOUNTS = {
    "total": re.compile(r"^医疗费总额 Total +(-?[0-9.]+)$", re.MULTILINE),
    "fund_total": re.compile(r"^基金支付合计 Funds +(-?[0-9.]+)$", re.MULTILINE),
    "account": re.compile(r"^个人账户支付 Account +(-?[0-9.]+)$", re.MULTILINE),
    "cash": re.compile(r"^现金支付 Cash +￥?(-?[0-9.]+)$", re.MULTILINE),
}


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper. number: of the settlement or void, "" for any other paper. whole: it was cut off at its end."""

    number: str
    whole: bool
    text: str
    amounts: dict[str, int]

    @property
    def is_reprint(self) -> bool:
        """Whether it says of itself that it was printed before."""
        return "REPRINT" in self.text

    @property
    def is_repeat(self) -> bool:
        """Whether it says of itself that an earlier one may be torn."""
        return "REPEAT" in self.text


def read(data: bytes) -> Paper:
    """One paper from what the printer was sent."""
    whole = bool(_CUT.search(data[-8:]))
    text = _COMMANDS.sub(b"", _without_codes(data)).decode("gb18030", "replace")
    found = _NUMBER.search(text)
    amounts = {name: fen(match.group(1)) for name, form in _AMOUNTS.items() if (match := form.search(text))}
    return Paper(found.group(1) if found else "", whole, text, amounts)


def _without_codes(data: bytes) -> bytes:
    kept, at = b"", 0
    while match := _QR.search(data, at):
        kept += data[at : match.start()]
        at = match.end() + match.group(1)[0] + 256 * match.group(2)[0]
    return kept + data[at:]
