"""`terminal doctor`: looks at everything that a terminal leans on, and says of each what it found and what to do.

It changes nothing. Exit status 0: all good, or warnings only; 1: a fault, or something that is not known.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from terminal.clock import Clock, SystemClock
from terminal.config import load
from terminal.devices import devices_of
from terminal.diagnosis import diagnose
from terminal.receipt.doctor import doctor_report
from terminal.receipt.text import as_text

SCANNER_OPEN_SECONDS = 2.0
"""A port that is there is open within this."""


def examine(config_path: Path, clock: Clock | None = None) -> int:
    """Print the report of one terminal. Returns the exit status. Raises Refused for a faulty configuration."""
    config = load(config_path)
    with closing(devices_of(config)) as devices:
        if devices.scanner is not None:
            devices.scanner.wait_until_open(SCANNER_OPEN_SECONDS)
        report = diagnose(config, str(config_path), clock or SystemClock(), devices.states())
    print(as_text(doctor_report(report), config.printer.columns))
    return 0 if report.verdict in ("good", "warning") else 1
