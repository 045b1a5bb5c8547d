"""The axis holds together for any bill of any decree: every fen on it and beside it has a payer, and it is drawn."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from random import Random
from xml.etree import ElementTree

import pytest

from terminal.errors import Refused
from terminal.explain.axis import WHOLE, axis_of
from terminal.explain.picture import picture_of
from terminal.settlement.bill import Bill
from terminal.settlement.codec import decode_bill
from terminal.settlement.law import Law
from terminal.settlement.pack import Pack
from terminal.settlement.result import Settlement
from terminal.settlement.shelf import Shelf, load_pack
from tests.settlement.strategies import POLICIES, random_bill

BILLS_A_POLICY = 300
LAW = Law.load(sorted(Path("examples/supplements").glob("*.toml")))


def settled(policy: str) -> list[tuple[Bill, Settlement]]:
    """Random bills of one policy that are not refused; the same ones in every run."""
    random = Random(policy)
    found = []
    for _ in range(BILLS_A_POLICY):
        bill = decode_bill(json.dumps(random_bill(random, policy)))
        try:
            found.append((bill, LAW.settle(bill)))
        except Refused:
            continue
    assert len(found) > BILLS_A_POLICY // 10
    return found


def check(settlement: Settlement) -> None:
    """Stretches without gap from 0 to the eligible expense; what is paid of each part is what there is of it."""
    axis = axis_of(settlement)
    assert sum(one.width for one in axis.stretches) == settlement.eligible
    assert all(one.end == other.start for one, other in itertools.pairwise(axis.stretches))
    assert sum(axis.beside.values()) == settlement.total - settlement.eligible
    for part, amount in axis.beside.items():
        assert sum(axis.payers[part].values()) == amount
    for part in {one.part for one in axis.stretches}:
        owed = sum(one.width - one.pool for one in axis.stretches if one.part == part)
        assert sum(axis.payers[part].values()) == owed, part
    paid: dict[str, int] = {"pool": sum(one.pool for one in axis.stretches)}
    for part in {*axis.beside, *(one.part for one in axis.stretches)}:
        for payer, fen in axis.payers[part].items():
            paid[payer] = paid.get(payer, 0) + fen
    ends = {"account": settlement.account, "cash": settlement.cash, "provider": settlement.provider_borne}
    expected = {**settlement.funds, **ends}
    assert {payer: fen for payer, fen in paid.items() if fen} == {payer: fen for payer, fen in expected.items() if fen}


@pytest.mark.parametrize("policy", POLICIES)
def test_every_fen_has_its_payer_and_its_place(policy: str) -> None:
    """Payer by payer, the axis and what is beside it come to what the settlement says."""
    for _, settlement in settled(policy):
        check(settlement)


@pytest.mark.parametrize("policy", POLICIES)
def test_any_bill_can_be_drawn(policy: str) -> None:
    """Well-formed, and the stretches' boxes fill the axis without leaving it."""
    for bill, settlement in settled(policy)[:60]:
        picture = ElementTree.fromstring(picture_of(bill, settlement, "zh"))
        groups = [one for one in picture.iter() if "data-stretch" in one.attrib]
        boxes = [[box for box in group if box.tag.endswith("rect")] for group in groups]
        for column in boxes:
            assert sum(int(box.attrib["height"]) for box in column) == 200
            assert len({(box.attrib["x"], box.attrib["width"]) for box in column}) == 1
        ends = [int(column[0].attrib["x"]) + int(column[0].attrib["width"]) for column in boxes]
        assert [int(column[0].attrib["x"]) for column in boxes[1:]] == ends[:-1]
        assert not ends or ends[-1] in (860, 660)


def test_an_account_that_is_drained_first_has_its_stretch() -> None:
    """`account-first`: of 1000.00 at 60% without a line the account pays 300.00 first, the pool 420.00 of the rest."""
    text = Path("tests/packs/minimal.toml").read_text(encoding="utf-8").replace('"layers"', '"account-first"')
    text = text.replace('base = "500.00"', 'base = "0.00"').replace('parts = ["deductible"]', 'parts = ["co_payment"]')
    text = text.replace('to = ["5000.00", "10000.00"]\nrates = ["0.80", "0.85", "0.90"]', 'rates = ["0.60"]')
    pack = load_pack(text.replace('"1000.00"', '"2000.00"').encode(), "toy.toml")
    assert isinstance(pack, Pack)
    provider = {"tier": 3}
    items = [{"kind": "service", "class": "A", "amount": "1000.00"}]
    head = {"policy": "toy-employee", "date": "2020-06-30", "service": "inpatient", "account": {"balance": "300.00"}}
    bill = decode_bill(json.dumps({**head, "provider": provider, "items": items}))
    settlement = Law(Shelf([pack], (), frozenset())).settle(bill)
    check(settlement)
    found = [(one.kind, one.start, one.end, one.pool) for one in axis_of(settlement).stretches]
    assert found == [("co_payment", 0, 300_00, 0), ("segment", 300_00, 1000_00, 420_00)]


def test_a_bill_paid_as_a_whole_is_one_stretch() -> None:
    """第十六条: a birth of 2500.00 at 1000.00; the sum is set against the eligible expense first."""
    bill = decode_bill(Path("examples/bills/11-resident-maternity.json").read_bytes())
    (stretch,) = axis_of(LAW.settle(bill)).stretches
    assert stretch.kind in WHOLE
    assert axis_of(LAW.settle(bill)).payers[stretch.kind] == {"pool": 1000_00, "cash": stretch.end - 1000_00}
