"""A purchase by HTTP, from the card to the void, with a real journal, a simulated card and the reference center."""

from __future__ import annotations

from collections.abc import Callable

from daemon.process import DAY, TerminalProcess, bill

NewKey = Callable[[], str]

STAY = bill("10000.00")
"""Yantai employees 2018, tier 3: line 800 (article 12); 80% to 5000, 85% to 10000 (article 11)."""

POOL = "7610.00"
"""4200.00 x 80% + 5000.00 x 85%, worked out by hand."""


def test_the_card_names_the_person_and_the_law(terminal: TerminalProcess) -> None:
    """An identification gives the till policy, balance and name, and of the identity number only its end."""
    answer = terminal.post("/v1/identifications", {"by": "card"})
    person = answer.json()
    assert (answer.status_code, person["policy"], person["patient"]["name"]) == (201, "yantai-employee", "张三")
    assert person["patient"]["id"] == "…1234"
    assert "370602197001011234" not in answer.text


def test_a_quote_splits_by_the_decree_and_writes_nothing(terminal: TerminalProcess) -> None:
    """The pool's share is the one worked out by hand from articles 11 and 12; the journal stays as it was."""
    before = terminal.journal_counts()
    answer = terminal.post("/v1/quotes", {"identification": terminal.identified(), "bill": STAY})
    split = answer.json()["settlement"]
    assert answer.status_code == 201
    assert (split["total"], split["deductible"], split["funds"]["pool"]) == ("10000.00", "800.00", POOL)
    assert terminal.journal_counts() == before


def test_a_settlement_is_found_again_printed_uploaded_and_voided(terminal: TerminalProcess, new_key: NewKey) -> None:
    """The till finds what it settled by both names, reads its receipt, and takes it back once."""
    body = terminal.quoted(STAY) | {"till_reference": "TICKET-77"}
    settled = terminal.post("/v1/settlements", body, new_key()).json()
    number = settled["id"]
    assert settled["settlement"]["funds"]["pool"] == POOL
    assert settled["business_day"] == DAY

    found = terminal.client.get(f"/v1/settlements/{number}").json()
    assert (found["state"], found["journal_hash"]) == ("committed", settled["journal_hash"])
    listed = terminal.client.get("/v1/settlements", params={"till_reference": "TICKET-77"}).json()
    assert [entry["id"] for entry in listed["settlements"]] == [number]

    receipt = terminal.client.get(f"/v1/settlements/{number}/receipt")
    assert receipt.headers["content-type"] == "text/plain; charset=utf-8"
    assert POOL in receipt.text
    assert "370602197001011234" not in receipt.text

    terminal.until(f"/v1/settlements/{number}", lambda one: one["upload"] == "accepted")
    terminal.until_quiet()

    voided = terminal.post(f"/v1/settlements/{number}/void", {"reason": "wrong patient"}, new_key())
    assert voided.status_code == 201
    assert terminal.client.get(f"/v1/settlements/{number}").json()["state"] == "voided"
    again = terminal.post(f"/v1/settlements/{number}/void", {"reason": "wrong patient"}, new_key())
    assert (again.status_code, again.json()["code"]) == (409, "already-voided")
    terminal.until_quiet()


def test_the_same_key_gives_the_same_bytes_and_nothing_new(terminal: TerminalProcess, new_key: NewKey) -> None:
    """A till that did not hear the answer asks again and gets it, byte for byte; another body is refused."""
    key, body = new_key(), terminal.quoted(bill("12.00"))
    first = terminal.post("/v1/settlements", body, key)
    before = terminal.journal_counts()
    repeat = terminal.post("/v1/settlements", body, key)
    other = terminal.post("/v1/settlements", body | {"till_reference": "other"}, key)
    assert (first.status_code, first.content) == (repeat.status_code, repeat.content)
    assert (other.status_code, other.json()["code"]) == (422, "key-reused")
    assert terminal.journal_counts()["settlements"] == before["settlements"]


def test_what_lies_outside_the_catalogue_needs_consent(terminal: TerminalProcess, new_key: NewKey) -> None:
    """Without the patient's agreement nothing is settled; with it the same quote is."""
    item = {"kind": "drug", "class": "C", "amount": "30.00"}
    body = terminal.quoted(bill(items=[item]))
    before = terminal.journal_counts()
    refused = terminal.post("/v1/settlements", body, new_key())
    assert refused.status_code == 422
    assert terminal.journal_counts() == before
    assert terminal.post("/v1/settlements", body | {"consent": True}, new_key()).status_code == 201


def test_health_tells_devices_queues_and_center(terminal: TerminalProcess) -> None:
    """One look tells the operator what works; the center is as it was last seen."""
    health = terminal.client.get("/v1/health").json()
    assert health["devices"]["reader"] == {"health": "good", "code": "card-present", "detail": ""}
    assert health["devices"]["printer"]["health"] == "good"
    assert health["center"]["reachable"] == "yes"
    assert (health["signed_in"], health["business_day"], health["training_clock"]) == ("007", DAY, True)


def test_the_days_totals_count_voids_negative(terminal: TerminalProcess, new_key: NewKey) -> None:
    """A settlement and its void leave the day's money as it was."""

    def money() -> list[tuple[str, ...]]:
        groups = terminal.client.get(f"/v1/days/{DAY}").json()["groups"]
        return [tuple(g[k] for k in ("scheme", "total", "fund_total", "account", "cash")) for g in groups]

    terminal.settled(bill("20.00"), new_key())
    before = money()
    number = terminal.settled(bill("5000.00"), new_key()).json()["id"]
    assert money() != before
    terminal.post(f"/v1/settlements/{number}/void", {"reason": "returned"}, new_key())
    assert money() == before


def test_signing_out_ends_the_session(terminal: TerminalProcess) -> None:
    """Nobody is signed in afterwards, and nobody can be identified."""
    assert terminal.client.delete("/v1/sessions").status_code == 204
    assert terminal.client.get("/v1/health").json()["signed_in"] == ""
    refused = terminal.post("/v1/identifications", {"by": "card"})
    assert refused.status_code in (409, 422)
