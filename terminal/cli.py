"""The command line: `terminal settle`, `explain`, `policy`, `run`, `bureau`, `demo`; operators' in `cli_operator.py`.

Parts are imported where they are used, since a till that only settles should not wait for a web server to load.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from terminal import __version__
from terminal.cli_operator import add_operator_commands
from terminal.errors import TerminalError
from terminal.money import shown
from terminal.publication import Kind

if TYPE_CHECKING:
    from terminal.settlement.law import Law


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
    _add_explain(commands)
    _add_policy(commands)
    _add_run(commands)
    _add_bureau(commands)
    _add_demo(commands)
    add_operator_commands(commands)
    return parser


def _add_settle(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    settle = commands.add_parser("settle", help="split one bill, or one a line, and print the settlement")
    settle.add_argument("file", metavar="FILE", help='a bill as JSON, or "-" for standard input')
    settle.add_argument("--jsonl", action="store_true", help="one bill a line in, one result a line out")
    _add_law(settle)
    settle.set_defaults(command=_settle)


def _add_law(command: argparse.ArgumentParser) -> None:
    """Which law a bill is asked under."""
    command.add_argument("--supplement", action="append", default=[], metavar="FILE", help="a bureau's parameters")
    command.add_argument("--bureau-key", type=Path, metavar="FILE", help="supplements count only signed by this key")
    command.add_argument("--lapsed-goes-on", action="append", default=[], metavar="POLICY", help="go on after its end")
    command.add_argument("--as-of", type=_day, metavar="DATE", help="under the law of another day (YYYY-MM-DD)")


def _add_explain(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    explain = commands.add_parser("explain", help="say on a page who pays which part of one bill, and why")
    explain.add_argument("file", metavar="BILL", help='a bill as JSON, or "-" for standard input')
    explain.add_argument("--lang", choices=["zh", "en"], default="zh", help="the page's language (default zh)")
    explain.add_argument("--svg", type=Path, metavar="FILE", help="draw the axis of eligible expense into FILE")
    _add_law(explain)
    explain.set_defaults(command=_explain)


def _add_policy(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    policy = commands.add_parser("policy", help="read the law on the shelf: list, show, diff, check")
    actions = policy.add_subparsers(required=True, metavar="ACTION", dest="action")
    actions.add_parser("list", help="every version of every policy")
    show = actions.add_parser("show", help="every rule of a policy: value, condition, article")
    show.add_argument("policy", metavar="POLICY", help="ID, ID@VERSION or a file")
    show.add_argument("--date", type=_day, metavar="DATE", help="as in force on this day (default: newest version)")
    diff = actions.add_parser("diff", help="what changed between two policies or versions")
    diff.add_argument("one", metavar="A", help="ID, ID@VERSION or a file")
    diff.add_argument("other", metavar="B", help="ID, ID@VERSION or a file")
    check = actions.add_parser("check", help="is a pack or a supplement sound")
    check.add_argument("file", type=Path, metavar="FILE")
    policy.set_defaults(command=_policy)


def _day(text: str) -> dt.date:
    try:
        if len(text) == len("YYYY-MM-DD"):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"a day is YYYY-MM-DD, not {shown(text)} 日期须为 YYYY-MM-DD")


def _month(text: str) -> dt.date:
    return _day(f"{text}-01")


def _add_run(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    run = commands.add_parser("run", help="run the daemon")
    run.add_argument("--config", required=True, type=Path, metavar="FILE", help="terminal.toml")
    run.set_defaults(command=_run)


def _add_bureau(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    bureau = commands.add_parser("bureau", help="run the reference center (training, tests, acceptance)")
    bureau.add_argument("--persons", type=Path, metavar="FILE", help="insured persons")
    bureau.add_argument("--providers", type=Path, metavar="FILE", help="designated providers")
    bureau.add_argument(
        "--books", default=":memory:", metavar="PLACE", help="a file or postgresql://… (default: memory)"
    )
    bureau.add_argument("--supplement", action="append", default=[], metavar="FILE", help="a bureau's parameters")
    published = "publish the signed files of this folder; the center itself settles by the packs of this program"
    bureau.add_argument("--published", type=Path, metavar="DIR", help=published)
    bureau.add_argument("--port", type=int, default=8432, metavar="N", help="port on loopback (default 8432)")
    bureau.add_argument("--profile", default="reference", metavar="NAME", help="demand what this province demands")
    bureau.add_argument("--keys", type=Path, metavar="FILE", help="the center's keys for it (TOML)")
    bureau.add_argument("--faults", type=Path, metavar="PLAN", help="which request meets which fault (TOML)")
    for name, what in (("authority", "who vouches for terminals"), ("certificate", "the center's"), ("key", "its key")):
        bureau.add_argument(f"--tls-{name}", type=Path, metavar="PEM", help=f"https with both certificates: {what}")
    bureau.set_defaults(command=_bureau)
    actions = bureau.add_subparsers(metavar="ACTION", dest="action", help="instead of serving: look after accounts")
    for name, what in (("credit", "credit a month to every account"), ("interest", "pay in a month's interest")):
        monthly = actions.add_parser(name, help=what)
        monthly.add_argument("--month", required=True, type=_month, metavar="YYYY-MM")
        monthly.add_argument(
            "--values", action="append", default=[], type=Path, metavar="FILE", help="a bureau's rates"
        )
    for name, what in (("seal", "it pays nothing"), ("unseal", "it pays again"), ("close", "for good, inherited")):
        account = actions.add_parser(name, help=f"{name} one account: {what}")
        account.add_argument("person", metavar="PERSON", help="the center's number of the person")
        account.add_argument("--reason", required=True, metavar="TEXT")
    account.add_argument("--heir", action="append", default=[], metavar="PERSON=YUAN", help="an insured heir's share")
    account.add_argument("--paid-out", default="0.00", metavar="YUAN", help="what goes to heirs outside insurance")
    _add_publish(actions)


def _add_publish(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    publish = actions.add_parser("publish", help="sign a file and put it among what the center publishes")
    publish.add_argument("file", type=Path, metavar="FILE")
    publish.add_argument(
        "--kind", required=True, choices=get_args(Kind), metavar="KIND", help=", ".join(get_args(Kind))
    )
    publish.add_argument("--name", required=True, metavar="NAME", help="the policy, or 1301 … of a catalogue")
    publish.add_argument("--from", required=True, type=_day, dest="first", metavar="YYYY-MM-DD", help="first day")
    publish.add_argument("--to", type=_day, dest="last", metavar="YYYY-MM-DD", help="last day (default: none)")
    publish.add_argument("--key", required=True, type=Path, metavar="PEM", help="the bureau's private SM2 key")
    publish.add_argument("--folder", required=True, type=Path, metavar="DIR", help="the center's --published")


def _add_demo(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    demo = commands.add_parser("demo", help="a whole day at the counter, from the card to the bureau")
    demo.add_argument("--stay", action="store_true", help="leave the daemon, the center and a card running")
    demo.add_argument("--folder", type=Path, default=Path("var/demo"), metavar="DIR", help="where its files go")
    demo.add_argument("--simulated-reader", action="store_true", help="no PC/SC: read the card in the process")
    demo.set_defaults(command=_demo)


def _settle(options: argparse.Namespace) -> int:
    from terminal.settle_command import open_input, read_input, settle_lines, settle_one

    law = _law(options)
    if not options.jsonl:
        settle_one(law, read_input(options.file), sys.stdout.buffer, options.as_of)
        return 0
    with open_input(options.file) as stream:
        return 1 if settle_lines(law, stream, sys.stdout.buffer, options.as_of) else 0


def _law(options: argparse.Namespace) -> Law:
    """The law that a bill is asked under. Raises Refused for a file at fault, or a policy that is not shipped."""
    from terminal.settlement.law import Law
    from terminal.settlement.shelf import read_key

    law = Law.load([Path(name) for name in options.supplement], options.lapsed_goes_on, read_key(options.bureau_key))
    law.shelf.require_going_on_known("--lapsed-goes-on")
    return law


def _explain(options: argparse.Namespace) -> int:
    from terminal.explain_command import explain
    from terminal.settle_command import read_input

    explain(_law(options), read_input(options.file), sys.stdout.buffer, options.lang, options.svg, options.as_of)
    return 0


def _policy(options: argparse.Namespace) -> int:
    from terminal.policy_command import check, difference, listing, rules

    match options.action:
        case "list":
            lines = listing()
        case "show":
            lines = rules(options.policy, options.date)
        case "diff":
            lines = difference(options.one, options.other)
        case _:
            lines = [check(options.file)]
    print("\n".join(lines))
    return 0


def _run(options: argparse.Namespace) -> int:
    from terminal.daemon import run

    return run(options.config)


def _bureau(options: argparse.Namespace) -> int:
    from terminal.bureau_command import keep_accounts, publish_file, serve

    if options.action == "publish":
        return publish_file(options)
    return keep_accounts(options) if options.action else serve(options)


def _demo(options: argparse.Namespace) -> int:
    from terminal.demo.script import run_demo

    return run_demo(options.folder, stay=options.stay, simulated_reader=options.simulated_reader)


if __name__ == "__main__":
    sys.exit(main())
