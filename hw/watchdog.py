"""A watchdog for device calls that may never return."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from hw.card_errors import card_error
from hw.ports import DeviceError

Result = TypeVar("Result")


class Watchdog:
    """Runs jobs of one device, each in a thread of its own, and leaves behind one that does not end in time.

    Promise: a call that hangs for ever costs its time-out once; until it ends, further jobs are refused at once.
    """

    def __init__(self, timeout_seconds: float) -> None:
        self.timeout_seconds = timeout_seconds
        self._stuck: threading.Thread | None = None

    @property
    def stuck(self) -> bool:
        """Whether a late job still runs."""
        return self._stuck is not None and self._stuck.is_alive()

    def run(self, job: Callable[[], Result]) -> Result:
        """The job's result, or its DeviceError or TimeoutError. Raises DeviceError `card-mute` when it is late."""
        if self.stuck:
            raise card_error("card-mute", "an earlier reading still waits", "上次读卡仍未结束")
        outcome: Future[Result] = Future()
        worker = threading.Thread(target=_settle, args=(outcome, job), name="card-reading", daemon=True)
        worker.start()
        worker.join(self.timeout_seconds)
        if worker.is_alive():
            self._stuck = worker
            seconds = f"{self.timeout_seconds:g}"
            raise card_error("card-mute", f"no answer in {seconds} s", f"{seconds}秒内无应答")
        return outcome.result(0)


def _settle(outcome: Future[Result], job: Callable[[], Result]) -> None:
    try:
        outcome.set_result(job())
    except (DeviceError, TimeoutError) as error:
        outcome.set_exception(error)
    finally:
        outcome.cancel()
