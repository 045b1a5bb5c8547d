"""What the upload bench runs against: the reference center and a sink, each a process of its own on loopback.

Run as a program: `python -m benches.upload_world center|sink`; it prints its address and stays until its input ends.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from terminal.bureau.app import PATH
from terminal.bureau.books import Books
from terminal.bureau.persons import NamedProvider, Person
from terminal.bureau.server import BureauServer, listening_socket
from terminal.clock import BEIJING, SetClock
from terminal.settlement.bill import Patient, Provider
from terminal.settlement.law import Law

MORNING = dt.datetime(2021, 6, 30, 9, 0, tzinfo=BEIJING)
PHARMACY = "P37060200001"
PROVIDER = Provider(id=PHARMACY, tier=1, kind="pharmacy")


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


def _center(people: int) -> None:
    books = Books([person(number) for number in range(people)], {PHARMACY: NamedProvider("示例大药房", PROVIDER)})
    with BureauServer(books, Law.load(), SetClock(MORNING)) as server:
        print(server.url, flush=True)
        sys.stdin.read()


def _sink(answer_bytes: int) -> None:
    """Reads each request to its end and answers so many bytes: the server's own cost, and nothing else."""
    answer = b"x" * answer_bytes

    async def take(request: Request) -> Response:
        await request.body()
        return Response(answer, media_type="application/json")

    listener = listening_socket("127.0.0.1", 0)
    app = Starlette(routes=[Route("/{path:path}", take, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    print(f"http://127.0.0.1:{listener.getsockname()[1]}{PATH}", flush=True)
    server.run(sockets=[listener])


@contextmanager
def running(what: str, size: int) -> Iterator[str]:
    """A process of this module; its address."""
    command = [sys.executable, "-m", "benches.upload_world", what, str(size)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    {"center": _center, "sink": _sink}[sys.argv[1]](int(sys.argv[2]))
