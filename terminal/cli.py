"""The command line: `terminal settle`, `run`, `bureau`, `demo`, `audit`. Parts are imported where they are used,
since a till that only settles should not wait for a web server to load.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from terminal import __version__
from terminal.errors import TerminalError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit status: 0 done, 1 refused or failed, 2 a wrong command line."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.command(options)
        sys.stdout.flush()
        return status
    except TerminalError as error:
        print(f"terminal: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader of our output has gone; what it did not read is not an error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="terminal", description="医保结算终端 settlement terminal")
    parser.add_argument("--version", action="version", version=f"terminal {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_settle(commands)
    _add_run(commands)
    _add_bureau(commands)
    _add_demo(commands)
    _add_audit(commands)
    return parser


def _add_settle(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    settle = commands.add_parser("settle", help="split one bill, or one a line, and print the settlement")
    settle.add_argument("file", metavar="FILE", help='a bill as JSON, or "-" for standard input')
    settle.add_argument("--jsonl", action="store_true", help="one bill a line in, one result a line out")
    settle.add_argument("--supplement", action="append", default=[], metavar="FILE", help="a bureau's parameters")
    settle.add_argument("--lapsed-goes-on", action="append", default=[], metavar="POLICY", help="go on after its end")
    settle.set_defaults(command=_settle)


def _add_run(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    run = commands.add_parser("run", help="run the daemon")
    run.add_argument("--config", required=True, type=Path, metavar="FILE", help="terminal.toml")
    run.set_defaults(command=_run)


def _add_bureau(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    bureau = commands.add_parser("bureau", help="run the reference center (training, tests, acceptance)")
    bureau.add_argument("--persons", required=True, type=Path, metavar="FILE", help="insured persons")
    bureau.add_argument("--providers", required=True, type=Path, metavar="FILE", help="designated providers")
    bureau.add_argument("--books", type=Path, metavar="FILE", help="keep the books here (default: in memory)")
    bureau.add_argument("--supplement", action="append", default=[], metavar="FILE", help="a bureau's parameters")
    bureau.add_argument("--port", type=int, default=8432, metavar="N", help="port on loopback (default 8432)")
    bureau.set_defaults(command=_bureau)


def _add_demo(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    demo = commands.add_parser("demo", help="a whole day at the counter, from the card to the bureau")
    demo.add_argument("--stay", action="store_true", help="leave the daemon, the center and a card running")
    demo.add_argument("--folder", type=Path, default=Path("var/demo"), metavar="DIR", help="where its files go")
    demo.add_argument("--simulated-reader", action="store_true", help="no PC/SC: read the card in the process")
    demo.set_defaults(command=_demo)


def _add_audit(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    audit = commands.add_parser("audit", help="check a journal")
    audit.add_argument("action", choices=["verify"])
    audit.add_argument("--journal", required=True, type=Path, metavar="FILE")
    audit.set_defaults(command=_audit)


def _settle(options: argparse.Namespace) -> int:
    from terminal.settle_command import open_input, read_input, settle_lines, settle_one
    from terminal.settlement.law import Law

    law = Law.load([Path(name) for name in options.supplement], options.lapsed_goes_on)
    if not options.jsonl:
        settle_one(law, read_input(options.file), sys.stdout.buffer)
        return 0
    with open_input(options.file) as stream:
        return 1 if settle_lines(law, stream, sys.stdout.buffer) else 0


def _run(options: argparse.Namespace) -> int:
    from terminal.daemon import run

    return run(options.config)


def _bureau(options: argparse.Namespace) -> int:
    from terminal.bureau_command import serve

    supplements = [Path(name) for name in options.supplement]
    return serve(options.persons, options.providers, supplements, options.books, options.port)


def _demo(options: argparse.Namespace) -> int:
    from terminal.demo.script import run_demo

    return run_demo(options.folder, stay=options.stay, simulated_reader=options.simulated_reader)


def _audit(options: argparse.Namespace) -> int:
    from terminal.audit_command import verify

    return verify(options.journal)


if __name__ == "__main__":
    sys.exit(main())
