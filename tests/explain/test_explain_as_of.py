"""`--as-of`: a bill asked about under the law of another day, and a settlement that says so."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.explain.explain_parts import E1, E3, run

SUPPLEMENT = ["--supplement", "examples/supplements/tianjin-resident.toml"]
PHARMACY = {
    "policy": "tianjin-resident",
    "date": "2016-12-31",
    "service": "pharmacy",
    "provider": {"kind": "pharmacy"},
    "items": [{"kind": "drug", "class": "A", "amount": "1000.00"}],
}
"""Item 十六: pharmacies at 50% from 2017-01-01; the line of 500.00 is an illustrative value."""


def settled(bill: dict[str, Any], *options: str) -> dict[str, Any]:
    """The settlement of one bill."""
    done = run("settle", "-", *options, given=bill)
    assert done.stderr == ""
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_the_law_of_the_named_day_is_asked() -> None:
    """On its own day nobody gives the rate; as of the day after, 50% of the 500.00 above the line."""
    refused = run("settle", "-", *SUPPLEMENT, given=PHARMACY)
    assert "2017年以前的药店报销比例" in refused.stderr
    assert settled(PHARMACY, *SUPPLEMENT, "--as-of", "2017-01-01")["funds"]["pool"] == "250.00"


def test_the_notices_say_so_with_both_days_and_nothing_else_differs() -> None:
    """The same bill, dated the day asked for, settles alike but for the notice."""
    asked = settled(PHARMACY, *SUPPLEMENT, "--as-of", "2017-01-01")
    dated = settled({**PHARMACY, "date": "2017-01-01"}, *SUPPLEMENT)
    first, *others = asked.pop("notices")
    assert first.startswith("as-of: 按 2017-01-01 有效的规定试算，账单日期为 2016-12-31")
    assert others == dated.pop("notices")
    assert asked == dated


def test_a_day_without_law_is_refused() -> None:
    """Yantai's decree ended on 2022-12-31."""
    done = run("settle", "-", "--as-of", "2023-01-01", given=E1)
    assert done.returncode == 1
    assert (
        done.stderr == "terminal: date: yantai-employee is in force from 2018-01-01 to 2022-12-31, not on 2023-01-01\n"
    )


def test_one_bill_a_line_is_marked_line_by_line() -> None:
    """Refusals stay refusals, in order."""
    lines = "\n".join(json.dumps(bill) for bill in (E3, {"date": "2021-06-30"}, E1))
    done = run("settle", "--jsonl", "--as-of", "2018-01-01", "-", given=lines)
    first, refused, last = (json.loads(line) for line in done.stdout.splitlines())
    assert done.returncode == 1
    assert "error" in refused
    assert first["notices"][0].startswith("as-of: 按 2018-01-01")
    assert last["notices"][0].startswith("as-of: 按 2018-01-01")
    assert last["funds"]["pool"] == "5740.00"


def test_the_page_says_it_too() -> None:
    """A calculation must not be taken for a settlement."""
    done = run("explain", "-", *SUPPLEMENT, "--as-of", "2017-01-01", given=PHARMACY)
    assert "按 2017-01-01 有效的规定试算，账单日期为 2016-12-31" in done.stdout


@pytest.mark.parametrize("day", ["20210630", "30.06.2021", "2021-6-30", "2021-02-29", ""])
def test_what_is_no_day_is_a_wrong_command_line(day: str) -> None:
    """Status 2, and the form of a day."""
    done = run("settle", "-", "--as-of", day, given=E1)
    assert done.returncode == 2
    assert "a day is YYYY-MM-DD" in done.stderr
