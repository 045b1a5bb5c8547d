"""The terminal as a program: joins configuration, devices, journal, center, counter and API, and runs.

Promise: one journal has one daemon; the counter, its reader and the journal are touched by one thread only;
TERM and INT finish what is begun, close the journal and end with status 0; what is found half done at start
is put right before the first request is taken.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import random
import secrets
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

from hw.ports import DeviceState, ReceiptPrinter
from terminal.api.app import make_app
from terminal.api.background import Background, JournalFromAfar
from terminal.api.doors import Door, names_in, tcp_door, tls_of, unix_door
from terminal.api.events import EventHub
from terminal.api.log import LOGGER, log_to
from terminal.api.meter import Meter
from terminal.api.rates import Rates
from terminal.api.served import Served
from terminal.api.server import Server, told_to_stop
from terminal.api.sight import CenterSight
from terminal.api.thread import CounterThread
from terminal.api.tills import tills_file, token_digests
from terminal.api.token import TillGate
from terminal.api.types import DeviceAnswer, HealthAnswer
from terminal.center.desk import CenterDesk, Inquiry, Institution
from terminal.center.exchange import SignIns
from terminal.center.link import HttpLink, Tls
from terminal.center.profile import load_profile
from terminal.center.seal import load_secrets
from terminal.center.stock import StockUpload
from terminal.center.upload import Upload
from terminal.clock import Clock, ShiftedClock, SystemClock
from terminal.config import ApiSection, CenterSection, Config, load
from terminal.counter.catalogue import Catalogue, Found
from terminal.counter.counter import Counter
from terminal.counter.downloads import Downloads
from terminal.counter.goods import keep_goods
from terminal.counter.in_force import InForce
from terminal.counter.month import statement_due
from terminal.counter.offline import OfflineLimits
from terminal.counter.papers import Papers
from terminal.counter.place import Equipment, Place
from terminal.counter.printing import PaperlessQueue, PrintQueue, open_drawer
from terminal.counter.purse import PurseLimits
from terminal.counter.recover import Recovered, recover
from terminal.counter.scan import ScanDesk
from terminal.devices import Devices, devices_of
from terminal.diagnosis import diagnose
from terminal.errors import TerminalError
from terminal.hotplug import Hotplug, hotplug_of
from terminal.journal.ballast import BALLAST_BYTES
from terminal.journal.gauges import gauges_of
from terminal.journal.journal import Journal
from terminal.journal.news import News
from terminal.journal.records import PrintJob, SettlementRecord
from terminal.journal.stock import Goods, StockMove
from terminal.receipt.blocks import Document
from terminal.receipt.forms import load_forms
from terminal.receipt.glyphs import Glyphs
from terminal.settlement.law import Law
from terminal.settlement.published import load_shelf_with
from terminal.settlement.shelf import read_key

IDENTITY_BYTES = 16
"""Random ids of identifications and quotes: not to be guessed."""


def run(config_path: Path) -> int:
    """Run one terminal until TERM or INT. Returns 0, or 1 with a plain message on standard error."""
    log_to(sys.stderr)
    thread = CounterThread()
    try:
        config = load(config_path)
        terminal = thread.run(lambda: _open(config, thread))
        try:
            return _serve(config, terminal)
        finally:
            thread.run(terminal.journal.close)
            LOGGER.info("stopped", extra={"terminal": config.terminal.id})
    except TerminalError as error:
        print(f"terminal: {error}\n终端：{error.message_zh}", file=sys.stderr)
        return 1
    finally:
        thread.close()


@dataclass(frozen=True, slots=True)
class _Terminal:
    """Everything that `_open` made, in the order in which it leans on each other."""

    clock: Clock
    journal: Journal
    devices: Devices
    hotplug: Hotplug
    counter: Counter
    prints: PrintQueue | PaperlessQueue
    upload: Upload
    sight: CenterSight
    thread: CounterThread
    catalogue: Callable[[str], Found]
    downloads: Downloads
    at_center: Callable[[SettlementRecord], Inquiry]
    keep_goods: Callable[[str, list[Goods]], list[StockMove]]
    stock: StockUpload
    recovered: Recovered


def _open(config: Config, thread: CounterThread) -> _Terminal:
    """Open, load and put right what an earlier end left half done. Runs on the counter's thread."""
    clock, bureau_key = _clock(config), _bureau_key(config)
    shelve = partial(
        load_shelf_with,
        supplements=[Path(path) for path in config.policies.supplements],
        lapsed_goes_on=frozenset(config.policies.lapsed_goes_on),
        bureau_key=bureau_key,
    )
    law = Law(shelve(()))
    catalogue = Catalogue.load(Path(config.catalogue.file)) if config.catalogue.file else Catalogue()
    devices, events = devices_of(config), EventHub(clock)
    hotplug = hotplug_of(config, devices, events)
    journal = _journal(config, clock)
    try:
        journal.tell(lambda: events.listened, partial(_publish, events))
        sight = CenterSight(clock)
        # Two connections to the center: a slow upload must not hold up who stands at the counter.
        sign_ins: SignIns = {}
        desk = _desk(config, sight, journal, clock, sign_ins)
        recovered = recover(journal, desk)
        journal.note_tills(token_digests(tills_file(Path(config.terminal.journal))), clock.now())
        from_afar = cast(Journal, JournalFromAfar(journal, thread))
        upload_desk = _desk(config, sight, from_afar, clock, sign_ins)
        downloads = Downloads(journal, law, InForce(journal), shelve, bureau_key)
        place = Place(
            journal=journal,
            law=law,
            center=desk,
            providers=config.providers_by_id,
            identity=lambda: secrets.token_hex(IDENTITY_BYTES),
            mode=config.terminal.mode,
            limits=_limits(config.center),
            downloads=downloads,
        )
        counter = Counter(place, _equipment(config, devices, hotplug), _papers(config, journal))
        prints = _prints(config, from_afar, devices.printer, _on(thread, counter.papers.document_of))
        upload = _upload(config.center, from_afar, upload_desk, clock)
    except BaseException:
        journal.close()
        raise
    find = partial(_found, downloads, catalogue, clock)
    made = (clock, journal, devices, hotplug, counter, prints, upload, sight, thread)
    keep = partial(keep_goods, journal, desk)
    stock = StockUpload(from_afar, upload_desk, random.Random(secrets.randbits(64)))
    return _Terminal(*made, find, downloads, desk.inquire, keep, stock, recovered)


