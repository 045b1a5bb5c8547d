"""Fixtures of the bureau's tests: its books in both kinds of storage."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Literal

import psycopg
import pytest
from cluster import cluster

Kind = Literal["sqlite", "postgresql"]

_numbers = count(1)


@pytest.fixture(scope="session")
def database() -> Iterator[str]:
    """The URL of a PostgreSQL server of our own."""
    with cluster() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def books_place(request: pytest.FixtureRequest) -> str:
    """Where empty books lie: SQLite in memory, and a schema of its own in PostgreSQL."""
    if request.param == "sqlite":
        return ":memory:"
    url: str = request.getfixturevalue("database")
    schema = f"books{next(_numbers)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")  # type: ignore[arg-type]
    return f"{url}&options=-csearch_path%3D{schema}"
