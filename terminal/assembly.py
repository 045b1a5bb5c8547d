"""The terminal as it is put together: devices, journal, center and counter, each leaning on those before it.

Promise: one journal has one terminal; what an earlier end left half done is put right here, before the first request.
"""

from __future__ import annotations

import datetime as dt
import random
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

from hw.ports import ReceiptPrinter
from terminal.api.background import JournalFromAfar
from terminal.api.events import EventHub
from terminal.api.log import LOGGER
from terminal.api.sight import CenterSight
from terminal.api.thread import CounterThread
from terminal.api.tills import tills_file, token_digests
from terminal.center.answers import Inquiry
from terminal.center.desk import CenterDesk
from terminal.center.left_visits import LeftVisits
from terminal.center.link import HttpLink
from terminal.center.stock import StockUpload
from terminal.center.upload import Upload
from terminal.clock import Clock, ShiftedClock, SystemClock
from terminal.config import Config
from terminal.config_sections import CenterSection
from terminal.counter.catalogue import Catalogue, Found
from terminal.counter.counter import Counter
from terminal.counter.day import Compared, ask_center
from terminal.counter.difference import Difference
from terminal.counter.downloads import Downloads
from terminal.counter.fetching import Fetching
from terminal.counter.goods import keep_goods, resume
from terminal.counter.in_force import InForce
from terminal.counter.printing import PaperlessQueue, PrintQueue
from terminal.counter.recover import Recovered, recover
from terminal.counter.repair import take_back_there
from terminal.counter_parts import equipment_of, papers_of, place_of
from terminal.desks import Desks
from terminal.devices import Devices, devices_of
from terminal.hotplug import Hotplug, hotplug_of
from terminal.journal.ballast import BALLAST_BYTES
from terminal.journal.journal import Journal
from terminal.journal.news import News
from terminal.journal.records import PrintJob, SettlementRecord
from terminal.journal.stock import Goods, StockMove
from terminal.journal.whereabouts import machine_of
from terminal.receipt.blocks import Document
from terminal.receipt.glyphs import Glyphs
from terminal.settlement.law import Law
from terminal.settlement.published import load_shelf_with
from terminal.settlement.shelf import read_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    """Everything that `open_terminal` made. links: every wire to the center."""

    clock: Clock
    journal: Journal
    devices: Devices
    hotplug: Hotplug
    counter: Counter
    prints: PrintQueue | PaperlessQueue
    upload: Upload
    stock: StockUpload
    left_visits: LeftVisits
    fetching: Fetching
    downloads: Downloads
    sight: CenterSight
    links: Sequence[HttpLink]
    thread: CounterThread
    find_articles: Callable[[str], Found]
    at_center: Callable[[SettlementRecord], Inquiry]
    keep_goods: Callable[[str, list[Goods]], list[StockMove]]
    ask_center: Callable[[dt.date, str], Compared]
    take_back: Callable[[dt.date, Difference, str], None]
    resume: Callable[[str], None]
    recovered: Recovered


def open_terminal(config: Config, thread: CounterThread) -> Terminal:
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
        # A connection each: nothing slow may hold up who stands at the counter, nor goods what moves money.
        desks = Desks(config, clock)
        desk = desks.new(journal)
        recovered = recover(journal, desk)
        journal.note_tills(token_digests(tills_file(Path(config.terminal.journal))), clock.now())
        from_afar = cast(Journal, JournalFromAfar(journal, thread))
        upload_desk = desks.new(from_afar)
        downloads = Downloads(journal, law, InForce(journal), shelve, bureau_key)
        for policy in law.shelf.going_on_unknown:
            # It may still come down, so that it is no reason not to sell.
            LOGGER.warning("lapsed-policy-unknown", extra={"code": policy})
        counter = Counter(
            place_of(config, journal, law, desk, downloads),
            equipment_of(config, devices, hotplug),
            papers_of(config, journal),
        )
        return Terminal(
            clock=clock,
            journal=journal,
            devices=devices,
            hotplug=hotplug,
            counter=counter,
            prints=_prints(config, from_afar, devices.printer, _on(thread, counter.papers.document_of)),
            upload=_upload(config.center, from_afar, upload_desk, clock),
            stock=StockUpload(from_afar, desks.new(from_afar, uploads=False), random.Random(secrets.randbits(64))),
            left_visits=LeftVisits(from_afar, desks.new(from_afar, uploads=False), random.Random(secrets.randbits(64))),
            fetching=Fetching(downloads, desks.new(from_afar, uploads=False), thread.run),
            downloads=downloads,
            sight=desks.sight,
            links=desks.links,
            thread=thread,
            find_articles=partial(_found, downloads, catalogue, clock),
            at_center=desk.inquire,
            keep_goods=partial(keep_goods, journal, desk),
            ask_center=partial(_ask_center, from_afar, upload_desk),
            take_back=partial(take_back_there, from_afar, upload_desk),
            resume=partial(resume, journal, desk),
            recovered=recovered,
        )
    except BaseException:
        journal.close()
        raise


def _journal(config: Config, clock: Clock) -> Journal:
    journal = Journal.open(Path(config.terminal.journal), config.terminal.id, clock, BALLAST_BYTES)
    try:
        journal.keep_apart(training=config.clock.starts_at is not None)
        journal.keep_on(machine_of())
    except BaseException:
        journal.close()
        raise
    return journal


def _found(downloads: Downloads, sold: Catalogue, clock: Clock, typed: str) -> Found:
    """Articles of the catalogue as it holds today. On the counter's thread."""
    return downloads.in_force.catalogue(sold, clock.now().date()).find(typed)


def _publish(events: EventHub, news: News) -> None:
    events.publish(news.kind, news.data, news.number, news.at)


def _bureau_key(config: Config) -> bytes | None:
    return read_key(Path(config.policies.bureau_key)) if config.policies.bureau_key else None


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


def _ask_center(journal: Journal, desk: CenterDesk, day: dt.date, operator: str) -> Compared:
    return ask_center(journal, desk, day, operator, random.Random(secrets.randbits(64)))
