"""The judge of the pages' accessibility.

axe-core is not ours (Deque, MPL-2.0, from npm) and is not in this repository: it is installed once below `build/`.
"""

from __future__ import annotations

import subprocess

from daemon.process import ROOT
from playwright.sync_api import Page

FOLDER = ROOT / "build" / "axe-core-4.14.1"
SCRIPT = FOLDER / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")


def script() -> str:
    """The checker's text, installed on first use."""
    if not SCRIPT.is_file():
        FOLDER.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--prefix", str(FOLDER), "--no-save", "--ignore-scripts", "axe-core@4.14.1"]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    return SCRIPT.read_text(encoding="utf-8")


def faults(page: Page, axe: str) -> list[str]:
    """What axe-core finds serious or critical on the page as it stands, with the places."""
    page.evaluate(axe + "; undefined")
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found if one["impact"] in GRAVE]
