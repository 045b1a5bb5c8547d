"""Forked processes that run tests on a changed program: quietly, apart, and not for ever.

Promise: nothing that a child writes, starts or leaves lying outlives it, and its parent goes on whatever becomes
of it.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import resource
import signal
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlite_utils

MEMORY = Path("/dev/shm")
MEMORY_BYTES_MAX = 6 * 1024**3

NOT_OURS = (
    *(
        "pytest",
        "hypothesis.strategies",
        "msgspec",
        "cryptography.x509",
        "PIL.ImageDraw",
        "_strptime",
        "encodings.idna",
    ),
    *("uvicorn.loops.asyncio", "uvicorn.lifespan.off", "uvicorn.protocols.websockets.auto"),
)


@dataclass(frozen=True)
class Ended:
    """How a child ended. code: 0 where its work is done, and then `answer` is what it returned; minus a signal."""

    code: int
    answer: Any = None


def forked(work: Callable[[], Any]) -> Ended:
    """Do `work` in a child, with a folder in memory for all that it writes."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        answer = Path(folder) / "answer"
        child = os.fork()
        if child == 0:
            try:
                _set_apart(folder)
                answer.write_bytes(pickle.dumps(work()))
                os._exit(0)
            finally:
                os._exit(1)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        return Ended(code, pickle.loads(answer.read_bytes())) if code == 0 else Ended(code)


def _set_apart(folder: str) -> None:
    os.setsid()
    quiet = os.open(os.devnull, os.O_RDWR)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    os.environ["TMPDIR"] = os.environ["PYTEST_DEBUG_TEMPROOT"] = tempfile.tempdir = folder
    # A loop that a mutant has made endless may eat memory faster than its time runs out.
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))


def load_what_is_not_ours() -> None:
    """Once for all children: what tests need and no mutant changes."""
    for name in NOT_OURS:
        importlib.import_module(name)
    # It looks for plugins when the first database is opened, which takes longer than most tests.
    sqlite_utils.Database(memory=True).close()
