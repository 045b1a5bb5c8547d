"""An upload shows how far it has come and about how long the rest will take, also from beside the terminal."""

from __future__ import annotations

import io
import threading
from pathlib import Path

from counter_parts import PHARMACY, Shop, card, person, purchase
from rich.console import Console

from terminal.api.queue_words import why_of
from terminal.journal.gauges import gauges_of
from terminal.journal.progress import Progress, progress_of
from terminal.queue_command import line_of, show_queue

CONFIG = f"""
[terminal]
id = "T1"
till_number = 1
journal = "journal.db"
[center]
url = "http://127.0.0.1:1/"
area_code = "370602"
[[providers]]
id = "{PHARMACY}"
name = "示例大药房"
"""


def test_the_estimate_is_what_waits_at_the_pace_of_the_last_answers(tmp_path: Path) -> None:
    """Four purchases, one answered each ten seconds: two are left after twenty seconds, which is twenty more."""
    with Shop(tmp_path, *(person(number) for number in (1, 2, 3, 4))) as shop:
        for number in (1, 2, 3, 4):
            shop.reader.insert(card(number))
            shop.settle(purchase("1.00"))
        before = shop.journal.progress(shop.clock.now())
        assert (before.waiting, before.seconds_left, before.a_minute) == (4, None, 0)
        for _ in range(2):
            shop.upload.tick(shop.clock.now())
            shop.clock.advance(10)
        found = progress_of(tmp_path / "journal.db", shop.clock.now())
        assert found == Progress(waiting=2, stuck=0, a_minute=6, seconds_left=20, next_attempt_at=None)
        assert line_of(found) == "待上传 2 waiting；约 0:20 left at 6/min"

        shop.upload_all()
        done = shop.journal.progress(shop.clock.now())
        assert (done.waiting, done.seconds_left) == (0, 0)


def test_while_the_center_is_left_alone_the_pause_is_part_of_the_estimate(tmp_path: Path) -> None:
    """The next try is named; what was refused is counted as stuck."""
    with Shop(tmp_path, person(1), person(2)) as shop:
        shop.settle(purchase("1.00"))
        shop.center.faults.inject("refuse", infno="2102")
        shop.upload_all()
        shop.center.down()
        shop.reader.insert(card(2))
        known = shop.journal.progress(shop.clock.now())
        assert (known.waiting, known.stuck) == (0, 1)
        shop.center.up()
        shop.settle(purchase("1.00"))
        shop.center.down()
        shop.upload.tick(shop.clock.now())
        found = shop.journal.progress(shop.clock.now())
        assert (found.waiting, found.stuck) == (1, 1)
        assert found.next_attempt_at is not None
        assert found.next_attempt_at > shop.clock.now()


def test_what_the_center_refused_is_done_with_once_it_is_taken_back(tmp_path: Path) -> None:
    """Refused it is stuck; taken back, neither it nor its void is, anywhere: not in the queue, not in the figures, and
    `terminal queue` ends well. A void that the center refuses of what it has booked stays stuck, and says so.
    """
    (tmp_path / "terminal.toml").write_text(CONFIG, encoding="utf-8")
    with Shop(tmp_path, person(1), person(2)) as shop:
        shop.center.faults.inject("refuse", infno="2102")
        number = shop.settle(purchase("1.00"))["id"]
        shop.upload_all()
        quiet = Console(file=io.StringIO())
        assert show_queue(tmp_path / "terminal.toml", False, shop.clock, quiet) == 1
        shop.void(number)
        shop.upload_all()
        assert (shop.journal.queue(), shop.journal.counts()) == ([], {})
        assert gauges_of(tmp_path / "journal.db", shop.clock.now().date()).uploads == {}
        assert show_queue(tmp_path / "terminal.toml", False, shop.clock, quiet) == 0

        shop.reader.insert(card(2))
        booked = shop.settle(purchase("1.00"))["id"]
        shop.upload_all()
        shop.center.faults.inject("refuse", infno="2103")
        shop.void(booked)
        shop.upload_all()
        (refused,) = shop.journal.queue()
        assert (refused.transaction, shop.journal.counts()) == ("void", {"accepted": 1, "refused": 1})
        assert "发送" in why_of(refused)[1]
        assert "重新结算" not in why_of(refused)[1]
        (matter,) = shop.counter.close_day(shop.clock.now().date()).open_matters
        assert "重新结算" not in matter.reason_zh
        assert show_queue(tmp_path / "terminal.toml", False, shop.clock, quiet) == 1


def test_the_command_prints_the_line_and_draws_until_nothing_waits(tmp_path: Path) -> None:
    """Beside the open journal, which belongs to the terminal."""
    (tmp_path / "terminal.toml").write_text(CONFIG, encoding="utf-8")
    with Shop(tmp_path) as shop:
        shop.settle(purchase("1.00"))
        told = io.StringIO()
        assert show_queue(tmp_path / "terminal.toml", False, shop.clock, Console(file=told, width=120)) == 0
        assert told.getvalue() == "待上传 1 waiting；尚无法估计 no estimate yet\n"
        told = io.StringIO()
        watching = threading.Thread(
            target=show_queue, args=(tmp_path / "terminal.toml", True, shop.clock, Console(file=told, width=120))
        )
        watching.start()
        shop.upload_all()
        watching.join(30)
        assert not watching.is_alive()
        assert told.getvalue().endswith("无待上传 nothing waits\n")
