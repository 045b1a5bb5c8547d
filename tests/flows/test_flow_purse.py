"""The bureau's side of the purse: each proof is checked and paid once; missing and double counters are listed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from terminal.bureau.purse import PurseFinding, findings
from terminal.bureau.purse_codes import TRAINING_TAC_MASTER_KEY, transaction_code
from terminal.center.answers import Accepted, Outcome, Rejected
from terminal.center.extension import DebitExtension
from terminal.journal.records import SettlementRecord
from terminal.money import Fen

SERIAL = "00008660220608000001"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Any]:
    """One shop at the training purse."""
    from purse_shop import PurseShop

    with PurseShop(tmp_path) as opened:
        yield opened


def paid(shop: Any, *amounts: str) -> SettlementRecord:
    """A sale that the purse has paid and the center has not seen."""
    from purse_shop import purchase

    record: SettlementRecord = shop.journal.settlement(shop.settle(purchase(*amounts))["id"])
    return record


def sent(shop: Any, record: SettlementRecord) -> Outcome:
    """What the center says to this record, under a message of its own."""
    outcome: Outcome = shop.desk.send(
        record, None, shop.desk.new_message_id(record.provider_id), "settle", lambda _: None
    )
    return outcome


def with_debit(record: SettlementRecord, **changes: Any) -> SettlementRecord:
    """The record with something else said of its debit."""
    assert record.purse is not None
    assert record.purse.debit is not None
    debit = msgspec.structs.replace(record.purse.debit, **changes)
    return msgspec.structs.replace(record, purse=msgspec.structs.replace(record.purse, debit=debit))


def test_the_bureau_works_out_the_same_proof_as_the_standard() -> None:
    """The worked example of JR/T 0025 with the training masters: TAC 9E6BE3A7."""
    debit = DebitExtension(
        amount=Fen(3680),
        counter=0x13,
        terminal_number="130000000001",
        terminal_counter=0xA07,
        transaction_type=6,
        moment="20240115103000",
        tac="",
    )
    assert transaction_code(TRAINING_TAC_MASTER_KEY, "00008660110816000001", debit) == "9E6BE3A7"


def test_a_wrong_proof_is_not_paid(shop: Any) -> None:
    """Another code, another time, another amount, another card: refused by name, and the books do not move."""
    record = paid(shop, "36.80")
    assert record.purse_proof is not None
    assert record.purse is not None
    forged = msgspec.structs.replace(record, purse_proof=msgspec.structs.replace(record.purse_proof, tac="DEADBEEF"))
    card = msgspec.structs.replace(record.purse.card, serial="00008660220608000002")
    foreign = msgspec.structs.replace(record, purse=msgspec.structs.replace(record.purse, card=card))
    for wrong, reason in (
        (forged, "purse.tac: wrong"),
        (with_debit(record, moment="20210630090001"), "purse.tac: wrong"),
        (with_debit(record, amount_fen=3679), "purse.amount: center 36.80, card 36.79"),
        (with_debit(record, terminal_number="no number"), "purse.debit.terminal_number"),
        (foreign, "purse.serial: not the card of this person"),
        (msgspec.structs.replace(record, purse=None), "the account lies on the card"),
        (msgspec.structs.replace(record, purse_proof=None), "purse.debit: the account's share was not debited"),
    ):
        outcome = sent(shop, wrong)
        assert isinstance(outcome, Rejected)
        assert reason in outcome.reason
    assert (shop.center_balance(), shop.books.settlements()) == (10000, [])
    assert isinstance(sent(shop, record), Accepted)


def test_a_proof_is_paid_out_once(shop: Any) -> None:
    """The same debit under a second message is refused; after a reversal of the first it may come again."""
    record = paid(shop, "36.80")
    first = shop.desk.new_message_id(record.provider_id)
    assert isinstance(shop.desk.send(record, None, first, "settle", lambda _: None), Accepted)
    again = sent(shop, record)
    assert isinstance(again, Rejected)
    assert "paid out before" in again.reason
    shop.desk.reverse(record.provider_id, "007", record.person_number, first, "2102", lambda request: None)
    assert isinstance(sent(shop, record), Accepted)
    assert shop.center_balance() == 6320


def test_debits_may_arrive_in_any_order_and_gaps_are_listed(shop: Any) -> None:
    """Another till's earlier debit comes days later: until then the auditor sees what is missing, and no more then."""
    first, second, third = paid(shop, "10.00"), paid(shop, "20.00"), paid(shop, "5.00")
    assert isinstance(sent(shop, first), Accepted)
    assert isinstance(sent(shop, third), Accepted)
    (gap,) = findings(shop.books.storage)
    assert (gap.kind, gap.purse, gap.first, gap.last, len(gap.settlements)) == ("missing", SERIAL, 20, 20, 2)
    assert isinstance(sent(shop, second), Accepted)
    assert findings(shop.books.storage) == []
    assert shop.center_balance() == shop.purse.balance_fen == 6500


def test_a_counter_that_stands_twice_is_listed(shop: Any) -> None:
    """The proof does not cover the card's counter: two proved debits under one are for the auditor to look at."""
    first, second = paid(shop, "10.00"), paid(shop, "20.00")
    assert isinstance(sent(shop, first), Accepted)
    assert isinstance(sent(shop, with_debit(second, counter=18)), Accepted)
    numbers = tuple(booked.settlement_id for booked, _ in shop.books.settlements())
    assert findings(shop.books.storage) == [PurseFinding("duplicate", SERIAL, 19, 19, numbers)]
    page = httpx.get(f"http://127.0.0.1:{shop.center.port}/purses", trust_env=False).text
    assert "重号 duplicate" in page
    assert all(number in page for number in numbers)
    assert SERIAL not in page


def test_a_card_cannot_hold_more_than_was_loaded(shop: Any) -> None:
    """A purse that shows 100.00 more than the bureau ever put on it is refused before its proof is looked at."""
    shop.card.memory.write(balance_fen=20000)
    outcome = sent(shop, paid(shop, "36.80"))
    assert isinstance(outcome, Rejected)
    assert "purse.balance: center 100.00, card 200.00" in outcome.reason
