"""The debit of a purse together with the PSAM, through the real PC/SC service and through its twin alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from purse_parts import MOMENT, driver_on, inside_of, psam, purse_card, purse_of, renew

from hw.cards.purse import PurseDriver
from hw.ports import DeviceError, Health, Pin, PinError
from hw.purse_port import DebitIntent, DebitOutcome, DebitState
from hw.simulated.card_system import CardSystem
from hw.simulated.script import Script, Step
from hw.simulated.social_card import VirtualCard

if TYPE_CHECKING:
    from conftest import Bench


def debit(driver: PurseDriver, amount_fen: int = 3680) -> tuple[DebitIntent, DebitOutcome]:
    with driver.session() as purse:
        intent = purse.prepare_debit(amount_fen, MOMENT)
        return intent, purse.debit(intent)


def refusal(driver: PurseDriver, amount_fen: int = 3680) -> str:
    with pytest.raises(DeviceError) as caught:
        debit(driver, amount_fen)
    assert "debited" in caught.value.message or caught.value.code in ("card-swapped", "no-purse", "foreign-card")
    return caught.value.code


def test_a_debit_takes_the_amount_and_gives_a_code_for_the_bureau(bench: Bench, fields: dict[str, Any]) -> None:
    """36.80 of 100.00: MAC1 and TAC as in the worked example, nine commands to the card and five to the PSAM."""
    card, module = purse_card(fields), psam()
    bench.insert(card)
    bench.insert_psam(module)
    driver = driver_on(bench)
    with driver.session() as purse:
        assert (purse.card.serial, purse.card.issuer) == ("00008660110816000001", "1101001101000000")
        assert purse.card.identification_code == fields["identification_code"]
        intent = purse.prepare_debit(3680, MOMENT)
        assert (intent.balance_before_fen, intent.counter, intent.terminal_counter) == (10000, 0x12, 0xA07)
        assert (intent.terminal_number, intent.mac1) == ("130000000001", "0D4F5420")
        assert (intent.moment, intent.transaction_type) == ("20240115103000", 6)
        assert purse_of(card).balance_fen == 10000, "nothing moves before the intent can be kept"
        outcome = purse.debit(intent)
        assert purse.apdu_count == 9 + 5
        (entry,) = purse.log()
    assert (outcome.state, outcome.balance_after_fen) == (DebitState.DONE, 6320)
    assert outcome.proof is not None
    assert (outcome.proof.tac, outcome.proof.mac2, outcome.proof.mac2_verified) == ("9E6BE3A7", "8B285D70", True)
    assert (entry.counter, entry.amount_fen, entry.terminal_number) == (0x13, 3680, "130000000001")
    assert (purse_of(card).balance_fen, purse_of(card).counter) == (6320, 0x13)


def test_the_proof_can_be_asked_for_afterwards(bench: Bench, fields: dict[str, Any]) -> None:
    """The card's own record says the same as the debit did, without PIN and without PSAM, in four commands more."""
    bench.insert(purse_card(fields))
    bench.insert_psam(psam())
    intent, outcome = debit(driver_on(bench))
    bench.remove_psam()
    with driver_on(bench).session(intent.card) as purse:
        asked = purse.ask_proof(intent)
        assert purse.apdu_count == 4 + 4
    assert (asked.state, asked.balance_after_fen) == (DebitState.DONE, 6320)
    assert asked.proof is not None
    assert outcome.proof is not None
    assert (asked.proof.tac, asked.proof.mac2) == (outcome.proof.tac, outcome.proof.mac2)
    assert not asked.proof.mac2_verified


def test_an_intent_that_was_never_told_is_not_done(bench: Bench, fields: dict[str, Any]) -> None:
    """The program ended between the intent and the debit: the card says that nothing happened."""
    bench.insert(purse_card(fields))
    bench.insert_psam(psam())
    with driver_on(bench).session() as purse:
        intent = purse.prepare_debit(3680, MOMENT)
    with driver_on(bench).session(intent.card) as purse:
        assert purse.ask_proof(intent).state is DebitState.NOT_DONE


def test_another_card_never_answers_for_the_first(bench: Bench, fields: dict[str, Any]) -> None:
    """Neither for its debit nor for its proof, though it has the same ATR."""
    bench.insert(purse_card(fields))
    bench.insert_psam(psam())
    identified = bench.reader.read_card()
    intent, _ = debit(driver_on(bench))
    other = purse_card(fields | {"identification_code": "110110D1560000051108160000020A0C"}, serial="0" * 19 + "2")
    bench.insert(other)
    for expected in (identified, intent.card):
        with pytest.raises(DeviceError) as caught, driver_on(bench).session(expected):
            pytest.fail("a session with another card")
        assert caught.value.code == "card-swapped"
    with driver_on(bench).session() as purse, pytest.raises(DeviceError) as caught:
        purse.ask_proof(intent)
    assert caught.value.code == "card-swapped"
    assert purse_of(other).balance_fen == 10000


