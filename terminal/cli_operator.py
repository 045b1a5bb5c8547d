"""The commands of operators, auditors and engineers: doctor, support, audit, receipt, card, queue, journal, till …

Parts are imported where they are used, as in `cli.py`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def add_operator_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Their words on the command line."""
    for add in (
        _add_doctor,
        _add_support,
        _add_audit,
        _add_receipt,
        _add_card,
        _add_till,
        _add_journal,
        _add_queue,
        _add_conformance,
    ):
        add(commands)


def _add_doctor(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    doctor = commands.add_parser("doctor", help="look at everything the terminal leans on, and say what to do")
    doctor.add_argument("--config", required=True, type=Path, metavar="FILE", help="terminal.toml")
    doctor.set_defaults(command=_doctor)


def _add_support(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    support = commands.add_parser("support", help="one file for the engineer, with nobody's name or number in it")
    support.add_argument("bundle", type=Path, metavar="ZIP", help="the file to write")
    support.add_argument("--config", required=True, type=Path, metavar="FILE", help="terminal.toml")
    support.add_argument("--log", default="", metavar="FILE", help='the daemon\'s log, or "-" for standard input')
    support.set_defaults(command=_support)


def _add_audit(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    audit = commands.add_parser("audit", help="check a journal, work it out again, hand it to the auditor")
    actions = audit.add_subparsers(required=True, metavar="ACTION")
    verify = actions.add_parser("verify", help="does it still say what it said?")
    verify.add_argument("--anchor", action="append", default=[], metavar="HASH", help="as printed, or as sent")
    verify.set_defaults(command=_audit_verify)
    replay = actions.add_parser("replay", help="does every settlement come out to the same fen?")
    replay.set_defaults(command=_audit_replay)
    export = actions.add_parser("export", help="an archive that stands alone")
    export.add_argument("archive", type=Path, metavar="ZIP", help="the file to write")
    export.add_argument("--key", type=Path, metavar="FILE", help="sign it with this SM2 private key (PEM)")
    export.set_defaults(command=_audit_export)
    for action in (verify, replay, export):
        action.add_argument("--journal", required=True, type=Path, metavar="FILE")


def _add_receipt(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    receipt = commands.add_parser("receipt", help="see what a receipt will look like")
    actions = receipt.add_subparsers(required=True, metavar="ACTION")
    preview = actions.add_parser("preview", help="the receipt of a bill or a settlement")
    preview.add_argument("file", metavar="FILE", help='a bill or a settlement as JSON, or "-" for standard input')
    preview.add_argument("--form", choices=["text", "png", "svg", "escpos"], default="text", help="default text")
    preview.add_argument("--columns", type=int, choices=[32, 42, 48], default=48, help="58 mm: 32; 80 mm: 48")
    preview.add_argument("--layout", type=Path, metavar="FILE", help="the pharmacy's own layout")
    preview.add_argument("--font", action="append", default=[], metavar="FILE", help="a font asked first")
    preview.add_argument("--encoding", choices=["gb18030", "gbk", "utf-8"], default="gb18030", help="of escpos")
    preview.add_argument("--void", action="store_true", help="the paper of its void instead")
    preview.add_argument("--out", type=Path, metavar="FILE", help="write there (default: standard output)")
    preview.add_argument("--supplement", action="append", default=[], metavar="FILE", help="a bureau's parameters")
    preview.add_argument("--lapsed-goes-on", action="append", default=[], metavar="POLICY", help="go on after its end")
    preview.set_defaults(command=_receipt)


def _add_card(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    card = commands.add_parser("card", help="read the card in the reader, and say what is wrong with it")
    card.add_argument("--config", type=Path, metavar="FILE", help="take the reader of this terminal.toml")
    card.add_argument("--reader", default="", metavar="NAME", help="as PC/SC calls it (default: the first)")
    card.add_argument("--card", type=Path, metavar="FILE", help="a virtual card's file instead of a reader")
    card.add_argument("--full", action="store_true", help="show the identity number whole")
    card.set_defaults(command=_card)


def _add_queue(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    queue = commands.add_parser("queue", help="what still has to go to the center, and about how long it will take")
    queue.add_argument("--config", required=True, type=Path, metavar="FILE", help="terminal.toml")
    queue.add_argument("--watch", action="store_true", help="draw a bar until nothing waits")
    queue.set_defaults(command=_queue)


def _add_journal(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    journal = commands.add_parser(
        "journal", help="a journal that was moved here or restored from a backup: take it over"
    )
    take_over = journal.add_subparsers(required=True, metavar="ACTION").add_parser("take-over", help="it goes on here")
    take_over.add_argument("--config", type=Path, required=True, metavar="FILE", help="the terminal's configuration")
    take_over.add_argument("--operator", required=True, metavar="NUMBER", help="who decides")
    take_over.add_argument("--reason", required=True, metavar="TEXT", help="why; it stands in the journal for good")
    take_over.set_defaults(command=_take_over)


def _add_till(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    till = commands.add_parser("till", help="which tills may ask this terminal: add, list, remove, page")
    actions = till.add_subparsers(required=True, metavar="ACTION", dest="action")
    for action, told in (
        ("add", "register a till and print its token, once"),
        ("page", "register a browser and print its link to the operator's pages, once"),
        ("remove", "take a till's leave at once"),
        ("list", "the tills that are registered"),
    ):
        one = actions.add_parser(action, help=told)
        if action != "list":
            one.add_argument("name", metavar="NAME", help="1 to 32 letters, digits, - and _")
        one.add_argument("--config", type=Path, default=Path("terminal.toml"), metavar="FILE", help="terminal.toml")
    till.set_defaults(command=_till)


def _add_conformance(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    kit = commands.add_parser("conformance", help="for vendors of tills: every convention against a training terminal")
    kit.add_argument("url", metavar="URL", help="http://127.0.0.1:8431/")
    kit.add_argument("--token", required=True, metavar="TOKEN", help="a till's, made by: terminal till add NAME")
    kit.add_argument("--authority", type=Path, metavar="FILE", help="who vouches for the certificate of https (PEM)")
    kit.add_argument("--bill", type=Path, metavar="FILE", help="what is sold, as JSON without its date")
    kit.add_argument("--json", action="store_true", help="the report as JSON")
    kit.set_defaults(command=_conformance)


def _receipt(options: argparse.Namespace) -> int:
    import io

    from terminal.receipt_command import preview
    from terminal.settle_command import read_input
    from terminal.settlement.law import Law

    law = Law.load([Path(name) for name in options.supplement], options.lapsed_goes_on)
    law.shelf.require_going_on_known("--lapsed-goes-on")
    made, looks = io.BytesIO(), (options.form, options.columns, options.layout, options.font, options.encoding)
    preview(read_input(options.file), law, made, *looks, options.void)
    if options.out:
        options.out.write_bytes(made.getvalue())
    else:
        sys.stdout.buffer.write(made.getvalue())
    return 0


def _queue(options: argparse.Namespace) -> int:
    from terminal.queue_command import show_queue

    return show_queue(options.config, options.watch)


def _doctor(options: argparse.Namespace) -> int:
    from terminal.doctor_command import examine

    return examine(options.config)


def _support(options: argparse.Namespace) -> int:
    from terminal.support_command import support

    return support(options.config, options.bundle, options.log)


def _audit_verify(options: argparse.Namespace) -> int:
    from terminal.audit_command import verify

    return verify(options.journal, options.anchor)


def _audit_replay(options: argparse.Namespace) -> int:
    from terminal.audit_command import replayed

    return replayed(options.journal)


def _audit_export(options: argparse.Namespace) -> int:
    from terminal.audit_command import export

    return export(options.journal, options.archive, options.key)


def _till(options: argparse.Namespace) -> int:
    from terminal.till_command import add, listing, page, remove

    match options.action:
        case "add":
            add(options.config, options.name)
        case "page":
            page(options.config, options.name)
        case "remove":
            remove(options.config, options.name)
        case _:
            listing(options.config)
    return 0


def _take_over(options: argparse.Namespace) -> int:
    from terminal.journal_command import take_over

    take_over(options.config, options.operator, options.reason)
    return 0


def _conformance(options: argparse.Namespace) -> int:
    import secrets

    from terminal.conformance.run import conformance

    run = secrets.token_hex(4)
    return conformance(options.url, options.token, run, options.authority, options.bill, options.json)


def _card(options: argparse.Namespace) -> int:
    from terminal.card_command import reader_of, show_card
    from terminal.clock import SystemClock

    today = SystemClock().now().date()
    return show_card(reader_of(options.config, options.reader, options.card), today, options.full)
