"""A state machine plays the same shop, one deed at a time, and the auditor looks after each: what it finds, shrinks.

Every choice is Hypothesis': the world, the deed, a small number from which the deed draws the rest, what the wire does
to the next message, and at which call the power goes.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.simulation.auditor import Disagreement
from tests.simulation.canaries import CANARIES
from tests.simulation.liveness import settle_down
from tests.simulation.plan import DEEDS, FIRST_DAYS, can_be_mended, drawn
from tests.simulation.power import CUTS
from tests.simulation.run import MEMORY, auditor_of
from tests.simulation.shop import Shop
from tests.simulation.till import Till
from tests.simulation.wire import FAULTS
from tests.simulation.workload import Workload

DRAWS = st.integers(0, 2**16 - 1)
OTHER_DEEDS = sorted(DEEDS.keys() - {"sell", "work"})

IN_CI = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


class AnyShop(RuleBasedStateMachine):
    """One shop from its first morning until every day is closed."""

    @initialize(occasion=st.sampled_from(range(len(FIRST_DAYS))), draw=DRAWS)
    def opens(self, occasion: int, draw: int) -> None:
        """A world without any fault of its own: faults come by the rules."""
        random = Random(draw)
        plan = replace(drawn(random, occasion), wire={}, mute="", power=0.0)
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY)
        self.waiting_faults: list[str] = []
        self.shop = Shop(Path(self.folder.name), plan, random, self._fault)
        self.auditor = auditor_of(self.shop)
        self.workload = Workload(self.shop, Till(self.shop, self.auditor), random)
        self.is_sound = True

    @rule(draw=DRAWS)
    def sells(self, draw: int) -> None:
        """Somebody buys, or the till goes on with a sale that was not answered."""
        self._does("sell", draw)

    @rule(draw=DRAWS)
    def works(self, draw: int) -> None:
        """The terminal looks after its queues, and somebody looks at what it shows."""
        self._does("work", draw)
        self.shop.show()

    @rule(deed=st.sampled_from(OTHER_DEEDS), draw=DRAWS)
    def happens(self, deed: str, draw: int) -> None:
        """Any other deed."""
        self._does(deed, draw)

    @rule(what=st.sampled_from((*FAULTS, *CUTS)))
    def will_fail(self, what: str) -> None:
        """The next call of this port is the process's last; or the next message meets this fault of the wire."""
        plan = self.shop.plan
        if what in CUTS:
            self.shop.power.cut_in = what
        elif can_be_mended(what, plan.profile.repeats, plan.days_by):
            self.waiting_faults.append(what)

    @invariant()
    def holds(self) -> None:
        """Everything that must always hold, by what an outsider sees."""
        self.is_sound = False
        self.auditor.excuse(self.workload.clerk.changed)
        self.auditor.check()
        self.is_sound = True

    def teardown(self) -> None:
        """The faults stop: everything comes to its end, and both sides have the same books."""
        try:
            if self.is_sound:
                settle_down(self.workload)
                self.auditor.close()
                assert self.auditor.lost_fen() == {}
        finally:
            self.shop.close()
            self.folder.cleanup()

    def _does(self, deed: str, draw: int) -> None:
        self.is_sound = False
        self.workload.random = Random(draw)
        self.workload.do(deed)
        self.is_sound = True

    def _fault(self, infno: str) -> str:
        return self.waiting_faults.pop(0) if self.waiting_faults else ""


def test_whatever_is_done_in_whatever_order_the_invariants_hold() -> None:
    """Random sales, voids, faults, power cuts, restarts and day ends, judged after every step."""
    run_state_machine_as_test(AnyShop, settings=IN_CI)


def test_the_machine_finds_a_planted_bug() -> None:
    """Where what was written last is lost with the power, some order of deeds shows it."""
    with CANARIES["writes-are-not-synced"].plant(), pytest.raises(Disagreement):
        run_state_machine_as_test(AnyShop, settings=settings(IN_CI, phases=[Phase.generate]))
