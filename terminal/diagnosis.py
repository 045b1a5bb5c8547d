"""The doctor's checks: everything that a terminal leans on, each with what was found and what to do.

Promise: nothing is changed, and a journal that is in use is looked at as it was at one moment. The devices are asked
through the doors that are given, since a device has one owner.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from hw.ports import DeviceState, Health
from terminal import __version__
from terminal.api.health_types import FailingStep
from terminal.center.link import HttpLink, NoAnswer
from terminal.clock import Clock
from terminal.config import Config
from terminal.errors import Refused, TerminalError
from terminal.journal.audit import problems
from terminal.journal.beside import beside
from terminal.journal.center_clock import clock_offset_in
from terminal.journal.days import day_ahead_of
from terminal.journal.published import packs_in, troubles_in
from terminal.receipt.doctor import Check, DoctorReport, Verdict
from terminal.settlement.law import Law
from terminal.settlement.shelf import read_key

DISK_FREE_BYTES_MIN = 200 * 1024 * 1024
"""Less than this on the journal's disk is a warning: a day of settlements is a few megabytes."""

LOOK_IT_UP = "核对政策编号（terminal policy list），未下载的政策待下载后生效 correct it, or wait for its download"

SET_THE_CLOCK = "校准系统时间 set the clock"

_VERDICTS: dict[Health, Verdict] = {Health.GOOD: "good", Health.FAULT: "fault", Health.UNKNOWN: "unknown"}

Ask = Callable[[], DeviceState]


_DEVICES = {
    "reader": "读卡器 card reader",
    "psam": "安全模块 PSAM",
    "scanner": "扫码器 QR scanner",
    "printer": "打印机 receipt printer",
}
"""By the name of their section of the configuration."""


def diagnose(
    config: Config,
    path: str,
    clock: Clock,
    devices: Mapping[str, Ask],
    steps: Mapping[str, FailingStep | None] | None = None,
) -> DoctorReport:
    """One visit of the doctor. path: of the configuration, as it is told. devices: those there are, by section. steps:
    how what goes on behind the counter fails, as the running terminal knows; None where it is looked at from beside.
    """
    checks = (
        Check("配置 configuration", "good", path),
        _law(config),
        _journal(config),
        _time(config, clock),
        _center_time(config),
        _published(config),
        _disk(config),
        *(_device(name, devices[key], getattr(config, key).kind) for key, name in _DEVICES.items() if key in devices),
        _center(config, clock),
        *([] if steps is None else [_steps(steps)]),
    )
    return DoctorReport(config.terminal.id, __version__, clock.now(), checks)


def _law(config: Config) -> Check:
    name, policies = "政策 policies", config.policies
    try:
        key = read_key(Path(policies.bureau_key)) if policies.bureau_key else None
        law = Law.load([Path(path) for path in policies.supplements], policies.lapsed_goes_on, key)
    except TerminalError as error:
        return Check(name, "fault", str(error), "换上医保局发布的正确文件 replace the file by the bureau's")
    unknown = set(law.shelf.going_on_unknown)
    if unknown and (idle := unknown - _downloaded(config)):
        entries = enumerate(policies.lapsed_goes_on)
        told = ", ".join(f'policies.lapsed_goes_on[{place}]: "{one}"' for place, one in entries if one in idle)
        return Check(name, "warning", f"no policy here, shipped or downloaded: {told}", LOOK_IT_UP)
    return Check(name, "good", f"{len(law.shelf.policies)} policies, {len(policies.supplements)} supplements")


def _downloaded(config: Config) -> frozenset[str]:
    """Policies of which a pack came down; none where the journal cannot say, which is its own check's to tell."""
    try:
        with beside(Path(config.terminal.journal)) as connection:
            return packs_in(connection)
    except sqlite3.DatabaseError:
        return frozenset()


def _journal(config: Config) -> Check:
    name, path = "账本 journal", Path(config.terminal.journal)
    if not path.exists():
        return Check(name, "warning", "no journal yet", "首次启动时建立 it is made at the first start")
    try:
        with beside(path) as connection:
            found = problems(connection, config.terminal.id)
    except sqlite3.DatabaseError as error:
        return Check(name, "fault", f"cannot be read: {error}", "恢复最近的备份 restore the newest backup")
    if found:
        return Check(name, "fault", found[0], "停用并联系工程师 stop using it and call the engineer")
    return Check(name, "good", "agrees with its chain")


