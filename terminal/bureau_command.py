"""`terminal bureau`: the reference center in the foreground, for training, tests and acceptance."""

from __future__ import annotations

import argparse
import signal
import threading
from pathlib import Path

from terminal.bureau.books import Books
from terminal.bureau.faults import load_fault_plan
from terminal.bureau.gate import load_center_keys
from terminal.bureau.persons import load_persons, load_providers
from terminal.bureau.published import PublishedFolder
from terminal.bureau.server import BureauServer, ServerTls
from terminal.center.profile import load_profile
from terminal.clock import SystemClock
from terminal.errors import Refused, Unavailable
from terminal.settlement.law import Law


def serve(options: argparse.Namespace) -> int:
    """Serve on loopback until TERM or INT. Raises Refused for a faulty file, Unavailable for a taken port or books
    that are out of reach.
    """
    law = Law.load([Path(name) for name in options.supplement])
    profile, tls = load_profile(options.profile), _tls(options)
    keys = load_center_keys(options.keys) if options.keys else None
    plan = load_fault_plan(options.faults) if options.faults else None
    books = Books(load_persons(options.persons), load_providers(options.providers), options.books)
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    published = PublishedFolder(options.published)
    server = BureauServer(books, law, SystemClock(), "127.0.0.1", options.port, published, profile, keys, tls, plan)
    try:
        server.up()
    except OSError as error:
        books.close()
        raise Unavailable(
            "port-in-use",
            f"cannot listen on port {options.port}: {error.strerror}",
            f"无法监听端口 {options.port}",
            "bureau",
        ) from None
    print(f"reference center ready: {server.url}", flush=True)
    told.wait()
    server.down()
    books.close()
    return 0


def _tls(options: argparse.Namespace) -> ServerTls | None:
    files = [options.tls_authority, options.tls_certificate, options.tls_key]
    if not any(files):
        return None
    if not all(files):
        message = "https needs all three: --tls-authority, --tls-certificate, --tls-key"
        raise Refused("bad-configuration", message, "https 需同时给出三个证书文件", "bureau")
    return ServerTls(*map(str, files))
