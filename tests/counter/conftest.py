"""One shop, open, with an operator signed in and a card in the reader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from counter_parts import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with Shop(tmp_path) as opened:
        yield opened
