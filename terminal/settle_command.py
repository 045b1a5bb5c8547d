"""`terminal settle`: bills in, settlements out. Needs no daemon and touches no journal."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from terminal.errors import Refused, TerminalError
from terminal.explain.as_of import marked_as_of, under_law_of
from terminal.limits import BILL_BYTES_MAX
from terminal.settlement.bill import Bill
from terminal.settlement.codec import decode_bill, encode
from terminal.settlement.law import Law

CHUNK_BILLS = 500
"""Bills that go through the core at once; it bounds memory, not the file."""


def settle_one(law: Law, data: bytes, out: BinaryIO, as_of: dt.date | None = None) -> None:
    """Print the settlement of one bill, indented. Raises TerminalError.

    as_of: the day whose law is asked, instead of the bill's own; the settlement's notices say so.
    """
    bill = decode_bill(data)
    settlement = marked_as_of(law.settle(under_law_of(bill, as_of)), bill, as_of)
    out.write(msgspec.json.format(encode(settlement), indent=2) + b"\n")


def settle_lines(law: Law, stream: BinaryIO, out: BinaryIO, as_of: dt.date | None = None) -> int:
    """Print one result a line for one bill a line, in order, under the law of `as_of` as `settle_one` does.

    Returns how many were refused.
    """
    refused = 0
    chunk: list[Bill | Refused] = []
    for line in _lines(stream):
        chunk.append(line if isinstance(line, Refused) else _decoded(line))
        if len(chunk) == CHUNK_BILLS:
            refused += _flush(law, chunk, out, as_of)
            chunk = []
    return refused + _flush(law, chunk, out, as_of)


def read_input(name: str) -> bytes:
    """The bytes of a file, or of standard input for "-"; not more than a bill may have."""
    with open_input(name) as stream:
        return stream.read(BILL_BYTES_MAX + 1)


def open_input(name: str) -> BinaryIO:
    """A file, or standard input for "-". Raises Refused when it cannot be read."""
    if name == "-":
        return sys.stdin.buffer
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise Refused("no-file", f"cannot read: {error.strerror}", "无法读取文件，请检查路径与权限", name) from None


def _lines(stream: BinaryIO) -> Iterator[bytes | Refused]:
    while line := stream.readline(BILL_BYTES_MAX + 2):
        if len(line) > BILL_BYTES_MAX + 1:
            while line and not line.endswith(b"\n"):
                line = stream.readline(BILL_BYTES_MAX)
            yield Refused(
                "too-long", f"a bill is at most {BILL_BYTES_MAX} bytes", f"账单不得超过 {BILL_BYTES_MAX} 字节"
            )
        else:
            yield line.rstrip(b"\r\n")


def _decoded(line: bytes) -> Bill | Refused:
    try:
        return decode_bill(line)
    except Refused as refusal:
        return refusal


def _flush(law: Law, chunk: list[Bill | Refused], out: BinaryIO, as_of: dt.date | None) -> int:
    settled = iter(law.settle_many([under_law_of(bill, as_of) for bill in chunk if isinstance(bill, Bill)]))
    refused = 0
    for bill in chunk:
        result = bill if isinstance(bill, Refused) else next(settled)
        if isinstance(result, TerminalError):
            refused += 1
            out.write(encode({"error": {"at": result.at, "message": result.message}}) + b"\n")
        else:
            marked = marked_as_of(result, bill, as_of) if isinstance(bill, Bill) else result
            out.write(encode(marked) + b"\n")
    out.flush()
    return refused
