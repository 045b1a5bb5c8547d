"""A real terminal as a real process, on a real journal, with a simulated card and printer and the reference center."""

from __future__ import annotations

import datetime as dt
import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from terminal.api.app import OPERATIONS
from terminal.api.openapi import document_of
from terminal.api.tills import add_till, tills_file
from terminal.bureau.books import Books
from terminal.bureau.persons import load_persons, load_providers
from terminal.bureau.published import PublishedFolder
from terminal.bureau.server import BureauServer
from terminal.clock import BEIJING, ShiftedClock
from terminal.settlement.law import Law
from tests.daemon.contract import Contract

CONTRACT = Contract(document_of(OPERATIONS))
"""What every answer is held against."""

ROOT = Path(__file__).parents[2]
TILL = "till-1"
DAY = "2021-06-30"
CREDENTIAL = "QR-KXWP"
TIMEOUT_SECONDS = 30
IDLE_SECONDS_MAX = 2

_CARD = """
atr = "3B6D00000080318065B0830201F383009000"
area_code = "370600"
identification_code = "37060000000000000000000000000001"
card_number = "A12345678"
version = "2.00"
id_number = "370602197001011234"
name = "张三"
sex = "1"
birth_date = 1970-01-01
issued_on = 2015-01-01
expires_on = 2025-01-01
"""

_PERSONS = """
[[person]]
person_number = "37060200000001"
card_number = "A12345678"
id_number = "370602197001011234"
credential = "QR-KXWP"
name = "张三"
policy = "yantai-employee"
insured_place = "370602"
patient = { category = "employee", age = 51 }
account = { balance = "1234.56" }
"""

_PROVIDERS = """
[[provider]]
id = "H37060100001"
name = "示范医院"
tier = 3
"""

_TERMINAL = """
[terminal]
id = "T00000001"
till_number = 1
[api]
port = 0
requests_per_second_max = 10000
till_requests_per_second_max = 10000
{api}
[center]
url = "{url}"
area_code = "370600"
reply_timeout_seconds = 5
[reader]
kind = "simulated"
card = "card.toml"
[printer]
kind = "{printer}"
[[providers]]
id = "H37060100001"
name = "示范医院"
tier = 3
[clock]
starts_at = {day}T10:00:00+08:00
"""


def bill(*amounts: str, **changes: Any) -> dict[str, Any]:
    """A hospital stay with class A drugs of these amounts; `changes` replace or add keys of the bill."""
    items = [{"kind": "drug", "class": "A", "code": f"X{n}", "amount": a} for n, a in enumerate(amounts)]
    return {"date": DAY, "service": "inpatient", "items": items, **changes}


def new_bureau(folder: Path, persons: str = _PERSONS, published: PublishedFolder | None = None) -> BureauServer:
    """A reference center that knows one insured person, or those given, and one hospital; not up yet.

    published: what it offers for download.
    """
    clock = ShiftedClock(dt.datetime.fromisoformat(f"{DAY}T10:00:00+08:00").astimezone(BEIJING))
    return BureauServer(new_books(folder, persons), Law.load(), clock, published=published)


def new_books(folder: Path, persons: str = _PERSONS, place: Path | str = ":memory:") -> Books:
    """The books of such a center. place: a file, where they shall outlive it."""
    (folder / "persons.toml").write_text(persons, encoding="utf-8")
    (folder / "providers.toml").write_text(_PROVIDERS, encoding="utf-8")
    return Books(load_persons(folder / "persons.toml"), load_providers(folder / "providers.toml"), place)


