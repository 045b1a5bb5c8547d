"""Business days: open, frozen (no more sales of that day), sealed (reconciled and closed, once)."""

from __future__ import annotations

import datetime as dt
import sqlite3

from terminal.errors import Conflict, Refused
from terminal.journal.chain import append, digest
from terminal.journal.records import DayState, GroupTotals
from terminal.journal.repairs import Repairs
from terminal.money import Fen

_REFUSED = (
    "EXISTS (SELECT 1 FROM outbox q WHERE q.settlement_id IN (s.id, s.voids) AND q.state = 'refused'"
    " AND q.transaction_name <> 'reverse')"
)
_IN_DOUBT = "SELECT state FROM settlements WHERE business_day = ? AND state IN ('debiting', 'authorising')"
_SIGNED = "CASE kind WHEN 'void' THEN -1 ELSE 1 END"
_TOTALS = (
    "SELECT provider_id, scheme, clearing_class,"
    " sum(kind = 'settlement') AS count, sum(kind = 'void') AS void_count,"
    + ",".join(
        f" sum({_SIGNED} * coalesce(a.{column}, s.{column})) AS {column}"
        for column in ("total", "fund_total", "account", "cash", "provider_borne")
    )
    + " FROM settlements s LEFT JOIN center_amounts a ON a.settlement_id = s.id AND a.adopted_by IS NOT NULL"
    " WHERE business_day = ? AND state IN ('committed', 'voided')"
    f" AND (? OR NOT {_REFUSED}) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
)
_NEWEST = (
    "SELECT (SELECT max(business_day) FROM settlements WHERE business_day NOT IN (SELECT day FROM clock_mistakes))"
    " AS sold, (SELECT max(day) FROM days WHERE day NOT IN (SELECT day FROM clock_mistakes)) AS closed"
)
_TOUCHED = (
    "SELECT EXISTS (SELECT 1 FROM settlements WHERE business_day = ?1) OR EXISTS (SELECT 1 FROM days WHERE day = ?1)"
)


