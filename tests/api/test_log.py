"""The log's one shape: what the terminal says of itself is kept, what a library says is reduced to its place."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from terminal.api.log import LOGGER, log_to

SECRET = "370602197001011234"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The log of this process, taken over for one test."""
    root = logging.getLogger()
    before, level, shown = list(root.handlers), root.level, logging.raiseExceptions
    stream = io.StringIO()
    log_to(stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    LOGGER.setLevel(logging.NOTSET)
    logging.raiseExceptions = shown


def lines(log: io.StringIO) -> list[dict[str, object]]:
    """The lines written so far."""
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_an_event_keeps_its_allowed_fields_and_no_other(log: io.StringIO) -> None:
    """A field that nobody put on the list does not reach the log, however useful it seemed."""
    LOGGER.info("request", extra={"status": 200, "patient": SECRET})
    (line,) = lines(log)
    assert (line["event"], line["level"], line["status"]) == ("request", "info", 200)
    assert SECRET not in log.getvalue()


def test_a_librarys_words_and_an_exceptions_text_are_dropped(log: io.StringIO) -> None:
    """They may quote what they were given; who failed and where in the code remains."""
    try:
        int(SECRET + "x")
    except ValueError as error:
        logging.getLogger("some.library").error("cannot read %s", SECRET, exc_info=error)
        LOGGER.error("background-step-failed", exc_info=ExceptionGroup("several", [error]))
    library, ours = lines(log)
    assert (library["event"], library["logger"], library["exception"]) == ("library", "some.library", "ValueError")
    assert (ours["event"], ours["exception"]) == ("background-step-failed", "ValueError")
    assert "test_log.py" in str(ours["where"])
    assert SECRET not in log.getvalue()
