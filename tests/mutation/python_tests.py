"""A run of pytest that has collected tests, and then runs those of them that somebody chooses."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

SECONDS_MIN, TIMES_AS_LONG = 10, 10
"""A test may take so many times what it takes in the program as it is, and never less than this. Then it hangs."""

QUIET = ("-q", "-s", "--tb=no", "--assert=plain", "-o", "addopts=", "-p", "no:cacheprovider")


class _Chosen:
    """Does `work` with the collected tests, where pytest would run all of them."""

    def __init__(self, work: Callable[[list[pytest.Item]], Any]) -> None:
        self._work = work
        self.answer: Any = None

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """See pytest's own."""
        assert not session.testsfailed, "a module of tests cannot be loaded"
        self.answer = self._work(session.items)
        return True


def collected(root: Path, tests: Sequence[str], work: Callable[[list[pytest.Item]], Any]) -> Any:
    """Collect these tests and return what `work` makes of them. In a child only: it loads the program."""
    os.chdir(root)
    # Without plugins each run begins at once; none of these tests needs one.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    # The same examples for every mutant; a failing one is good enough as it is, and nothing to keep.
    phases, checks = (Phase.explicit, Phase.generate), list(HealthCheck)
    settings.register_profile("mutation", derandomize=True, phases=phases, suppress_health_check=checks, deadline=None)
    settings.load_profile("mutation")
    chosen = _Chosen(work)
    code = pytest.main([*QUIET, *tests], plugins=[chosen])
    assert code in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED), f"the tests cannot be collected: {code!r}"
    return chosen.answer


def first_failure(items: Sequence[pytest.Item], seconds: Mapping[str, float]) -> str:
    """Run tests in turn until one fails: its name, or "". seconds: what each takes in the program as it is.

    One that takes far too long ends the process with SIGALRM.
    """
    for item, following in zip(items, [*items[1:], None], strict=True):
        signal.alarm(round(SECONDS_MIN + TIMES_AS_LONG * seconds.get(item.nodeid, 0)))
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if item.session.testsfailed:
            return item.nodeid
    signal.alarm(0)
    return ""
