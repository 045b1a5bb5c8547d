"""The worked examples that the explanation is shown on, and the command as a user runs it.

The bills are those of E1, E3, E9, E13 and E19 (settlement-rules.md 5.9); amounts beside them in the tests are worked by
hand from the decrees' rates.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import unicodedata
from typing import Any


def service(amount: str, **more: Any) -> dict[str, Any]:
    """One class A treatment."""
    return {"kind": "service", "class": "A", "amount": amount, **more}


def _bill(policy: str, date: str, tier: int, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
    provider = {"tier": tier}
    return {"policy": policy, "date": date, "service": "inpatient", "provider": provider, "items": items, **more}


E1 = _bill(
    "yantai-employee",
    "2021-06-30",
    3,
    {"kind": "drug", "class": "A", "amount": "6000.00"},
    {
        **{"kind": "drug", "class": "B", "amount": "2100.00", "unit_price": "105.00", "quantity": "20"},
        **{"price_limit": "100.00", "self_pay_rate": "0.10"},
    },
    {"kind": "drug", "class": "C", "amount": "150.00"},
    account={"balance": "1500.00"},
)
E3 = _bill(
    "yantai-employee",
    "2021-06-30",
    2,
    service("30000.00"),
    year={"pool_paid": "249000.00"},
    account={"balance": "200.00"},
)
ABOVE_BOTH = _bill(
    "yantai-employee",
    "2021-06-30",
    2,
    service("3000.00"),
    year={"pool_paid": "250000.00", "large_amount_paid": "399000.00"},
)
E9 = _bill(
    "yantai-resident",
    "2021-06-30",
    1,
    service("1000.03"),
    {"kind": "drug", "class": "A", "amount": "500.02", "essential": True},
    patient={"contribution_tier": 2},
)
E13 = _bill("ulanqab-employee", "2024-06-30", 3, service("100000.00"), year={"pool_paid": "48000.00"})
E19 = _bill(
    "tianjin-resident",
    "2017-06-30",
    2,
    service("60000.00"),
    year={
        **{"personal_burden": "18000.00", "eligible_expense": "45000.00", "pool_paid": "27000.00"},
        "admissions": 1,
    },
)


def run(*arguments: str, given: object = None) -> subprocess.CompletedProcess[str]:
    """`terminal …` as a user would run it, a bill on its standard input."""
    text = given if isinstance(given, str) else json.dumps(given)
    command = [sys.executable, "-m", "terminal.cli", *arguments]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


def supplied(bill: dict[str, Any]) -> list[str]:
    """The option that gives the illustrative values where the bill's decree leaves some to the bureau."""
    policy = bill["policy"]
    needed = policy in ("ulanqab-employee", "tianjin-resident")
    return ["--supplement", f"examples/supplements/{policy}.toml"] if needed else []


def explained(bill: dict[str, Any], *options: str) -> str:
    """The page of one bill."""
    done = run("explain", "-", *supplied(bill), *options, given=bill)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def section(page: str, title: str) -> list[str]:
    """The lines beneath the heading that begins with `title`."""
    found = [part for part in page.rstrip("\n").split("\n\n") if part.startswith(title)]
    assert len(found) == 1, title
    return found[0].splitlines()[1:]


def cells_of(line: str) -> list[str]:
    """The cells of a line in columns."""
    return re.split(r" {2,}", line.strip())


def width(text: str) -> int:
    """Columns of a screen: two for a wide or full-width character (Unicode East Asian Width)."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
