"""Waiting for a code at the scanner on behalf of a till, beside everything else that goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from terminal.api.events import EventHub
from terminal.counter.scan import ScanDesk

LOOK_AGAIN_SECONDS = 0.05
"""Nobody feels a twentieth of a second between showing a code and being known."""


async def scanned_code(
    desk: ScanDesk, events: EventHub, wait_seconds: int, hung_up: Callable[[], Awaitable[bool]]
) -> str:
    """The next code that is shown; listeners hear when to show it, and when no more. A till that hangs up cancels.

    Raises Conflict `scan-waiting`, `scan-cancelled`; Unavailable `no-scanner`, `no-code`, `scanner-offline`.
    """
    wait = desk.begin(wait_seconds)
    events.publish("scanner-armed", {"seconds": str(wait_seconds)})
    try:
        while (code := desk.look(wait)) is None:
            if await hung_up():
                desk.cancel()
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        return code
    finally:
        desk.end()
        events.publish("scanner-done")
