"""`terminal card`, as a cashier runs it."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from hw.simulated.pcscd import SECOND_READER_NAME, VirtualPcscd
from hw.simulated.social_card import VirtualCard
from terminal.cli import main

CARDS = Path(__file__).parents[2] / "examples" / "cards"
PERSON, PURSE = CARDS / "person-01.toml", CARDS / "purse-01.toml"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The purse card of the examples, where its state may lie beside it."""
    path = tmp_path / "card.toml"
    path.write_bytes(PURSE.read_bytes())
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["card", *arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_the_card_in_a_real_reader_is_shown(service: VirtualPcscd, capsys: pytest.CaptureFixture[str]) -> None:
    """Holder, number, dates, PIN tries, applications; the identity number masked, unless asked for whole."""
    service.insert(VirtualCard.load(PURSE), SECOND_READER_NAME)
    status, shown, _ = run(capsys, "--reader", SECOND_READER_NAME)
    assert status == 0
    for text in ("熊秋水", "A36010208", "2022-06-08", "2032-06-08", "PIN tries left: 3", "medical", "commands: 17"):
        assert text in shown
    assert "360102197903142010" not in shown
    assert "19790314" not in shown
    assert "360102197903142010" in run(capsys, "--reader", SECOND_READER_NAME, "--full")[1]
    service.remove(SECOND_READER_NAME)
    status, shown, said = run(capsys, "--reader", SECOND_READER_NAME)
    assert (status, shown) == (1, "")
    assert "insert the card" in said
    assert "请插入社保卡" in said


@pytest.mark.parametrize(
    ("change", "english", "chinese"),
    [
        (("expires_on = 2032", "expires_on = 2023"), "have it renewed", "换卡"),
        (("[pin]", "blocked = true\n[pin]"), "have it unblocked", "解锁"),
        (("[pin]", '[[misbehave]]\ndo = "status"\nat = 5\nvalue = "6581"\n[pin]'), "have the card replaced", "请换卡"),
        (("[pin]", '[[misbehave]]\ndo = "pull-before"\nat = 5\n[pin]'), "leave it in", "勿拔卡"),
        (("[pin]", '[[misbehave]]\ndo = "mute"\nat = 5\n[pin]'), "wipe the chip", "擦净芯片"),
        (("guards_holder = false", "guards_holder = true"), "asks for its PIN", "验证密码"),
    ],
    ids=["expired", "blocked", "damaged", "torn", "mute", "pin"],
)
def test_each_trouble_has_its_own_words(
    copied: Path, capsys: pytest.CaptureFixture[str], change: tuple[str, str], english: str, chinese: str
) -> None:
    """What happened and what to do, in both languages, and nothing of the holder on the error's side."""
    text = copied.read_text(encoding="utf-8")
    assert change[0] in text
    copied.write_text(text.replace(*change, 1), encoding="utf-8")
    status, _, said = run(capsys, "--card", str(copied))
    assert status == 1
    assert english in said
    assert chinese in said
    assert "熊秋水" not in said
    assert "36010219" not in said


def test_a_foreign_card_and_a_file_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each its own message."""
    status, _, said = run(capsys, "--card", str(CARDS / "without-holder" / "foreign-01.toml"))
    assert (status, "not a social-security card" in said) == (1, True)
    (tmp_path / "bad.toml").write_text("name = 1", encoding="utf-8")
    status, _, said = run(capsys, "--card", str(tmp_path / "bad.toml"))
    assert (status, "cannot be read" in said) == (1, True)


def test_the_reader_of_a_configuration_is_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`terminal card --config` looks where the daemon would."""
    (tmp_path / "card.toml").write_bytes(PERSON.read_bytes())
    sample = (CARDS.parents[1] / "terminal.toml").read_text(encoding="utf-8")
    config = tmp_path / "terminal.toml"
    config.write_text(
        sample.replace('# kind = "pcsc"  ', 'kind = "simulated"', 1).replace('# card = ""  ', 'card = "card.toml"', 1),
        encoding="utf-8",
    )
    status, shown, _ = run(capsys, "--config", str(config))
    assert (status, "张守田" in shown) == (0, True)


def test_the_pin_is_typed_unseen_and_the_last_try_needs_a_yes(copied: Path) -> None:
    """At a real terminal: a wrong PIN twice, "no" to the last try, then "yes" and the right PIN."""
    text = copied.read_text(encoding="utf-8")
    copied.write_text(text.replace("guards_holder = false", "guards_holder = true"), encoding="utf-8")
    assert "2 tries left" in at_a_terminal(copied, [("PIN: ", "111111")])
    assert "1 try left" in at_a_terminal(copied, [("PIN: ", "222222")])
    refused = at_a_terminal(copied, [("PIN: ", "314159"), ("yes: ", "no")])
    assert "last" in refused
    assert "熊秋水" not in refused
    shown = at_a_terminal(copied, [("PIN: ", "314159"), ("yes: ", "yes"), ("PIN: ", "314159")])
    assert "熊秋水" in shown
    assert "314159" not in refused + shown


def at_a_terminal(card: Path, dialogue: list[tuple[str, str]]) -> str:
    """Everything that `terminal card` shows at a terminal whose user answers each prompt as given."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "terminal.cli", "card", "--card", str(card)],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        cwd=CARDS.parents[1],
        close_fds=True,
    )
    os.close(slave)
    shown = b""
    seen = 0
    waiting = list(dialogue)
    while part := read_or_end(master):
        shown += part
        if waiting and waiting[0][0].encode() in shown[seen:]:
            seen = len(shown)
            os.write(master, waiting.pop(0)[1].encode() + b"\n")
    process.wait()
    os.close(master)
    assert waiting == []
    return shown.decode()


def read_or_end(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 4096)
    except OSError:  # The last one at the other end has gone.
        return b""
