"""What a settlement says is left of each cap, line and limit, worked out from the decree by hand."""

from __future__ import annotations

from typing import Any

import pytest

from terminal.settlement.law import Law
from tests.reference.product import settle_json
from tests.settlement.test_examples import EXAMPLES

LEFT = {
    # 第十四条: 250000.00, of which the pool has taken 5740.00; the whole line of 800.00 is used; the aid is untouched.
    "E01": [("pool", "250000.00", "244260.00"), ("deductible", "800.00", "0.00"), ("large_amount", "400000.00", None)],
    # 249000.00 and 1000.00 fill the pool; the aid of 400000.00 has paid 25491.17.
    "E03": [
        ("pool", "250000.00", "0.00"),
        ("deductible", "500.00", "0.00"),
        ("large_amount", "400000.00", "374508.83"),
    ],
    # The limit of the disease is reached with 2900.00 and 100.00; the line of 300.00 was used before.
    "E05": [
        *(("pool", "250000.00", "247000.00"), ("deductible", "300.00", "0.00")),
        *(("chronic.hypertension", "3000.00", "0.00"), ("large_amount", "400000.00", None)),
    ],
    "E06": [],
    # The package of 25000.00 is shared by fund and aid, and used up.
    "E10": [("pool", "220000.00", "200000.00"), ("limited-price.congenital-heart-disease", "25000.00", "0.00")],
    # 2800.00 and 200.00 reach the limit of accidents.
    "E11": [("pool", "220000.00", "217000.00"), ("deductible", "60.00", "0.00"), ("accident.limit", "3000.00", "0.00")],
    # 4000.00 for a caesarean and 500.00 for the second child.
    "E16": [("pool", "260000.00", "255500.00"), ("maternity.limit", "4500.00", "0.00")],
    # The ceiling of 180000.00 counts eligible expense: 45000.00 before and 60000.00 now.
    "E19": [("deductible", "500.00", "0.00"), ("inpatient.ceiling", "180000.00", "75000.00")],
    # 150000.00 and the quota of 5000.00 that was carried over; 140000.00 and 40000.00 are above both.
    "E20": [("deductible", "1700.00", "0.00"), ("inpatient.ceiling", "155000.00", "0.00")],
}


@pytest.mark.parametrize("name", LEFT)
def test_what_is_left_after_a_worked_example(law: Law, name: str) -> None:
    """Cap and rest of everything that the bill read, and of nothing else."""
    limits = settle_json(law, EXAMPLES[name]["bill"])["limits"]
    assert [(one["name"], one["cap"], one["left"]) for one in limits] == [
        (limit, cap, cap if left is None else left) for limit, cap, left in LEFT[name]
    ]


def test_a_limit_that_is_not_reached_counts_the_pool_alone(law: Law) -> None:
    """Ulanqab, a birth of 1000.00 under the limit of 4500.00 and E16's: what the pool pays is used, no more."""
    bill: dict[str, Any] = dict(EXAMPLES["E16"]["bill"])
    bill["items"] = [{"kind": "service", "class": "A", "amount": "1000.00"}]
    result = settle_json(law, bill)
    limit = next(one for one in result["limits"] if one["name"] == "maternity.limit")
    assert (result["funds"]["pool"], limit["left"]) == ("1000.00", "3500.00")
