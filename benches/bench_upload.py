"""How fast a terminal drains its queue, against what a bare keep-alive client of the same library posts, in one run.

The drain is the whole of it: requests built and made durable, one in flight, the center settling each again, answers
checked and made durable. The bare client only posts the same bytes: to a sink, which does nothing with them, and to the
center itself. `SETTLEMENTS=1000 make bench` for a short one.
"""

from __future__ import annotations

import http.client
import json
import os
import sqlite3
import statistics
import time
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import msgspec

from benches.upload_world import MORNING, PHARMACY, PROVIDER, person, running
from terminal.center.desk import CenterDesk, Institution
from terminal.center.link import HttpLink
from terminal.center.upload import Upload
from terminal.clock import SetClock, SystemClock
from terminal.journal.journal import Journal
from terminal.journal.records import SettlementRecord
from terminal.settlement.codec import decode_bill
from terminal.settlement.law import Law

SETTLEMENTS = int(os.environ.get("SETTLEMENTS", "10000"))
PEOPLE = 500
BILL = {
    "policy": "yantai-employee",
    "date": "2021-06-30",
    "service": "pharmacy",
    "items": [{"kind": "drug", "class": "A", "amount": "35.80", "code": "XJ01", "name": "阿莫西林胶囊"}],
}


def fill(journal: Journal) -> None:
    """Settlements on their way to the center, of many persons."""
    law, bare = Law.load(), decode_bill(json.dumps(BILL))
    for number in range(SETTLEMENTS):
        one = person(number % PEOPLE)
        bill = msgspec.structs.replace(bare, provider=PROVIDER, patient=one.patient)
        record = SettlementRecord(
            id=journal.next_settlement_number(MORNING.date()),
            kind="settlement",
            business_day=MORNING.date(),
            at=MORNING,
            operator="0001",
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


def drained_a_second(journal: Journal, url: str) -> float:
    """Messages a second from the queue to the last word."""
    link = HttpLink(url, SystemClock())
    institution = Institution("370602", {PHARMACY: "示例大药房"}, "T1")
    desk = CenterDesk(link, institution, journal.next_message_stamp, 1, journal.clock)
    desk.sign_in("0001")
    upload = Upload(journal, desk, journal.clock, Random(1))
    began = time.perf_counter()
    while upload.run(MORNING):
        pass
    rate = SETTLEMENTS / (time.perf_counter() - began)
    link.close()
    assert journal.counts() == {"accepted": SETTLEMENTS}
    return rate


def posted_a_second(url: str, requests: list[bytes]) -> float:
    """Requests a second over one kept-alive connection, one after the other."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    began = time.perf_counter()
    for request in requests:
        connection.request("POST", parts.path, request, {"Content-Type": "application/json"})
        connection.getresponse().read()
    rate = len(requests) / (time.perf_counter() - began)
    connection.close()
    return rate


def test_a_full_queue_is_drained(tmp_path: Path) -> None:
    """Ten thousand settlements: the rate of the drain, and its share of both bare rates."""
    path = tmp_path / "journal.db"
    with Journal.open(path, "T1", SetClock(MORNING)) as journal, running("center", PEOPLE) as center:
        fill(journal)
        drained = drained_a_second(journal, center)
        with sqlite3.connect(path) as read:
            sent = read.execute("SELECT request, length(answer) FROM outbox").fetchall()
        requests = [bytes(request) for request, _ in sent]
        # The same settlements under other ids: the center settles each of them once more.
        fresh = [request.replace(b'"msgid":"P', b'"msgid":"Q') for request in requests]
        to_center = posted_a_second(center, fresh)
    with running("sink", int(statistics.median(length for _, length in sent))) as sink:
        to_sink = posted_a_second(sink, requests)
    print(f"\n{SETTLEMENTS} settlements drained at {drained:.0f}/s, one in flight")
    print(f"bare client to a sink {to_sink:.0f}/s: {drained / to_sink:.0%}; to the center {to_center:.0f}/s: ", end="")
    print(f"{drained / to_center:.0%}")
