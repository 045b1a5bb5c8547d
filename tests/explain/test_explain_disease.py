"""A disease stands on the patient's paper by the name that the bureau gave it, and nothing else hangs on the name."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import msgspec
import pytest
from counter import counter_parts
from counter.counter_parts import HOSPITAL, Shop, bill, person

from terminal import audit_command
from terminal.clock import BEIJING
from terminal.explain.page import page_of
from terminal.receipt.characters import cells
from terminal.receipt.head import ReceiptHead
from terminal.receipt.layout import settlement_receipt
from terminal.receipt.text import as_text
from terminal.settlement.bill import Bill
from terminal.settlement.codec import decode_bill
from terminal.settlement.law import Law
from terminal.settlement.result import Settlement

SUPPLEMENT = Path("examples/supplements/yantai-employee.toml").read_bytes()
OF_OLD = re.split(rb"\n\[\[disease\]\]", SUPPLEMENT)[0]
"""The same values in a file written before diseases could be named."""


def chronic(disease: str = "diabetes") -> Bill:
    """500.00 of a class B disease; 80% of what lies above the line of 300.00 is the pool's (第十三条)."""
    facts = {
        "policy": "yantai-employee",
        "date": "2021-06-30",
        "service": "chronic",
        "provider": {"tier": 3},
        "episode": {"disease": disease, "chronic_class": "B"},
        "items": [{"kind": "drug", "class": "A", "amount": "500.00"}],
    }
    return decode_bill(json.dumps(facts))


def paper_of(settled: Settlement, columns: int) -> str:
    """The receipt's text."""
    moment = dt.datetime(2021, 6, 30, 9, 0, tzinfo=BEIJING)
    head = ReceiptHead("示例三级医院", "S1", "", moment.date(), moment, "007", "张一", "")
    return as_text(settlement_receipt(settled, head), columns)


@pytest.mark.parametrize("columns", [32, 42, 48])
def test_the_paper_names_the_disease_in_chinese(columns: int) -> None:
    """Its yearly limit of 3600.00, of which 160.00 is used now; the id is for programs."""
    paper = paper_of(Law.load([SUPPLEMENT]).settle(chronic()), columns)
    assert paper.partition("病种限额")[2].split()[:4] == ["糖尿病", "3600.00", "剩余", "3440.00"]
    assert max(map(cells, paper.splitlines())) <= columns
    assert "diabetes" not in paper


def test_the_page_names_it_too_and_in_english_by_its_id() -> None:
    """`terminal explain` in both languages."""
    settled = Law.load([SUPPLEMENT]).settle(chronic())
    assert "门诊慢性病 病种限额 糖尿病" in page_of(chronic(), settled, {}, "zh")
    assert "chronic disease limit of diabetes" in page_of(chronic(), settled, {}, "en")


def test_a_supplement_of_old_settles_to_the_same_bytes_but_the_name() -> None:
    """Its paper says the id, as it did; nothing new stands in what the till gets."""
    named, unnamed = (Law.load([text]).settle(chronic()) for text in (SUPPLEMENT, OF_OLD))
    assert "病种限额 diabetes" in paper_of(unnamed, 48)
    assert json.loads(msgspec.json.encode(unnamed.limits[-1], enc_hook=str)).keys() == {"name", "cap", "left"}
    assert named.funds["pool"] == 160_00  # (500 - 300) x 80%
    told = [msgspec.structs.replace(limit, disease_zh="") for limit in named.limits]
    assert msgspec.structs.replace(named, limits=told) == unnamed


def test_a_name_is_only_of_the_disease_that_it_is_given_for() -> None:
    """A disease beside it that has a limit and no name keeps its id."""
    other = SUPPLEMENT.replace(b'id = "diabetes"', b'id = "gout"')
    assert "病种限额 diabetes" in paper_of(Law.load([other]).settle(chronic()), 48)
    assert "病种限额 高血压" in paper_of(Law.load([other]).settle(chronic("hypertension")), 48)


@pytest.mark.parametrize("text", [SUPPLEMENT, OF_OLD], ids=["named", "of old"])
def test_both_come_out_of_the_journal_again_as_they_were_settled(
    text: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """To the same fen and in the same words: the name is read from the file that the journal holds."""
    monkeypatch.setattr(counter_parts, "LAW", Law.load([text]))
    asked = bill(
        "chronic",
        {"amount": "500.00"},
        provider={"id": HOSPITAL},
        episode={"disease": "diabetes", "chronic_class": "B"},
    )
    with Shop(tmp_path, person(1)) as shop:
        shop.settle(asked)
        (paper,) = shop.print_all()
    assert ("病种限额 糖尿病" in paper, "病种限额 diabetes" in paper) == (text == SUPPLEMENT, text == OF_OLD)
    assert audit_command.replayed(tmp_path / "journal.db") == 0
    said = capsys.readouterr().out
    assert "worked out again: 1; all to the same fen" in said
    assert "other words" not in said
