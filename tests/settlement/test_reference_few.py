"""A few random bills of each policy, product against reference: quick enough to be asked of every mutant of the law."""

from __future__ import annotations

import pytest

from tests.settlement.strategies import POLICIES
from tests.settlement.test_reference_mass import compare_chunk

BILLS = 60


@pytest.mark.parametrize("supplemented", [True, False])
@pytest.mark.parametrize("policy", POLICIES)
def test_a_few_bills_are_settled_as_the_decree_says(policy: str, supplemented: bool) -> None:
    """Both give the same fen everywhere, or both refuse; most bills settle with what the bureau has to say."""
    tally = compare_chunk(policy, 0, BILLS, supplemented)
    assert not tally.disagreements
    assert not supplemented or tally.settled > BILLS // 2
