"""The torn debit with the real daemon on the real PC/SC stack: pulled and killed where it hurts most; and its API."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from daemon.process import DAY, TIMEOUT_SECONDS, TerminalProcess, bill, new_bureau
from hw.simulated.card_files import load_card
from hw.simulated.card_system import CardSystem
from hw.simulated.pcscd import READER_NAME, SECOND_READER_NAME, VirtualPcscd
from hw.simulated.script import CardTorn
from terminal.bureau.purse import findings
from terminal.bureau.server import BureauServer

EXAMPLES = Path(__file__).parents[2] / "examples"
GOODS = bill("1.00", service="outpatient")
"""All of it the account's (article 6(1))."""

KILLS = [("card", 6, "after"), ("card", 8, "before"), ("card", 8, "after"), ("card", 9, "after"), ("psam", 5, "before")]
PULLS = [("card", 8, "before"), ("card", 8, "after"), ("card", 9, "after")]
"""Of a settlement's ten commands to the card and five to the PSAM: 8050 is the 6th, 8054 the 8th, its answer the 9th;
8072, which checks that answer, is the PSAM's 5th."""


class Watched:
    """A card whose n-th command after `arm` calls `strike`, before or after it is done."""

    def __init__(self, card: CardSystem) -> None:
        self.card = card
        self._transmit = card.transmit
        self._left, self._when = 0, ""
        card.transmit = self._watched  # type: ignore[method-assign]

    def arm(self, command: int, when: str, strike: Any) -> None:
        """From the next command on."""
        self._left, self._when, self._strike = command, when, strike

    def _watched(self, command: bytes | bytearray) -> bytes:
        self._left -= 1
        if self._left == 0 and self._when == "before":
            self._strike()
        answer = self._transmit(command)
        if self._left == 0 and self._when == "after":
            self._strike()
        return answer


class Counter:
    """The daemon, its readers with the training card and PSAM, and the center."""

    def __init__(self, folder: Path, service: VirtualPcscd, bureau: BureauServer) -> None:
        self.service, self.bureau = service, bureau
        self.card = Watched(load_card(EXAMPLES / "cards" / "purse-01.toml"))
        self.psam = Watched(load_card(EXAMPLES / "cards" / "without-holder" / "psam-01.toml"))
        self.process = TerminalProcess(folder, bureau.url)
        text = self.process.config.read_text(encoding="utf-8")
        text = text.replace('kind = "simulated"\ncard = "card.toml"', f'kind = "pcsc"\nname = "{READER_NAME}"')
        text += f'\n[psam]\nkind = "pcsc"\nname = "{SECOND_READER_NAME}"\n'
        self.process.config.write_text(text, encoding="utf-8")
        self.insert()
        service.insert(self.psam.card, SECOND_READER_NAME)

    def insert(self) -> None:
        """The patient's card, out and in again."""
        self.service.remove()
        self.service.insert(self.card.card)

    @property
    def held_fen(self) -> int:
        """What the card holds."""
        return int(self.card.card.memory.get("balance_fen", 10000))

    def sell(self, key: str, body: dict[str, Any]) -> httpx.Response:
        """Ask for the settlement; where its quote is gone with the process, quote and ask again, as a till does."""
        answer = self.process.post("/v1/settlements", body, key)
        if answer.status_code == 404:
            return self.process.post("/v1/settlements", self.process.quoted(GOODS), key)
        return answer


@pytest.fixture(scope="module")
def counter(card_service_alone: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    """One daemon for the module, killed and started as often as the tests want."""
    folder = tmp_path_factory.mktemp("purse")
    persons = (EXAMPLES / "bureau" / "persons.toml").read_text(encoding="utf-8")
    with VirtualPcscd() as service, new_bureau(folder, persons) as bureau:
        made = Counter(folder, service, bureau)
        with made.process as process:
            process.sign_in()
            yield made


@pytest.mark.parametrize("point", [*(("kill", *one) for one in KILLS), *(("pull", *one) for one in PULLS)], ids=str)
def test_torn_where_it_hurts_most(counter: Counter, point: tuple[str, str, int, str]) -> None:
    """Started again, or put in again, the same key has been paid exactly once."""
    deed, which, command, when = point
    held_fen, key, process = counter.held_fen, "-".join(map(str, point)), counter.process
    body = process.quoted(GOODS)
    watched = counter.card if which == "card" else counter.psam
    struck = threading.Event()

    def strike() -> None:
        struck.set()
        if deed == "pull":
            raise CardTorn
        process.process.kill()

    watched.arm(command, when, strike)
    if deed == "kill":
        with pytest.raises(httpx.TransportError):
            process.post("/v1/settlements", body, key)
        process.process.wait(TIMEOUT_SECONDS)
        process.kill()
        process.start()
        process.sign_in()
    else:
        answer = process.post("/v1/settlements", body, key)
        assert (answer.status_code, answer.json()["code"]) == (504, "purse-in-doubt")
        (debit,) = process.client.get("/v1/purse-debits").json()["debits"]
        assert (debit["patient"], debit["amount"], debit["trouble"]) == ("熊秋水", "1.00", "")
        counter.insert()
        if command == PULLS[-1][1]:
            # Put in again it is asked by itself; the others are asked by the till's repeat, whichever comes first.
            process.until("/v1/purse-debits", lambda one: not one["debits"])
    assert struck.is_set()
    told = counter.sell(key, body)
    if told.status_code == 422:  # The card has not paid: it says so, and the till asks again.
        told = counter.sell(key, process.quoted(GOODS))
    assert told.status_code == 201, told.text
    assert counter.held_fen == held_fen - 100
    assert process.client.get("/v1/purse-debits").json() == {"debits": [], "refused": []}


def test_afterwards_card_journal_and_center_agree(counter: Counter) -> None:
    """Paid once a point, everything accepted, no counter missing, and the day is sealed."""
    paid = len(KILLS) + len(PULLS)
    health = counter.process.until("/v1/health", lambda one: not {"queued", "sent", "unknown"} & set(one["uploads"]))
    assert health["devices"]["psam"]["health"] == "good"
    # A kill in the middle of an upload leaves a reversal behind: accepted, or refused where the center had no such
    # message. The settlement that it undid goes again, and what counts is its own last word.
    sold = counter.process.client.get("/v1/settlements", params={"day": DAY}).json()["settlements"]
    uploads = [one["upload"] for one in sold if one["state"] == "committed"]
    assert uploads == ["accepted"] * paid
    person = counter.bureau.books.person("36010200000001")
    assert person is not None
    assert counter.held_fen == int(person.account.balance) == 10000 - 100 * paid
    assert findings(counter.bureau.books.storage) == []
    report = counter.process.post(f"/v1/days/{DAY}/close", {})
    assert (report.status_code, report.json()["state"]) == (200, "sealed"), json.dumps(report.json())
    print(f"\ntorn debit, real daemon on PC/SC: {len(KILLS)} kills and {len(PULLS)} pulls; all agree")
