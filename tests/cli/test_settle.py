"""`terminal settle`: one bill or one a line in, settlements out; bad input gets one line with the place."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BILLS = sorted(Path("examples/bills").glob("*.json"))
SUPPLEMENTS = sorted(Path("examples/supplements").glob("*.toml"))
SAMPLE = {
    "policy": "yantai-employee",
    "date": "2021-06-30",
    "service": "inpatient",
    "provider": {"tier": 3},
    "items": [{"kind": "service", "class": "A", "amount": "1000.00"}],
}


def settle(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command as a user would."""
    command = [sys.executable, "-m", "terminal.cli", "settle", *arguments]
    return subprocess.run(command, input=given, capture_output=True, text=True, check=False)


def supplied() -> list[str]:
    """The options that name every illustrative supplement."""
    return [word for path in SUPPLEMENTS for word in ("--supplement", str(path))]


def test_one_bill_is_settled() -> None:
    """第十二条: tier 3 takes 800.00; 第十一条: 80% of the 200.00 above it."""
    done = settle("-", given=json.dumps(SAMPLE))
    answer = json.loads(done.stdout)
    assert done.returncode == 0
    assert (answer["deductible"], answer["funds"]["pool"], answer["cash"]) == ("800.00", "160.00", "840.00")


def test_a_file_gives_the_same_as_standard_input() -> None:
    """FILE and "-" are one door."""
    path = str(BILLS[0])
    assert settle(path).stdout == settle("-", given=BILLS[0].read_text(encoding="utf-8")).stdout != ""


def test_one_bill_a_line_gives_one_result_a_line_in_order() -> None:
    """All examples, with a refused bill, a broken line and an empty line in between; status 1 for those."""
    lines = [json.dumps(json.loads(path.read_bytes()), ensure_ascii=False) for path in BILLS]
    lines[3:3] = ['{"date": "2021-06-30"}', "{", ""]
    done = settle("--jsonl", *supplied(), "-", given="\n".join(lines) + "\n")
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert len(results) == len(lines)
    assert results[3] == {"error": {"at": "service", "message": "required, and not given"}}
    assert "not JSON" in results[4]["error"]["message"]
    assert "not JSON" in results[5]["error"]["message"]
    for line, result in zip(lines[6:], results[6:], strict=True):
        alone = settle(*supplied(), "-", given=line)
        assert json.loads(alone.stdout) == result


def test_all_examples_settle_with_status_0() -> None:
    """At least twelve bills, none refused once the supplements are given."""
    lines = [json.dumps(json.loads(path.read_bytes())) for path in BILLS]
    done = settle("--jsonl", *supplied(), "-", given="\n".join(lines))
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == len(BILLS) >= 12


BAD: list[tuple[dict[str, Any], str]] = [
    ({"policy": "atlantis"}, "policy: unknown policy atlantis"),
    ({"date": "2030-01-01"}, "date: "),
    ({"date": "30.06.2021"}, "date: "),
    ({"service": "dentist"}, "service: "),
    ({"tip": "1.00"}, "tip: unknown key"),
    ({"items": []}, "items: "),
    ({"items": [{"kind": "drug", "class": "A", "amount": 25.0}]}, "items[0].amount: an amount is a decimal string"),
    ({"items": [{"kind": "drug", "class": "A", "amount": "25.001"}]}, "items[0].amount: "),
    ({"items": [{"kind": "drug", "class": "A", "amount": "-25.00"}]}, "items[0].amount: "),
    ({"items": [{"kind": "drug", "class": "A", "amount": "92233720368547758.07"}]}, "items[0].amount: "),
    ({"items": [{"kind": "drug", "class": "A", "amount": "100000000.01"}]}, "items[0].amount: "),
    ({"items": [{"kind": "drug", "class": "A", "amount": "99999999.00"}] * 2}, "items: a bill is at most 100000000.00"),
    ({"items": [{"kind": "drug", "class": "A", "amount": "1.00"}] * 10_001}, "items: "),
    ({"items": [{"kind": "drug", "class": "B", "amount": "1.00"}]}, "items[0].self_pay_rate: "),
    (
        {"items": [{"kind": "drug", "class": "A", "amount": "9.00", "unit_price": "2.00", "quantity": "5"}]},
        "items[0].amount: unit_price x quantity differs",
    ),
    ({"items": [{"kind": "drug", "class": "A", "amount": "1.00", "colour": "red"}]}, "items[0].colour: unknown key"),
    ({"provider": {"tier": 4}}, "provider.tier: "),
    ({"provider": {}}, "provider.tier: "),
    ({"account": {"balance": 5}}, "account.balance: "),
    ({"year": {"pool_paid": "x"}}, "year.pool_paid: "),
]


@pytest.mark.parametrize(("changes", "says"), BAD, ids=[says for _, says in BAD])
def test_a_bad_bill_gets_one_line_with_the_place(changes: dict[str, Any], says: str) -> None:
    """Nothing on standard output, one line on standard error, status 1."""
    done = settle("-", given=json.dumps({**SAMPLE, **changes}))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"terminal: {says}")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"date"', '"date": "2021-06-29", "date"', 'date: "date" is given twice'),
        ('"amount"', '"amount": "9.00", "amount"', 'items[0].amount: "amount" is given twice'),
        ('"class": "A"', '"class": "A", "name": "a\\u0000b"', "items[0].name: a text holds no control characters"),
    ],
)
def test_what_a_decoder_passes_over_is_refused(old: str, new: str, says: str) -> None:
    """A key that stands twice, and a text with a character that nobody sees."""
    given = json.dumps(SAMPLE).replace(old, new, 1)
    done = settle("-", given=given)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"terminal: {says}\n")
    lines = settle("--jsonl", "-", given=f"{given}\n{json.dumps(SAMPLE)}\n")
    refused, settled = (json.loads(line) for line in lines.stdout.splitlines())
    assert f"{refused['error']['at']}: {refused['error']['message']}" == says
    assert settled["deductible"] == "800.00"


@pytest.mark.parametrize("given", ["", "{", "null", "[]", '{"date": NaN}', "\x00", "[" * 100_000])
def test_what_is_no_bill_is_refused(given: str) -> None:
    """Not JSON, not an object, or nested beyond reason: one line, status 1."""
    done = settle("-", given=given)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)


def test_a_policy_that_shall_go_on_and_is_none_is_refused() -> None:
    """The word of the command line is named, and nothing is settled as if it had not been said."""
    done = settle("--lapsed-goes-on", "yantai-employe", "-", given=json.dumps(SAMPLE))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("terminal: --lapsed-goes-on: unknown policy yantai-employe; known: ")


def test_a_file_that_is_not_there() -> None:
    """It is named."""
    done = settle("no-such-bill.json")
    assert (done.returncode, done.stderr) == (
        1,
        "terminal: no-such-bill.json: cannot read: No such file or directory\n",
    )
