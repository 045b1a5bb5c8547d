"""What is not finished, and what an operator does about it, over HTTP: the center away, a message put aside."""

from __future__ import annotations

import sqlite3
from typing import Any

from daemon.process import DAY, TerminalProcess, bill

from terminal.bureau.server import BureauServer


def waits_for_the_center(queue: dict[str, Any]) -> bool:
    """Whether the one message was tried, and is not on its way just now."""
    (upload,) = queue["uploads"]
    return upload["reason"] != "" and upload["state"] == "queued"


def test_a_queue_says_why_it_waits_and_is_hurried(bureau: BureauServer, own: TerminalProcess) -> None:
    """The center is away: it waits, not stuck, with its reason; when it is back, one call sends it at once."""
    body = own.quoted(bill("100.00"))
    bureau.down()
    number = own.post("/v1/settlements", body, "alone").json()["id"]
    (upload,) = own.until("/v1/queue", waits_for_the_center)["uploads"]
    assert (upload["settlement"], upload["stuck"]) == (number, False)
    assert "医保中心" in upload["why_zh"]
    bureau.up()
    assert own.client.post("/v1/queue/hurry").status_code == 200
    own.until("/v1/queue", lambda queue: queue["uploads"] == [])
    assert own.client.get(f"/v1/settlements/{number}").json()["upload"] == "accepted"


def test_a_message_that_was_put_aside_goes_again_when_told(bureau: BureauServer, own: TerminalProcess) -> None:
    """Parked: stuck until an operator resumes it; any other, or an unknown one, cannot be resumed."""
    body = own.quoted(bill("100.00"))
    bureau.down()
    number = own.post("/v1/settlements", body, "parked").json()["id"]
    (waiting,) = own.until("/v1/queue", waits_for_the_center)["uploads"]
    message = waiting["message_id"]
    refused = own.client.post(f"/v1/queue/{message}/resume")
    assert (refused.status_code, refused.json()["code"]) == (409, "not-parked")
    own.stop()
    with sqlite3.connect(own.folder / "journal.db") as journal:
        journal.execute("UPDATE outbox SET state = 'parked', reason = 'never answered'")
    journal.close()
    own.start()
    (upload,) = own.client.get("/v1/queue").json()["uploads"]
    assert (upload["state"], upload["stuck"], upload["reason"]) == ("parked", True, "never answered")
    unknown = own.client.post("/v1/queue/NONE/resume")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "no-such-message")
    bureau.up()
    assert own.client.post(f"/v1/queue/{message}/resume").status_code == 200
    own.client.post("/v1/queue/hurry")
    own.until(f"/v1/settlements/{number}", lambda one: one["upload"] == "accepted")


def test_print_jobs_are_listed_newest_first(own: TerminalProcess) -> None:
    """A receipt and its reprint, both on paper in the end; only as many as were asked for."""
    number = own.settled(bill("100.00"), "printed").json()["id"]
    own.post(f"/v1/settlements/{number}/reprint", {})
    own.until("/v1/queue", lambda queue: queue["prints"] == [])
    jobs = own.client.get("/v1/print-jobs").json()["jobs"]
    assert [(job["document"], job["subject"], job["copy"], job["state"]) for job in jobs] == [
        ("settlement", number, 1, "printed"),
        ("settlement", number, 0, "printed"),
    ]
    assert own.client.get("/v1/print-jobs?last=1").json()["jobs"] == jobs[:1]


def test_the_last_settlements_of_the_counter_are_found(own: TerminalProcess) -> None:
    """Newest first by count; oldest first by day; a void is one of them."""
    first = own.settled(bill("1.00"), "one").json()["id"]
    second = own.settled(bill("2.00"), "two").json()["id"]
    void = own.post(f"/v1/settlements/{first}/void", {"reason": "returned"}, "void").json()["id"]
    assert found(own, "last=2") == [void, second]
    assert found(own, "last=100") == [void, second, first]
    assert found(own, f"day={DAY}") == [first, second, void]
    assert found(own, "day=2021-06-29") == []


def found(own: TerminalProcess, query: str) -> list[str]:
    """The numbers that a query finds."""
    return [one["id"] for one in own.client.get(f"/v1/settlements?{query}").json()["settlements"]]


def test_after_a_power_cut_the_first_thing_told_is_what_was_in_doubt(
    bureau: BureauServer, own: TerminalProcess
) -> None:
    """A message without an answer when the power went: counted at the next start, and nothing of it is unresolved."""
    assert own.client.get("/v1/unresolved").json() == {
        "settlements": [],
        "refunds": [],
        "at_start": {"uploads": 0, "prints": 0, "reversed": [], "unresolved": [], "refunds": []},
    }
    body = own.quoted(bill("100.00"))
    bureau.down()
    own.post("/v1/settlements", body, "cut")
    own.until("/v1/queue", waits_for_the_center)
    own.kill()
    with sqlite3.connect(own.folder / "journal.db") as journal:
        journal.execute("UPDATE outbox SET state = 'sent'")
    journal.close()
    own.start()
    told = own.client.get("/v1/unresolved").json()
    assert (told["settlements"], told["at_start"]["uploads"]) == ([], 1)