def _equipment(config: Config, devices: Devices, hotplug: Hotplug) -> Equipment:
    return Equipment(
        reader=devices.reader,
        removals=hotplug.removals,
        printer=devices.printer,
        paperless=config.printer.kind == "none",
        purse_terminal=devices.purses,
        purse_limits=PurseLimits(bill_fen_max=config.psam.bill_max, day_fen_max=config.psam.day_max),
        code_life_seconds=config.scanner.code_life_seconds,
    )


def _papers(config: Config, journal: Journal) -> Papers:
    forms = load_forms(Path(config.receipt.layout) if config.receipt.layout else None)
    training = config.clock.starts_at is not None
    return Papers(journal, config.provider_names, training, forms, config.printer.columns, config.center.counties)


def _journal(config: Config, clock: Clock) -> Journal:
    journal = Journal.open(Path(config.terminal.journal), config.terminal.id, clock, BALLAST_BYTES)
    try:
        journal.keep_apart(training=config.clock.starts_at is not None)
    except BaseException:
        journal.close()
        raise
    return journal


def _found(downloads: Downloads, sold: Catalogue, clock: Clock, typed: str) -> Found:
    """Articles of the catalogue as it holds today. On the counter's thread."""
    return downloads.in_force.catalogue(sold, clock.now().date()).find(typed)


