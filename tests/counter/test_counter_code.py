"""E-credentials and identity numbers at the counter: each code once, by the law's leave, and nothing stays behind."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from counter_parts import MORNING, NAME, Shop, card, person, purchase

from hw.simulated.scanner import SimulatedScanner
from terminal.bureau.ecredential import code_shown
from terminal.center.answers import Credential
from terminal.counter.scan import ScanDesk
from terminal.counter.shown import Shown
from terminal.errors import Conflict, Refused, TerminalError, Unavailable

ID_NUMBER = "11010519491231002X"
"""The example of GB 11643; its check character is worked out in test_counter_id_number.py."""

CREDENTIAL = "QR-KXWP"
CODE = code_shown(CREDENTIAL, MORNING)
LATER = code_shown(CREDENTIAL, MORNING + dt.timedelta(seconds=60))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A shop without a card in the reader, at a center that knows a phone."""
    with Shop(tmp_path, person(1, credential=CREDENTIAL, id_number=ID_NUMBER)) as opened:
        opened.reader.remove()
        yield opened


def test_a_phone_s_code_names_its_holder_who_is_settled_for_without_a_card(shop: Shop) -> None:
    """The code leads to the person; the settlement needs no card, and the center accepts it."""
    found = shop.counter.identify_code(CODE)
    assert (found.person.name, found.person.policy, found.method) == (NAME, "yantai-employee", "qr")
    shop.settle(purchase("12.00"), found)
    shop.upload_all()
    assert [record.upload_state for record in shop.counter.last(5)] == ["accepted"]


def test_a_typed_number_names_its_holder(shop: Shop) -> None:
    """As the document has it, x or X; the settlement needs no card."""
    found = shop.counter.identify_id_number(ID_NUMBER.lower())
    assert (found.person.name, found.method) == (NAME, "id")
    assert shop.settle(purchase("12.00"), found)["state"] == "committed"


def test_a_code_goes_to_the_center_once_and_its_repeat_is_refused_with_its_age(shop: Shop) -> None:
    """The terminal itself says so, without asking again, whatever came of the first time."""
    shop.counter.identify_code(CODE)
    shop.clock.advance(40)
    shop.center.down()
    with pytest.raises(Refused) as refused:
        shop.counter.identify_code(CODE)
    assert refused.value.code == "code-used"
    assert "used here 40 s ago" in refused.value.message
    assert "40 秒前" in refused.value.message_zh


def test_a_code_that_surely_never_left_may_be_taken_again(shop: Shop) -> None:
    """No connection: the phone need not show another one when the line is back."""
    shop.center.down()
    with pytest.raises(Unavailable) as refused:
        shop.counter.identify_code(CODE)
    assert refused.value.code == "center-unreachable"
    shop.center.up()
    shop.link.close()
    assert shop.counter.identify_code(CODE).person.name == NAME


def test_an_old_code_is_refused_by_the_center_with_its_age_and_a_fresh_one_is_asked_for(shop: Shop) -> None:
    """Three minutes after the phone made it; the fresh one is taken."""
    shop.clock.advance(180)
    with pytest.raises(Refused) as refused:
        shop.counter.identify_code(CODE)
    assert refused.value.code == "code-refused"
    assert "180 s old" in refused.value.message
    assert "fresh code" in refused.value.message
    assert shop.counter.identify_code(code_shown(CREDENTIAL, shop.clock.now())).person.name == NAME


@pytest.mark.parametrize(
    "code", ["", "short", "x" * 51, "1234567890 123456", "1234567890123456\n", "１２３４５６７８９０１２３４５６"]
)
def test_what_is_no_code_is_never_sent(shop: Shop, code: str) -> None:
    """Too short, too long for the center's field, with a blank, a line end, wide digits."""
    shop.center.down()
    with pytest.raises(Refused) as refused:
        shop.counter.identify_code(code)
    assert (refused.value.code, refused.value.at) == ("bad-code", "code")


@pytest.mark.parametrize(
    ("policy", "article"),
    [("tianjin-employee", "二十四"), ("tianjin-resident", "二十四"), ("nanchang-account", "第九条")],
)
def test_where_the_decree_knows_only_the_card_nothing_else_serves(tmp_path: Path, policy: str, article: str) -> None:
    """Tianjin (二十四) and Nanchang 第九条: number and code are refused by name with the article; nobody is known."""
    holder = person(1, credential=CREDENTIAL, id_number=ID_NUMBER, policy=policy)
    with Shop(tmp_path, holder) as shop:
        before = shop.state()
        for attempt in (lambda: shop.counter.identify_id_number(ID_NUMBER), lambda: shop.counter.identify_code(CODE)):
            with pytest.raises(Refused) as refused:
                attempt()
            assert (refused.value.code, refused.value.at) == ("identify-not-allowed", "by")
            assert article in refused.value.message
            assert article in refused.value.message_zh
            assert "take the card" in refused.value.message
        assert shop.state() == before


def test_a_mistyped_number_is_never_sent(shop: Shop) -> None:
    """Its check character is looked at first."""
    shop.center.down()
    with pytest.raises(Refused) as refused:
        shop.counter.identify_id_number("110105194912310021")
    assert refused.value.code == "bad-id-number"


