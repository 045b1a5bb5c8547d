"""9101 and 9102: files up and down. Bytes come up as a JSON array of numbers, and go down as they are."""

from __future__ import annotations

from typing import Any

from terminal.bureau.asked import Denied, Work
from terminal.center.envelope import text_of

FILE_BYTES_MAX = 4_194_304


def upload(work: Work) -> dict[str, Any]:
    """9101. Raises Denied: no bytes, too many."""
    data = work.asked.row("fsUploadIn")
    values = data.get("in")
    if not isinstance(values, list) or len(values) > FILE_BYTES_MAX:
        raise Denied("in: an array of at most 4194304 byte values")
    try:
        body = bytes(values)
    except (ValueError, TypeError):
        raise Denied("in: an array of byte values") from None
    name = text_of(data.get("filename"))
    number = work.books.keep_file(name, body)
    return {
        "file_qury_no": str(number),
        "filename": name,
        "fixmedins_code": work.asked.provider_id,
        "dld_endtime": "",
    }


def download(work: Work) -> bytes:
    """9102: the bytes themselves. Raises Denied where there is no such file."""
    number = text_of(work.asked.row("fsDownloadIn").get("file_qury_no"))
    body = work.books.file(number)
    if body is None:
        body = work.published.file(number)
    if body is None:
        raise Denied("file_qury_no: no such file")
    return body
