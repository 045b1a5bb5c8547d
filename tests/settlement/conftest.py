"""Fixtures of the settlement tests: the law of the project, with and without the illustrative supplements."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from terminal.settlement.law import Law


@pytest.fixture(scope="session")
def law() -> Law:
    """Every policy with the illustrative supplements."""
    from tests.reference.product import load_law

    return load_law(supplemented=True)


@pytest.fixture(scope="session")
def bare_law() -> Law:
    """Every policy with nothing from the bureau."""
    from tests.reference.product import load_law

    return load_law(supplemented=False)
