"""What an engineer is sent of a terminal that misbehaves: its state without amounts, and nobody's name or number.

Promise: what is in it is listed here and nowhere else; every text passes the scrubber, which knows the people of the
journal; README.txt counts what was taken out. Nothing is changed, and the journal is looked at as of one moment.
"""

from __future__ import annotations

import json
import platform
import sqlite3
from collections import deque
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from terminal import __version__
from terminal.api.log import ALLOWED_FIELDS
from terminal.clock import Clock
from terminal.config import Config
from terminal.crash_trace import crash_line
from terminal.errors import TerminalError
from terminal.journal.beside import beside
from terminal.journal.sketch import people_in, sketch_of
from terminal.scrub import TAKEN, Scrubber
from terminal.settlement.codec import encode

LOG_LINES_MAX = 20_000
"""The newest lines of the log that are taken."""

USB_DEVICES = Path("/sys/bus/usb/devices")

_LOG_FIELDS = ("moment", "level", "event", "logger", "exception", "where", *ALLOWED_FIELDS)
_USB_FIELDS = ("idVendor", "idProduct", "manufacturer", "product")
"""Not the serial number, which names one box."""

_READ_ME = """\
终端支持包 / Support bundle of terminal {terminal}, program {version}, made {made}
不含证件号、卡号、金额，及本终端已知的姓名，可交给厂商工程师。 No identity, card number or amount, and no name that this
terminal knows: fit to be handed on. 医保中心原话 (journal.json, reason) 若提到他人，请先查看。
Words of the center may name somebody else: look at `reason` first.

about.json          program, Python, SQLite, system 程序及系统版本
configuration.json  terminal.toml as it was understood; secrets are files of their own and not in it 配置，不含密钥
doctor.txt          what `terminal doctor` says 自检结果
journal.json        counts by state, and what is not finished 账本各状态计数及未了结事项
metrics.txt         /metrics of the running terminal, or why there is none 运行指标
usb.json            vendor and product of what is plugged in 已插入的 USB 设备
log.jsonl           the log as far as it is the terminal's own, where one was given 日志
crashes.txt         of the same log: what ran where the program was brought down 崩溃时的调用位置

Taken out, and shown as {mark} instead 已去除：
{taken}
"""


def bundle_of(
    config: Config, doctor: str, metrics: str, log: Iterable[str], clock: Clock, usb: Path = USB_DEVICES
) -> dict[str, bytes]:
    """The files of the bundle by name, ready to be packed. log: lines of the daemon, oldest first.

    A journal that cannot be read is said so in its file; the others are as they are.
    """
    known, state = _journal_of(config)
    scrubber = Scrubber(known, harmless=[config.terminal.id])
    lines, crashes, foreign = _own_lines(log)
    texts = {"doctor.txt": doctor, "metrics.txt": metrics, "crashes.txt": "".join(f"{one}\n" for one in crashes)}
    trees = {
        "about.json": _about(),
        "configuration.json": msgspec.json.decode(encode(config)),
        "journal.json": state,
        "usb.json": _usb(usb),
    }
    files = {name: scrubber.text(text).encode() for name, text in texts.items()}
    files |= {name: _shown(scrubber.tree(tree)) for name, tree in trees.items()}
    files["log.jsonl"] = b"".join(encode(scrubber.tree(line)) + b"\n" for line in lines)
    taken = dict(scrubber.taken) | ({"line that is not the terminal's 非终端日志行": foreign} if foreign else {})
    made = clock.now().isoformat(" ", "seconds")
    files["README.txt"] = _read_me(config.terminal.id, made, taken).encode()
    return files


def _journal_of(config: Config) -> tuple[set[str], dict[str, Any]]:
    """By which words its people are known, and its state; of one that cannot be read nothing but why."""
    path = Path(config.terminal.journal)
    if not path.is_file():
        return set(), {"trouble": "there is no journal yet"}
    try:
        with beside(path) as one:
            return people_in(one), sketch_of(one, config.terminal.id)
    except (sqlite3.Error, TerminalError) as error:
        return set(), {"trouble": f"it cannot be read: {error}"}


def _own_lines(log: Iterable[str]) -> tuple[list[dict[str, Any]], list[str], int]:
    """The newest lines of the terminal with the fields that it writes, those of crashes, and how many others."""
    own: list[dict[str, Any]] = []
    crashes: list[str] = []
    foreign = 0
    for text in deque(log, LOG_LINES_MAX):
        try:
            line = json.loads(text)
        except ValueError:
            line = None
        if isinstance(line, dict) and isinstance(line.get("event"), str):
            own.append({name: line[name] for name in _LOG_FIELDS if name in line})
        elif crashed := crash_line(text):
            crashes.append(crashed)
        else:
            foreign += bool(text.strip())
    return own, crashes, foreign


def _about() -> dict[str, str]:
    system = platform.freedesktop_os_release() if Path("/etc/os-release").exists() else {}
    return {
        "terminal": __version__,
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "system": system.get("PRETTY_NAME", platform.system()),
        "kernel": platform.release(),
        "machine": platform.machine(),
    }


def _usb(folder: Path) -> list[dict[str, str]]:
    said = [
        {
            file.name: file.read_text("utf-8", "replace").strip()
            for file in sorted(one.iterdir())
            if file.name in _USB_FIELDS
        }
        for one in sorted(folder.glob("*"))
    ]
    return [device for device in said if "idVendor" in device]


def _shown(tree: Any) -> bytes:
    return json.dumps(tree, ensure_ascii=False, indent=1).encode() + b"\n"


def _read_me(terminal: str, made: str, taken: Mapping[str, int]) -> str:
    told = [f"  {name}: {count}" for name, count in sorted(taken.items())] or ["  nothing 无"]
    return _READ_ME.format(terminal=terminal, version=__version__, made=made, mark=TAKEN, taken="\n".join(told))
