"""`terminal till`: which tills may ask this terminal. It works beside the running daemon, which sees the change."""

from __future__ import annotations

from pathlib import Path

from terminal.api.tills import add_till, read_tills, remove_till, tills_file
from terminal.clock import Clock, SystemClock
from terminal.config import Config, load
from terminal.errors import Refused


def add(config_path: Path, name: str, clock: Clock | None = None) -> None:
    """Register a till and print its token: alone on standard output, once. Raises Refused, Unavailable."""
    print(add_till(_file(load(config_path)), name, (clock or SystemClock()).now()))


def page(config_path: Path, name: str, clock: Clock | None = None) -> None:
    """Register a browser as a till and print the link that opens the operator's pages in it.

    The token stands behind `#`: a browser sends that part to nobody, and it reaches no log. Raises Refused.
    """
    config = load(config_path)
    if config.api.port == 0:
        raise Refused("no-port", "a link needs a port that is always the same", "链接需要固定端口", "api.port")
    host = f"[{config.api.host}]" if ":" in config.api.host else config.api.host
    token = add_till(_file(config), name, (clock or SystemClock()).now())
    scheme = "https" if config.api.tls_certificate else "http"
    print(f"{scheme}://{host}:{config.api.port}/#token={token}")


def listing(config_path: Path) -> None:
    """Print the tills: name and moment of their registration."""
    for till in read_tills(_file(load(config_path))):
        print(f"{till.added_at.isoformat(timespec='seconds')}  {till.name}")


def remove(config_path: Path, name: str) -> None:
    """Take a till's leave at once. Raises Missing."""
    remove_till(_file(load(config_path)), name)


def _file(config: Config) -> Path:
    return tills_file(Path(config.terminal.journal))
