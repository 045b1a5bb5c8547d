"""A reference center, and a folder in which a terminal may live."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.holding import line as line
from daemon.process import new_bureau
from terminal.bureau.server import BureauServer


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[BureauServer]:
    """The center, listening."""
    with new_bureau(tmp_path) as server:
        yield server
