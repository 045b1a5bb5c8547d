"""Keys and certificates made by the machine's own openssl."""

from __future__ import annotations

import subprocess
from pathlib import Path


def openssl(*arguments: str, folder: Path) -> None:
    """The machine's own openssl."""
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
