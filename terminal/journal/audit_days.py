"""The audit of business days: their runs, what was repaired, and how they were sealed, against the tables."""

from __future__ import annotations

import sqlite3
from typing import Any

from terminal.journal.chain import digest


def check_run(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    """The report of one run of a day's end."""
    row = connection.execute("SELECT day, run, report FROM day_runs WHERE entry = ?", (number,)).fetchone()
    same = row and (row["day"], row["run"], digest(row["report"])) == (
        facts["day"],
        facts["run"],
        facts["report_digest"],
    )
    return [] if same else ["the report of the day's run was changed"]


def check_repair(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    """Who carried out which proposal, and what came of it."""
    row = connection.execute(
        "SELECT day, difference, action, operator, refused, message_id FROM repairs WHERE entry = ?", (number,)
    ).fetchone()
    said = (facts.get("refused", ""), facts.get("message_id", ""))
    expected = (facts["day"], facts["difference"], facts["action"], facts["operator"], *said)
    return [] if row and tuple(row) == expected else ["the repair was changed"]


def check_clock_mistake(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    """A day to come that somebody has called a mistake of the clock."""
    row = connection.execute("SELECT day FROM clock_mistakes WHERE entry = ?", (number,)).fetchone()
    return [] if row and row["day"] == facts["day"] else ["what was called a mistake of the clock was changed"]


def check_day(connection: sqlite3.Connection, number: int, facts: dict[str, Any]) -> list[str]:
    """A day that was frozen, and the report that it was sealed with."""
    row = connection.execute("SELECT state, report FROM days WHERE day = ?", (facts["day"],)).fetchone()
    if row is None:
        return ["the day's row is missing"]
    if facts["kind"] == "day-frozen":
        kept = row["state"] == "sealed" or row["report"] is None
        return [] if kept else ["the frozen day was changed"]
    agrees = row["state"] == "sealed" and digest(row["report"] or b"") == facts["report_digest"]
    return [] if agrees else ["the sealed day was changed"]