class TerminalProcess:
    """One `terminal run`. Use as a context manager: started and ready inside, ended by TERM afterwards."""

    def __init__(self, folder: Path, center_url: str, printer: str = "simulated", api: str = "") -> None:
        self.folder = folder
        self.config = folder / "terminal.toml"
        self.config.write_text(_TERMINAL.format(url=center_url, printer=printer, day=DAY, api=api), encoding="utf-8")
        (folder / "card.toml").write_text(_CARD, encoding="utf-8")
        self.log = folder / "log.jsonl"
        self._basket = "none"
        clock = ShiftedClock(dt.datetime.fromisoformat(f"{DAY}T10:00:00+08:00"))
        self.token = add_till(tills_file(folder / "journal.db"), TILL, clock.now())
        self.headers = {"Authorization": f"Bearer {self.token}"}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()
        if self.process.poll() is not None:
            assert self.process.returncode in (0, -signal.SIGKILL), self.obituary()
        elif error is not None:
            self.kill()
        else:
            assert self.stop() == 0, self.obituary()

    def start(self) -> None:
        """Start, and return when it says that it is ready."""
        self.process = self.spawn()
        assert self.process.stdout
        said = self.process.stdout.readline()
        assert "ready: " in said, self.log.read_text(encoding="utf-8")
        self.url = said.split("ready: ")[1].strip()
        self.client = self.new_client(self.headers)

    def new_client(self, headers: dict[str, str]) -> httpx.Client:
        """A client that sends these headers with every request.

        It lets go of an idle line before the terminal does (after 5 s), lest a request meet the closing of its line.
        """
        return httpx.Client(
            base_url=self.url,
            timeout=TIMEOUT_SECONDS,
            limits=httpx.Limits(keepalive_expiry=IDLE_SECONDS_MAX),
            trust_env=False,
            headers=headers,
            event_hooks={"response": [CONTRACT.check]},
        )

    def spawn(self) -> subprocess.Popen[str]:
        """A process on this configuration, ready or not."""
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "terminal.daemon", "--config", str(self.config)],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def failed_start(self) -> tuple[int, str]:
        """Start where that must fail: the exit status and what was said on standard output."""
        process = self.spawn()
        try:
            said, _ = process.communicate(timeout=TIMEOUT_SECONDS)
        finally:
            process.kill()
            process.wait()
        return process.returncode, said

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end and return its exit status."""
        self.client.close()
        self.process.send_signal(number)
        return self._ended()

    def kill(self) -> None:
        """As a power cut would: it gets no chance to do anything."""
        self.client.close()
        self.process.kill()
        self._ended()

    def journal_counts(self) -> dict[str, int]:
        """How many rows each of the journal's tables has, read beside the running terminal."""
        journal = sqlite3.connect(f"file:{self.folder / 'journal.db'}?mode=ro", uri=True)
        try:
            names = [row[0] for row in journal.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
            counts = {name: journal.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}
        finally:
            journal.close()
        # Reserving a block of numbers is no business: it says nothing of a person or of money.
        return {name: count for name, count in counts.items() if name != "counters"}

    def post(self, path: str, body: Any, key: str = "") -> httpx.Response:
        """POST JSON, with an `Idempotency-Key` where one is given."""
        return self.client.post(path, json=body, headers={"Idempotency-Key": key} if key else {})

    def sign_in(self) -> None:
        """Sign the operator in."""
        answer = self.post("/v1/sessions", {"operator": "007", "operator_name": "李四"})
        assert answer.status_code == 201, answer.text

    def identified(self) -> str:
        """Let go of the basket before, and read the card for the next one; the id of the identification."""
        self.client.delete(f"/v1/identifications/{self._basket}")
        answer = self.post("/v1/identifications", {"by": "card"})
        assert answer.status_code == 201, answer.text
        self._basket = str(answer.json()["id"])
        return self._basket

    def quoted(self, given: dict[str, Any]) -> dict[str, Any]:
        """Read the card and quote a bill; the body of a settlement, ready to be sent."""
        answer = self.post("/v1/quotes", {"identification": self.identified(), "bill": given})
        assert answer.status_code == 201, answer.text
        return {"quote": answer.json()["id"], "hash": answer.json()["hash"], "till_reference": "R-1"}

    def settled(self, given: dict[str, Any], key: str) -> httpx.Response:
        """Read the card, quote and settle."""
        answer = self.post("/v1/settlements", self.quoted(given), key)
        assert answer.status_code == 201, answer.text
        return answer

    def until(self, path: str, wanted: Callable[[Any], bool]) -> Any:
        """Ask until the answer is as wanted, and return it."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            answer = self.client.get(path).json()
            if wanted(answer):
                return answer
        raise AssertionError(f"{path} still answers {json.dumps(answer, ensure_ascii=False)}")

    def until_quiet(self) -> None:
        """Wait until the center has everything and everything is on paper."""
        self.until("/v1/queue", lambda queue: not queue["uploads"] and not queue["prints"])

    def log_text(self) -> str:
        """Everything it has logged so far."""
        return self.log.read_text(encoding="utf-8")

    def obituary(self) -> str:
        """How it ended, and everything it said before."""
        return f"the terminal ended with {self.process.returncode}:\n{self.log_text()}"

    def _ended(self) -> int:
        assert self.process.stdout
        status = self.process.wait(TIMEOUT_SECONDS)
        self.process.stdout.close()
        return status
