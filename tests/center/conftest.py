"""Fixtures of the center's tests: the town with its reference center on a real port of this machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from town import Town


@pytest.fixture
def town() -> Iterator[Town]:
    """A town that is open for business, with operator 0001 signed in at 09:00 on 2021-06-30."""
    town = Town()
    town.open()
    yield town
    town.close()
