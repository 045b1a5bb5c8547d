"""`terminal queue`: what still has to go to the center, how fast it goes, and about how long it will take.

It looks at the journal from beside the running terminal, and asks neither the terminal nor the center.
"""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from terminal.clock import Clock, SystemClock
from terminal.config import Config, load
from terminal.errors import Unavailable
from terminal.journal import progress

LOOK_AGAIN_SECONDS = 1.0


def show_queue(config_path: Path, watch: bool, clock: Clock | None = None, console: Console | None = None) -> int:
    """Print one line, or, watching, draw a bar until nothing waits. Returns 1 where something is stuck, else 0.

    Raises Refused (configuration), Unavailable (no journal, or it cannot be read).
    """
    config, console = load(config_path), console or Console()
    clock = clock or SystemClock()
    found = _look(config, clock)
    if watch and found.waiting:
        found = _watched(config, clock, console, found)
    console.print(line_of(found), highlight=False)
    return 1 if found.stuck or found.goods_stuck or found.visits_stuck or found.debits_refused else 0


def line_of(found: progress.Progress) -> str:
    """One line for people."""
    stuck = f"；{found.stuck} 条须处理 {found.stuck} stuck" if found.stuck else ""
    if found.goods_stuck:
        stuck += f"；进销存 {found.goods_stuck} 条须处理 {found.goods_stuck} stock moves stuck"
    if found.visits_stuck:
        stuck += f"；就诊登记 {found.visits_stuck} 条须处理 {found.visits_stuck} visits left open"
    if found.debits_refused:
        stuck += f"；卡内已扣款、中心不入账 {found.debits_refused} 笔 {found.debits_refused} card debits refused"
    if not found.waiting:
        return f"无待上传 nothing waits{stuck}"
    words = [f"待上传 {found.waiting} waiting"]
    if found.next_attempt_at is not None:
        words.append(f"下次重试 next try {found.next_attempt_at:%H:%M:%S}")
    words.append(_left(found))
    return "；".join(words) + stuck


def _left(found: progress.Progress) -> str:
    if found.seconds_left is None:
        return "尚无法估计 no estimate yet"
    minutes, seconds = divmod(found.seconds_left, 60)
    return f"约 {minutes}:{seconds:02d} left at {found.a_minute}/min"


def _watched(config: Config, clock: Clock, console: Console, found: progress.Progress) -> progress.Progress:
    columns = (TextColumn("上传 upload"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    never = threading.Event()
    with Progress(*columns, console=console) as bar:
        total = found.waiting
        task = bar.add_task(_left(found), total=total)
        while found.waiting:
            never.wait(LOOK_AGAIN_SECONDS)
            found = _look(config, clock)
            # More may be sold while it is watched.
            total = max(total, found.waiting)
            bar.update(task, total=total, completed=total - found.waiting, description=_left(found))
    return found


def _look(config: Config, clock: Clock) -> progress.Progress:
    try:
        return progress.progress_of(Path(config.terminal.journal), clock.now())
    except (sqlite3.Error, OSError):
        message = "the journal cannot be read; has the terminal been started once?"
        raise Unavailable("journal-out-of-reach", message, "流水库无法读取", "journal") from None