def test_an_answer_about_another_number_is_refused(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A center that mixes up two persons settles for neither."""
    other = shop.counter.identify_code(CODE).person
    other = msgspec.structs.replace(other, id_number="440524188001010014")
    monkeypatch.setattr(shop.desk, "identify", lambda *_: other)
    with pytest.raises(Refused) as refused:
        shop.counter.identify_id_number(ID_NUMBER)
    assert refused.value.code == "number-and-center-differ"


def test_a_number_is_known_again_without_the_center_and_a_code_is_not(shop: Shop) -> None:
    """The number names the person whom the center spoke of before; a new code could be anybody's."""
    shop.counter.identify_id_number(ID_NUMBER)
    shop.center.down()
    assert shop.counter.identify_id_number(ID_NUMBER).offline
    with pytest.raises(Unavailable):
        shop.counter.identify_code(CODE)


def test_no_code_and_no_number_is_in_any_log_error_or_file(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    """Taken, repeated, too old, unknown, with the center away: not in a message, a repr, a log, or the journal's files.
    (The number stands in the journal's bill and last answer, where the law wants it, and nowhere outside; online a
    code stands in its sale's entry.)"""
    told = []
    with caplog.at_level(logging.DEBUG):
        found = shop.counter.identify_code(CODE)
        told.append(repr(shop.settle(purchase("12.00"), found)))
        for code in (CODE, "QR-NOBODY-0001-20210630090000", code_shown(CREDENTIAL, MORNING - dt.timedelta(hours=1))):
            with pytest.raises(TerminalError) as refused:
                shop.counter.identify_code(code)
            told.append(f"{refused.value!r} {refused.value} {refused.value.message_zh} {refused.value.__cause__!r}")
        shop.center.down()
        for attempt in (lambda: shop.counter.identify_code(LATER), lambda: shop.counter.identify_id_number("9" * 18)):
            with pytest.raises(TerminalError) as refused:
                attempt()
            told.append(f"{refused.value!r} {refused.value} {refused.value.message_zh}")
        told += [repr(Credential("id", ID_NUMBER)), repr(Shown(Credential("qr", CODE)))]
    text = " ".join(told) + caplog.text
    for secret in (CREDENTIAL, CODE, LATER, "QR-NOBODY", ID_NUMBER, "9" * 18):
        assert secret not in text
    stored = b"".join(file.read_bytes() for file in shop.folder.glob("journal.db*"))
    assert len(stored) > 10_000
    assert CREDENTIAL.encode() not in stored


def test_a_center_that_repeats_the_code_in_its_refusal_does_not_tell_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the center says of a code is told without the code."""
    code = "ABCDEFGHIJKLMNOPQRST"

    def refuse(*_: object) -> None:
        raise Refused("center-refused", f"the center refuses: {code} is bad", f"医保中心拒绝：{code} 无效", "center")

    monkeypatch.setattr(shop.desk, "identify", refuse)
    with pytest.raises(Refused) as refused:
        shop.counter.identify_code(code)
    assert refused.value.code == "code-refused"
    assert code not in f"{refused.value} {refused.value.message_zh}"


def test_a_scan_takes_only_what_is_shown_while_it_waits(shop: Shop) -> None:
    """What was shown before is forgotten; what comes in time is taken; what comes late is not the next patient's."""
    scanner = SimulatedScanner()
    desk = ScanDesk(scanner, shop.clock)
    scanner.scan("before-0123456789")
    wait = desk.begin(30)
    assert desk.look(wait) is None
    scanner.scan(CODE)
    assert desk.look(wait) == CODE
    desk.end()
    wait = desk.begin(30)
    shop.clock.advance(30)
    with pytest.raises(Unavailable) as refused:
        desk.look(wait)
    assert refused.value.code == "no-code"
    desk.end()
    scanner.scan(LATER)
    assert desk.look(desk.begin(30)) is None


def test_a_scan_is_one_at_a_time_cancelled_and_told_of_its_scanner(shop: Shop) -> None:
    """A second wait is refused, a cancelled one ends by name, an unplugged or missing scanner is said."""
    scanner = SimulatedScanner()
    desk = ScanDesk(scanner, shop.clock)
    desk.cancel()
    wait = desk.begin(30)
    with pytest.raises(Conflict) as waiting:
        desk.begin(30)
    desk.cancel()
    with pytest.raises(Conflict) as cancelled:
        desk.look(wait)
    desk.end()
    scanner.connected = False
    with pytest.raises(Unavailable) as unplugged:
        desk.look(desk.begin(30))
    with pytest.raises(Unavailable) as missing:
        ScanDesk(None, shop.clock).begin(30)
    codes = [one.value.code for one in (waiting, cancelled, unplugged, missing)]
    assert codes == ["scan-waiting", "scan-cancelled", "scanner-offline", "no-scanner"]


def test_a_card_serves_beside_a_code(shop: Shop) -> None:
    """The same person by card afterwards: the code has leased no card."""
    shop.counter.identify_code(CODE)
    shop.reader.insert(card(1, id_number=ID_NUMBER))
    assert shop.counter.identify_card().method == "card"
