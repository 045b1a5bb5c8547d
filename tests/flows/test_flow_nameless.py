"""A center that names the patient in the middle of a sentence: the journal keeps the sentence without the name."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from at_the_center import answer_between
from counter_parts import Shop, purchase

from terminal.errors import Refused

REFUSAL = "医保账户（{}）已封存"
PAGE = "<html>尊敬的{}您好，系统繁忙</html>"


def kept(shop: Shop) -> list[tuple[str, str]]:
    """Reason and answer of each message that the journal keeps, in the file itself."""
    with closing(sqlite3.connect(shop.folder / "journal.db")) as file:
        rows = file.execute("SELECT reason, answer FROM outbox").fetchall()
    return [(reason, (answer or b"").decode()) for reason, answer in rows]


def refusal(name: str) -> bytes:
    """The center's no, with the patient's name where nothing announces it."""
    return msgspec.json.encode({"infcode": -1, "err_msg": REFUSAL.format(name), "output": None})


@pytest.mark.parametrize("sales", [1, 3])
def test_a_refused_upload_is_kept_without_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sales: int) -> None:
    """Local mode, one message and a batch of them: what is kept says why, and not of whom."""
    with Shop(tmp_path) as shop:
        name = shop.journal.settlement(shop.settle(purchase("20.00"))["id"]).bill.patient.name
        for _ in range(sales - 1):
            shop.settle(purchase("20.00"))
        answer_between(monkeypatch, shop, lambda body: refusal(name) if b'"infno":"2102"' in body else None)
        shop.upload_all()
        found = kept(shop)
    assert len(found) == sales
    assert {reason for reason, _ in found} == {REFUSAL.format("…")}
    assert name not in str(found)


def test_a_page_in_doubt_is_kept_without_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Local mode: nobody understood it, and it is kept for the operator; who was served is not in it."""
    with Shop(tmp_path) as shop:
        name = shop.journal.settlement(shop.settle(purchase("20.00"))["id"]).bill.patient.name
        page = PAGE.format(name).encode()
        answer_between(monkeypatch, shop, lambda body: page if b'"infno":"2102"' in body else None)
        shop.upload_all()
        assert PAGE.format("…") in [answer for _, answer in kept(shop)]
        assert name not in str(kept(shop))


def test_an_online_no_is_told_without_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The till hears why, and what it hears may go into its log."""
    with Shop(tmp_path, mode="online") as shop:
        name = shop.quote(purchase("20.00")).bill.patient.name
        answer_between(monkeypatch, shop, lambda body: refusal(name) if b'"infno":"2102"' in body else None)
        with pytest.raises(Refused) as refused:
            shop.settle(purchase("20.00"))
    assert str(refused.value).endswith(REFUSAL.format("…"))
    assert REFUSAL.format("…") in refused.value.message_zh
