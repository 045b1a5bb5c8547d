"""The account as a purse on the card: read, debited, proved to the center; and every way in which that can go wrong."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from counter_parts import DAY, card, person
from purse_shop import SERIAL, PurseShop, purchase, purse_card

from hw.simulated.script import Step
from terminal.api.queue_words import why_of
from terminal.counter.purse import PurseLimits
from terminal.errors import Conflict, InDoubt, Missing, Refused, TerminalError, Unavailable
from terminal.journal.gauges import gauges_of
from terminal.journal.purse_records import PurseProof
from terminal.queue_command import line_of

SPEND = purchase("36.80")
"""All of it the account's: a drug from the pharmacy (article 6(2)); 100.00 in the purse."""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[PurseShop]:
    with PurseShop(tmp_path) as opened:
        yield opened


def refusal(kind: type[TerminalError], shop: PurseShop, key: str = "again") -> str:
    """The code with which a sale is refused."""
    with pytest.raises(kind) as caught:
        shop.settle(SPEND, key=key)
    return caught.value.code


def torn(shop: PurseShop, step: str = "pull-after") -> tuple[str, str, str]:
    """A sale whose card leaves at 8054: the quote, its hash, and the settlement's number. The key is `torn`."""
    quote = shop.quote(SPEND)
    shop.misbehave(Step(step, ins=0x54))
    with pytest.raises(InDoubt) as caught:
        shop.counter.settle(quote.id, quote.hash, False, "", "torn")
    assert (caught.value.code, caught.value.money_moved, caught.value.retry) == (
        "purse-in-doubt",
        "unknown",
        "same-key",
    )
    (case,) = shop.counter.open_purse_debits()
    return quote.id, quote.hash, case.settlement_id


def test_the_purse_pays_and_proves_it_to_the_center(shop: PurseShop) -> None:
    """36.80 leave the card; the journal has the proof, the center has checked it, and all three say 63.20."""
    told = shop.settle(SPEND)
    assert (told["settlement"]["account"], told["settlement"]["cash"]) == ("36.80", "0.00")
    assert (shop.purse.balance_fen, shop.purse.counter) == (6320, 19)
    record = shop.journal.settlement(told["id"])
    assert record.purse_proof is not None
    assert record.purse_proof.mac2_verified
    shop.upload_all()
    assert shop.journal.settlement(told["id"]).upload_state == "accepted"
    assert shop.center_balance() == 6320
    assert shop.counter.close_day(DAY).state == "sealed"
    assert shop.journal.verify() == []


def test_the_bill_is_split_on_what_the_card_holds(tmp_path: Path) -> None:
    """The card holds 20.00 while the center still counts 100.00: the account pays 20.00, the rest is cash."""
    with PurseShop(tmp_path) as shop:
        shop.card.memory.write(balance_fen=2000)
        known = shop.counter.identify_card()
        assert known.person.account.balance == 2000
        told = shop.settle(SPEND, known)
        assert (told["settlement"]["account"], told["settlement"]["cash"]) == ("20.00", "16.80")
        shop.upload_all()
        assert shop.journal.counts() == {"accepted": 1}
        assert shop.center_balance() == 8000


def test_a_purse_that_pays_nothing_is_not_debited(shop: PurseShop) -> None:
    """A vaccine is not the account's to pay (article 6): no debit, no proof, and the center takes it so."""
    vaccine = msgspec.structs.replace(SPEND.items[0], kind="vaccine")
    told = shop.settle(msgspec.structs.replace(SPEND, items=[vaccine]))
    assert (told["settlement"]["account"], shop.purse.counter) == ("0.00", 18)
    shop.upload_all()
    assert shop.journal.counts() == {"accepted": 1}


