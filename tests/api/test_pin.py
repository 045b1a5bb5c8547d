"""A card's PIN over HTTP: asked for by name, in the body only, in no file, log, metric, event or answer afterwards."""

from __future__ import annotations

import threading
from typing import Any

import httpx
import pytest
from daemon.process import TerminalProcess, bill

DIGITS, WRONG = "58209364", "41750382"
GUARDED = f'\n[pin]\ndigits = "{DIGITS}"\nguards_holder = true\n'


@pytest.fixture
def asking(own: TerminalProcess) -> TerminalProcess:
    """A terminal in whose reader a card lies that asks for its PIN."""
    with (own.folder / "card.toml").open("a", encoding="utf-8") as card:
        card.write(GUARDED)
    return own


def identify(terminal: TerminalProcess, **given: Any) -> httpx.Response:
    return terminal.post("/v1/identifications", {"by": "card", **given})


def problem(answer: httpx.Response) -> tuple[int, str, str, int | None]:
    said = answer.json()
    assert said["money_moved"] == "no"
    return answer.status_code, said["code"], said["retry"], said.get("tries_left")


def test_a_pin_leaves_no_trace(asking: TerminalProcess) -> None:
    """From the refusal to the settled sale; afterwards nothing that the terminal keeps, says or logs holds it."""
    heard: list[str] = []
    listener = threading.Thread(target=listen, args=(asking, heard))
    listener.start()
    assert problem(identify(asking)) == (422, "pin-needed", "after", 3)
    assert problem(identify(asking, pin=WRONG)) == (422, "pin-wrong", "never", 2)
    known = identify(asking, pin=DIGITS)
    assert known.status_code == 201
    quote = asking.post("/v1/quotes", {"identification": known.json()["id"], "bill": bill("100.00")}).json()
    wish = {"quote": quote["id"], "hash": quote["hash"]}
    # The account lies at the center: no card is asked for a PIN here, and what is given is thrown away.
    settled = asking.post("/v1/settlements", wish | {"pin": DIGITS, "last_try": True}, "k")
    assert settled.status_code == 201
    assert asking.post("/v1/settlements", wish, "k").content == settled.content, "the key means the sale, not the PIN"
    asking.until_quiet()
    paths = ("/metrics", "/v1/health", "/v1/queue", "/v1/diagnosis", "/v1/unresolved", "/v1/settlements?last=9")
    said = [asking.client.get(path).text for path in paths]
    asking.stop()
    listener.join()
    kept = [file.read_bytes() for file in asking.folder.rglob("*") if file.is_file() and file.name != "card.toml"]
    for digits in (DIGITS, WRONG):
        assert not [text for text in (*said, *heard, known.text, settled.text) if digits in text]
        assert not [data for data in kept if digits.encode() in data]
    assert any(b"k" in data for data in kept), "the journal was looked into"
    assert heard


def listen(terminal: TerminalProcess, heard: list[str]) -> None:
    """Everything that the terminal tells its listeners, until it ends."""
    try:
        with terminal.new_client(terminal.headers) as client, client.stream("GET", "/v1/events") as stream:
            heard.extend(stream.iter_text())
    except httpx.TransportError:
        heard.append("")


def test_no_try_is_lost_and_the_last_one_needs_a_yes(asking: TerminalProcess) -> None:
    """What is no PIN is refused at its place before the card hears of it; with one try left nothing is sent without
    `last_try`; the wrong last one locks the card, which says so from then on."""
    for bad in ("123", "1234567890123", "12a456", "１２３４５６", 58209364, ["58209364"], "5820 9364"):
        answer = identify(asking, pin=bad)
        assert (answer.status_code, answer.json()["code"], answer.json()["at"]) == (422, "bad-input", "pin"), bad
        assert "58209364" not in answer.text
    strays = {"pin": {"by": "qr", "code": "QR-KXWP-12345678", "pin": DIGITS}, "last_try": {"last_try": True}}
    for at, stray in strays.items():
        answer = asking.post("/v1/identifications", stray)
        assert (answer.status_code, answer.json()["code"], answer.json()["at"]) == (422, "bad-input", at)
    in_address = asking.client.post("/v1/identifications", params={"pin": DIGITS}, json={"by": "card"})
    assert (in_address.status_code, in_address.json()["at"]) == (422, "pin"), "a PIN is never taken from an address"
    assert problem(identify(asking)) == (422, "pin-needed", "after", 3)
    for left in (2, 1):
        assert problem(identify(asking, pin=WRONG)) == (422, "pin-wrong", "never", left)
    assert problem(identify(asking, pin=DIGITS)) == (422, "pin-last-try", "never", 1)
    assert problem(identify(asking, pin=WRONG, last_try=True)) == (422, "pin-locked", "never", 0)
    assert problem(identify(asking)) == (422, "pin-locked", "never", 0)
