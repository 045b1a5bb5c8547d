"""One lane: a terminal, its center behind the proxy, its printer and its cards, over business days full of kills."""

from __future__ import annotations

import datetime as dt
import json
import random
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import httpx

from hw.simulated.card_files import load_card
from hw.simulated.pcscd import READER_NAME, SECOND_READER_NAME, VirtualPcscd
from terminal.bureau.server import BureauServer
from terminal.center.profile import REFERENCE, load_profile
from terminal.clock import SetClock
from terminal.settlement.law import Law
from tests.daemon.process import ROOT, TIMEOUT_SECONDS, TerminalProcess, bill, new_books
from tests.kills.check import Evidence, wrong
from tests.kills.moments import Hammer, Moments, TapePrinter, WatchedCard
from tests.kills.nursery import WarmTerminal, kept_warm
from tests.kills.proxy import FaultProxy
from tests.kills.till import Asked, Till
from tests.kills.writes import WriteWatch

KILLS_A_DAY = 40
CLOSING_KILLS = 3
"""Of a day's kills, those that strike while it is closed."""

LOOK_SECONDS = 0.03
"""Between two looks at what the terminal still has to do."""

HURRY_SECONDS = 0.3
"""After so long an operator has what waits tried again at once: the pauses of a bad line would be most of the time."""

EXAMPLES = ROOT / "examples"
PURSE_HOLDER = "36010200000001"
PURSE_OPENING_FEN = 10_000
TERMINAL_ID = "T00000001"

LaneName = Literal["card", "till"]


@dataclass(frozen=True)
class Day:
    """One business day. profile, mode: how the center is spoken to on it. hours: when each start of it begins."""

    date: str
    profile: str = "reference"
    mode: Literal["local", "online"] = "local"
    hours: tuple[str, ...] = ("10:00:00",)


DAYS: dict[LaneName, tuple[Day, ...]] = {
    "card": (
        Day("2023-06-30", hours=("10:00:00", "09:00:00", "15:30:00")),
        Day("2023-12-31"),
        Day("2024-01-01"),
        Day("2024-02-28"),
        Day("2024-02-29"),
        Day("2024-03-01"),
        Day("2024-03-02"),
    ),
    "till": (
        Day("2021-06-30", "baseline", hours=("10:00:00", "09:00:00", "15:30:00")),
        Day("2021-07-01", "reference"),
        Day("2021-07-02", "baseline", "online"),
        Day("2021-12-31", "baseline"),
        Day("2022-01-01", "reference", "online"),
        Day("2022-01-02", "reference"),
        Day("2022-01-03", "baseline"),
    ),
}
"""Month's end, year's end and leap day; within a day the clock goes on and back with each start."""


@dataclass
class Figures:
    """What a lane came to. bad: what the stranger found; empty is good."""

    kills: int = 0
    settlements: int = 0
    voids: int = 0
    days: int = 0
    moments: dict[str, int] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    repaired: dict[str, int] = field(default_factory=dict)
    bad: list[str] = field(default_factory=list)


