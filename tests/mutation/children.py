"""Forked processes that run tests on a changed program, quietly and not for ever."""

from __future__ import annotations

import importlib
import os
import signal
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEST_SECONDS_MAX = 120


def passed_by(tests: tuple[str, ...]) -> int:
    """The status of pytest on these tests: 0 where all pass. In a child only."""
    import pytest

    # Without plugins each run begins at once; none of these tests needs one.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    return int(pytest.main(["-x", "-q", "-o", "addopts=", "-p", "no:cacheprovider", *tests]))


def forked(work: Callable[[], int]) -> int:
    """The wait status of a child that does `work`, quietly and not for ever."""
    _load_what_is_not_ours()
    child = os.fork()
    if child == 0:
        os.chdir(ROOT)
        quiet = os.open(os.devnull, os.O_RDWR)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        signal.alarm(TEST_SECONDS_MAX)
        os._exit(work())
    _, status = os.waitpid(child, 0)
    return status


def _load_what_is_not_ours() -> None:
    """Once for all children."""
    for name in ("pytest", "hypothesis.strategies", "msgspec", "sqlite_utils", "cryptography.x509", "PIL.ImageDraw"):
        importlib.import_module(name)
