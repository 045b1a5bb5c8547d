"""`terminal bureau`: the reference center in the foreground, for training, tests and acceptance."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

from terminal.bureau.books import Books
from terminal.bureau.persons import load_persons, load_providers
from terminal.bureau.published import PublishedFolder
from terminal.bureau.server import BureauServer
from terminal.clock import SystemClock
from terminal.errors import Unavailable
from terminal.settlement.law import Law


def serve(
    persons: Path,
    providers: Path,
    supplements: list[Path],
    books: str,
    port: int,
    published: Path | None = None,
) -> int:
    """Serve on loopback until TERM or INT. Raises Refused for a faulty file, Unavailable for a taken port."""
    law = Law.load(supplements)
    kept = Books(load_persons(persons), load_providers(providers), books)
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    server = BureauServer(kept, law, SystemClock(), port=port, published=PublishedFolder(published))
    try:
        server.up()
    except OSError as error:
        kept.close()
        raise Unavailable(
            "port-in-use", f"cannot listen on port {port}: {error.strerror}", f"无法监听端口 {port}", "bureau"
        ) from None
    print(f"reference center ready: {server.url}", flush=True)
    told.wait()
    server.down()
    kept.close()
    return 0