def _publish(events: EventHub, news: News) -> None:
    events.publish(news.kind, news.data, news.number, news.at)


def _desk(config: Config, sight: CenterSight, journal: Journal, clock: Clock, sign_ins: SignIns) -> CenterDesk:
    center, profile = config.center, load_profile(config.center.profile)
    keys = load_secrets(Path(center.secrets)) if center.secrets else None
    tls = Tls(center.tls_authority, center.tls_certificate, center.tls_key)
    link = HttpLink(center.url, clock, center.reply_timeout_seconds, profile, keys, tls, lambda: secrets.token_hex(8))
    institution = Institution(config.center.area_code, config.provider_names, config.terminal.id)
    stamp, till_number = journal.next_message_stamp, config.terminal.till_number
    return CenterDesk(sight.watch(link), institution, stamp, till_number, clock, profile, keys, journal, sign_ins)


def _taken_up(terminal: _Terminal, now: dt.datetime) -> bool:
    """One step of what goes up: goods only when no settlement is due."""
    return terminal.upload.run(now) or terminal.stock.tick(now)


def _bureau_key(config: Config) -> bytes | None:
    return read_key(Path(config.policies.bureau_key)) if config.policies.bureau_key else None


def _limits(center: CenterSection) -> OfflineLimits:
    return OfflineLimits(
        entitlement_age_hours_max=center.offline_entitlement_hours_max,
        bill_fen_max=center.offline_bill_max,
        person_day_fen_max=center.offline_person_day_max,
        blacklist_age_hours_max=center.offline_blacklist_hours_max,
    )


def _upload(center: CenterSection, journal: Journal, desk: CenterDesk, clock: Clock) -> Upload:
    jitter = random.Random(secrets.randbits(64))
    return Upload(journal, desk, clock, jitter, center.retry_pause_seconds_min, center.retry_pause_seconds_max)


def _clock(config: Config) -> Clock:
    if config.clock.starts_at is None:
        return SystemClock()
    LOGGER.warning("training-clock", extra={"starts_at": config.clock.starts_at.isoformat()})
    return ShiftedClock(config.clock.starts_at)


def _on(thread: CounterThread, document_of: Callable[[PrintJob], Document]) -> Callable[[PrintJob], Document]:
    """The same, asked on the counter's thread."""
    return lambda job: thread.run(lambda: document_of(job))


def _prints(
    config: Config, journal: Journal, printer: ReceiptPrinter, document_of: Callable[[PrintJob], Document]
) -> PrintQueue | PaperlessQueue:
    if config.printer.kind == "none":
        return PaperlessQueue(journal)
    section, glyphs = config.printer, Glyphs(config.receipt.fonts)
    return PrintQueue(journal, printer, document_of, section.columns, section.encoding, glyphs, section.draws_qr)


def _serve(config: Config, terminal: _Terminal) -> int:
    with ExitStack() as doors:
        opened = _doors(config.api, doors)
        return asyncio.run(_serve_until_told(config, terminal, opened))


def _doors(api: ApiSection, stack: ExitStack) -> list[Door]:
    tls = tls_of(Path(api.tls_certificate), Path(api.tls_key)) if api.tls_certificate else None
    opened = [tcp_door(api.host, api.port, tls)]
    stack.callback(opened[0].shut)
    if api.socket:
        opened.append(unix_door(Path(api.socket)))
        stack.callback(opened[1].shut)
    return opened


