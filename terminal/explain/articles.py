"""The articles that a settlement rests on, each by number, heading of its decree and subject."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from terminal.explain.subjects import subject_of
from terminal.explain.words import Language, heading, part_name, printable
from terminal.settlement.result import Line

Quote = tuple[str, str, str]


def articles_of(cite: str) -> list[str]:
    """The single articles of a line's citation, in order. What a supplement adds stands behind "；".

    "第三条(一)、(二)" is one article with two items; in a decree that numbers by items alone, "(五)、(七)" are two.
    """
    articles: list[str] = []
    for piece in cite.split("、"):
        if articles and piece.startswith("(") and not articles[-1].startswith("("):
            articles[-1] += f"、{piece}"
        elif piece:
            articles.append(piece)
    return articles


def quoted_articles(lines: Iterable[Line], title: str, subjects: Mapping[str, str], language: Language) -> list[Quote]:
    """Every article of some lines as (decree and number, subject, what rests on it), in the order of the lines.

    title: the heading of the decree; subjects: what its articles are about.
    """
    used: dict[str, dict[str, None]] = {}
    for line in lines:
        for article in articles_of(line.cite):
            used.setdefault(article, {})[part_name(line.part, language)] = None
    between = "、" if language == "zh" else ", "
    return [
        (_quoted(article, title, language), printable(subject_of(article, subjects)), between.join(parts))
        for article, parts in used.items()
    ]


def _quoted(article: str, title: str, language: Language) -> str:
    """《heading of the decree》 and number; the supplement's own citation, where one gave the value, behind it."""
    number, _, given = printable(article).partition("；")
    supplied = heading("supplied", language, given) if given else ""
    return f"《{title}》{number}{supplied}"
