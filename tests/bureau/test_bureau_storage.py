"""The books in SQLite and in PostgreSQL: the same promises on both, also for two who write at once."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from terminal.bureau.books import Books
from terminal.bureau.persons import load_persons, load_providers
from terminal.errors import Unavailable

DATA = Path(__file__).parent / "data"
DAY = dt.date(2021, 6, 30)
WRITERS, TURNS = 3, 20


@contextmanager
def opened(place: str) -> Iterator[Books]:
    """The sample town's books at a place."""
    books = Books(load_persons(DATA / "persons.toml"), load_providers(DATA / "providers.toml"), place)
    try:
        yield books
    finally:
        books.close()


def half_a_day(books: Books) -> None:
    """Begin to sign out, and fail before the end."""
    with books.transaction():
        books.sign_out("S1")
        raise LookupError


@pytest.fixture
def shared(books_place: str, tmp_path: Path) -> str:
    """A place that several processes can open: a file instead of memory."""
    return str(tmp_path / "books.db") if books_place == ":memory:" else books_place


def test_two_who_write_at_once_never_get_the_same_number(shared: str) -> None:
    """Three connections take twenty numbers each inside transactions that read first: sixty different ones."""
    taken: list[int] = []

    def work() -> None:
        with opened(shared) as books:
            for _ in range(TURNS):
                with books.transaction():
                    taken.append(books.next_number("settlements"))

    with opened(shared):
        writers = [threading.Thread(target=work) for _ in range(WRITERS)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
    assert sorted(taken) == list(range(1, WRITERS * TURNS + 1))


def test_books_are_as_they_were_when_they_are_opened_again(shared: str) -> None:
    """A closed day, a file and a sign-in outlive the process; a transaction that failed leaves nothing."""
    with opened(shared) as books:
        books.close_day("P37060200001", DAY)
        number = books.keep_file("a.txt", b"\x00\xff")
        books.sign_in("S1", "0001", DAY)
        with pytest.raises(LookupError):
            half_a_day(books)
    with opened(shared) as books:
        assert books.is_closed("P37060200001", DAY)
        assert books.file(str(number)) == b"\x00\xff"
        assert books.standing("S1", "0001", DAY, "P37060200001", ["M1"])[0]


def test_a_database_that_is_away_is_told(tmp_path: Path) -> None:
    """No server at the URL, no such folder for the file: out of reach, and no password in the message."""
    for place in (f"postgresql://bureau:secret@/postgres?host={tmp_path}", str(tmp_path / "none" / "books.db")):
        with pytest.raises(Unavailable) as told, opened(place):
            pass
        assert told.value.code == "books-out-of-reach"
        assert "secret" not in str(told.value)


@contextmanager
def dropped(database: str, schema: str) -> Iterator[Books]:
    """Books of their own in the database, whose connection it has just dropped."""
    with psycopg.connect(database, autocommit=True) as other:
        other.execute(f"CREATE SCHEMA {schema}")
        with opened(f"{database}&options=-csearch_path%3D{schema}") as books:
            mine = books.storage.rows("SELECT pg_backend_pid() AS number")[0]["number"]
            other.execute("SELECT pg_terminate_backend(%s)", (mine,))
            yield books


def test_a_connection_that_the_database_dropped_is_opened_anew(database: str) -> None:
    """The transaction that it hits fails as a whole; the next one is on a new connection."""
    with dropped(database, "dropped") as books:
        with pytest.raises(Unavailable), books.transaction():
            books.close_day("P37060200001", DAY)
        with books.transaction():
            assert not books.is_closed("P37060200001", DAY)


def test_a_look_finds_a_database_that_is_back(database: str) -> None:
    """Outside of a transaction, as the pages look: the look that meets the drop fails, the next is good."""
    with dropped(database, "looked") as books:
        with pytest.raises(Unavailable):
            books.persons()
        assert books.persons()
