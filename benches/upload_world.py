"""What the upload bench runs against: the reference center, a sink, and a sink that keeps what it gets, each a process
of its own on loopback.

Run as a program: `python -m benches.upload_world center|sink|keeper NUMBER|FILE MILLISECONDS`; it prints its address
and stays until its input ends. Each answer is held back for so long, as a line to a real center does.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from terminal.bureau.books import Books
from terminal.bureau.faults import Fault, FaultPlan
from terminal.bureau.persons import NamedProvider, Person
from terminal.bureau.reception import PATH
from terminal.bureau.server import BureauServer, listening_socket
from terminal.clock import BEIJING, SetClock
from terminal.settlement.bill import Patient, Provider
from terminal.settlement.law import Law

MORNING = dt.datetime(2021, 6, 30, 9, 0, tzinfo=BEIJING)
PHARMACY = "P37060200001"
PROVIDER = Provider(id=PHARMACY, tier=1, kind="pharmacy")
SIGNED_IN = b'{"infcode":0,"output":{"signinoutb":{"sign_no":"S1","sign_time":"2021-06-30 09:00:00"}}}'
_MESSAGE_ID = re.compile(rb'"msgid":"([^"]*)"')


class Server(NamedTuple):
    """A process of this module: its address, and its number in the machine."""

    url: str
    process_id: int

    def cpu_seconds(self) -> float:
        """What it has used of the processors so far."""
        fields = Path(f"/proc/{self.process_id}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def person(number: int) -> Person:
    """One of many who are insured alike, with nothing on the account."""
    return Person(
        person_number=f"370602{number:08d}",
        card_number=f"A{number:08d}",
        id_number=f"37060219700101{number:04d}",
        name="张一",
        policy="yantai-employee",
        patient=Patient(category="employee", age=51, id=f"37060219700101{number:04d}", name="张一"),
    )


def _center(people: str, away_milliseconds: int) -> None:
    named = {PHARMACY: NamedProvider("示例大药房", PROVIDER)}
    books = Books([person(number) for number in range(int(people))], named)
    late = [Fault("delay", times=0, milliseconds=away_milliseconds)] if away_milliseconds else []
    with BureauServer(books, Law.load(), SetClock(MORNING), plan=FaultPlan(fault=late)) as server:
        print(server.url, flush=True)
        sys.stdin.read()


def _sink(answers: str, away_milliseconds: int, keep: Callable[[bytes, bytes], None] | None = None) -> None:
    """Reads each request to its end and answers what is kept for it: the server's own cost, and nothing else."""
    away_seconds = dt.timedelta(milliseconds=away_milliseconds).total_seconds()
    kept = msgspec.json.decode(Path(answers).read_bytes(), type=dict[str, str])
    ready = {message_id.encode(): answer.encode() for message_id, answer in kept.items()}

    async def take(request: Request) -> Response:
        body = await request.body()
        found = _MESSAGE_ID.search(body)
        if away_milliseconds:
            await asyncio.sleep(away_seconds)
        answer = ready.get(found.group(1), SIGNED_IN) if found else b""
        if keep:
            keep(body, answer)
        return Response(answer, media_type="application/json")

    listener = listening_socket("127.0.0.1", 0)
    app = Starlette(routes=[Route("/{path:path}", take, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    print(f"http://127.0.0.1:{listener.getsockname()[1]}{PATH}", flush=True)
    server.run(sockets=[listener])


def _keeper(answers: str, away_milliseconds: int) -> None:
    """A sink that reads the request as JSON and has both in a table, in memory as the center, before it answers."""
    table = sqlite3.connect(":memory:", isolation_level=None)
    table.execute("CREATE TABLE kept (infno TEXT, request BLOB, answer BLOB)")

    def keep(body: bytes, answer: bytes) -> None:
        infno = msgspec.json.decode(body)["infno"]
        table.execute("INSERT INTO kept VALUES (?, ?, ?)", (infno, body, answer))

    _sink(answers, away_milliseconds, keep)


@contextmanager
def running(what: str, argument: str, away_milliseconds: int = 0) -> Iterator[Server]:
    """A process of this module."""
    command = [sys.executable, "-m", "benches.upload_world", what, argument, str(away_milliseconds)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield Server(process.stdout.readline().strip(), process.pid)
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    {"center": _center, "sink": _sink, "keeper": _keeper}[sys.argv[1]](sys.argv[2], int(sys.argv[3]))
