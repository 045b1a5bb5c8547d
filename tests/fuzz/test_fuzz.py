"""Nothing that comes from outside, from a card to a center, gets past as anything but the terminal's own errors."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from corpus import inputs
from device_targets import talk_as_purse, talk_as_scanner, talk_as_social_card
from hypothesis import example, given, settings
from hypothesis import strategies as st
from targets import TARGETS

from hw.apdu import Channel, Command
from hw.cards.purse import PurseDriver
from hw.ports import DeviceError
from hw.purse_port import DebitState
from hw.simulated.psam import VirtualPsam
from hw.simulated.purse_application import PurseFunctions
from hw.simulated.reader import SimulatedReader
from hw.simulated.script import DEEDS, Script, Step
from hw.simulated.social_card import VirtualCard

CARDS = Path(__file__).parents[2] / "examples" / "cards"
FUZZER = Path(__file__).parent / "fuzz.py"
RUNS = 4_000
"""`python tests/fuzz/fuzz.py` runs as long as one likes."""
MOMENT = dt.datetime(2024, 1, 15, 10, 30, tzinfo=dt.UTC)

piece = st.binary(max_size=40).flatmap(
    lambda data: st.sampled_from([bytes((len(data) * 2,)) + data, bytes((len(data) * 2 + 1,)) + data])
)
conversations = st.one_of(st.binary(max_size=400), st.lists(piece, max_size=30).map(b"".join))


@given(conversations)
@settings(max_examples=400, deadline=None)
def test_a_card_may_say_anything(data: bytes) -> None:
    """Reading, inspecting, and a PIN."""
    talk_as_social_card(data)


@given(conversations)
@settings(max_examples=400, deadline=None)
def test_a_purse_and_a_psam_may_say_anything(data: bytes) -> None:
    """From the first command to the proof."""
    talk_as_purse(data)


@given(st.one_of(st.binary(max_size=3000), st.text("0123456789\r\n\x02\x03", max_size=900).map(str.encode)))
@settings(max_examples=400, deadline=None)
def test_a_scanner_may_send_anything(data: bytes) -> None:
    """In any pieces."""
    talk_as_scanner(data)


status_words = st.sampled_from(["6581", "9302", "9000", "6108", "6C04", "0000"])
values = {"status": status_words, "status-after": status_words, "answer": st.binary(max_size=40).map(bytes.hex)}
values["damage"] = st.integers(0, 30).map(str)
steps = st.sampled_from(sorted(DEEDS - {"slow", "mute"})).flatmap(
    lambda deed: st.builds(
        Step,
        do=st.just(deed),
        at=st.one_of(st.none(), st.integers(1, 12)),
        ins=st.sampled_from([None, 0xA4, 0xB2, 0xB0, 0x50, 0x54, 0x5A, 0x5C, 0x70, 0x72, 0xC0]),
        value=values.get(deed, st.just("")),
        once=st.booleans(),
    )
)


# The card debits, says that its memory has failed, and then reads one byte of its own log wrong.
@example([Step(do="damage", ins=0xB2, value="5"), Step(do="status-after", ins=0x54, value="6581")], [])
@given(st.lists(steps, max_size=4), st.lists(steps, max_size=2))
@settings(max_examples=300, deadline=None)
def test_a_real_purse_that_misbehaves_never_loses_money(card_steps: list[Step], psam_steps: list[Step]) -> None:
    """Whatever goes wrong on the way: a debit that is "done" is on the card, one that is "not done" is not, and
    where it is unknown the card tells it as soon as it behaves."""
    card = VirtualCard.load(CARDS / "purse-01.toml")
    module = VirtualPsam.load(CARDS / "without-holder" / "psam-01.toml")
    purse_inside = card.applications[1].functions
    assert isinstance(purse_inside, PurseFunctions)
    card.script, module.script = Script(card_steps), Script(psam_steps)
    reader, slot = SimulatedReader(card), SimulatedReader(module)
    driver = PurseDriver(reader, slot)
    try:
        with driver.session() as purse:
            intent = purse.prepare_debit(3680, MOMENT)
            outcome = purse.debit(intent)
    except DeviceError:
        assert purse_inside.balance_fen == 10000
        return
    if outcome.state is DebitState.UNKNOWN:
        card.script = Script()
        reader.insert(card)
        with driver.session() as purse:
            if purse.card != intent.card:
                return  # It lied about who it is: the terminal asks for the card that it has in its journal.
            outcome = purse.ask_proof(intent)
    spent = 10000 - purse_inside.balance_fen
    expected = {DebitState.DONE: [3680], DebitState.NOT_DONE: [0], DebitState.UNKNOWN: [0, 3680]}
    assert spent in expected[outcome.state], outcome
    assert (outcome.state is not DebitState.UNKNOWN) or outcome.reason == "contradiction"


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_a_virtual_card_answers_anything(command: bytes) -> None:
    """The twin is as robust as what it stands for: always a status word."""
    for card in (VirtualCard.load(CARDS / "purse-01.toml"), VirtualPsam.load(CARDS / "without-holder/psam-01.toml")):
        card.transmit(bytes.fromhex("00A4040006D15600000503"))
        assert len(card.transmit(command)) >= 2


@given(st.binary(max_size=70_000))
@settings(max_examples=50, deadline=None)
def test_an_answer_may_have_any_length(answer: bytes) -> None:
    """One exchange ends after a bounded number of rounds."""
    channel = Channel(lambda command: answer)
    with suppress(DeviceError):
        channel.exchange(Command(0x00, 0xB2, 0x07, 0x28))
    assert channel.apdu_count <= 8


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_what_once_led_somewhere_is_still_taken(target: str) -> None:
    """Every input that is kept, from the fuzzers' longer runs."""
    kept = inputs(target)
    for data in kept:
        TARGETS[target](data)
    assert len(kept) > 5


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_a_short_run_of_the_coverage_guided_fuzzer_finds_nothing(target: str, tmp_path: Path) -> None:
    """The same targets, steered by what the bytes reach."""
    done = subprocess.run(
        [sys.executable, str(FUZZER), target, str(tmp_path), f"-runs={RUNS}", "-seed=1", "-max_len=1200"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert f"Done {RUNS} runs" in done.stderr
