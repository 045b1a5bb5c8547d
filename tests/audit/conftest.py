"""A journal in which a shop has sold, taken back and closed its day, and its archive."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from counter.counter_parts import DAY, STAY, Shop, purchase

from terminal import audit_command
from terminal.clock import SetClock


class Kept(NamedTuple):
    """What an auditor is given: the journal, its archive, the signer's public key, and hashes kept elsewhere."""

    journal: Path
    archive: Path
    key: Path
    witnesses: tuple[str, ...]


@pytest.fixture(scope="package")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Two sales and a void, uploaded; the day sealed; a third sale on the next day; exported and signed."""
    folder = tmp_path_factory.mktemp("audit")
    private, public = key_pair(folder)
    with Shop(folder / "shop") as shop:
        first = shop.settle(STAY)
        shop.settle(purchase("120.00"))
        shop.void(first["id"])
        shop.upload_all()
        assert shop.counter.close_day(DAY).state == "sealed"
        shop.settle(purchase("30.00"))
        shop.upload_all()
        witnesses = (first["journal_hash"], *(booked.journal_hash for booked, _ in shop.books.settlements()))
        moment = shop.clock.now()
    journal, archive = folder / "shop" / "journal.db", folder / "archive.zip"
    assert audit_command.export(journal, archive, private, SetClock(moment)) == 0
    return Kept(journal, archive, public, witnesses)


def key_pair(folder: Path) -> tuple[Path, Path]:
    """An SM2 key pair of the machine's own openssl."""
    private, public = folder / "private.pem", folder / "public.pem"
    subprocess.run(["openssl", "ecparam", "-name", "SM2", "-genkey", "-noout", "-out", str(private)], check=True)
    subprocess.run(["openssl", "pkey", "-in", str(private), "-pubout", "-out", str(public)], check=True)
    return private, public


def verifier(*arguments: str | Path) -> tuple[int, str]:
    """Run the verifier as an auditor does, with no path to this project. Its status and its words."""
    command = [sys.executable, "-I", "-S", "tools/verify_archive.py", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr
