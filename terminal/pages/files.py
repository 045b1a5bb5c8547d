"""The pages as files: which there are, what they are, and the tag by which a browser knows that it has them.

Promise: only what lies beside this module by name is ever given out; a name from outside never becomes a path.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import msgspec

from terminal.explain import words

MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}

WORDS_NAME = "words.json"
"""The words of the explanation; they are told once, in `terminal/explain/words.py`, and the pages ask for them."""

_FOLDER = Path(__file__).parent
_TAG_CHARACTERS = 32


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file as it goes out. tag: a strong entity tag, quoted as HTTP wants it."""

    data: bytes
    media_type: str
    tag: str


@lru_cache(maxsize=1)
def page_files() -> dict[str, PageFile]:
    """Every file of the pages by its name, read once."""
    found = {path.name: path.read_bytes() for path in _FOLDER.iterdir() if path.suffix in MEDIA_TYPES}
    found[WORDS_NAME] = _words()
    return {name: _page_file(name, data) for name, data in found.items()}


def _page_file(name: str, data: bytes) -> PageFile:
    tag = hashlib.sha256(data).hexdigest()[:_TAG_CHARACTERS]
    return PageFile(data, MEDIA_TYPES[Path(name).suffix], f'"{tag}"')


def _words() -> bytes:
    tables = {
        "payers": words.PAYERS,
        "parts": words.PARTS,
        "services": words.SERVICES,
        "limits": words.LIMITS,
        "rules": words.RULES_WITHOUT_ARTICLE,
    }
    return msgspec.json.encode(tables)
