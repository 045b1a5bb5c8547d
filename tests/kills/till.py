"""The till: it keeps every request under its key until it is answered, and hears the same answer to every repeat."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import httpx

from tests.daemon.process import TerminalProcess

PATIENCE_SECONDS = 60
PAUSE_SECONDS = 0.1
"""Between two questions: what is waited for is a message that another thread of the terminal repeats."""

CLOSINGS_MAX = 8
"""Each sends what waits, and asks the center for its sums; on a good line the first is enough."""

GONE = ("no-such-quote", "quote-changed", "no-such-identification", "not-debited", "card-leased")
"""Refusals after which the same bill is quoted anew, under the same key: nothing stands under it."""

AGAIN = (
    *(
        "settlement-in-doubt",
        "person-in-doubt",
        "center-unreachable",
        "center-silent",
        "purse-in-doubt",
        "card-removed",
        "card-mute",
    ),
    *("no-card", "no-reader", "no-answer", "no-psam", "not-signed-in", "center-refused", "printer-not-ready", "busy"),
)
"""Refusals after which the same is asked again."""


@dataclass
class Asked:
    """One request of the till. bill: of a sale; without one `path` and `body` stand as they are."""

    key: str
    path: str
    body: dict[str, Any] | None = None
    bill: dict[str, Any] | None = None


class Till:
    """One till of one terminal. told: every answer by its key; refused: what was heard instead, by code. repaired: what
    the operator did at the end of a day because day end proposed it. unsealed: what day end said last of a day that it
    never sealed.
    """

    def __init__(self, terminal: TerminalProcess) -> None:
        self.terminal = terminal
        self.told: dict[str, bytes] = {}
        self.unanswered: dict[str, Asked] = {}
        self.refused: list[str] = []
        self.repaired: list[str] = []
        self.unsealed: list[str] = []
        self.contradictions: list[str] = []

    def ask(self, asked: Asked) -> None:
        """Ask until it is answered. Raises httpx.TransportError when the terminal dies: it stays unanswered."""
        self.unanswered[asked.key] = asked
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._once(asked):
            if time.monotonic() > deadline:
                raise AssertionError(f"{asked.key} is not answered: {self.refused[-3:]}")
            time.sleep(PAUSE_SECONDS)
        del self.unanswered[asked.key]

    def repeat(self) -> None:
        """Everything that is unanswered, again, and the newest answer once more."""
        for asked in list(self.unanswered.values()):
            self.ask(asked)

    def sign_in(self) -> None:
        """The operator signs in, as often as the line makes it necessary."""
        self._patiently("/v1/sessions", {"operator": "007", "operator_name": "李四"})

    def close_once(self, day: str) -> None:
        """Ask for day end, whatever comes of it."""
        self.terminal.post(f"/v1/days/{day}/close", {})

    def close(self, day: str) -> None:
        """Day end, again until the day is sealed.

        What came late, behind its own reversal, an operator clears up as day end proposes; nothing else is excused.
        """
        report: dict[str, Any] = {}
        for _ in range(CLOSINGS_MAX):
            report = self.terminal.post(f"/v1/days/{day}/close", {}).json()
            if report.get("code") == "day-closed" or report["state"] == "sealed":
                return
            for one in report["differences"]:
                if one["action"] != "none" and (one["cause"] == "void-one-sided" or not one["settlement_id"]):
                    self.repaired.append(one["action"])
                    self.terminal.post(f"/v1/days/{day}/repairs", {"difference": one["id"]})
            time.sleep(PAUSE_SECONDS)
        left = {name: report[name] for name in ("state", "open_matters", "differences")}
        self.unsealed.append(f"{day} is never sealed: {left}")

    def _once(self, asked: Asked) -> bool:
        if asked.body is None:
            asked.body = self._quoted(asked.bill or {})
            if asked.body is None:
                return False
        answer = self.terminal.post(asked.path, asked.body, asked.key)
        if answer.status_code == 201:
            self._heard(asked.key, answer.content)
            return True
        code = str(answer.json()["code"])
        self.refused.append(code)
        if code in GONE:
            asked.body = None
            return False
        assert code in AGAIN, f"{asked.key}: {answer.text}"
        return False

    def _quoted(self, bill: dict[str, Any]) -> dict[str, Any] | None:
        terminal = self.terminal
        terminal.client.delete(f"/v1/identifications/{terminal._basket}")
        known = terminal.post("/v1/identifications", {"by": "card"})
        if known.status_code == 201:
            terminal._basket = known.json()["id"]
            quote = terminal.post("/v1/quotes", {"identification": terminal._basket, "bill": bill})
            if quote.status_code == 201:
                return {"quote": quote.json()["id"], "hash": quote.json()["hash"], "till_reference": "R-1"}
            known = quote
        code = str(known.json()["code"])
        self.refused.append(code)
        if code == "not-signed-in":
            self.sign_in()
        assert code in (*AGAIN, *GONE), known.text
        return None

    def _heard(self, key: str, answer: bytes) -> None:
        if self.told.setdefault(key, answer) != answer:
            self.contradictions.append(f"{key} was answered otherwise before")

    def _patiently(self, path: str, body: dict[str, Any]) -> httpx.Response:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = self.terminal.post(path, body)
            if answer.status_code == 201:
                return answer
            assert answer.json()["code"] in AGAIN, answer.text
            assert time.monotonic() < deadline, answer.text
            time.sleep(PAUSE_SECONDS)
