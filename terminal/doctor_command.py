"""`terminal doctor`: looks at everything that a terminal leans on, and says of each what it found and what to do.

It changes nothing. Exit status 0: all good, or warnings only; 1: a fault, or something that is not known.
"""

from __future__ import annotations

from pathlib import Path

from terminal.clock import Clock, SystemClock
from terminal.config import load
from terminal.examination import examined


def examine(config_path: Path, clock: Clock | None = None) -> int:
    """Print the report of one terminal. Returns the exit status. Raises Refused for a faulty configuration."""
    report, text = examined(load(config_path), config_path, clock or SystemClock())
    print(text)
    return 0 if report.verdict in ("good", "warning") else 1
