"""E-credentials of the reference center: what a phone shows, and which codes are taken.

A code is the person's credential, a hyphen and the second in which the phone made it. Real centers keep theirs opaque,
and none says in public how long one lives: the life here is this center's own choice. Each code serves once.
"""

from __future__ import annotations

import datetime as dt
import hashlib

from terminal.bureau.asked import Denied, Work
from terminal.bureau.persons import Person
from terminal.clock import BEIJING

CODE_LIFE_SECONDS = 120
"""A phone shows a new one each minute."""

CLOCKS_APART_SECONDS_MAX = 5
"""A phone's clock may be ahead by this."""

_MOMENT = "%Y%m%d%H%M%S"


def code_shown(credential: str, moment: dt.datetime) -> str:
    """The code that a person's phone shows at a moment."""
    return f"{credential}-{moment.astimezone(BEIJING):{_MOMENT}}"


def holder_of(work: Work, code: str) -> Person | None:
    """Whose code this is, which is used up by it; None: nobody's. Raises Denied with its age: too old, used."""
    credential, _, written = code.rpartition("-")
    try:
        made_at = dt.datetime.strptime(written, _MOMENT).replace(tzinfo=BEIJING)
    except ValueError:
        return None
    found = work.books.find("credential", credential)
    if found is None:
        return None
    age_seconds = int((work.now - made_at).total_seconds())
    if not -CLOCKS_APART_SECONDS_MAX <= age_seconds <= CODE_LIFE_SECONDS:
        raise Denied(f"mdtrt_cert_no: 二维码已过期 (this code is {age_seconds} s old, at most {CODE_LIFE_SECONDS})")
    _use_up(work, code)
    return found


def _use_up(work: Work, code: str) -> None:
    digest = hashlib.sha256(code.encode()).hexdigest()
    for row in work.books.storage.rows("SELECT used_at FROM used_codes WHERE digest = ?", digest):
        age_seconds = int((work.now - dt.datetime.fromisoformat(row["used_at"])).total_seconds())
        raise Denied(f"mdtrt_cert_no: 二维码已使用 (this code was used {age_seconds} s ago)")
    work.books.storage.change("INSERT INTO used_codes VALUES (?, ?)", digest, work.now.isoformat())
