"""A bureau for tests: an SM2 key made by OpenSSL for this run only, and a folder that the center publishes."""

from __future__ import annotations

import datetime as dt
import subprocess
from pathlib import Path
from typing import Any

import msgspec

from terminal.bureau.published import SIDE_FILE, publish
from terminal.publication import Head, digest_of

PACK = Path("terminal/settlement/packs/yantai-employee/2018-01-01.toml")
SUPPLEMENT = Path("examples/supplements/yantai-employee.toml")
JULY = dt.date(2021, 7, 1)


class Bureau:
    """Signs and publishes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        private, public = folder / "bureau.pem", folder / "bureau.pub"
        how = ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2")
        subprocess.run(["openssl", "genpkey", *how, "-out", str(private)], check=True, capture_output=True)
        subprocess.run(["openssl", "pkey", "-in", str(private), "-pubout", "-out", str(public)], check=True)
        self.private_key, self.key = private.read_bytes(), public.read_bytes()

    def publish(
        self, kind: str, name: str, version: int, body: bytes, first: dt.date, last: dt.date | None = None
    ) -> str:
        """Sign a file and put it into the folder; returns its name there."""
        facts: dict[str, Any] = {"kind": kind, "name": name, "version": version, "in_force_from": first}
        head = Head(in_force_to=last, digest=digest_of(body), **facts)
        file_name = f"{kind}-{name}-{version}"
        (self.folder / "published").mkdir(exist_ok=True)
        publish(self.folder / "published", file_name, body, head, self.private_key)
        return file_name

    def pack(self, version: int = 1, first: dt.date = JULY, line: str = "600.00", **changes: Any) -> str:
        """The employees' pack with another deductible line of tier 3, from a day on to the end of 2022."""
        return self.publish(
            "pack",
            "yantai-employee",
            version,
            pack_text(first, line),
            first,
            changes.get("last", dt.date(2022, 12, 31)),
        )

    def change_side(self, file_name: str, **changes: Any) -> None:
        """Change what stands beside a file, without signing it again."""
        side = self.folder / "published" / f"{file_name}{SIDE_FILE}"
        side.write_bytes(msgspec.json.encode(msgspec.json.decode(side.read_bytes()) | changes))

    def withdraw(self, file_name: str) -> None:
        """Take a file out of the folder."""
        for path in (self.folder / "published").glob(f"{file_name}*"):
            path.unlink()


def pack_text(first: dt.date = JULY, line: str = "600.00") -> bytes:
    """The shipped pack from `first` on, with another deductible line of tier 3."""
    text = PACK.read_text(encoding="utf-8")
    text = text.replace("effective_from = 2018-01-01", f"effective_from = {first}", 1)
    return text.replace('base = "800.00"', f'base = "{line}"', 1).encode()
