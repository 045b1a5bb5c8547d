"""The files of the detail reconciliation (3202): our rows as TXT in a ZIP, the center's rows read back.

UTF-8, tabs, no header, empty is the word `null`; a settlement that was taken back stands in two rows, the positive and
the negative. Read strictly: a row that is cut or holds no amount is an error, not a difference. Source: 3.11, 3.15.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
import zlib
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from terminal.center.envelope import Unreadable, fen_of
from terminal.journal.records import CenterSums, SettlementRecord, Whereabouts
from terminal.limits import CENTER_REPLY_BYTES_MAX
from terminal.money import Fen, format_fen

FILE_BYTES_MAX = 8 * CENTER_REPLY_BYTES_MAX
"""Unpacked; a ZIP that grows beyond is a bomb, not a day."""

_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The others may ask for gigabytes of memory before a byte comes out."""

_RESULT_COLUMNS = 10


class OwnRow(Struct, frozen=True):
    """One row as we have it; of a void negative. Amounts in fen."""

    center_number: str
    visit_number: str
    person_number: str
    total: int
    fund_total: int
    account: int
    refunded: bool


class CenterRow(Struct, frozen=True):
    """One row as the center has it. `message_id` is the key of a reversal; `result` "0": as ours."""

    person_number: str
    visit_number: str
    center_number: str
    message_id: str
    result: str
    refunded: bool
    memo: str
    total: int
    fund_total: int
    account: int


def own_row(record: SettlementRecord, sums: CenterSums) -> OwnRow | None:
    """The row of a record that the center has accepted with a number of its own, or None."""
    if not number_there(record):
        return None
    return OwnRow(
        center_number=number_there(record),
        visit_number=record.center_references.get("mdtrt_id", ""),
        person_number=record.person_number,
        total=record.sign * sums.total,
        fund_total=record.sign * sums.fund_total,
        account=record.sign * sums.account,
        refunded=record.sign < 0,
    )


def sums_there(record: SettlementRecord, row: CenterRow, own: CenterSums) -> CenterSums | None:
    """The center's sums of a record from its row: what a row does not tell is as in `own`, and cash is the rest. None
    where one of them comes below zero: nobody can have paid that.
    """
    total, fund_total, account = (record.sign * amount for amount in (row.total, row.fund_total, row.account))
    cash = total - fund_total - account - own.provider_borne
    if min(total, fund_total, account, cash) < 0:
        return None
    return msgspec.structs.replace(
        own, total=Fen(total), fund_total=Fen(fund_total), account=Fen(account), cash=Fen(cash)
    )


def number_there(record: SettlementRecord | Whereabouts) -> str:
    """The center's own number of a record that it has accepted, or ""."""
    return record.center_references.get("setl_id", "") if record.upload_state == "accepted" else ""


def agency_there(record: SettlementRecord | Whereabouts) -> str:
    """The agency with which the center clears a record, or "" where it named none."""
    return record.center_references.get("clr_optins", "")


def counted_there(record: SettlementRecord | Whereabouts) -> str:
    """The day (ISO) of the center's own time for a record, or "" where it gave none, or one that no edition has.

    The center's text is kept as it came: what it has booked is booked, however it writes the time.
    """
    told = record.center_references.get("setl_time", "")[:10]
    try:
        return told if dt.date.fromisoformat(told).isoformat() == told else ""
    except ValueError:
        return ""


def references_of(center_number: str, visit_number: str, day: dt.date, agency: str = "") -> dict[str, str]:
    """References as an answer would have given them; `day` is the one that the center counts it on, agency the one
    that clears it there, "" for unknown.
    """
    references = {"setl_id": center_number, "mdtrt_id": visit_number, "setl_time": day.isoformat()}
    return references | ({"clr_optins": agency} if agency else {})


def packed(rows: Sequence[OwnRow], name: str) -> bytes:
    """Our rows as a ZIP of one TXT; the same rows give the same bytes."""
    lines = [
        "\t".join(
            (
                row.center_number or "null",
                row.visit_number or "null",
                row.person_number,
                format_fen(row.total),
                format_fen(row.fund_total),
                format_fen(row.account),
                "1" if row.refunded else "0",
            )
        )
        for row in rows
    ]
    return zipped("".join(f"{line}\n" for line in lines).encode(), name)


def zipped(text: bytes, name: str) -> bytes:
    """One file in a ZIP, with a fixed date."""
    packed_bytes = io.BytesIO()
    with zipfile.ZipFile(packed_bytes, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text)
    return packed_bytes.getvalue()


def unpacked(data: bytes) -> bytes:
    """The one file of a ZIP. Raises Unreadable: no ZIP, several files, damaged, too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            (member,) = archive.infolist()
            if member.file_size > FILE_BYTES_MAX:
                raise Unreadable("the file is too large")
            if member.compress_type not in _COMPRESSIONS:
                raise Unreadable("the file is compressed in a way that no edition has")
            return archive.read(member)
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, NotImplementedError, RuntimeError):
        raise Unreadable("the file is no ZIP of one file") from None


def read_center_rows(data: bytes) -> list[CenterRow]:
    """The center's rows. Raises Unreadable naming the line."""
    try:
        text = unpacked(data).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("the file is not UTF-8") from None
    return [_center_row(line, number) for number, line in enumerate(text.splitlines(), 1) if line.strip()]


def _center_row(line: str, number: int) -> CenterRow:
    values = ["" if value in ("null", "NULL") else value for value in line.split("\t")]
    if len(values) < _RESULT_COLUMNS:
        raise Unreadable(f"line {number} has {len(values)} columns, not {_RESULT_COLUMNS}")
    person, visit, center_number, message_id, result, refunded, memo, *amounts = values
    try:
        total, fund_total, account = (fen_of(value) for value in amounts[:3])
    except ValueError as error:
        raise Unreadable(f"line {number}: {error}") from None
    flag = refunded.strip() in ("1", "01")
    return CenterRow(person, visit, center_number, message_id, result, flag, memo, total, fund_total, account)
