"""What a virtual card remembers without power: balance, counters, log, PIN tries; on disk where it has a file.

Promise: a change is whole or not at all, on disk too, as in the memory of a real card.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


class CardMemory:
    """Named values, texts, integers and lists of them. file: where they are kept; None for as long as the object."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._values: dict[str, Any] = {}
        if file is not None and file.exists():
            self._values = json.loads(file.read_text(encoding="utf-8"))

    def get(self, name: str, default: Any) -> Any:
        """The value, or the default where nothing was ever written."""
        return self._values.get(name, default)

    def write(self, **values: Any) -> None:
        """Change some values at once."""
        changed = self._values | values
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            beside = self._file.with_name(f"{self._file.name}.new")
            beside.write_text(json.dumps(changed, indent=2, sort_keys=True) + "\n", encoding="utf-8")
            os.replace(beside, self._file)
        self._values = changed
