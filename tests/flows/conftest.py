"""The flows' tests use the counter's shop: real journal, law, receipts and reference center; only time is theirs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "counter"))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Any]:
    """One shop in local mode, at the reference center."""
    from counter_parts import Shop

    with Shop(tmp_path) as opened:
        yield opened
