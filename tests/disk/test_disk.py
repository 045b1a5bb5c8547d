"""Nothing that was told is lost, on a disk that loses power, fails or fills at any operation.

A smaller size of the sweep of `make proof`. The canaries must lose, and are seen to.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from counter.counter_parts import DAY, purchase

from terminal.errors import Unavailable
from tests.disk.box import Box


def swept(*arguments: str, sweep: str = "sweep") -> dict[str, Any]:
    """The result of a sweep in a process of its own."""
    command = [sys.executable, "-m", f"tests.disk.{sweep}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_a_power_cut_at_any_operation_loses_nothing_that_was_told() -> None:
    """Each unsynced sector kept or lost by a coin; one run in three is cut again while it is taken up."""
    result = swept("power", "--step", "21", "--again", "3")
    assert result["bad"] == []
    assert result["cut"] == result["runs"] > 30


@pytest.mark.parametrize("arguments", [("error",), ("error", "--sticky"), ("full", "--sticky")])
def test_a_disk_that_fails_or_is_full_loses_nothing_that_was_told(arguments: tuple[str, ...]) -> None:
    """Once, and then a repeat of the same key goes through; or for good, and the next start finds all that was told."""
    result = swept(*arguments, "--step", "97")
    assert result["bad"] == []
    assert result["stopped"] + result["finished"] == result["runs"] > 5


@pytest.mark.parametrize("arguments", [("--normal",), ("--lies",)])
def test_the_canaries_lose_and_every_loss_is_betrayed(arguments: tuple[str, ...]) -> None:
    """`synchronous=NORMAL`, and a disk that lies about its sync: a loss is seen, and a hash told before proves it."""
    result = swept("power", *arguments, "--step", "97")
    assert result["lost"] > 0
    assert result["betrayed"] == result["lost"]


def test_old_journals_are_brought_up_to_date_whole_or_not_at_all() -> None:
    """Of every older schema, cut or failing in the migration, and some cut again: all rows as they were."""
    result = swept("--step", "60", sweep="migrations")
    assert result["bad"] == []
    assert result["journals"] > 10
    assert result["cut"] >= result["journals"]
    assert result["again"] > 5


def test_a_migration_in_pieces_is_found_out() -> None:
    """The canary: where each statement counts by itself, a cut leaves a journal that no longer opens."""
    assert swept("--torn", "--step", "60", sweep="migrations")["bad"] != []


MIB = 1024 * 1024


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 16 MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(place)], check=True)
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(place: Path, leave_bytes: int) -> Path:
    """A file of somebody else's that leaves so much room."""
    file = place / "somebody-else"
    with file.open("ab") as filler:
        filler.write(b"\0" * max(0, shutil.disk_usage(place).free - leave_bytes))
    return file


def test_on_a_full_disk_no_sale_begins_but_voids_and_day_end_go_on(small_disk: Path) -> None:
    """A real full disk: the sale is refused before anything happens; the void, the uploads and the seal are written."""
    box = Box(small_disk, ballast_bytes=4 * MIB)
    sold: dict[str, bytes] = {}
    box.settle(1, purchase("120.00"), sold.__setitem__)
    other = fill(small_disk, MIB)
    before = box.journal.head()
    with pytest.raises(Unavailable) as caught:
        box.settle(2, purchase("30.00"), sold.__setitem__)
    assert (caught.value.code, box.journal.head(), list(sold)) == ("disk-full", before, ["key-1"])
    assert fill(small_disk, 0) == other, "to the last byte"
    box.void_first(3, sold.__setitem__)
    box.work()
    box.close_day(sold.__setitem__)
    assert list(sold) == ["key-1", "key-3", "sealed"]
    with pytest.raises(Unavailable, match="no sale was begun"):
        box.settle(4, purchase("30.00"), sold.__setitem__)
    other.unlink()
    box.clock.advance(86_400)
    box.settle(4, purchase("30.00"), sold.__setitem__)
    assert box.journal.verify() == []
    assert box.journal.settlement(json.loads(sold["key-4"])["id"]).business_day > DAY
    box.journal.close()
    box.books.close()