def test_the_debit_is_durable_before_the_card_is_told(shop: PurseShop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second reader of the file finds it, whole, at the moment when the card gets 8054."""
    found = []
    transmit = shop.card.transmit

    def watched(command: bytes) -> bytes:
        if command[1] == 0x54:
            reader = sqlite3.connect(f"file:{shop.journal.path}?mode=ro", uri=True)
            found.extend(reader.execute("SELECT s.state, d.amount, d.closed_by FROM debits d, settlements s"))
            reader.close()
        return transmit(command)

    monkeypatch.setattr(shop.card, "transmit", watched)
    shop.settle(SPEND)
    assert found == [("debiting", 3680, None)]


def test_a_card_that_left_after_paying_answers_when_it_is_back(shop: PurseShop) -> None:
    """In doubt, over a restart too, until the same card is in; then the same key gets the answer, once."""
    quote_id, quote_hash, number = torn(shop)
    shop.reader.remove()
    shop.reopen()
    assert shop.recovered.unresolved == [number]
    with pytest.raises(InDoubt):
        shop.counter.settle(quote_id, quote_hash, False, "", "torn")
    shop.reader.insert(card(1))
    with pytest.raises(InDoubt):
        shop.counter.settle(quote_id, quote_hash, False, "", "torn")
    shop.reinsert()
    answer = shop.counter.settle(quote_id, quote_hash, False, "", "torn")
    assert answer == shop.counter.settle(quote_id, quote_hash, False, "", "torn")
    assert msgspec.json.decode(answer)["id"] == number
    assert (shop.purse.balance_fen, shop.counter.open_purse_debits()) == (6320, [])
    shop.counter.sign_in("007")
    shop.upload_all()
    assert (shop.journal.counts(), shop.center_balance()) == ({"accepted": 1}, 6320)
    with pytest.raises(Conflict) as reused:
        shop.counter.settle(quote_id, quote_hash, True, "", "torn")
    assert reused.value.code == "key-reused"


def test_a_payment_that_cannot_be_written_down_stays_in_doubt_at_every_repeat(
    shop: PurseShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The card has paid, the disk fails: nobody hears that nothing was changed; its card answers when all is well."""
    quote = shop.quote(SPEND)

    def full(*arguments: object) -> None:
        raise Unavailable("journal-unwritable", "nothing was changed", "未作任何改动", "journal")

    with monkeypatch.context() as disk:
        disk.setattr(type(shop.journal), "commit_debit", full)
        for _ in range(2):
            with pytest.raises(InDoubt) as doubt:
                shop.counter.settle(quote.id, quote.hash, False, "", "k1")
            assert (doubt.value.code, doubt.value.money_moved) == ("purse-in-doubt", "unknown")
            assert "nothing was changed" not in doubt.value.message
    shop.counter.settle(quote.id, quote.hash, False, "", "k1")
    assert (shop.purse.balance_fen, shop.counter.open_purse_debits()) == (6320, [])


def test_a_card_that_left_before_paying_is_free_again(shop: PurseShop) -> None:
    """Abandoned when it is identified the next time; the next sale is the first that it pays."""
    _, _, number = torn(shop, "pull-before")
    shop.reinsert()
    told = shop.settle(SPEND, key="torn")
    assert shop.journal.settlement(number).state == "abandoned"
    assert (told["id"] != number, shop.purse.balance_fen) == (True, 6320)
    shop.upload_all()
    assert (shop.journal.counts(), shop.center_balance()) == ({"accepted": 1}, 6320)
    assert shop.counter.close_day(DAY).state == "sealed"


def test_day_end_lists_a_debit_in_doubt_and_waits(shop: PurseShop) -> None:
    """Frozen, not sealed, with the reason; sales go on; with the card back it is sealed."""
    _, _, number = torn(shop)
    report = shop.counter.close_day(DAY)
    assert report.state == "frozen"
    (matter,) = report.open_matters
    assert (matter.settlement_id, matter.upload_state) == (number, "debiting")
    assert "card" in matter.reason
    assert [job.document for job in shop.journal.print_queue()] == ["day"]
    assert "36.80" not in shop.print_all()[0], "nothing in doubt is in the drawer's sums"
    shop.reinsert()
    assert shop.counter.ask_purse() == []
    assert shop.journal.settlement(number).state == "committed"
    assert shop.counter.close_day(DAY).state == "sealed"


def test_a_psam_that_left_does_not_leave_the_patient_waiting(shop: PurseShop) -> None:
    """The card has paid, the PSAM cannot say so: the card is asked at once, and its own record settles it."""
    shop.psam.script.steps.append(Step("pull-before", ins=0x72))
    told = shop.settle(SPEND)
    record = shop.journal.settlement(told["id"])
    assert record.purse_proof is not None
    assert (record.purse_proof.mac2_verified, shop.purse.balance_fen) == (False, 6320)
    shop.upload_all()
    assert shop.journal.counts() == {"accepted": 1}


def test_a_card_that_contradicts_itself_is_a_case_for_people(shop: PurseShop) -> None:
    """Its balance grew by the debit: no sale with it, no sealed day, until an operator's decision, journalled."""
    shop.purse.grows = True
    assert refusal(InDoubt, shop, "torn") == "purse-in-doubt"
    (case,) = shop.counter.open_purse_debits()
    assert (case.trouble, case.patient, case.card, case.amount_fen) == ("contradiction", "熊秋水", "0001", 3680)
    assert refusal(Conflict, shop) == "purse-in-doubt"
    assert shop.counter.close_day(DAY).open_matters[0].reason == "contradiction"
    decided = shop.counter.decide_purse(case.settlement_id, "not-debited", "持卡人与经办机构确认未扣款")
    assert decided.state == "abandoned"
    assert shop.counter.close_day(DAY).state == "sealed"
    body = [bytes(row[0]).decode() for row in shop.journal._connection.execute("SELECT body FROM entries")]
    assert any('"not-debited"' in one and '"007"' in one and "持卡人" in one for one in body)
    assert shop.journal.verify() == []


def test_a_card_that_contradicted_itself_is_not_believed_later(shop: PurseShop) -> None:
    """It comes back and says that it has never paid, as a copy from before would: the case stays for people."""
    shop.purse.grows = True
    assert refusal(InDoubt, shop, "torn") == "purse-in-doubt"
    shop.reader.insert(purse_card())
    (case,) = shop.counter.ask_purse()
    assert case.trouble == "contradiction"
    decided = shop.counter.decide_purse(case.settlement_id, "debited", "持卡人与经办机构确认已扣款")
    assert decided.state == "committed"


def test_the_card_has_the_better_word_than_the_operator(shop: PurseShop) -> None:
    """Decided as not debited while the right card is in the reader: it says that it has paid, and that holds."""
    _, _, number = torn(shop)
    shop.reinsert()
    assert shop.counter.decide_purse(number, "not-debited", "手工").state == "committed"


def test_a_decision_is_about_its_own_debit_whatever_card_is_in(shop: PurseShop) -> None:
    """Two debits are open, and the card of one is back: the other is decided all the same, and the first can wait."""
    _, _, number = torn(shop)
    record = shop.journal.settlement(number)
    assert record.purse is not None
    assert record.purse.debit is not None
    another = msgspec.structs.replace(record.purse.card, serial="00008660220608000002", identification_code="F" * 32)
    debit = msgspec.structs.replace(record.purse.debit, card=another)
    purse = msgspec.structs.replace(record.purse, card=another, debit=debit)
    other = msgspec.structs.replace(record, id=shop.journal.next_settlement_number(DAY), purse=purse)
    shop.journal.open_debit(other, "M" * 30, "another-key", "0" * 64)
    shop.reinsert()
    assert shop.counter.decide_purse(other.id, "not-debited", "持卡人已离开").state == "abandoned"
    assert [case.settlement_id for case in shop.counter.open_purse_debits()] == [number]


def test_a_card_that_never_comes_back_does_not_hold_the_day_for_ever(shop: PurseShop) -> None:
    """Decided as debited: the settlement counts, but without the card's proof the center does not pay, and says why."""
    _, _, number = torn(shop)
    shop.reader.remove()
    assert shop.counter.decide_purse(number, "debited", "持卡人已离开，按已扣款处理").state == "committed"
    shop.upload_all()
    (message,) = shop.journal.queue()
    assert message.state == "refused"
    assert "purse.tac: missing" in message.reason
    assert shop.center_balance() == 10000


def test_what_the_card_paid_and_the_center_refuses_waits_for_the_office(shop: PurseShop) -> None:
    """The advice says that the card has paid; taken back, the day is sealed and names it; the debit and its proof stay
    listed until an operator says that the office has settled it, once.
    """
    shop.center.faults.inject("refuse", infno="2102")
    number = shop.settle(SPEND)["id"]
    shop.upload_all()
    report = shop.counter.close_day(DAY)
    assert [(one.cause, one.action) for one in report.differences] == [("refused", "void-here")]
    (matter,) = report.open_matters
    for words in (report.differences[0].text_zh, matter.reason_zh, why_of(shop.journal.queue()[0], True)[1]):
        assert "卡内已扣款" in words
        assert "再次扣卡" in words
    shop.counter.repair(DAY, report.differences[0].id)
    sealed = shop.counter.close_day(DAY)
    assert (sealed.state, [(one.cause, one.settlement_id) for one in sealed.differences]) == (
        "sealed",
        [("card-paid", number)],
    )
    (waiting,) = shop.counter.refused_debits()
    assert line_of(shop.journal.progress(shop.clock.now())) == (
        "无待上传 nothing waits；卡内已扣款、中心不入账 1 笔 1 card debits refused"
    )
    assert gauges_of(shop.journal.path, DAY).stuck == {"uploads": 0, "goods": 0, "visits": 0, "card-debits": 1}
    proof = shop.journal.settlement(number).purse_proof
    assert proof is not None
    assert (waiting.settlement_id, waiting.taken_back, waiting.debit.amount_fen) == (number, True, 3680)
    assert (waiting.serial, waiting.proof.tac) == (SERIAL, proof.tac)
    assert len(proof.tac) == 8
    shop.counter.confirm_refused_debit(number)
    assert shop.counter.refused_debits() == []
    assert shop.journal.progress(shop.clock.now()).debits_refused == 0
    assert (f"card-paid:{number}", "none", "007") in shop.journal.repairs_of(DAY)
    with pytest.raises(Missing) as refused:
        shop.counter.confirm_refused_debit(number)
    assert refused.value.code == "no-such-debit"
    assert shop.journal.verify() == []


def test_what_the_center_takes_in_waits_for_no_office(shop: PurseShop) -> None:
    """A sale from the card that is booked, taken back or not, is not listed and cannot be confirmed."""
    number = shop.settle(SPEND)["id"]
    shop.upload_all()
    shop.void(number)
    shop.upload_all()
    assert shop.counter.refused_debits() == []
    with pytest.raises(Missing):
        shop.counter.confirm_refused_debit(number)


def test_a_card_used_elsewhere_meanwhile_still_shows_that_it_paid(shop: PurseShop) -> None:
    """Its log still has the debit, its proof is another's by now: settled here, and the center wants to see the log."""
    _, _, number = torn(shop)
    with PurseShop(shop.folder / "elsewhere") as other:
        other.card, other.reader._card = shop.card, shop.card
        shop.misbehave()
        other.settle(purchase("5.00"))
    shop.reinsert()
    assert shop.counter.ask_purse() == []
    assert shop.journal.settlement(number).purse_proof == PurseProof(tac="")
    shop.upload_all()
    assert "purse.tac: missing" in shop.journal.queue()[0].reason


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (PurseLimits(bill_fen_max=3679), "purse-bill-limit"),
        (PurseLimits(day_fen_max=5000), "purse-day-limit"),
    ],
)
def test_a_limit_refuses_by_name_before_anything_begins(tmp_path: Path, limits: PurseLimits, code: str) -> None:
    """One bill above 36.79; a second one of a day that may take 50.00. The card and the PSAM are not used up."""
    with PurseShop(tmp_path, purse_limits=limits) as shop:
        if code == "purse-day-limit":
            shop.settle(SPEND)
        before = (shop.purse.balance_fen, shop.psam_inside.terminal_counter, shop.journal.last(9))
        assert refusal(Refused, shop) == code
        assert (shop.purse.balance_fen, shop.psam_inside.terminal_counter, shop.journal.last(9)) == before


