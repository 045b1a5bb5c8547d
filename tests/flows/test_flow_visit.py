"""A step of a visit that comes late changes the visit behind the terminal's back: the settlement still reaches the
center, once, and the day is sealed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from counter_parts import DAY, STAY, Shop

from terminal.center.link import Silence
from terminal.center.profile import REFERENCE, Profile

UNSAFE = Profile(name="test", repeats="unsafe")
ADMIT, DISMISS, BILL, WITHDRAW, MONEY = "2401", "2404", "2301", "2302", "2304"
STEPS_MAX = 20


class _Named(msgspec.Struct):
    infno: str


@contextmanager
def overtaken(shop: Shop, late: str, behind: str) -> Iterator[None]:
    """The next message of number `late` is heard of by nobody, and arrives right behind the next one of `behind`."""
    post, held, arrived = shop.link.post, b"", False

    def overtaking(body: bytes) -> bytes:
        nonlocal held, arrived
        number = msgspec.json.decode(body, type=_Named).infno
        if number == late and not held:
            held = body
            raise Silence("no answer: TimeoutError timed out")
        answer = post(body)
        if number == behind and held and not arrived:
            arrived = True
            post(held)
        return answer

    shop.link.post = overtaking  # type: ignore[method-assign]
    yield
    shop.link.post = post  # type: ignore[method-assign]
    assert arrived


def uploaded(shop: Shop) -> str:
    """What becomes of the last settlement when its message is tried for a while, each time after the longest pause."""
    for _ in range(STEPS_MAX):
        shop.journal.hurry(shop.clock.now())
        shop.upload.wake()
        shop.upload.tick(shop.clock.now())
    return shop.counter.last(1)[0].upload_state


def standing(shop: Shop) -> list[str]:
    """What the center has: the state of each of its rows."""
    return [state for _, state in shop.books.settlements()]


def open_visits(shop: Shop) -> int:
    """How many stays the center has that were not taken back."""
    [row] = shop.books.storage.rows("SELECT count(*) AS there FROM visits WHERE state <> 'cancelled'")
    return int(row["there"])


@pytest.mark.parametrize("profile", [REFERENCE, UNSAFE], ids=["recognised", "unsafe"])
def test_lines_that_come_late_behind_their_withdrawal(tmp_path: Path, profile: Profile) -> None:
    """The lines' answer is missing; they are withdrawn and sent again, and the first ones arrive in between: the center
    refuses the second ones as there already, and that is no word on the settlement."""
    with Shop(tmp_path, profile=profile) as shop:
        shop.settle(STAY)
        with overtaken(shop, BILL, behind=WITHDRAW):
            assert uploaded(shop) == "accepted"
        assert (standing(shop), open_visits(shop)) == (["booked"], 1)
        assert shop.counter.close_day(DAY).state == "sealed"


@pytest.mark.parametrize("profile", [REFERENCE, UNSAFE], ids=["recognised", "unsafe"])
def test_a_withdrawal_that_comes_late_behind_the_lines(tmp_path: Path, profile: Profile) -> None:
    """It takes away the lines that were sent after it, and the center refuses to settle a stay without lines."""
    with Shop(tmp_path, profile=profile) as shop:
        shop.settle(STAY)
        shop.center.faults.inject("drop-before", infno=BILL)
        with overtaken(shop, WITHDRAW, behind=BILL):
            assert uploaded(shop) == "accepted"
        assert (standing(shop), open_visits(shop)) == (["booked"], 1)
        assert shop.counter.close_day(DAY).state == "sealed"


def test_a_dismissal_that_comes_late_behind_the_next_admission(tmp_path: Path) -> None:
    """A stay is taken back, unheard: that is asked again before the patient is admitted anew, and the first dismissal,
    which comes behind that, is of a stay that is gone."""
    with Shop(tmp_path) as shop:
        shop.settle(STAY)
        shop.center.faults.inject("drop-before", infno=BILL)
        shop.center.faults.inject("refuse", infno=WITHDRAW)
        with overtaken(shop, DISMISS, behind=ADMIT):
            assert uploaded(shop) == "accepted"
        assert (standing(shop), open_visits(shop)) == (["booked"], 1)


@pytest.mark.parametrize("refused", [BILL, MONEY])
def test_what_the_center_refuses_once_more_is_its_last_word(tmp_path: Path, refused: str) -> None:
    """After a silent step a refusal is not believed at once; that of a visit begun anew is, and no visit is left."""
    with Shop(tmp_path) as shop:
        shop.settle(STAY)
        shop.center.faults.inject("drop-after", infno=BILL)
        for _ in range(2):
            shop.center.faults.inject("refuse", infno=refused)
        assert uploaded(shop) == "refused"
        assert (standing(shop), open_visits(shop)) == ([], 0)