class Days(Repairs):
    """The part of the journal that closes days."""

    def day_state(self, day: dt.date) -> DayState:
        """Whether a day takes sales. A day that was never closed is open."""
        row = self._connection.execute("SELECT state FROM days WHERE day = ?", (day.isoformat(),)).fetchone()
        state: DayState = row["state"] if row else "open"
        return state

    def first_open_day(self, day: dt.date) -> dt.date:
        """This day, or the next one that takes sales."""
        while self.day_state(day) != "open":
            day += dt.timedelta(days=1)
        return day

    def day_ahead_of(self, today: dt.date) -> dt.date | None:
        """As `day_ahead_of`, of this journal."""
        return day_ahead_of(self._connection, today)

    def is_clock_mistake(self, day: dt.date) -> bool:
        """Whether somebody has said that this day, to come then, was a mistake of the clock."""
        row = self._connection.execute("SELECT 1 FROM clock_mistakes WHERE day = ?", (day.isoformat(),)).fetchone()
        return row is not None

    def note_clock_mistake(self, day: dt.date, operator: str, reason: str, now: dt.datetime) -> None:
        """Somebody says that business came to this day, to come yet, by a mistake of the clock: the newest business day
        is found without it from here on, and it may be closed. Said again, it does nothing.

        Raises Refused `no-clock-mistake`: it has come, nothing was done on it, or no day lies ahead of the clock.
        """
        with self.writing() as connection:
            if self.is_clock_mistake(day):
                return
            (touched,) = connection.execute(_TOUCHED, (day.isoformat(),)).fetchone()
            if not touched or day <= now.date() or day_ahead_of(connection, now.date()) is None:
                raise _no_mistake(day)
            facts = {"day": day, "operator": operator, "reason": reason}
            entry, _ = append(connection, self.terminal_id, "clock-mistake", now, facts)
            connection.execute("INSERT INTO clock_mistakes (day, entry) VALUES (?, ?)", (day.isoformat(), entry))

    def freeze(self, day: dt.date, now: dt.datetime) -> None:
        """From here on the day takes no more sales; freezing a frozen day again does nothing.

        Raises Conflict `day-closed` when it is sealed.
        """
        with self.writing() as connection:
            state = self.day_state(day)
            if state == "sealed":
                raise _sealed(day)
            if state == "open":
                append(connection, self.terminal_id, "day-frozen", now, {"day": day})
                connection.execute("INSERT INTO days (day, state) VALUES (?, 'frozen')", (day.isoformat(),))

    def seal(self, day: dt.date, report: bytes, now: dt.datetime) -> None:
        """Close a frozen day for good and keep its report. Raises Conflict `day-closed`, `day-not-frozen`,
        `purse-in-doubt`, `settlement-in-doubt` (nobody knows whether the card has paid, or the center has booked)."""
        with self.writing() as connection:
            state = self.day_state(day)
            if state == "sealed":
                raise _sealed(day)
            if state == "open":
                raise Conflict("day-not-frozen", f"the business day {day} was not frozen", f"营业日 {day} 尚未冻结")
            in_doubt = connection.execute(_IN_DOUBT, (day.isoformat(),)).fetchone()
            if in_doubt:
                raise _in_doubt(day, in_doubt["state"])
            append(connection, self.terminal_id, "day-sealed", now, {"day": day, "report_digest": digest(report)})
            connection.execute("UPDATE days SET state = 'sealed', report = ? WHERE day = ?", (report, day.isoformat()))

    def days_with_business(self, count: int) -> list[dt.date]:
        """The last `count` business days on which something was committed, newest first."""
        rows = self._connection.execute(
            "SELECT DISTINCT business_day FROM settlements WHERE state IN ('committed', 'voided')"
            " ORDER BY business_day DESC LIMIT ?",
            (count,),
        )
        return [dt.date.fromisoformat(row[0]) for row in rows]

    def day_report(self, day: dt.date) -> bytes | None:
        """The report that a sealed day was sealed with, or None."""
        row = self._connection.execute("SELECT report FROM days WHERE day = ?", (day.isoformat(),)).fetchone()
        return bytes(row["report"]) if row and row["report"] is not None else None

    def days_of_month(self, month: dt.date) -> list[dt.date]:
        """The business days of a month on which something was committed. `month`: any day of it."""
        rows = self._connection.execute(
            "SELECT DISTINCT business_day FROM settlements WHERE substr(business_day, 1, 7) = ?"
            " AND state IN ('committed', 'voided') ORDER BY 1",
            (f"{month:%Y-%m}",),
        )
        return [dt.date.fromisoformat(day) for (day,) in rows]

    def group_totals(self, day: dt.date, *, with_refused: bool = False) -> list[GroupTotals]:
        """The day's sums for the center, a group each: provider, scheme, clearing class.

        Voids count negative.

        What the center refused, and its void, are left out unless asked for: they are exceptions, not its
        business.
        """
        rows = self._connection.execute(_TOTALS, (day.isoformat(), with_refused))
        return [
            GroupTotals(
                provider_id=row["provider_id"],
                scheme=row["scheme"],
                clearing_class=row["clearing_class"],
                count=row["count"],
                void_count=row["void_count"],
                total=Fen(row["total"]),
                fund_total=Fen(row["fund_total"]),
                account=Fen(row["account"]),
                cash=Fen(row["cash"]),
                provider_borne=Fen(row["provider_borne"]),
            )
            for row in rows
        ]


def day_ahead_of(connection: sqlite3.Connection, today: dt.date) -> dt.date | None:
    """The newest business day, where the clock has fallen behind it; None where it has not. What somebody has called a
    mistake of the clock is no such day.

    A day is closed on its own date at the earliest, and what is sold behind an early day end counts on the next one.
    """
    row = connection.execute(_NEWEST).fetchone()
    sold, closed = (dt.date.fromisoformat(day) if day else dt.date.min for day in (row["sold"], row["closed"]))
    newest_possible = today + dt.timedelta(days=closed == today)
    return max(sold, closed) if closed > today or sold > newest_possible else None


def _no_mistake(day: dt.date) -> Refused:
    message = f"{day} is no mistake of the clock: it has come, or business has not come to it"
    return Refused("no-clock-mistake", message, f"{day} 不是时钟错误造成的营业日：该日已到或无业务", "day")


def _sealed(day: dt.date) -> Conflict:
    return Conflict("day-closed", f"the business day {day} is sealed", f"营业日 {day} 已关账", "business_day")


def _in_doubt(day: dt.date, state: str) -> Conflict:
    if state == "debiting":
        message = f"a purse debit of {day} is not cleared up: ask the card again, or decide the case"
        return Conflict("purse-in-doubt", message, f"营业日 {day} 有卡内扣款结果未明，请先处理", "business_day")
    message = f"what the center was asked for on {day} is not closed: run day end again"
    return Conflict("settlement-in-doubt", message, f"营业日 {day} 有结果未明的结算，请重新日终", "business_day")
