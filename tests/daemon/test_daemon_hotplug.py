"""Devices that come and go under a running daemon: it says what it sees, and goes on without a restart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.hearing import listening
from daemon.process import TerminalProcess, bill
from hw.simulated.pcscd import READER_NAME, SECOND_READER_NAME, VirtualPcscd
from hw.simulated.social_card import VirtualCard
from terminal.bureau.server import BureauServer

CYCLES, SWAP_EVERY = 100, 34


@pytest.fixture(scope="module")
def running_service(card_service_alone: None) -> Iterator[VirtualPcscd]:
    """The card service with two virtual readers."""
    with VirtualPcscd() as running:
        yield running


@pytest.fixture
def service(running_service: VirtualPcscd) -> Iterator[VirtualPcscd]:
    """The service with both readers empty, before and after."""
    yield running_service
    for name in (READER_NAME, SECOND_READER_NAME):
        running_service.remove(name)


def with_pcsc(terminal: TerminalProcess, name: str = READER_NAME) -> TerminalProcess:
    """The same terminal on the machine's real card service."""
    text = terminal.config.read_text(encoding="utf-8")
    named = f'kind = "pcsc"\nname = "{name}"'
    terminal.config.write_text(text.replace('kind = "simulated"\ncard = "card.toml"', named), encoding="utf-8")
    return terminal


def seen(terminal: TerminalProcess) -> tuple[str, str, dict[str, bool]]:
    """What health says: the patient's reader, the card service, and every reader with whether a card is in."""
    health = terminal.client.get("/v1/health").json()
    readers = {reader["name"]: reader["card"] for reader in health["readers"]}
    return health["devices"]["reader"]["code"], health["card_service"], readers


def identify(terminal: TerminalProcess) -> str:
    """Read the card; "" where that works, else the problem's code."""
    answer = terminal.post("/v1/identifications", {"by": "card"})
    if answer.status_code != 201:
        return str(answer.json()["code"])
    assert terminal.client.delete(f"/v1/identifications/{answer.json()['id']}").status_code == 204
    return ""


def test_cards_readers_and_the_card_service_come_and_go(
    service: VirtualPcscd, bureau: BureauServer, tmp_path: Path
) -> None:
    """Two readers, a card in each; the service is killed and comes back: events and health say each change, and the
    same process then reads the card as before."""
    terminal = with_pcsc(TerminalProcess(tmp_path, bureau.url))
    own = VirtualCard.load(tmp_path / "card.toml")
    empty = {READER_NAME: False, SECOND_READER_NAME: False}
    readers = set(empty)
    with terminal, listening(terminal) as heard:
        terminal.sign_in()
        terminal.until("/v1/health", lambda health: len(health["readers"]) == 2)
        assert seen(terminal) == ("no-card", "running", empty)
        assert identify(terminal) == "no-card"
        service.insert(own, SECOND_READER_NAME)
        assert heard.next(1) == {("card-inserted", SECOND_READER_NAME)}
        assert identify(terminal) == "no-card"
        service.insert(own)
        assert heard.next(1) == {("card-inserted", READER_NAME)}
        assert seen(terminal) == ("card-present", "running", dict.fromkeys(readers, True))
        assert identify(terminal) == ""
        service.kill()
        try:
            lost = {("card-removed", name) for name in readers} | {("reader-gone", name) for name in readers}
            assert heard.next(5) == lost | {("card-service-lost", "")}
            assert seen(terminal) == ("no-reader", "stopped", {})
            assert identify(terminal) == "no-reader"
        finally:
            service.start()
        assert heard.next(3) == {("card-service-back", "")} | {("reader-back", name) for name in readers}
        assert seen(terminal) == ("no-card", "running", empty)
        service.insert(own)
        assert heard.next(1) == {("card-inserted", READER_NAME)}
        assert identify(terminal) == ""
        service.remove()
        assert heard.next(1) == {("card-removed", READER_NAME)}
        assert seen(terminal) == ("no-card", "running", empty)
    assert '"reader-gone"' in terminal.log_text()


def test_a_card_taken_out_frees_its_lease_and_stops_its_settlement(
    service: VirtualPcscd, bureau: BureauServer, tmp_path: Path
) -> None:
    """Read, quoted, taken out: nothing is settled. Put back, it can be read for another basket at once."""
    terminal = with_pcsc(TerminalProcess(tmp_path, bureau.url))
    own = VirtualCard.load(tmp_path / "card.toml")
    with terminal, listening(terminal) as heard:
        terminal.until("/v1/health", lambda health: len(health["readers"]) == 2)
        terminal.sign_in()
        service.insert(own)
        heard.next(1)
        body = terminal.quoted(bill("100.00"))
        before = terminal.journal_counts()
        assert identify(terminal) == "card-leased"
        service.remove()
        assert heard.next(1) == {("card-removed", READER_NAME)}
        answer = terminal.post("/v1/settlements", body, "gone")
        assert (answer.status_code, answer.json()["code"], answer.json()["money_moved"]) == (503, "card-removed", "no")
        assert terminal.journal_counts() == before
        service.insert(own)
        heard.next(1)
        assert identify(terminal) == ""
        assert terminal.post("/v1/settlements", body, "gone").status_code == 201


def test_a_hundred_cycles_leave_no_descriptor_behind(
    service: VirtualPcscd, bureau: BureauServer, tmp_path: Path
) -> None:
    """Read and released a hundred times, now and then taken out and put back: the process holds what it held."""
    terminal = with_pcsc(TerminalProcess(tmp_path, bureau.url))
    own = VirtualCard.load(tmp_path / "card.toml")
    with terminal:
        terminal.sign_in()
        service.insert(own)
        assert identify(terminal) == ""
        terminal.client.get("/v1/health")
        before = descriptors(terminal)
        for cycle in range(CYCLES):
            if cycle % SWAP_EVERY == SWAP_EVERY - 1:
                service.remove()
                assert identify(terminal) == "no-card"
                service.insert(own)
            assert identify(terminal) == ""
        terminal.client.get("/v1/health")
        assert descriptors(terminal) <= before + 2, "one look of the watcher and one of health may be under way"


def descriptors(terminal: TerminalProcess) -> int:
    """How many files and sockets the daemon holds."""
    return len(list(Path(f"/proc/{terminal.process.pid}/fd").iterdir()))
