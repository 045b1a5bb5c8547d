"""Where a settlement of the product and one of the reference differ, field by field, to the fen."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from tests.reference.amounts import fen, yuan

AMOUNTS = (
    "total",
    "out_of_catalogue",
    "over_limit",
    "prior_self_pay",
    "eligible",
    "deductible",
    "fund_total",
    "provider_borne",
    "personal",
    "account",
    "cash",
    "account_balance",
)
PATIENT = ("account", "cash")


def differences(settlement: dict[str, Any], reference: dict[str, Any]) -> list[str]:
    """Every field in which the product's settlement is not the reference's; empty when they agree."""
    pairs = [(key, settlement[key], reference[key]) for key in AMOUNTS]
    pairs += [("funds", _nonzero(settlement["funds"]), _nonzero(reference["funds"]))]
    pairs += [("year", _without_none(settlement["year"]), _without_none(reference["year"]))]
    pairs += [("items", settlement["items"], reference["items"])]
    pairs += [("parts", patient_parts(settlement["lines"]), reference["parts"])]
    pairs += [("pool_lines", pool_lines(settlement["lines"]), reference["pool_lines"])]
    pairs += [("payers", payer_sums(settlement["lines"]), _payers(reference))]
    return [f"{key}: product {ours}, reference {theirs}" for key, ours, theirs in pairs if ours != theirs]


def patient_parts(lines: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
    """What account and cash pay of each part of the patient; zeros left out."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for line in lines:
        if line["payer"] in PATIENT:
            sums[line["part"], line["payer"]] += fen(line["amount"])
    parts: dict[str, dict[str, str]] = defaultdict(dict)
    for (part, payer), amount in sums.items():
        if amount:
            parts[part][payer] = yuan(amount)
    return dict(parts)


def pool_lines(lines: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Where each segment of the pool begins, its rate and amount, along the axis; zeros left out."""
    found = [
        {key: line[key] for key in ("from", "rate", "amount")}
        for line in lines
        if line["part"] == "segment" and line["payer"] == "pool" and line["amount"] != "0.00"
    ]
    return sorted(found, key=lambda line: fen(line["from"]))


def payer_sums(lines: list[dict[str, Any]]) -> dict[str, str]:
    """What each payer pays in all; zeros left out."""
    sums: dict[str, int] = defaultdict(int)
    for line in lines:
        sums[line["payer"]] += fen(line["amount"])
    return {payer: yuan(amount) for payer, amount in sums.items() if amount}


def _payers(reference: dict[str, Any]) -> dict[str, str]:
    others = {payer: reference[payer] for payer in PATIENT} | {"provider": reference["provider_borne"]}
    return _nonzero(reference["funds"] | others)


def _nonzero(amounts: dict[str, str]) -> dict[str, str]:
    return {key: amount for key, amount in amounts.items() if amount != "0.00"}


def _without_none(year: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in year.items() if value is not None}
