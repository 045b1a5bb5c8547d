"""What the center has not yet taken in counts on top of its own year: a settlement adds, a void gives back."""

from __future__ import annotations

from random import Random

import msgspec
import pytest

from terminal.errors import Refused
from terminal.money import Fen
from terminal.settlement.accumulate import with_pending
from terminal.settlement.bill import Bill, DiseaseYear, Year
from terminal.settlement.codec import convert
from terminal.settlement.law import Law
from terminal.settlement.result import Settlement
from tests.settlement.strategies import POLICIES, random_bill

BILLS = 25


def settled(law: Law, policy: str) -> list[tuple[Bill, Settlement]]:
    """Some random bills of a policy with their settlements, without those that are refused."""
    bills = [convert(random_bill(Random(f"pending {policy} {n}"), policy), Bill) for n in range(BILLS)]
    pairs = zip(bills, law.settle_many(bills), strict=True)
    return [(bill, done) for bill, done in pairs if not isinstance(done, Refused)]


def shown(year: Year) -> Year:
    """The year without diseases of which nothing is known: they say the same as no entry."""
    known = {name: disease for name, disease in year.chronic.items() if disease != DiseaseYear()}
    return msgspec.structs.replace(year, chronic=known)


@pytest.mark.parametrize("policy", POLICIES)
def test_a_pending_settlement_leads_to_its_own_year_and_its_void_back_again(law: Law, policy: str) -> None:
    """On the year that the settlement began with: forward to the one that it ended with, and back."""
    pairs = settled(law, policy)
    assert len(pairs) > BILLS // 2
    for bill, done in pairs:
        year, balance = with_pending(bill.year, bill.account.balance, [(bill, done, 1)])
        assert (shown(year), balance) == (shown(done.year), done.account_balance)
        year, balance = with_pending(done.year, done.account_balance, [(bill, done, -1)])
        assert (shown(year), balance) == (shown(bill.year), bill.account.balance)


def changed_by(law: Law) -> tuple[Bill, Settlement]:
    """A bill of Yantai whose account pays 30.00, and which takes the oncology line and one admission."""
    items = [{"kind": "service", "class": "A", "amount": "900.00"}]
    case = {"policy": "yantai-employee", "date": "2021-06-30", "service": "inpatient", "provider": {"tier": 3}}
    more = {"items": items, "account": {"balance": "30.00"}, "episode": {"oncology_course": True}}
    bill = convert(case | more, Bill)
    return bill, law.settle(bill)


def test_changes_count_on_top_of_what_the_center_knows_meanwhile(law: Law) -> None:
    """The center's own year has gone on; pending changes are added to it and nothing of it is lost."""
    bill, done = changed_by(law)
    center = Year(admissions=4, pool_paid=Fen(100_00), chronic={"gout": DiseaseYear(Fen(1_00), Fen(2_00))})
    year, balance = with_pending(center, Fen(500_00), [(bill, done, 1), (bill, done, 1)])
    # 900.00 less the line of 800.00 is 100.00, of which the pool pays 80% in a third-tier hospital (第十二条).
    assert (year.admissions, year.pool_paid, balance) == (6, 260_00, 440_00)
    assert year.chronic == center.chronic
    assert year.oncology_deductible_taken


def test_a_void_takes_nothing_below_zero_and_leaves_what_others_did(law: Law) -> None:
    """The center may know less than the void gives back; a line taken before the voided bill stays taken."""
    bill, done = changed_by(law)
    year, balance = with_pending(Year(oncology_deductible_taken=True), Fen(0), [(bill, done, -1)])
    assert (year.admissions, year.pool_paid, balance) == (0, 0, 30_00)
    assert not year.oncology_deductible_taken
    before = msgspec.structs.replace(bill, year=Year(oncology_deductible_taken=True))
    year, _ = with_pending(Year(oncology_deductible_taken=True), Fen(0), [(before, law.settle(before), -1)])
    assert year.oncology_deductible_taken


def test_a_balance_is_never_below_zero(law: Law) -> None:
    """The center knows of 10.00, the pending settlement has taken 30.00."""
    assert with_pending(Year(), Fen(10_00), [(*changed_by(law), 1)])[1] == 0
