"""The settlement as it goes out: the public contract of settlement.md section 4."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from terminal.money import Fen, Rate, SignedFen
from terminal.settlement.bill import Year


class PolicyName(Struct, frozen=True):
    """The law that was applied: pack, version (its first day) and the decree's title."""

    id: str
    version: str
    source: str


class Line(Struct, frozen=True, kw_only=True, omit_defaults=True, rename={"from_": "from"}):
    """Why one payer pays one sum. Fen; `start` and `end` are places on the axis of eligible expense.

    `rule` names the pack's value, `cite` its article. `base` is the expense the amount was worked out on.
    """

    part: str
    from_: Fen | UnsetType = UNSET
    to: Fen | UnsetType = UNSET
    base: Fen
    rate: Rate | UnsetType = UNSET
    amount: SignedFen
    payer: str
    rule: str
    cite: str


class ItemShares(Struct, frozen=True):
    """How one item divides, in fen: amount = out_of_catalogue + over_limit + prior_self_pay + eligible."""

    code: str
    amount: Fen
    out_of_catalogue: Fen
    over_limit: Fen
    prior_self_pay: Fen
    eligible: Fen


class Limit(Struct, frozen=True, omit_defaults=True):
    """One cap, line or limit that the bill read: its size and what is left of it after the bill, in fen.

    disease_zh: of a disease's own limit, its Chinese name as the supplement gives it; absent where it gives none.
    """

    name: str
    cap: Fen
    left: Fen
    disease_zh: str = ""


class Settlement(Struct, frozen=True):
    """One bill, split to the fen. The identities of settlement.md section 1 hold for it."""

    policy: PolicyName
    total: Fen
    out_of_catalogue: Fen
    over_limit: Fen
    prior_self_pay: Fen
    eligible: Fen
    deductible: Fen
    funds: dict[str, Fen]
    fund_total: Fen
    provider_borne: SignedFen
    personal: Fen
    account: Fen
    cash: Fen
    account_balance: Fen
    year: Year
    lines: list[Line]
    items: list[ItemShares]
    limits: list[Limit]
    notices: list[str]
