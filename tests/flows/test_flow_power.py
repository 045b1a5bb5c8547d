"""The power goes at any call of journal, center, card reader or printer: started again, the same books in the end."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from power import RECOGNISED, UNSAFE, PoweredShop, books_of, day

from terminal.center.profile import Profile
from tests.simulation.power import Power, PowerCut


def one_day(folder: Path, cut_at: int, mode: Literal["local", "online"], profile: Profile) -> tuple[object, list[str]]:
    """A day with one end at the call `cut_at`; the books, and the calls that there were."""
    folder.mkdir()
    power = Power(cut_at)
    with PoweredShop(folder, power, mode=mode, profile=profile) as shop:
        try:
            day(shop)
        except PowerCut:
            shop.crash()
            day(shop)
        points = list(power.points)
        return books_of(shop), points


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder in memory: an end is played by copying the files, so no disk is needed, and many ends take seconds."""
    where = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(dir=where) as folder:
        yield Path(folder)


@pytest.mark.parametrize(
    ("mode", "profile"),
    [("local", RECOGNISED), ("local", UNSAFE), ("online", UNSAFE)],
    ids=["local, repeats recognised", "local, repeats unsafe", "online"],
)
def test_an_end_at_any_call_leads_to_the_same_books(
    memory: Path, mode: Literal["local", "online"], profile: Profile
) -> None:
    """Before and after every call of a whole day: the same at the center and here, to the fen and the paper."""
    expected, points = one_day(memory / "whole", 0, mode, profile)
    for number in range(1, len(points) + 1):
        found, _ = one_day(memory / str(number), number, mode, profile)
        assert found == expected, f"end {number} of {len(points)}: {points[number - 1]}"
    kinds = Counter(point.split(",")[0] for point in points)
    print(f"\n{mode}, repeats {profile.repeats}: {len(points)} ends, {dict(kinds)}; all lead to the same books")
    assert len(points) > 80
