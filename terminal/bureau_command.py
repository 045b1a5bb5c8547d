"""`terminal bureau`: the reference center in the foreground, and its accounts looked after; for training, tests and
acceptance.
"""

from __future__ import annotations

import argparse
import signal
import threading
from pathlib import Path

from terminal.bureau.account_law import load_account_law
from terminal.bureau.accounts import Run, close_account, credit_month, open_account, pay_interest, seal_account
from terminal.bureau.books import Books
from terminal.bureau.faults import load_fault_plan
from terminal.bureau.gate import load_center_keys
from terminal.bureau.persons import load_persons, load_providers
from terminal.bureau.published import PublishedFolder, next_head, publish
from terminal.bureau.server import BureauServer, ServerTls
from terminal.bureau.storage import is_server
from terminal.center.profile import load_profile
from terminal.clock import SystemClock
from terminal.errors import Refused, Unavailable
from terminal.money import Fen, format_fen, parse_fen
from terminal.settlement.law import Law


def serve(options: argparse.Namespace) -> int:
    """Serve on loopback until TERM or INT. Raises Refused for a faulty file, Unavailable for a taken port or books
    that are out of reach.
    """
    if options.persons is None or options.providers is None:
        message = "the center needs --persons and --providers"
        raise Refused("bad-configuration", message, "请给出参保人与机构文件", "bureau")
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


def keep_accounts(options: argparse.Namespace) -> int:
    """One action on the accounts of books that exist, also while a center serves them. Raises Refused, Missing."""
    if not is_server(options.books) and not Path(options.books).is_file():
        raise Refused(
            "no-file", "there are no books here: name them by --books", "此处没有账册，请用 --books 指明", "books"
        )
    books, now = Books([], {}, options.books), SystemClock().now()
    try:
        match options.action:
            case "credit":
                _tell(credit_month(books, load_account_law(options.values), options.month, now))
            case "interest":
                _tell(pay_interest(books, load_account_law(options.values), options.month, now))
            case "seal":
                seal_account(books, options.person, options.reason)
            case "unseal":
                open_account(books, options.person, options.reason)
            case _:
                heirs = dict(_share(text) for text in options.heir)
                close_account(books, options.person, options.reason, heirs, _fen(options.paid_out), now)
    finally:
        books.close()
    return 0


def publish_file(options: argparse.Namespace) -> int:
    """Sign one file with the bureau's key, and put it into the folder of a center. Raises Refused, Broken."""
    try:
        body, private_key = options.file.read_bytes(), options.key.read_bytes()
        options.folder.mkdir(parents=True, exist_ok=True)
        head = next_head(options.folder, options.kind, options.name, options.first, options.last, body)
        publish(options.folder, f"{head.kind}-{head.name}-{head.version}", body, head, private_key)
    except OSError as error:
        raise Refused("bad-input", f"{error.filename}: {error.strerror}", "文件无法读写", "bureau") from None
    until = f"until {head.in_force_to}" if head.in_force_to else "until the next version"
    print(f"published 已发布: {head.title}, from {head.in_force_from} {until}")
    return 0


def _tell(run: Run) -> None:
    print(f"{run.accounts} accounts 个账户, {format_fen(run.total)}")
    for person_number, reason in run.passed_over.items():
        print(f"  …{person_number[-4:]}: {reason}")


def _share(text: str) -> tuple[str, Fen]:
    person_number, _, amount = text.partition("=")
    return person_number, _fen(amount)


def _fen(text: str) -> Fen:
    try:
        return parse_fen(text)
    except ValueError as error:
        raise Refused("bad-input", f"{error}", "金额格式有误", "amount") from None


def _tls(options: argparse.Namespace) -> ServerTls | None:
    files = [options.tls_authority, options.tls_certificate, options.tls_key]
    if not any(files):
        return None
    if not all(files):
        message = "https needs all three: --tls-authority, --tls-certificate, --tls-key"
        raise Refused("bad-configuration", message, "https 需同时给出三个证书文件", "bureau")
    return ServerTls(*map(str, files))
