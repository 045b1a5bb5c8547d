"""python-escpos, loaded once, when the first document is printed, and with the one profile that receipts need.

By itself the library parses the profiles of some forty printers as YAML at every start, for more than half a second
of the processor's time, and leaves a folder behind among the temporary files.
"""

from __future__ import annotations

import os
import shutil
from functools import cache
from pathlib import Path
from typing import Any

PROFILE_FILE = Path(__file__).with_name("printer_profile.json")


@cache
def builder_class() -> Any:
    """The library's `Dummy`, which builds commands and sends them nowhere."""
    os.environ.setdefault("ESCPOS_CAPABILITIES_FILE", str(PROFILE_FILE))
    from escpos import capabilities
    from escpos.printer import Dummy

    if "ESCPOS_CAPABILITIES_PICKLE_DIR" not in os.environ:
        shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)
    return Dummy