def test_a_card_used_since_the_quote_is_quoted_again(shop: PurseShop) -> None:
    """The purse holds less than the quote said: nothing is debited, the patient is asked again."""
    quote = shop.quote(SPEND)
    shop.card.memory.write(balance_fen=3000)
    with pytest.raises(Conflict) as caught:
        shop.counter.settle(quote.id, quote.hash, False, "", "k")
    assert (caught.value.code, shop.purse.balance_fen, shop.journal.entry_count()) == ("quote-changed", 3000, 0)


def test_another_card_pays_nothing(shop: PurseShop) -> None:
    """A card swapped after the quote, with a purse of its own, is refused and keeps its money."""
    quote = shop.quote(SPEND)
    other = purse_card(serial="00008660220608000099")
    other.replace_record(5, 1, bytes.fromhex("0110360100D1560000052206080000099999"))
    shop.reader.insert(other)
    with pytest.raises(Conflict) as caught:
        shop.counter.settle(quote.id, quote.hash, False, "", "k")
    assert (caught.value.code, other.memory.get("balance_fen", 10000)) == ("card-swapped", 10000)


def test_without_a_psam_the_account_cannot_be_used(tmp_path: Path) -> None:
    """None configured, none in its slot, and that of another bureau, whose code the card refuses."""
    shop = PurseShop(tmp_path / "none")
    shop.purse_terminal = None
    with shop:
        assert refusal(Unavailable, shop) == "no-psam"
    with PurseShop(tmp_path / "empty") as shop:
        shop.psam_slot.remove()
        assert refusal(Unavailable, shop) == "no-psam"
    with PurseShop(tmp_path / "other") as shop:
        shop.psam_inside._master_key = bytes(16)
        assert refusal(Refused, shop) == "not-debited"
        assert (shop.purse.balance_fen, shop.counter.open_purse_debits()) == (10000, [])