class Lane:
    """Use as a context manager. spoilt: what the terminal does wrong, for a canary (`spoilt.py`). kinds: of moments."""

    def __init__(self, name: LaneName, folder: Path, seed: str, spoilt: str = "", kinds: tuple[str, ...] = ()) -> None:
        self.name, self.folder = name, folder
        self.drawn = random.Random(f"kills {name} {seed}")
        self.figures = Figures()
        self._spoilt, self._kinds = spoilt, kinds
        self._number = 0
        self._seed = seed
        self._voided: set[str] = set()

    def __enter__(self) -> Lane:
        with ExitStack() as stack:
            self._build(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    def run(self, kills: int) -> Figures:
        """So many kills, spread over the days; then the stranger looks."""
        left = kills
        for day in DAYS[self.name]:
            share = min(left, KILLS_A_DAY) if day is not DAYS[self.name][-1] else left
            if share:
                self._day(day, share)
            left -= share
        self._conclude()
        return self.figures

    def evidence(self) -> Evidence:
        """What there is to see."""
        card = None
        if self._cards:
            memory = self._cards["card"].card.memory
            held, counter = memory.get("balance_fen", PURSE_OPENING_FEN), memory.get("counter", 18)
            card = (held, PURSE_OPENING_FEN, counter - 18)
        journal, books = self.folder / "journal.db", self.folder / "center.db"
        return Evidence(journal, books, TERMINAL_ID, self.till.told, bytes(self.printer.tape), self._opening, card)

    def _build(self, stack: ExitStack) -> None:
        self.clock = SetClock(_moment(DAYS[self.name][0].date, "12:00:00"))
        persons = (EXAMPLES / "bureau/persons.toml").read_text(encoding="utf-8")
        self.books = new_books(self.folder, persons, self.folder / "center.db")
        self._opening = {one.person_number: int(one.account.balance) for one in self.books.persons()}
        stack.callback(self.books.close)
        self.law = Law.load()
        self._serve("reference")
        stack.callback(lambda: self.bureau.down())
        self.proxy = stack.enter_context(FaultProxy(lambda: self.bureau.port, self._seed))
        self.printer = stack.enter_context(TapePrinter())
        self.writes = stack.enter_context(WriteWatch(self.folder, "journal.db-wal"))
        line = stack.enter_context(kept_warm(self._spoilt))
        self.terminal = self._terminal(line)
        self._cards = self._inserted(stack) if self.name == "card" else {}
        self.hammer = Hammer()
        seen = (self.hammer, self.proxy, self.writes, self.printer, self._cards)
        self.moments = Moments(self.drawn, *seen, self._kinds)
        self.till = Till(self.terminal)

    def _serve(self, profile: str) -> None:
        shown = REFERENCE if profile == "reference" else load_profile(profile)
        self.bureau = BureauServer(self.books, self.law, self.clock, profile=shown)
        self.bureau.up()

    def _terminal(self, line: socket.socket) -> TerminalProcess:
        made = WarmTerminal(self.folder, f"http://127.0.0.1:{self.proxy.port}/")
        made.line = line
        path = f"http://127.0.0.1:{self.proxy.port}/" + self.bureau.url.split("/", 3)[3]
        text = made.config.read_text(encoding="utf-8")
        text = text.replace(f"http://127.0.0.1:{self.proxy.port}/", path)
        text = text.replace("reply_timeout_seconds = 5", "reply_timeout_seconds = 3\nretry_pause_seconds_max = 2")
        serial = f'kind = "serial"\nport = "{self.printer.port}"\nflow_control = "none"\ncolumns = 48'
        text = text.replace('[printer]\nkind = "simulated"', f"[printer]\n{serial}")
        if self.name == "card":
            text = text.replace('kind = "simulated"\ncard = "card.toml"', f'kind = "pcsc"\nname = "{READER_NAME}"')
            text += f'\n[psam]\nkind = "pcsc"\nname = "{SECOND_READER_NAME}"\n'
        else:
            text = text.replace('card = "card.toml"', f'card = "{EXAMPLES}/cards/person-01.toml"')
        self._config = text
        return made

    def _inserted(self, stack: ExitStack) -> dict[str, WatchedCard]:
        service = stack.enter_context(VirtualPcscd())
        card = WatchedCard(load_card(EXAMPLES / "cards/purse-01.toml"))
        psam = WatchedCard(load_card(EXAMPLES / "cards/without-holder/psam-01.toml"))
        service.insert(card.card)
        service.insert(psam.card, SECOND_READER_NAME)
        return {"card": card, "psam": psam}

    def _day(self, day: Day, kills: int) -> None:
        self.clock.set(_moment(day.date, "12:00:00"))
        self.bureau.down()
        self._serve(day.profile)
        self.proxy.reorders = day.profile == "reference"
        self._set(day, day.hours[0])
        self.terminal.start()
        self.till.sign_in()
        self.proxy.faulty = True
        for number in range(kills):
            closing_day = number >= kills - CLOSING_KILLS
            self._killed(day, lambda closing_day=closing_day: self._deed(day, closing_day))
        self.proxy.quiet()
        self.till.repeat()
        self._end_quietly(day)
        self.figures.days += 1

    def _end_quietly(self, day: Day) -> None:
        """Everything is sent and undone; two hours later by its clock, when nothing that was lost can arrive any more,
        the day ends."""
        self.hammer.aim(self.terminal.process)
        self._resume_parked()
        assert self._rest(), self.terminal.client.get("/v1/queue").text
        assert self.terminal.stop() == 0, self.terminal.log_text()[-2000:]
        self._set(day, "18:00:00")
        self.terminal.start()
        self.till.sign_in()
        self.till.close(day.date)
        assert self._rest(), self.terminal.client.get("/v1/queue").text
        assert self.terminal.stop() == 0, self.terminal.log_text()[-2000:]

    def _resume_parked(self) -> None:
        """An operator sends what the terminal has given up."""
        for one in self.terminal.client.get("/v1/queue").json()["uploads"]:
            if one["state"] == "parked":
                self.terminal.client.post(f"/v1/queue/{one['message_id']}/resume")

    def _killed(self, day: Day, deed: Callable[[], None]) -> None:
        """One kill: the moment is ordered, the till goes on until it comes, and the terminal is started again."""
        if self.moments.next_kind() == "start":
            deed()
            self._killed_in_start(day)
            return
        self.hammer.aim(self.terminal.process)
        self.moments.order()
        try:
            deed()
            self._rest()
        except httpx.TransportError:
            assert self.hammer.struck.wait(TIMEOUT_SECONDS), self.terminal.log_text()[-2000:]
        self.moments.met[self.moments.kind if self.hammer.struck.is_set() else "rest"] += 1
        self.hammer.strike()
        self.moments.call_off()
        self._restart(day)

    def _rest(self) -> bool:
        """Until everything is sent and printed, or nothing more of it for long, as on a bad line at a busy hour.

        Whether it is. Raises httpx.TransportError when the moment comes before.
        """
        deadline, least = time.monotonic() + TIMEOUT_SECONDS, sys.maxsize
        hurried = time.monotonic()
        while waiting := _waiting(self.terminal.client.get("/v1/queue").json()):
            now = time.monotonic()
            if waiting < least:
                deadline, least = now + TIMEOUT_SECONDS, waiting
            if now > deadline:
                return False
            if now > hurried + HURRY_SECONDS:
                hurried = now
                self.terminal.post("/v1/queue/hurry", {})
            self.hammer.struck.wait(LOOK_SECONDS)
        return True

    def _killed_in_start(self, day: Day) -> None:
        """Killed as it stands, and again in the middle of the next start."""
        self.moments.met["rest"] += 1
        self.terminal.kill()
        self._set(day, self.drawn.choice(day.hours))
        starting = self.terminal.spawn()
        self.hammer.aim(starting)
        self.moments.order()
        assert self.hammer.struck.wait(TIMEOUT_SECONDS)
        starting.wait(TIMEOUT_SECONDS)
        starting.stdout.close()
        self.moments.met["start"] += 1
        self._up()

    def _restart(self, day: Day) -> None:
        self.terminal.kill()
        self._set(day, self.drawn.choice(day.hours))
        self._up()

    def _up(self) -> None:
        self.terminal.start()
        self.till.sign_in()
        self.till.repeat()

    def _deed(self, day: Day, closing_day: bool) -> None:
        if closing_day:
            self.till.close_once(day.date)
            return
        self._number += 1
        key = f"{self.name}-{self._number}"
        voidable = [one for one in self._sold() if one not in self._voided]
        if self.name == "till" and len(voidable) > 2 and self.drawn.random() < 0.15:
            number = self.drawn.choice(voidable)
            self._voided.add(number)
            self.till.ask(Asked(key, f"/v1/settlements/{number}/void", {"reason": "退货"}))
        else:
            self.till.ask(Asked(key, "/v1/settlements", bill=self._bill(day)))
        if self._sold() and self.drawn.random() < 0.1:
            self.terminal.post(f"/v1/settlements/{self.drawn.choice(self._sold())}/reprint", {})

    def _bill(self, day: Day) -> dict[str, Any]:
        if self.name == "card":
            return bill(f"0.{self.drawn.randrange(5, 26):02d}", date=day.date, service="outpatient")
        return bill(f"{self.drawn.randrange(1, 300)}.{self.drawn.randrange(100):02d}", date=day.date)

    def _sold(self) -> list[str]:
        """What was sold and not taken back, by number."""
        rows = (json.loads(one) for one in self.till.told.values())
        return [one["id"] for one in rows if "voids" not in one]

    def _set(self, day: Day, hour: str) -> None:
        text = self._config.replace("area_code =", f'profile = "{day.profile}"\narea_code =')
        text = text.replace('id = "T00000001"', f'id = "{TERMINAL_ID}"\nmode = "{day.mode}"', 1)
        start = text.index("starts_at = ")
        end = text.index("\n", start)
        self.terminal.config.write_text(
            text[:start] + f"starts_at = {day.date}T{hour}+08:00" + text[end:], encoding="utf-8"
        )

    def _conclude(self) -> None:
        figures = self.figures
        figures.bad = [*self.till.contradictions, *self.till.unsealed, *wrong(self.evidence()), *self._audited()]
        figures.kills = sum(self.moments.met.values())
        figures.moments, figures.faults = dict(self.moments.met), dict(self.proxy.met)
        figures.refused, figures.repaired = dict(Counter(self.till.refused)), dict(Counter(self.till.repaired))
        figures.settlements = len(self._sold())
        figures.voids = len(self.till.told) - figures.settlements

    def _audited(self) -> list[str]:
        """The terminal's own audit and replay find nothing either."""
        found = []
        for what in ("verify", "replay"):
            command = [
                sys.executable,
                "-m",
                "terminal.cli",
                "audit",
                what,
                "--journal",
                str(self.folder / "journal.db"),
            ]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            if done.returncode:
                found.append(f"audit {what}: {done.stdout[-300:]}{done.stderr[-300:]}")
        return found


def _waiting(queue: Any) -> int:
    """How much is still to be sent and printed; what is stuck waits for an operator."""
    return len(queue["prints"]) + sum(not one["stuck"] for one in queue["uploads"])


def _moment(date: str, hour: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{date}T{hour}+08:00")
