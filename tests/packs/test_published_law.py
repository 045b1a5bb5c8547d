"""What the bureau publishes on the shelf: each version on its own days, and nothing that its head does not say."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from terminal.errors import Refused
from terminal.money import Fen
from terminal.publication import Head, digest_of
from terminal.settlement.codec import decode_bill
from terminal.settlement.law import Law
from terminal.settlement.published import load_shelf_with
from terminal.settlement.shelf import shipped_packs

POLICY = "yantai-employee"
LATER = dt.date(2021, 7, 1)
LIMITS = """
[supplement]
policy = "yantai-employee"
source = "示例 (illustrative)"
effective_from = {first}
{last}
[[service.chronic.limit]]
when = {{ disease = "gout" }}
amount = "{amount}"
cite = "示例"
"""


def limits(
    version: int, amount: str, first: dt.date, last: dt.date | None = None, **head: dt.date | None
) -> tuple[Head, bytes]:
    """A version of a supplement with the limit of one disease; its head may say other days than it does."""
    line = f"effective_to = {last}" if last else ""
    body = LIMITS.format(first=first, last=line, amount=amount).encode()
    says = {"in_force_from": first, "in_force_to": last} | head
    return Head(kind="supplement", name=POLICY, version=version, digest=digest_of(body), **says), body


def limit_on(day: dt.date, *published: tuple[Head, bytes]) -> Fen | None:
    """The limit of gout on a day, or None where nobody gives one."""
    bill = {
        "policy": POLICY,
        "date": day.isoformat(),
        "service": "chronic",
        "provider": {"tier": 3},
        "episode": {"disease": "gout", "chronic_class": "B"},
        "items": [{"kind": "drug", "class": "A", "amount": "500.00"}],
    }
    try:
        settled = Law(load_shelf_with(published)).settle(decode_bill(json.dumps(bill)))
    except Refused as refusal:
        if refusal.code != "left-to-bureau":
            raise
        return None
    return next(limit.cap for limit in settled.limits if limit.name == "chronic.gout")


def test_a_later_version_begins_on_its_day_and_ends_the_one_before() -> None:
    """On the eve the first one still holds, whose own last day lies later, or nowhere."""
    for last in (None, dt.date(2022, 12, 31)):
        both = limits(1, "3000.00", dt.date(2018, 1, 1), last), limits(2, "4000.00", LATER)
        days = [LATER - dt.timedelta(days=1), LATER, dt.date(2022, 12, 31)]
        assert [limit_on(day, *both) for day in days] == [3_000_00, 4_000_00, 4_000_00]


def test_a_version_that_had_ended_stays_ended() -> None:
    """Between its last day and the first of the next nobody gives the value."""
    ended = dt.date(2021, 5, 31)
    both = limits(1, "3000.00", dt.date(2018, 1, 1), ended), limits(2, "4000.00", LATER)
    days = [ended, ended + dt.timedelta(days=1), LATER - dt.timedelta(days=1), LATER]
    assert [limit_on(day, *both) for day in days] == [3_000_00, None, None, 4_000_00]


@pytest.mark.parametrize("head", [{"in_force_from": LATER}, {"in_force_to": LATER}])
def test_a_supplement_is_of_the_days_that_its_head_says(head: dict[str, dt.date]) -> None:
    """Another first day, or another last one, than the file's own: refused with its title."""
    with pytest.raises(Refused, match="of other days than its head says") as refused:
        limit_on(LATER, limits(1, "3000.00", dt.date(2018, 1, 1), **head))
    assert refused.value.at == f"supplement/{POLICY} version 1:1"


def test_a_pack_that_begins_on_the_last_day_of_the_one_before_takes_that_day() -> None:
    """Yantai's decree, published once more from its own last day on: the shipped one ends on the eve.

    The version nearest to a day is the one that began last by then; before all of them it is the first.
    """
    (shipped,) = (pack for pack in shipped_packs() if pack.policy.id == POLICY)
    last = shipped.policy.effective_to
    assert last is not None
    text = shipped.document.body.decode()
    text = text.replace("effective_from = 2018-01-01", f"effective_from = {last}")
    body = text.replace(f"effective_to = {last}", "effective_to = 2023-12-31").encode()
    days = {"in_force_from": last, "in_force_to": dt.date(2023, 12, 31)}
    shelf = load_shelf_with([(Head(kind="pack", name=POLICY, version=1, digest=digest_of(body), **days), body)])
    first, second = shelf.versions(POLICY)
    assert (first.policy.effective_to, second.policy.effective_from) == (last - dt.timedelta(days=1), last)
    assert shelf.pack(POLICY, last)[0] is second
    nearest = {day: shelf.nearest(POLICY, last + dt.timedelta(days=day)) for day in (-9999, -1, 0, 9999)}
    assert nearest == {-9999: first, -1: first, 0: second, 9999: second}