def _in_journal(config: Config, name: str, nothing: str, look: Callable[[sqlite3.Connection], Check]) -> Check:
    """What one look at the journal comes to; nothing: what is said where there is no journal yet."""
    path = Path(config.terminal.journal)
    if not path.exists():
        return Check(name, "good", nothing)
    try:
        with beside(path) as connection:
            return look(connection)
    except sqlite3.DatabaseError as error:
        return Check(name, "unknown", f"cannot be read: {error}", "重新启动终端 start the terminal once")


def _time(config: Config, clock: Clock) -> Check:
    name, today = "时钟 clock", clock.now().date()

    def look(connection: sqlite3.Connection) -> Check:
        ahead = day_ahead_of(connection, today)
        if ahead is not None:
            return Check(name, "warning", f"it says {today}, and business has come to {ahead}", SET_THE_CLOCK)
        return Check(name, "good", f"{today}")

    return _in_journal(config, name, f"{today}", look)


def _center_time(config: Config) -> Check:
    name, nothing = "中心时间 center's time", "compared at the first sign-in"

    def look(connection: sqlite3.Connection) -> Check:
        offset = clock_offset_in(connection)
        if offset is None:
            return Check(name, "good", nothing)
        side = "behind" if offset.seconds < 0 else "before"
        told = f"the clock was {abs(offset.seconds)} s {side} it at the sign-in of {offset.measured_at:%Y-%m-%d %H:%M}"
        if offset.is_off:
            return Check(name, "warning", told, SET_THE_CLOCK)
        return Check(name, "good", told)

    return _in_journal(config, name, nothing, look)


def _published(config: Config) -> Check:
    name = "下发文件 published files"

    def look(connection: sqlite3.Connection) -> Check:
        found = troubles_in(connection)
        if found:
            remedy = "请医保局重新发布正确文件 ask the bureau to publish it anew"
            return Check(name, "warning", f"refused: {found[0].what}: {found[0]}", remedy)
        return Check(name, "good", "nothing was refused")

    return _in_journal(config, name, "none yet", look)


def _disk(config: Config) -> Check:
    folder = Path(config.terminal.journal).parent
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Check("磁盘 disk", "fault", f"{folder}: {error.strerror}", "建立该目录 make the folder")
    if free < DISK_FREE_BYTES_MIN:
        return Check("磁盘 disk", "warning", f"{free // 2**20} MiB free", "清理磁盘 free some space")
    return Check("磁盘 disk", "good", f"{free // 2**20} MiB free")


def _device(name: str, ask: Ask, kind: str) -> Check:
    if kind == "none":
        return Check(name, "warning", "none is configured", "在配置文件中填写 name one in the configuration")
    state = ask()
    remedy = "" if state.health is Health.GOOD else "检查电源和连线 check power and cable"
    return Check(name, _VERDICTS[state.health], f"{state.code} {state.detail}".strip(), remedy)


def _steps(steps: Mapping[str, FailingStep | None]) -> Check:
    name, failing = "后台任务 behind the counter", [one for one in steps.values() if one]
    if not failing:
        return Check(name, "good", f"{len(steps)} steps work")
    told = "; ".join(f"{one.step}: {one.error} x {one.times} since {one.since:%m-%d %H:%M}" for one in failing)
    return Check(name, "fault", told, "将支持包交给工程师 send the engineer a support bundle")


def _center(config: Config, clock: Clock) -> Check:
    name, center, place = "中心 municipal center", config.center, urlsplit(config.center.url).netloc
    try:
        with closing(HttpLink(center.url, clock, center.reply_timeout_seconds, tls=center.tls)) as link:
            link.knock()
    except NoAnswer as error:
        return Check(name, "fault", f"{place}: {error}", error.reason_zh or "检查专线 check the line to the bureau")
    except Refused as error:
        return Check(name, "fault", str(error), f"{error.message_zh} correct the configuration")
    return Check(name, "good", f"{place} takes connections")
