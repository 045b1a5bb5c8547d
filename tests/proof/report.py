"""PROOF.md, out of results and nothing else."""

from __future__ import annotations

import platform
import shlex
import sqlite3
import subprocess
from collections.abc import Sequence

from tests.proof.modes import MODES
from tests.proof.part import ROOT, Result, filled

BAD_SHOWN_MAX = 10


def report(results: Sequence[Result], seconds: int, began: str) -> str:
    """The whole document."""
    failed = [one.part.name for one in results if not one.good]
    verdict = (
        f"**{len(failed)} of {len(results)} parts failed: {', '.join(failed)}.**" if failed else "Every part holds."
    )
    return "\n".join(
        [
            "# The proof",
            "",
            f"Written by `make proof`, {began}, in {seconds // 60} min {seconds % 60} s; not edited by hand. {verdict}",
            "",
            _circumstances(),
            "",
            "## Failure modes",
            "",
            "What was tried, how often, what went wrong, and whether the canaries were found out.",
            "",
            "| # | what goes wrong | what must hold | tried | bad | canaries | evidence |",
            "| --- | --- | --- | --- | --- | --- | --- |",
            *(_mode(number, results) for number in MODES),
            "",
            *_without_evidence(results),
            "## Parts",
            "",
            "| part | technique | tried | bad | figures | seed | s | smaller size in `make test` |",
            "| --- | --- | --- | --- | --- | --- | --- | --- |",
            *(_part(one) for one in results),
            "",
            "## To repeat one",
            "",
            *(f"- {one.part.name}: `{_command(one)}`" for one in results),
            "",
            *_unnoticed(results),
            *_findings(results),
        ]
    )


def _circumstances() -> str:
    asked = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return (
        f"Of revision {asked.stdout.strip() or 'unknown'}, with CPython {platform.python_version()} and SQLite"
        f" {sqlite3.sqlite_version} on {platform.system()} {platform.machine()}."
    )


def _mode(number: int, results: Sequence[Result]) -> str:
    what, holds = MODES[number]
    mine = [one for one in results if number in one.part.modes]
    done = [one.figures for one in mine if one.figures]
    tried = "; ".join(f"{figures.tried:,} {figures.unit}" for figures in done)
    bad = str(sum(len(figures.bad) for figures in done)) if done else ""
    canaries = [
        f"{name}: {'found out' if seen else 'MISSED'}" for figures in done for name, seen in figures.canaries.items()
    ]
    names = ", ".join(one.part.name if one.good else f"**{one.part.name}: failed**" for one in mine)
    return f"| {number} | {what} | {holds} | {tried} | {bad} | {'; '.join(canaries)} | {names or '**none**'} |"


def _without_evidence(results: Sequence[Result]) -> list[str]:
    shown = {number for one in results if one.good for number in one.part.modes}
    missing = [f"- {number}: {what}" for number, (what, _) in MODES.items() if number not in shown]
    return ["Without evidence in this run:", "", *missing, ""] if missing else []


def _part(one: Result) -> str:
    figures = one.figures
    tried = f"{figures.tried:,} {figures.unit}" if figures else "–"
    bad = str(len(figures.bad)) if figures else "failed"
    notes = (figures.notes if figures else "").replace("|", "/")
    smaller = f"`{one.part.smaller}`" if one.part.smaller else "the same tests"
    cells = (one.part.name, one.part.technique, tried, bad, notes, one.part.seed, str(one.seconds), smaller)
    return f"| {' | '.join(cells)} |"


def _command(one: Result) -> str:
    words = [filled(word, "var/proof", ".venv/bin/python") for word in one.part.command]
    settings = "".join(f"{name}={value} " for name, value in one.part.environment.items())
    return settings + shlex.join(words)


def _unnoticed(results: Sequence[Result]) -> list[str]:
    """The mutants that nothing noticed, by name: each is a test that is missing, or a change that changes nothing."""
    names = [name for one in results if one.figures for name in one.figures.unnoticed]
    return ["## Mutants that no test noticed", "", *(f"- `{name}`" for name in names), ""] if names else []


def _findings(results: Sequence[Result]) -> list[str]:
    lines = []
    for one in results:
        bad = one.figures.bad if one.figures else []
        if one.trouble or bad:
            lines += [f"### {one.part.name}", ""]
            lines += [
                f"    {line[:300]}" for line in (*one.trouble.splitlines()[-BAD_SHOWN_MAX:], *bad[:BAD_SHOWN_MAX])
            ]
            lines.append("")
    return ["## What went wrong", "", *lines] if lines else []
