"""What each article of a decree is about, from the list of articles beside the pack: the heading it is quoted with."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

_LAST_ITEM = re.compile(r"(?<=.)\([^()]*\)$")


def subjects_of(policy: str, version: str) -> dict[str, str]:
    """Article → its subject, for the decree that governs one version; empty where the pack has no list of articles."""
    path = Path(str(resources.files("terminal.settlement.packs"))) / policy / "articles.toml"
    if not path.is_file():
        return {}
    decrees = tomllib.loads(path.read_text(encoding="utf-8")).get("decree", [])
    governing = [decree for decree in decrees if version in decree.get("packs", [])]
    return {entry["article"]: entry["subject"] for decree in governing for entry in decree["articles"]}


def subject_of(article: str, subjects: Mapping[str, str]) -> str:
    """The subject of an article as a pack cites it; of an item, that of the item or else of its article; "" if unknown.

    Some decrees number by items: their list writes (五) where the pack cites 五.
    """
    number = article.partition("；")[0]
    while number:
        for written in (number, f"({number})"):
            if written in subjects:
                return subjects[written]
        shorter = _LAST_ITEM.sub("", number)
        number = shorter if shorter != number else ""
    return ""
