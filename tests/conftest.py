"""What all tests share: the machine's one card service, which only one test at a time may have.

Promise: tests that need the real PC/SC service run on one worker, one module after the other, and wait for another
test run on the same machine instead of using its readers.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

MEMORY = Path("/dev/shm")
MEMORY_BYTES_MIN = 8 * 1024**3

if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= MEMORY_BYTES_MIN:
    # Journals and books are synced thousands of times: on a real disk the tests wait for it half of their time. What a
    # disk may do to a journal is shown in tests/disk.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

LOCK_FILE = Path(tempfile.gettempdir()) / "settlement-terminal-card-service.lock"


@pytest.fixture(scope="module")
def card_service_alone() -> Iterator[None]:
    """Nobody else on this machine uses the card service until the module is done."""
    with LOCK_FILE.open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests with the card service together on one worker. First: pytest-xdist reads the groups next."""
    for item in items:
        if isinstance(item, pytest.Function) and _needs_card_service(item):
            item.add_marker(pytest.mark.xdist_group("card-service"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any, ids: list[str]) -> None:
    """Stop where groups are lost, as with pytest 9.2 under pytest-xdist 3.8: a module whose tests share one daemon
    would be run in two halves by two workers, each with a daemon of its own. Every test of a page is of a group."""
    lost = [one for one in ids if one.startswith("tests/pages/") and "@" not in one]
    if lost and node.config.getoption("dist") == "loadgroup":
        pytest.exit("the tests' groups are lost: install the versions of constraints.txt", returncode=2)


def _needs_card_service(item: pytest.Function) -> bool:
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    return "card_service_alone" in item.fixturenames or parameters.get("bench") == "pcsc"
