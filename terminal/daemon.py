"""The terminal as a program: puts it together, serves it, and ends it.

Promise: one journal has one daemon; the counter, its reader and the journal are touched by one thread only;
TERM and INT finish what is begun, close the journal and end with status 0, within a bounded time whatever hangs.
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import random
import secrets
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from hw.ports import DeviceState
from terminal.api.app import make_app
from terminal.api.background import Background, Tick
from terminal.api.doors import Door, names_in, tcp_door, tls_of, unix_door
from terminal.api.health_types import DeviceAnswer, FailingStep, HealthAnswer
from terminal.api.log import LOGGER, log_to
from terminal.api.meter import Meter
from terminal.api.rates import Rates
from terminal.api.served import Served
from terminal.api.server import Server, told_to_stop
from terminal.api.thread import CounterThread
from terminal.api.tills import tills_file
from terminal.api.token import TillGate
from terminal.assembly import Terminal, open_terminal
from terminal.center.pauses import Pauses
from terminal.config import Config, load
from terminal.config_sections import ApiSection
from terminal.counter.month import statement_due
from terminal.counter.printing import open_drawer
from terminal.counter.scan import ScanDesk
from terminal.diagnosis import diagnose
from terminal.errors import TerminalError
from terminal.first_use import learn_types
from terminal.journal.gauges import gauges_of


def run(config_path: Path) -> int:
    """Run one terminal until TERM or INT. Returns 0, or 1 with a plain message on standard error."""
    log_to(sys.stderr)
    # Where a library of C's brings the process down, the log says in which call; a traceback names functions alone.
    faulthandler.enable(sys.__stderr__ or sys.stderr)
    learn_types()
    thread = CounterThread()
    try:
        config = load(config_path)
        terminal = thread.run(lambda: open_terminal(config, thread))
        try:
            _serve(config, terminal)
        finally:
            thread.run(terminal.journal.close)
            LOGGER.info("stopped", extra={"terminal": config.terminal.id})
    except TerminalError as error:
        place = f"{error.at}：" if error.at else ""
        print(f"terminal: {error}\n终端：{place}{error.message_zh}", file=sys.stderr)
        return 1
    finally:
        thread.close()
        faulthandler.cancel_dump_traceback_later()
    return 0


def _ask_card(terminal: Terminal) -> None:
    """A card that comes back is asked what became of its open debit; where none is open it is not spoken to."""
    if terminal.counter.open_purse_debits():
        terminal.counter.ask_purse()


def _serve(config: Config, terminal: Terminal) -> None:
    with ExitStack() as doors:
        opened = _doors(config.api, doors)
        asyncio.run(_serve_until_told(config, terminal, opened))


def _doors(api: ApiSection, stack: ExitStack) -> list[Door]:
    tls = tls_of(Path(api.tls_certificate), Path(api.tls_key)) if api.tls_certificate else None
    opened = [tcp_door(api.host, api.port, tls)]
    stack.callback(opened[0].shut)
    if api.socket:
        opened.append(unix_door(Path(api.socket)))
        stack.callback(opened[1].shut)
    return opened


async def _serve_until_told(config: Config, terminal: Terminal, doors: Sequence[Door]) -> None:
    server: Server
    events = terminal.hotplug.events
    background = _background(terminal)
    served = Served(
        counter=terminal.counter,
        journal=terminal.journal,
        thread=terminal.thread,
        health=lambda: _health(config, terminal, background),
        ready=lambda: server.started and not server.should_exit,
        changed=background.changed,
        exclusive=lambda: background.exclusive("uploads"),
        ask_center=terminal.ask_center,
        take_back=terminal.take_back,
        receipt_columns=config.printer.columns,
        clock=terminal.clock,
        tills=TillGate(tills_file(Path(config.terminal.journal)), _till_noting(terminal)),
        rates=Rates(config.api.requests_per_second_max, config.api.till_requests_per_second_max, terminal.clock),
        arrival_seconds_max=config.api.request_timeout_seconds,
        names=_names(config.api),
        wake_uploads=terminal.upload.wake,
        at_start=terminal.recovered,
        diagnose=lambda: diagnose(config, "in use", terminal.clock, terminal.devices.states(), background.standing),
        kick_drawer=lambda: open_drawer(terminal.devices.printer),
        scanning=ScanDesk(terminal.devices.scanner, terminal.clock),
        events=events,
        meter=Meter(),
        gauges=lambda: gauges_of(Path(config.terminal.journal), terminal.clock.now().date()),
        center_sight=lambda: terminal.sight.last,
        standing=lambda: background.standing,
        fonts=tuple(config.receipt.fonts),
        find_articles=terminal.find_articles,
        counties=config.center.counties,
        downloads=terminal.downloads,
        download=partial(_download, terminal, background),
        at_center=terminal.at_center,
        keep_goods=terminal.keep_goods,
        resume=terminal.resume,
    )

    def stopping() -> None:
        events.close()
        served.scanning.cancel()
        background.stop()

    server = Server(make_app(served), config.terminal.id, doors, config.api.request_timeout_seconds, stopping)
    with told_to_stop(server.stop), contextlib.closing(terminal.devices), terminal.hotplug:
        working = asyncio.create_task(background.work())
        await server.serve()
        background.stop()
        # Whoever still waits for the center hears nothing more: what was sent is in doubt, as after any silence.
        for link in terminal.links:
            link.cut()
        await working


def _background(terminal: Terminal) -> Background:
    terminal.hotplug.after_insertion = partial(terminal.thread.run, partial(_ask_card, terminal))
    ticks: dict[str, Tick] = {
        "intents": lambda now: terminal.thread.run(terminal.counter.undo_interrupted),
        "uploads": terminal.upload.run,
        "goods": terminal.stock.tick,
        "visits": terminal.left_visits.tick,
        "downloads": terminal.fetching.tick,
        "prints": terminal.prints.tick,
        "devices": terminal.hotplug.tick,
    }
    return Background(ticks, terminal.clock, Pauses(random.Random(secrets.randbits(64))))


async def _download(terminal: Terminal, background: Background, operator: str) -> list[str]:
    async with background.exclusive("downloads"):
        return await asyncio.to_thread(terminal.fetching.fetch, operator)


def _names(api: ApiSection) -> frozenset[str]:
    """What clients may call this terminal besides loopback."""
    shown = f"[{api.host}]" if ":" in api.host else api.host
    return frozenset({shown}) | (names_in(Path(api.tls_certificate)) if api.tls_certificate else frozenset())


def _till_noting(terminal: Terminal) -> Callable[[Mapping[str, str]], Awaitable[None]]:
    async def note(registered: Mapping[str, str]) -> None:
        await terminal.thread.call(lambda: terminal.journal.note_tills(registered, terminal.clock.now()))

    return note


async def _health(config: Config, terminal: Terminal, background: Background) -> HealthAnswer:
    asked = terminal.devices.states()
    # A device that takes its time to answer keeps nobody waiting but who asked.
    states = await asyncio.gather(*(asyncio.to_thread(ask) for ask in asked.values()))
    devices = {name: _device(state) for name, state in zip(asked, states, strict=True)}
    failing = [one for one in background.standing.values() if one]
    return await terminal.thread.call(lambda: _facts(config, terminal, devices, failing))


def _facts(
    config: Config, terminal: Terminal, devices: dict[str, DeviceAnswer], failing: list[FailingStep]
) -> HealthAnswer:
    counter, journal = terminal.counter, terminal.journal
    day, offset = counter.business_day(), counter.clock_offset
    return HealthAnswer(
        terminal=config.terminal.id,
        mode=config.terminal.mode,
        now=terminal.clock.now(),
        training_clock=config.clock.starts_at is not None,
        signed_in=counter.signed_in,
        business_day=day,
        day_state=journal.day_state(day),
        day_ahead_of_clock=counter.day_ahead_of_clock(),
        clock_off_seconds=offset.seconds if offset else None,
        clock_measured_at=offset.measured_at if offset else None,
        clock_is_off=offset is not None and offset.is_off,
        devices=devices,
        card_service=terminal.hotplug.card_service,
        readers=terminal.hotplug.readers,
        center=terminal.sight.last,
        uploads=journal.counts(),
        prints_waiting=len(journal.print_queue()),
        refused_downloads=[str(trouble) for trouble in terminal.downloads.troubles()],
        statement=statement_due(journal, config.center.statement_day, terminal.clock.now().date()),
        failing_steps=failing,
    )


def _device(state: DeviceState) -> DeviceAnswer:
    return DeviceAnswer(state.health.value, state.code, state.detail)


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] != "--config":
        sys.exit("usage: python -m terminal.daemon --config FILE")
    sys.exit(run(Path(sys.argv[2])))
