"""Cards pulled out before and after every single command of a debit: card and proof agree when they are back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from purse_parts import MOMENT, driver_on, inside_of, psam, purse_card, purse_of, renew

from hw.ports import DeviceError
from hw.purse_port import DebitIntent, DebitOutcome, DebitState
from hw.simulated.script import Script, Step

if TYPE_CHECKING:
    from conftest import Bench

CARD_COMMANDS = 9
PSAM_COMMANDS = 5
AMOUNT_FEN = 3680


def try_to_debit(bench: Bench) -> tuple[DebitIntent | None, DebitOutcome | None]:
    """What a journal would hold: nothing, an intent, or an intent and its outcome."""
    intent = None
    try:
        with driver_on(bench).session() as purse:
            intent = purse.prepare_debit(AMOUNT_FEN, MOMENT)
            return intent, purse.debit(intent)
    except DeviceError:
        assert intent is None, "a debit that was begun ends in an outcome, never in an error"
        return None, None


def settled(bench: Bench, intent: DebitIntent, outcome: DebitOutcome) -> DebitOutcome:
    """What a terminal does at the card's next insertion where the outcome is unknown."""
    if outcome.state is not DebitState.UNKNOWN:
        return outcome
    with driver_on(bench).session(intent.card) as purse:
        return purse.ask_proof(intent)


def check(bench: Bench, intent: DebitIntent | None, outcome: DebitOutcome | None, held_fen: int) -> DebitState:
    """The card's balance is what the outcome says; nobody is debited without an intent."""
    if intent is None or outcome is None:
        assert held_fen == 10000
        return DebitState.NOT_DONE
    final = settled(bench, intent, outcome)
    assert final.state is not DebitState.UNKNOWN, final
    done = final.state is DebitState.DONE
    assert held_fen == (10000 - AMOUNT_FEN if done else 10000)
    assert done == (final.proof is not None)
    if final.proof is not None:
        assert (final.proof.tac, final.balance_after_fen) == ("9E6BE3A7", held_fen)
    return final.state


@pytest.mark.parametrize("when", ["pull-before", "pull-after", "mute"])
def test_the_card_torn_out_at_every_command(
    bench: Bench, fields: dict[str, Any], when: str, request: pytest.FixtureRequest
) -> None:
    """Each of the nine commands to the card; afterwards the same card is debited without trouble."""
    if when == "mute" and type(bench).__name__ == "PcscBench":
        bench.reader = bench.impatient_reader  # type: ignore[misc]
    card, module, states = purse_card(fields), psam(), []
    bench.insert(card)
    bench.insert_psam(module)
    for command in range(1, CARD_COMMANDS + 1):
        renew(card, Step(when, at=command))
        module.memory.write(terminal_counter=0xA07)
        intent, outcome = try_to_debit(bench)
        bench.remove()
        card.script = Script()
        bench.insert(card)
        states.append(check(bench, intent, outcome, purse_of(card).balance_fen))
        before_fen = purse_of(card).balance_fen
        assert try_to_debit(bench)[1] is not None
        assert purse_of(card).balance_fen == before_fen - AMOUNT_FEN
    moved = 8 if when != "pull-after" else 7
    assert states == [DebitState.NOT_DONE] * (moved - 1) + [DebitState.DONE] * (CARD_COMMANDS - moved + 1)
    print(f"torn debit: {len(states)} points, card, {when}, {request.node.callspec.id}")


@pytest.mark.parametrize("when", ["pull-before", "pull-after"])
def test_the_psam_torn_out_at_every_command(
    bench: Bench, fields: dict[str, Any], when: str, request: pytest.FixtureRequest
) -> None:
    """Each of the five commands to the PSAM: without it nothing is debited, or the card's own proof decides."""
    card, module, states = purse_card(fields), psam(), []
    bench.insert(card)
    bench.insert_psam(module)
    for command in range(1, PSAM_COMMANDS + 1):
        renew(card)
        module.script = Script([Step(when, at=command)])
        module.memory.write(terminal_counter=0xA07)
        intent, outcome = try_to_debit(bench)
        bench.remove_psam()
        states.append(check(bench, intent, outcome, purse_of(card).balance_fen))
        numbers_used = inside_of(module).terminal_counter
        module.script = Script()
        bench.insert_psam(module)
        assert try_to_debit(bench)[1] is not None
        assert inside_of(module).terminal_counter == numbers_used + 1
    assert states == [DebitState.NOT_DONE] * (PSAM_COMMANDS - 1) + [DebitState.DONE]
    print(f"torn debit: {len(states)} points, PSAM, {when}, {request.node.callspec.id}")


@pytest.mark.parametrize("when", ["pull-before", "pull-after"])
def test_the_card_torn_out_again_while_it_is_asked(bench: Bench, fields: dict[str, Any], when: str) -> None:
    """Also the question after a torn debit may be torn, at each of its commands; asked again, it gets its answer."""
    card = purse_card(fields)
    bench.insert(card)
    bench.insert_psam(psam())
    renew(card, Step("pull-after", at=7))
    intent, outcome = try_to_debit(bench)
    assert intent is not None
    assert outcome is not None
    bench.remove()
    bench.insert(card)
    for command in range(1, 9):
        card.script = Script([Step(when, at=command)])
        with pytest.raises(DeviceError) as caught:
            settled(bench, intent, outcome)
        assert caught.value.code == "card-removed"
        bench.remove()
        card.script = Script()
        bench.insert(card)
        assert check(bench, intent, outcome, purse_of(card).balance_fen) is DebitState.DONE
