"""The amounts of a settlement in the center's names: written, read back, checked, compared. Never corrected.

Shared by the terminal and the reference center, so that both mean the same by every field. Source: center-
interface parts 3.5 and 4 (identities I1, I2, I4, I6).
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from terminal.center.envelope import fen_of
from terminal.center.fields import FUND_FIELDS, OLD_NAMES, OTHER_FUND_FIELD, SUM_FIELDS
from terminal.journal.records import CenterSums
from terminal.money import Fen, format_fen
from terminal.settlement.result import Settlement

Amounts = dict[str, int]
"""Field of `setlinfo` -> fen."""

_SUMS = attrgetter(*SUM_FIELDS.values())
_NAMED_FUNDS = frozenset(FUND_FIELDS.values())

_PARTS = {
    "I1": ("medfee_sumamt", ("fund_pay_sumamt", "psn_part_amt", "hosp_part_amt")),
    "I2": ("psn_part_amt", ("acct_pay", "psn_cash_pay")),
    "I4": ("fund_pay_sumamt", (*FUND_FIELDS, OTHER_FUND_FIELD)),
    "I6": ("medfee_sumamt", ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt")),
}
"""Each identity: a whole, and the parts that it is the sum of."""

_MAY_BE_BELOW_ZERO = "hosp_part_amt"
"""What a package or a bed-day pays beyond its bill is the provider's surplus; nobody else pays less than nothing."""

_READ_AS = [
    (name, field)
    for field in (*SUM_FIELDS, *FUND_FIELDS, OTHER_FUND_FIELD)
    for name in (field, *OLD_NAMES.get(field, ()))
]
"""Every name that an amount may come under, its own before the old ones."""


def amounts_of(settlement: Settlement) -> Amounts:
    """Every amount of a settlement, in fen, under the center's names."""
    amounts: Amounts = dict(zip(SUM_FIELDS, _SUMS(settlement), strict=True))
    funds = settlement.funds
    for field, fund in FUND_FIELDS.items():
        amounts[field] = funds.get(fund, 0)
    amounts[OTHER_FUND_FIELD] = sum([paid for fund, paid in funds.items() if fund not in _NAMED_FUNDS])
    return amounts


def negated(amounts: Mapping[str, int]) -> Amounts:
    """The amounts of the void of such a settlement."""
    return {field: -fen for field, fen in amounts.items()}


def upright(amounts: Mapping[str, int]) -> Amounts:
    """A void's amounts as those of what it takes back. No edition says whether they come negative; those that do are
    turned round.
    """
    return negated(amounts) if _below_zero(amounts) else dict(amounts)


def written(amounts: Mapping[str, int]) -> dict[str, str]:
    """As strings of yuan with two places."""
    return {field: format_fen(fen) for field, fen in amounts.items()}


def read_amounts(row: Mapping[str, Any]) -> Amounts:
    """Read the amounts that `row` gives, old names included; absent ones stay absent.

    Raises ValueError by field.
    """
    amounts: Amounts = {}
    for name, field in _READ_AS:
        if name in row and field not in amounts:
            try:
                amounts[field] = fen_of(row[name])
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
    return amounts


def broken_identities(amounts: Mapping[str, int]) -> list[str]:
    """Which of I1, I2, I4, I6 do not hold in the amounts of a settlement, and which of them are below zero, one text
    each.

    Absent amounts count as 0; I6 is read only where given. The provider's share alone may be below zero. Source for
    the signs: settlement.md section 1.
    """
    broken = []
    for name, (whole, parts) in _PARTS.items():
        total = 0
        for part in parts:
            total += amounts.get(part, 0)
        given = amounts.get(whole, 0)
        if given != total and (name != "I6" or "inscp_scp_amt" in amounts):
            broken.append(f"{name}: {whole} {format_fen(given)} is not the sum of its parts {format_fen(total)}")
    return broken + [f"{field} {format_fen(amounts[field])} is below zero" for field in _below_zero(amounts)]


def _below_zero(amounts: Mapping[str, int]) -> list[str]:
    return [field for field, fen in amounts.items() if fen < 0 and field != _MAY_BE_BELOW_ZERO]


def sums_of(amounts: Mapping[str, int]) -> CenterSums:
    """The sums as returned, of amounts whose identities hold; a field that the edition lacks counts as nothing there,
    and so it does here."""
    return CenterSums(
        total=Fen(amounts["medfee_sumamt"]),
        fund_total=Fen(amounts.get("fund_pay_sumamt", 0)),
        provider_borne=Fen(amounts.get("hosp_part_amt", 0)),
        account=Fen(amounts.get("acct_pay", 0)),
        cash=Fen(amounts.get("psn_cash_pay", 0)),
    )


def differences(center: Mapping[str, int], terminal: Mapping[str, int]) -> list[str]:
    """Where the center's amounts are not the terminal's, one text a field; a field that one side lacks is not
    compared.
    """
    return [
        f"{field}: center {format_fen(center[field])}, terminal {format_fen(terminal[field])}"
        for field in terminal
        if field in center and center[field] != terminal[field]
    ]
