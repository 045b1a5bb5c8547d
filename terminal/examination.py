"""The doctor's visit with the devices opened for it: the same for `terminal doctor` and for the support bundle."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from terminal.clock import Clock
from terminal.config import Config
from terminal.devices import devices_of
from terminal.diagnosis import diagnose
from terminal.receipt.doctor import DoctorReport, doctor_report
from terminal.receipt.text import as_text

SCANNER_OPEN_SECONDS = 2.0
"""A port that is there is open within this."""


def examined(config: Config, path: Path, clock: Clock) -> tuple[DoctorReport, str]:
    """The report of one terminal, and as it is read, as wide as its paper. path: of the configuration."""
    with closing(devices_of(config)) as devices:
        if devices.scanner is not None:
            devices.scanner.wait_until_open(SCANNER_OPEN_SECONDS)
        report = diagnose(config, str(path), clock, devices.states())
    return report, as_text(doctor_report(report), config.printer.columns)