def test_what_the_purse_cannot_give_is_refused(bench: Bench, fields: dict[str, Any]) -> None:
    """Too little in it, its counter at the end, its key unknown, locked: said so, nothing debited."""
    bench.insert_psam(psam())
    driver = driver_on(bench)
    for card, code in (
        (purse_card(fields, balance_fen=3679), "purse-insufficient"),
        (purse_card(fields, counter=0xFFFF), "purse-locked"),
        (purse_card(fields, key_index=2), "purse-refused"),
        (VirtualCard.from_fields(fields), "no-purse"),
        (VirtualCard.foreign(), "foreign-card"),
    ):
        bench.insert(card)
        assert refusal(driver) == code
    locked = purse_card(fields)
    locked.applications[1].blocked = True
    bench.insert(locked)
    assert refusal(driver) == "purse-locked"


def test_without_the_right_psam_nothing_is_debited(bench: Bench, fields: dict[str, Any]) -> None:
    """Absent, of another scheme, locked, of another bureau: the card's money stays."""
    card = purse_card(fields)
    bench.insert(card)
    driver = driver_on(bench)
    assert refusal(driver) == "no-psam"
    assert driver.state().health is Health.FAULT
    bench.insert_psam(VirtualCard.foreign())
    assert refusal(driver) == "psam-foreign"
    bench.insert_psam(psam(application="A00000033390"))
    assert refusal(driver) == "psam-foreign"
    module = psam()
    module.memory.write(code_tries_left=0)
    bench.insert_psam(module)
    assert refusal(driver) == "psam-locked"
    bench.insert_psam(psam(purchase_master_key="00" * 16))
    _, outcome = debit(driver)
    assert (outcome.state, outcome.reason, outcome.detail) == (DebitState.NOT_DONE, "refused", "8054 9302")
    assert purse_of(card).balance_fen == 10000


def test_a_refusal_is_checked_against_the_card(bench: Bench, fields: dict[str, Any]) -> None:
    """A status word is not believed: a card that debits and says "refused" has debited, and one that does not has
    not."""
    card = purse_card(fields)
    bench.insert(card)
    bench.insert_psam(psam())
    for status in ("6581", "6985", "9302", "6F00", "6C08"):
        renew(card, Step("status", ins=0x54, value=status))
        assert debit(driver_on(bench))[1].state is DebitState.NOT_DONE
        assert purse_of(card).balance_fen == 10000
        renew(card, Step("status-after", ins=0x54, value=status))
        outcome = debit(driver_on(bench))[1]
        assert (outcome.state, outcome.balance_after_fen) == (DebitState.DONE, 6320)
        assert outcome.proof is not None
        assert outcome.proof.mac2_verified


def test_a_card_that_cannot_prove_itself_is_in_doubt(bench: Bench, fields: dict[str, Any]) -> None:
    """A wrong MAC2, or a balance that grows by a debit: never "paid"."""
    bench.insert_psam(module := psam())
    forged = purse_card(fields)
    forged.script = Script([Step("wrong-mac", ins=0x54)])
    bench.insert(forged)
    outcome = debit(driver_on(bench))[1]
    assert (outcome.state, outcome.reason) == (DebitState.UNKNOWN, "mac2-wrong")
    assert inside_of(module).tries_left == 2
    growing = purse_card(fields)
    purse_of(growing).grows = True
    bench.insert(growing)
    intent, outcome = debit(driver_on(bench))
    assert (outcome.state, outcome.reason) == (DebitState.UNKNOWN, "contradiction")
    with driver_on(bench).session(intent.card) as purse:
        assert purse.ask_proof(intent).reason == "contradiction"


def test_a_slow_card_and_a_card_that_splits_its_answers_are_debited(bench: Bench, fields: dict[str, Any]) -> None:
    """61xx and 6Cxx wherever the card likes, and half a second for a debit."""
    card = purse_card(fields)
    bench.insert(card)
    bench.insert_psam(psam())
    for step in (
        Step("slow", ins=0x54, value="500"),
        Step("more", ins=0xB2),
        Step("more", ins=0x5C),
        Step("wrong-length", ins=0xB2, once=True),
        Step("wrong-length", ins=0xB0, once=True),
        Step("wrong-length", ins=0xC0, once=True),
        Step("wrong-length", ins=0x5C, once=True),
    ):
        renew(card, step)
        assert debit(driver_on(bench))[1].state is DebitState.DONE, step


