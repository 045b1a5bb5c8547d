"""How fast a terminal drains its queue, against what a bare keep-alive client of the same library posts, in one run.

The drain is the whole of it: requests built and made durable, the center settling each again, answers checked and made
durable. The bare client only posts the same bytes, one after the other, to a sink, which does nothing with them; and to
the center, which shows how much of the rest is the center's own. Each line says what a message costs each side's
processor, since the clock tells of the machine's other work too. How much room there is between the two shows a client
that only keeps, before and after, what it posts to a sink that only keeps it: no checks, no law, no books.
Loopback answers sooner than any center does, so both are also run over a line that holds each answer back.
`SETTLEMENTS=1000 make bench` for a short one.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import msgspec
import pytest

from benches.upload_world import MORNING, PHARMACY, PROVIDER, Server, person, running
from terminal.center.answers import Institution
from terminal.center.burst import BATCH_MESSAGES_MAX
from terminal.center.desk import CenterDesk
from terminal.center.link import HttpLink
from terminal.center.profile import REFERENCE
from terminal.center.upload import Upload
from terminal.clock import SetClock, SystemClock
from terminal.journal.journal import Journal
from terminal.journal.records import SettlementRecord
from terminal.settlement.codec import decode_bill
from terminal.settlement.law import Law

SETTLEMENTS = int(os.environ.get("SETTLEMENTS", "10000"))
OVER_A_LINE = SETTLEMENTS // 20
AWAY_MILLISECONDS = (2, 5, 20)
PEOPLE = 500
OPERATOR = "0001"
INSTITUTION = Institution("370602", {PHARMACY: "示例大药房"}, "T1")
BILL = {
    "policy": "yantai-employee",
    "date": "2021-06-30",
    "service": "pharmacy",
    "items": [{"kind": "drug", "class": "A", "amount": "35.80", "code": "XJ01", "name": "阿莫西林胶囊"}],
}


def fill(journal: Journal, settlements: int) -> None:
    """Settlements on their way to the center, of many persons."""
    law, bare = Law.load(), decode_bill(json.dumps(BILL))
    for number in range(settlements):
        one = person(number % PEOPLE)
        bill = msgspec.structs.replace(bare, provider=PROVIDER, patient=one.patient)
        record = SettlementRecord(
            id=journal.next_settlement_number(MORNING.date()),
            kind="settlement",
            business_day=MORNING.date(),
            at=MORNING,
            operator=OPERATOR,
            provider_id=PHARMACY,
            scheme="employee",
            clearing_class="pharmacy",
            person_number=one.person_number,
            bill=bill,
            settlement=law.settle(bill),
        )
        second, counter = journal.next_message_stamp()
        message_id = f"{PHARMACY}{second:%Y%m%d%H%M%S}01{counter:02d}"
        journal.commit_settlement(record, message_id, message_id, "digest", lambda entry_hash: entry_hash.encode())


def filled(folder: Path, settlements: int) -> Path:
    """A journal with so many that wait."""
    full = folder / "full.db"
    with Journal.open(full, "T1", SetClock(MORNING)) as journal:
        fill(journal, settlements)
    return full


class Run:
    """One way of getting the messages across, and what it took."""

    def __init__(self, name: str, server: Server, work: Callable[[], None], settlements: int = SETTLEMENTS) -> None:
        server_before, own_before, began = server.cpu_seconds(), time.process_time(), time.perf_counter()
        work()
        seconds = time.perf_counter() - began
        self.a_second = settlements / seconds
        own, served = time.process_time() - own_before, server.cpu_seconds() - server_before
        costs = ", ".join(
            f"{what} {1000 * cost / settlements:.2f} ms" for what, cost in (("own", own), ("server", served))
        )
        self.text = f"{name}: {self.a_second:.0f}/s; processor a message: {costs}"


def drain(path: Path, server: Server, lanes: int) -> None:
    """From the full queue to the last word on each message."""
    with Journal.open(path, "T1", SetClock(MORNING)) as journal:
        links = [HttpLink(server.url, SystemClock()) for _ in range(lanes + 1)]
        desk = CenterDesk(links[0], INSTITUTION, journal.next_message_stamp, 1, journal.clock, lanes=links[1:])
        upload = Upload(journal, desk, SystemClock(), Random(1))
        while upload.run(MORNING):
            pass
        assert set(journal.counts()) == {"accepted"}
        for link in links:
            link.close()


def sign_in(center: Server) -> None:
    """What a terminal does before its first settlement; a fresh center gives each the same number for it."""
    link = HttpLink(center.url, SystemClock())
    CenterDesk(link, INSTITUTION, lambda: (MORNING, 0), 1, SetClock(MORNING)).sign_in(OPERATOR)
    link.close()


def post(server: Server, requests: list[bytes], answers: list[bytes]) -> None:
    """The bare client: one kept-alive connection, one request after the other."""
    parts = urlsplit(server.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    for request in requests:
        connection.request("POST", parts.path, request, {"Content-Type": "application/json"})
        answers.append(connection.getresponse().read())
    connection.close()


def post_and_keep(path: Path, server: Server, requests: list[bytes]) -> None:
    """The bare client, with each request durable before it leaves and each answer after it came, a batch a commit."""
    table = sqlite3.connect(path)
    table.execute("PRAGMA journal_mode = WAL")
    table.execute("PRAGMA synchronous = FULL")
    table.execute("CREATE TABLE messages (number INTEGER PRIMARY KEY, request BLOB, answer BLOB)")
    for first in range(0, len(requests), BATCH_MESSAGES_MAX):
        batch, answers = requests[first : first + BATCH_MESSAGES_MAX], list[bytes]()
        with table:
            table.executemany("INSERT INTO messages VALUES (?, ?, NULL)", enumerate(batch, first))
        post(server, batch, answers)
        with table:
            said = [(answer, first + place) for place, answer in enumerate(answers)]
            table.executemany("UPDATE messages SET answer = ? WHERE number = ?", said)
    table.close()


def kept_answers(path: Path) -> tuple[dict[str, str], list[bytes]]:
    """What the center answered to each message of a drained journal, and all that was sent."""
    with sqlite3.connect(path) as read:
        rows = read.execute("SELECT message_id, request, answer FROM outbox").fetchall()
    return {row[0]: bytes(row[2]).decode() for row in rows}, [bytes(row[1]) for row in rows]


def test_a_full_queue_is_drained(tmp_path: Path) -> None:
    """Ten thousand settlements, to the center and to a sink, in order and several in flight, beside the bare client to
    both."""
    full = filled(tmp_path, SETTLEMENTS)
    runs: dict[str, Run] = {}
    for name, lanes in (("in order", 1), ("by person", REFERENCE.in_flight_max)):
        path = Path(shutil.copy(full, tmp_path / f"{name}.db"))
        with running("center", str(PEOPLE)) as center:
            runs[name] = Run(f"drained to the center, {lanes} in flight", center, partial(drain, path, center, lanes))
    answers, requests = kept_answers(tmp_path / "by person.db")
    kept = tmp_path / "answers.json"
    kept.write_bytes(msgspec.json.encode(answers))
    with running("sink", str(kept)) as sink:
        runs["sink"] = Run("drained to a sink", sink, partial(drain, full, sink, REFERENCE.in_flight_max))
        runs["bare"] = Run("bare client to the sink", sink, partial(post, sink, requests, []))
    with running("keeper", str(kept)) as keeper:
        work = partial(post_and_keep, tmp_path / "posted.db", keeper, requests)
        runs["keeping"] = Run("bare client that keeps, to a sink that keeps", keeper, work)
    with running("center", str(PEOPLE)) as center:
        sign_in(center)
        told: list[bytes] = []
        runs["settled"] = Run("bare client to the center", center, partial(post, center, requests, told))
    assert all(b'"infcode":0,' in answer for answer in told)
    for run in runs.values():
        print(f"{run.text}: {run.a_second / runs['bare'].a_second:.0%}")


@pytest.mark.parametrize("away", AWAY_MILLISECONDS)
def test_a_queue_is_drained_in_order_over_a_line(tmp_path: Path, away: int) -> None:
    """One in flight, to a center that is some milliseconds away, beside the bare client to a sink as far away."""
    full = filled(tmp_path, OVER_A_LINE)
    with running("center", str(PEOPLE), away) as center:
        name = f"drained to a center {away} ms away, 1 in flight"
        drained = Run(name, center, partial(drain, full, center, 1), OVER_A_LINE)
    answers, requests = kept_answers(full)
    kept = tmp_path / "answers.json"
    kept.write_bytes(msgspec.json.encode(answers))
    with running("sink", str(kept), away) as sink:
        name = f"bare client to a sink {away} ms away"
        bare = Run(name, sink, partial(post, sink, requests, []), OVER_A_LINE)
    for run in (drained, bare):
        print(f"{run.text}: {run.a_second / bare.a_second:.0%}")
