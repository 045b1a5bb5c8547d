"""The tills that may ask: a file beside the journal, written by `terminal till`, read by the daemon as it changes.

Promise: a token is shown once and kept nowhere; the file holds its SHA-256 only (a token is 256 random bits, so that
nothing is gained by a slow hash). The file is replaced whole, so that a reader sees the old one or the new one.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from terminal.errors import Broken, Conflict, Missing, Refused, TerminalError, Unavailable
from terminal.settlement.codec import decode

TILLS_MAX = 32
"""Tills and pages of one counter."""

NAME_PATTERN = r"\A[\w-]{1,32}\Z"
TOKEN_BYTES = 32
TILLS_BYTES_MAX = 65_536

TillName = Annotated[str, Meta(pattern=NAME_PATTERN)]


class Till(Struct, frozen=True, forbid_unknown_fields=True):
    """One till. token_digest: SHA-256 of its token, hex digits."""

    name: TillName
    token_digest: Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
    added_at: dt.datetime


class _Book(Struct, frozen=True, forbid_unknown_fields=True):
    tills: Annotated[list[Till], Meta(max_length=TILLS_MAX)]


def tills_file(journal: Path) -> Path:
    """Where the tills of a journal stand."""
    return Path(f"{journal}.tills")


def digest_of_token(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def read_tills(file: Path) -> list[Till]:
    """The tills, in the order in which they were added; none where there is no file. Raises Broken, Unavailable."""
    try:
        with file.open("rb") as stream:
            data = stream.read(TILLS_BYTES_MAX)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise _out_of_reach(error) from None
    try:
        return decode(data, _Book, "the file of tills").tills
    except Refused as error:
        raise Broken(
            "tills-unreadable",
            f"the file of tills cannot be read ({error}); remove it and add the tills again",
            "收银端登记文件无法读取，请删除后重新登记",
            "tills",
        ) from None


def token_digests(file: Path) -> dict[str, str]:
    """Who may ask, as the journal is told it: digest of the token by name. Raises Broken, Unavailable."""
    return {till.name: till.token_digest for till in read_tills(file)}


def add_till(file: Path, name: str, now: dt.datetime) -> str:
    """Register a till and return its token, which nobody can show again. Raises Refused, Conflict, Unavailable."""
    _check_name(name)
    with _only_writer(file):
        tills = read_tills(file)
        if any(till.name == name for till in tills):
            raise Conflict("till-exists", "a till of this name is there; remove it first", "该收银端已登记", "name")
        if len(tills) >= TILLS_MAX:
            raise Refused("too-many-tills", f"at most {TILLS_MAX} tills", f"最多登记 {TILLS_MAX} 个收银端", "name")
        token = secrets.token_urlsafe(TOKEN_BYTES)
        _replace(file, [*tills, Till(name, digest_of_token(token), now)])
    return token


def remove_till(file: Path, name: str) -> None:
    """Take a till's leave; its next request is refused. Raises Missing, Unavailable."""
    with _only_writer(file):
        tills = read_tills(file)
        rest = [till for till in tills if till.name != name]
        if len(rest) == len(tills):
            raise Missing("no-such-till", "there is no till of this name", "没有该收银端", "name")
        _replace(file, rest)


def _check_name(name: str) -> None:
    try:
        msgspec.convert(name, TillName)
    except msgspec.ValidationError:
        raise Refused(
            "bad-input", "a till's name is 1 to 32 letters, digits, - and _", "名称为1至32个字母、汉字、数字", "name"
        ) from None


@contextlib.contextmanager
def _only_writer(file: Path) -> Iterator[None]:
    try:
        lock = os.open(f"{file}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _out_of_reach(error) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    except OSError as error:
        raise _out_of_reach(error) from None
    finally:
        os.close(lock)


def _replace(file: Path, tills: list[Till]) -> None:
    new = Path(f"{file}.new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(msgspec.json.format(msgspec.json.encode(_Book(tills)), indent=2) + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    # Written by root, it still is for whoever runs the terminal: the owner of the folder.
    owner = file.parent.stat()
    if os.geteuid() == 0:
        os.chown(new, owner.st_uid, owner.st_gid)
    new.replace(file)


def _out_of_reach(error: OSError) -> TerminalError:
    return Unavailable(
        "tills-out-of-reach",
        f"the file of tills {error.filename or ''} cannot be used ({error.strerror}); check its folder and rights",
        f"收银端登记文件 {error.filename or ''} 不可用，请检查目录与权限",
        "tills",
    )