async def _serve_until_told(config: Config, terminal: _Terminal, doors: Sequence[Door]) -> int:
    server: Server
    events = terminal.hotplug.events
    background = Background(partial(_taken_up, terminal), terminal.prints.tick, terminal.clock, terminal.hotplug.tick)
    served = Served(
        counter=terminal.counter,
        journal=terminal.journal,
        thread=terminal.thread,
        health=lambda: _health(config, terminal),
        ready=lambda: server.started and not server.should_exit,
        changed=background.changed,
        exclusive=background.exclusive,
        receipt_columns=config.printer.columns,
        clock=terminal.clock,
        tills=TillGate(tills_file(Path(config.terminal.journal)), _till_noting(terminal)),
        rates=Rates(config.api.requests_per_second_max, config.api.till_requests_per_second_max, terminal.clock),
        arrival_seconds_max=config.api.request_timeout_seconds,
        names=_names(config.api),
        wake_uploads=terminal.upload.wake,
        at_start=terminal.recovered,
        diagnose=lambda: diagnose(config, "in use", terminal.clock, terminal.devices.states()),
        kick_drawer=lambda: open_drawer(terminal.devices.printer),
        scanning=ScanDesk(terminal.devices.scanner, terminal.clock),
        events=events,
        meter=Meter(),
        gauges=lambda: gauges_of(Path(config.terminal.journal), terminal.clock.now().date()),
        center_sight=lambda: terminal.sight.last,
        fonts=tuple(config.receipt.fonts),
        find_articles=terminal.catalogue,
        counties=config.center.counties,
        downloads=terminal.downloads,
        at_center=terminal.at_center,
        keep_goods=terminal.keep_goods,
    )
    server = Server(make_app(served), config.terminal.id, doors, config.api.request_timeout_seconds, events.close)
    with told_to_stop(server.stop), contextlib.closing(terminal.devices), terminal.hotplug:
        working = asyncio.create_task(background.work())
        working.add_done_callback(lambda _: server.stop())
        await server.serve()
        background.stop()
        try:
            await working
        except ExceptionGroup as error:
            LOGGER.critical("background-died", exc_info=error)
            return 1
    return 0


def _names(api: ApiSection) -> frozenset[str]:
    """What clients may call this terminal besides loopback."""
    shown = f"[{api.host}]" if ":" in api.host else api.host
    return frozenset({shown}) | (names_in(Path(api.tls_certificate)) if api.tls_certificate else frozenset())


def _till_noting(terminal: _Terminal) -> Callable[[Mapping[str, str]], Awaitable[None]]:
    async def note(registered: Mapping[str, str]) -> None:
        await terminal.thread.call(lambda: terminal.journal.note_tills(registered, terminal.clock.now()))

    return note


async def _health(config: Config, terminal: _Terminal) -> HealthAnswer:
    asked = terminal.devices.states()
    # A device that takes its time to answer keeps nobody waiting but who asked.
    states = await asyncio.gather(*(asyncio.to_thread(ask) for ask in asked.values()))
    devices = {name: _device(state) for name, state in zip(asked, states, strict=True)}
    return await terminal.thread.call(lambda: _facts(config, terminal, devices))


def _facts(config: Config, terminal: _Terminal, devices: dict[str, DeviceAnswer]) -> HealthAnswer:
    counter, journal = terminal.counter, terminal.journal
    day = counter.business_day()
    return HealthAnswer(
        terminal=config.terminal.id,
        mode=config.terminal.mode,
        now=terminal.clock.now(),
        training_clock=config.clock.starts_at is not None,
        signed_in=counter.signed_in,
        business_day=day,
        day_state=journal.day_state(day),
        devices=devices,
        card_service=terminal.hotplug.card_service,
        readers=terminal.hotplug.readers,
        center=terminal.sight.last,
        uploads=journal.counts(),
        prints_waiting=len(journal.print_queue()),
        refused_downloads=[trouble.reason for trouble in terminal.downloads.troubles()],
        statement=statement_due(journal, config.center.statement_day, terminal.clock.now().date()),
    )


def _device(state: DeviceState) -> DeviceAnswer:
    return DeviceAnswer(state.health.value, state.code, state.detail)


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] != "--config":
        sys.exit("usage: python -m terminal.daemon --config FILE")
    sys.exit(run(Path(sys.argv[2])))
