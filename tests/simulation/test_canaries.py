"""The auditor can fail: every bug that is planted on purpose is found, and by the check that it breaks."""

from __future__ import annotations

import re

import pytest

from tests.simulation.canaries import CANARIES, found_by

SEEDS, STEPS = range(1, 121), 60


@pytest.mark.parametrize("name", CANARIES)
def test_a_planted_bug_is_found_within_few_seeds(name: str) -> None:
    """Played in the worlds in which it makes a difference, at most a dozen of them, the auditor says what is wrong."""
    outcomes = found_by(name, SEEDS, STEPS)
    found = re.match(r"\[(.*?)\]", outcomes[-1].finding)
    assert found is not None
    assert found.group(1) in CANARIES[name].checks
    assert len(outcomes) <= 12