def test_damaged_answers_are_refused_before_money_moves(bench: Bench, fields: dict[str, Any]) -> None:
    """Truncated, too long, or without a status word: an error of the driver, and the balance stays."""
    card = purse_card(fields)
    bench.insert(card)
    bench.insert_psam(psam())
    for ins in (0xB0, 0x50):
        for answer in ("9000", "AA9000", "00" * 40 + "9000", "90"):
            renew(card, Step("answer", ins=ins, value=answer))
            with pytest.raises(DeviceError):
                debit(driver_on(bench))
            assert purse_of(card).balance_fen == 10000


def test_a_card_used_elsewhere_meanwhile_is_understood(bench: Bench, fields: dict[str, Any]) -> None:
    """The lost debit is found in the log behind later ones; a counter that another debit used up proves the loss."""
    card, first, second = purse_card(fields), psam(), psam(terminal_number="130000000002", terminal_counter=7)
    bench.insert(card)
    bench.insert_psam(first)
    lost, _ = debit(driver_on(bench), 100)
    bench.insert_psam(second)
    debit(driver_on(bench), 200)
    with driver_on(bench).session() as purse:
        outcome = purse.ask_proof(lost)
    assert outcome.state is DebitState.DONE
    assert outcome.proof is not None
    assert outcome.proof.tac == "", "the card keeps the proof of its latest debit only"
    with driver_on(bench).session() as purse:
        never = purse.prepare_debit(300, MOMENT)
    bench.insert_psam(first)
    debit(driver_on(bench), 400)
    with driver_on(bench).session() as purse:
        assert purse.ask_proof(never).state is DebitState.NOT_DONE
    for _ in range(10):
        debit(driver_on(bench), 1)
    with driver_on(bench).session() as purse:
        outcome = purse.ask_proof(never)
    assert (outcome.state, outcome.reason) == (DebitState.UNKNOWN, "used-elsewhere")


def test_an_intent_is_told_once(bench: Bench, fields: dict[str, Any]) -> None:
    """Not twice, not in another session, and never one that this session did not prepare last."""
    card = purse_card(fields)
    bench.insert(card)
    bench.insert_psam(psam())
    with driver_on(bench).session() as purse:
        older = purse.prepare_debit(1, MOMENT)
        intent = purse.prepare_debit(2, MOMENT)
        with pytest.raises(ValueError, match="once"):
            purse.debit(older)
        assert purse.debit(intent).state is DebitState.DONE
        with pytest.raises(ValueError, match="once"):
            purse.debit(intent)
        for amount_fen in (0, -1, 2**32):
            with pytest.raises(ValueError, match="fen"):
                purse.prepare_debit(amount_fen, MOMENT)
    assert purse_of(card).balance_fen == 9998


def test_a_deposit_asks_for_the_pin(bench: Bench, fields: dict[str, Any]) -> None:
    """An ED purse is debited only after the PIN; the digits are gone afterwards, right or wrong."""
    bench.insert(purse_card(fields, kind=1))
    bench.insert_psam(psam())
    driver = driver_on(bench, "pboc-deposit")
    assert refusal_with_pin_needed(driver)
    with driver.session() as purse:
        wrong = Pin(bytearray(b"111111"))
        with pytest.raises(PinError) as caught:
            purse.verify_pin(wrong)
        assert (caught.value.code, caught.value.tries_left) == ("pin-wrong", 2)
        right = Pin(bytearray(b"314159"))
        purse.verify_pin(right)
        assert wrong.digits == right.digits == bytearray(6)
        intent = purse.prepare_debit(3680, MOMENT)
        assert intent.transaction_type == 5
        assert purse.debit(intent).state is DebitState.DONE


def refusal_with_pin_needed(driver: PurseDriver) -> bool:
    with driver.session() as purse, pytest.raises(DeviceError) as caught:
        purse.prepare_debit(3680, MOMENT)
    return caught.value.code == "pin-needed"


def test_the_experimental_dialect_can_be_looked_at_only(bench: Bench, fields: dict[str, Any]) -> None:
    """Its debit is not known in public: it is refused, not guessed."""
    card: CardSystem = purse_card(fields)
    bench.insert(card)
    bench.insert_psam(psam())
    with driver_on(bench, "social").session() as purse:
        with pytest.raises(DeviceError) as caught:
            purse.require_debit()
        assert caught.value.code == "no-purse"
        purse.verify_pin(Pin(bytearray(b"314159")))
        assert purse.balance_fen() == 10000
        with pytest.raises(DeviceError) as caught:
            purse.prepare_debit(1, MOMENT)
    assert caught.value.code == "no-purse"
