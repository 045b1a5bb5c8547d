"""The log: one JSON object a line, made of an allow-list of fields, so that no personal data can slip in.

Promise: an event of the terminal is a constant word and fields of `ALLOWED_FIELDS`; everything else that is
handed to `logging` (a library's message, an exception's text) is reduced to who said it and where.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import traceback
from pathlib import PurePath
from typing import TextIO

from terminal.clock import BEIJING

LOGGER = logging.getLogger("terminal")
"""Log with `LOGGER.info("word", extra={field: value})`; the word is a constant in kebab-case."""

ALLOWED_FIELDS = (
    "method",
    "route",
    "status",
    "milliseconds",
    "code",
    "host",
    "port",
    "terminal",
    "till",
    "device",
    "starts_at",
    "transaction",
    "settlement",
    "count",
)

TRACE_FRAMES_MAX = 8
"""The innermost frames of an exception; the rest is the event loop."""


class JsonLines(logging.Formatter):
    """One record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Moment, level, event, allowed fields; of an exception its type and places, never its text."""
        ours = record.name == LOGGER.name
        line: dict[str, object] = {
            "moment": dt.datetime.fromtimestamp(record.created, BEIJING).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.msg if ours else "library",
        }
        if ours:
            line |= {name: getattr(record, name) for name in ALLOWED_FIELDS if hasattr(record, name)}
        else:
            line["logger"] = record.name
        if record.exc_info and record.exc_info[1]:
            line |= _shape_of(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def log_to(stream: TextIO) -> None:
    """Send the whole process's log to `stream` as JSON lines, and nothing anywhere else."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    LOGGER.setLevel(logging.INFO)
    logging.raiseExceptions = False


def _shape_of(error: BaseException) -> dict[str, object]:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    # Walked and not extracted: that would look up every file's lines on the disk, to show none of them.
    frames = list(traceback.walk_tb(error.__traceback__))[-TRACE_FRAMES_MAX:]
    places = [(PurePath(frame.f_code.co_filename).name, line, frame.f_code.co_name) for frame, line in frames]
    return {
        "exception": type(error).__name__,
        "where": [f"{file}:{line} {name}" for file, line, name in places],
    }