def test_a_void_gives_the_account_back_at_the_bureau(shop: PurseShop) -> None:
    """Only the bureau's keys load a purse: the card keeps 63.20, the bureau owes 36.80, and paper and answer say so."""
    number = shop.settle(SPEND)["id"]
    taken_back = shop.void(number)
    assert (taken_back["account_refund"], shop.purse.balance_fen) == ("bureau", 6320)
    shop.upload_all()
    assert (shop.journal.counts(), shop.center_balance()) == ({"accepted": 2}, 10000)
    paper = shop.print_all()[1]
    assert "个人账户待退" in paper
    assert "医保经办机构" in paper
    shop.settle(SPEND)
    shop.upload_all()
    assert (shop.journal.counts(), shop.purse.balance_fen) == ({"accepted": 3}, 2640)


def test_accounts_elsewhere_are_left_as_they_were(tmp_path: Path) -> None:
    """A person whose law keeps the account at the center settles without a purse, on the same terminal."""
    with PurseShop(tmp_path, person(1)) as shop:
        shop.reader.insert(card(1))
        told = shop.settle(SPEND)
        assert shop.journal.settlement(told["id"]).purse is None
        assert "account_refund" not in shop.void(told["id"])


def test_online_the_center_is_asked_before_the_card(tmp_path: Path) -> None:
    """It says yes to the split, the card pays, the booking follows with the proof; a no or a silence costs nothing."""
    with PurseShop(tmp_path, mode="online") as shop:
        told = shop.settle(SPEND)
        assert (told["upload"], shop.purse.balance_fen) == ("queued", 6320)
        shop.upload_all()
        assert (shop.journal.counts(), shop.center_balance()) == ({"accepted": 1}, 6320)
        quote = shop.quote(SPEND)
        shop.center.down()
        with pytest.raises(Unavailable):
            shop.counter.settle(quote.id, quote.hash, False, "", "k")
        shop.center.up()
        shop.books.close_day("P37060200001", DAY)
        known = shop.books.person("36010200000001")
        assert known is not None
        shop.books.keep_person(msgspec.structs.replace(known, purse_serial=""))
        with pytest.raises(Refused) as caught:
            shop.counter.settle(quote.id, quote.hash, False, "", "k")
        assert "purse.serial" in caught.value.message
        assert (shop.purse.balance_fen, shop.counter.open_purse_debits()) == (6320, [])
