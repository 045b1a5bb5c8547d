"""Status bytes as facts: what the manuals say, and nothing believed that is not a status byte."""

from __future__ import annotations

import pytest

from hw.escpos import ask_facts, decode_status, state_of
from hw.ports import Health


@pytest.mark.parametrize(
    ("answers", "health", "code"),
    [
        ({1: 0x12, 4: 0x12}, Health.GOOD, "ready"),
        ({1: 0x12, 4: 0x1E}, Health.GOOD, "paper-low"),
        ({1: 0x1A, 2: 0x16, 4: 0x12}, Health.FAULT, "cover-open"),
        ({1: 0x1A, 2: 0x32, 4: 0x72}, Health.FAULT, "paper-out"),
        ({1: 0x1A, 2: 0x12, 4: 0x7E}, Health.FAULT, "paper-out"),
        ({1: 0x12, 4: 0x72}, Health.FAULT, "paper-out"),
        ({1: 0x1A, 2: 0x52, 3: 0x1A, 4: 0x12}, Health.FAULT, "error"),
        ({1: 0x1A, 2: 0x52, 3: 0x32, 4: 0x12}, Health.FAULT, "error"),
        ({1: 0x1A, 2: 0x52, 4: 0x12}, Health.FAULT, "error"),
        ({1: 0x1A, 2: 0x12, 4: 0x12}, Health.FAULT, "offline"),
        ({1: 0x1A, 4: 0x12}, Health.FAULT, "offline"),
        ({}, Health.UNKNOWN, "no-answer"),
        ({1: 0x12}, Health.UNKNOWN, "no-answer"),
        ({1: 0x12, 4: 0x13}, Health.UNKNOWN, "no-answer"),
    ],
)
def test_typical_answers_give_the_state_of_the_manual(answers: dict[int, int], health: Health, code: str) -> None:
    """The typical bytes of printer.md 1.3; a missing or malformed answer is never "ready"."""
    state = state_of(ask_facts(answers.get))
    assert (state.health, state.code) == (health, code)


def test_questions_are_asked_in_the_order_of_the_manual() -> None:
    """1; 2 when offline; 3 when 2 says error; always 4; a mute printer is not asked on."""
    asked: list[int] = []

    def ask(answers: dict[int, int], query: int) -> int | None:
        asked.append(query)
        return answers.get(query)

    for answers in (
        {1: 0x12, 4: 0x12},
        {1: 0x1A, 2: 0x16, 4: 0x12},
        {1: 0x1A, 2: 0x52, 3: 0x1A, 4: 0x12},
        {},
    ):
        ask_facts(lambda query, answers=answers: ask(answers, query))
        asked.append(0)
    assert asked == [1, 4, 0, 1, 2, 4, 0, 1, 2, 3, 4, 0, 1, 0]


def test_no_byte_with_wrong_fixed_bits_says_anything() -> None:
    """Only the 16 bytes of the form 0xx1xx10 carry facts; XON, XOFF and automatic reports none."""
    believed = [byte for byte in range(256) if decode_status(1, byte)["offline"] is not None]
    assert believed == [
        byte for byte in range(256) if f"{byte:08b}"[0] == "0" and f"{byte:08b}"[3] == "1" and f"{byte:08b}"[6:] == "10"
    ]
    assert 0x11 not in believed
    assert 0x13 not in believed
    assert 0x10 not in believed
