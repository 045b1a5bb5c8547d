"""The worked examples of the decrees, against the product and against the reference.

Bills and expected amounts are those of the examples' table; every field of it and every accumulator is
compared.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from terminal.settlement.law import Law
from tests.reference import reference_settle
from tests.reference.bureau import ILLUSTRATIVE
from tests.reference.compare import pool_lines
from tests.reference.product import settle_json
from tests.reference.year import year_before

FILES = sorted((Path(__file__).parent / "examples").glob("*.json"))
EXAMPLES = {path.stem: json.loads(path.read_text("utf-8")) for path in FILES}
each_example = pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES.keys())


def year_expected(example: dict[str, Any]) -> dict[str, Any]:
    """The year as given, with what the table says has changed."""
    year = year_before(example["bill"])
    changes = dict(example["year_changes"])
    year["chronic"] |= changes.pop("chronic", {})
    return year | changes


def test_all_twenty_examples_are_there() -> None:
    """E1 to E20 each have a file."""
    assert sorted(EXAMPLES) == [f"E{n:02d}" for n in range(1, 21)]


@each_example
def test_reference_gives_the_table(example: dict[str, Any]) -> None:
    """The reference agrees with the worked example, amounts, accumulators and lines of the pool."""
    result = reference_settle(example["bill"], ILLUSTRATIVE)
    assert {key: result[key] for key in example["expected"]} == example["expected"]
    assert result["year"] == year_expected(example)
    assert result["pool_lines"] == example.get("pool_lines", result["pool_lines"])


@each_example
def test_product_gives_the_table(example: dict[str, Any], law: Law) -> None:
    """The product agrees with the worked example, amounts, accumulators and lines of the pool."""
    result = settle_json(law, example["bill"])
    expected = dict(example["expected"])
    funds = expected.pop("funds")
    assert {key: result[key] for key in expected} == expected
    assert {fund: result["funds"].get(fund, "0.00") for fund in funds} == funds
    year = {key: value for key, value in result["year"].items() if value is not None}
    assert year == year_expected(example)
    if "pool_lines" in example:
        assert pool_lines(result["lines"]) == example["pool_lines"]
