"""What the counter is made of, as the configuration says: where it stands, what it drives, how its papers look."""

from __future__ import annotations

import secrets
from pathlib import Path

from terminal.center.desk import CenterDesk
from terminal.config import Config
from terminal.config_sections import CenterSection
from terminal.counter.downloads import Downloads
from terminal.counter.offline import OfflineLimits
from terminal.counter.papers import Papers
from terminal.counter.place import Equipment, Place
from terminal.counter.purse import PurseLimits
from terminal.devices import Devices
from terminal.hotplug import Hotplug
from terminal.journal.journal import Journal
from terminal.receipt.forms import load_forms
from terminal.settlement.law import Law

IDENTITY_BYTES = 16
"""Random ids of identifications and quotes: not to be guessed."""


def place_of(config: Config, journal: Journal, law: Law, desk: CenterDesk, downloads: Downloads) -> Place:
    """Where the counter stands: its journal, law, center, institutions and limits."""
    return Place(
        journal=journal,
        law=law,
        center=desk,
        providers=config.providers_by_id,
        identity=lambda: secrets.token_hex(IDENTITY_BYTES),
        mode=config.terminal.mode,
        limits=_limits(config.center),
        downloads=downloads,
        training_clock=config.clock.starts_at is not None,
    )


def equipment_of(config: Config, devices: Devices, hotplug: Hotplug) -> Equipment:
    """The devices, and what each may do."""
    return Equipment(
        reader=devices.reader,
        removals=hotplug.removals,
        printer=devices.printer,
        paperless=config.printer.kind == "none",
        purse_terminal=devices.purses,
        purse_limits=PurseLimits(bill_fen_max=config.psam.bill_max, day_fen_max=config.psam.day_max),
        code_life_seconds=config.scanner.code_life_seconds,
    )


def papers_of(config: Config, journal: Journal) -> Papers:
    """The papers of this terminal, in its form and width."""
    forms = load_forms(Path(config.receipt.layout) if config.receipt.layout else None)
    training = config.clock.starts_at is not None
    return Papers(journal, config.provider_names, training, forms, config.printer.columns, config.center.counties)


def _limits(center: CenterSection) -> OfflineLimits:
    return OfflineLimits(
        entitlement_age_hours_max=center.offline_entitlement_hours_max,
        bill_fen_max=center.offline_bill_max,
        person_day_fen_max=center.offline_person_day_max,
        blacklist_age_hours_max=center.offline_blacklist_hours_max,
    )
