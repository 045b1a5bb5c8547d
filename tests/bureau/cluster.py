"""A throw-away PostgreSQL cluster: a server of its own on a socket in a folder, gone when the tests end."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

QUICK = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c listen_addresses="


def _as_nobody_special() -> list[str]:
    """The server refuses to run as root, so there it runs as the user that Debian made for it."""
    return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


@contextmanager
def cluster() -> Iterator[str]:
    """The URL of an empty database; nothing of it is on the network."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"))
    folder = Path(tempfile.mkdtemp(prefix="bureau-postgresql-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    data = folder / "data"

    def run(program: str, *arguments: str) -> None:
        command = [*_as_nobody_special(), str(programs / program), "-D", str(data), *arguments]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL)

    run("initdb", "--username=bureau", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
    run("pg_ctl", "start", "--wait", "--log", str(folder / "log"), "-o", f"-k {folder} {QUICK}")
    try:
        yield f"postgresql://bureau@/postgres?host={folder}"
    finally:
        run("pg_ctl", "stop", "--wait", "--mode=immediate")
        shutil.rmtree(folder)
