"""Signing in and out at the center, and asking who a patient is."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest
from town import LAW, MORNING, Town, card_of

from terminal.bureau.arrivals import arrivals
from terminal.bureau.books import Books
from terminal.bureau.ecredential import code_shown
from terminal.bureau.server import BureauServer
from terminal.center.answers import Accepted, Credential, NotSent
from terminal.errors import Refused, TerminalError, Unavailable
from terminal.money import Fen

PHARMACY = "P37060200001"


def test_sign_in_gives_a_number_and_the_centers_time(town: Town) -> None:
    """9001 answers a sign-in number and the center's own time, to the second."""
    signed = town.desk.sign_in("0002")

    assert re.fullmatch(r"3706022021063[0-9]{11}", signed.sign_number)
    assert signed.center_time == town.clock.now()
    assert town.desk.operator == "0002"


def test_after_sign_out_nobody_may_ask(town: Town) -> None:
    """9002 closes the sign-in: the next question is refused before anything is sent."""
    town.desk.sign_out("0001")

    with pytest.raises(Refused, match="no operator"):
        town.desk.identify(PHARMACY, card_of("A00000001"))


def test_another_operator_s_sign_out_ends_only_theirs(town: Town) -> None:
    """Who signed in last may go on asking; who never did sends no 9002."""
    town.desk.sign_in("0002")
    town.desk.sign_out("0001")
    town.desk.sign_out("0009")
    assert town.desk.operator == "0002"
    assert town.desk.identify(PHARMACY, card_of("A00000006")).name == "张六"
    assert [one.infno for one in arrivals(town.books.storage)].count("9002") == 1
    town.desk.works_for("0001")
    assert town.desk.operator == "0001"


def test_the_center_serves_nobody_with_a_closed_sign_in(town: Town) -> None:
    """After 9002 the center itself no longer takes the number, so signing out is not only ours."""
    number = town.desk.sign_in("0001").sign_number
    assert town.books.standing(number, "0001", town.clock.now().date(), "P37060200001", ["M1"])[0]

    town.desk.sign_out("0001")

    assert not town.books.standing(number, "0001", town.clock.now().date(), "P37060200001", ["M1"])[0]


def test_a_card_names_its_person(town: Town) -> None:
    """1101 by card brings the person, the law, place, category, balance and state of the account, and the year."""
    person = town.desk.identify("H37060200003", card_of("A00000001"))

    assert (person.person_number, person.name) == ("37060200000001", "张一")
    assert (person.policy, person.insured_place) == ("yantai-employee", "370602")
    assert (person.patient.category, person.patient.age) == ("employee", 51)
    assert (person.account.balance, person.account.status) == (150_000, "open")
    assert person.entitlement.status == "active"
    assert person.year.pool_paid == 0


def test_accumulators_and_arrears_come_along(town: Town) -> None:
    """What a settlement reads beside the national fields arrives whole: year, enrolment, reason of entitlement."""
    child = town.desk.identify(PHARMACY, card_of("A00000011"))
    debtor = town.desk.identify(PHARMACY, card_of("A00000007"))

    assert (child.patient.minor, child.insured_place) == (True, "370611")
    assert (child.year.accident_paid, child.year.pool_paid) == (280_000, 280_000)
    assert (debtor.entitlement.status, debtor.entitlement.reason) == ("arrears", "2021-05")


@pytest.mark.parametrize(
    "credential",
    [Credential("qr", code_shown("QR-0001", MORNING)), Credential("id", "370602197001010001", name="张一")],
)
def test_a_code_or_an_id_number_names_the_same_person(town: Town, credential: Credential) -> None:
    """The e-credential and the ID number lead to the person that the card leads to."""
    assert town.desk.identify(PHARMACY, credential) == town.desk.identify(PHARMACY, card_of("A00000001"))


@pytest.mark.parametrize(
    "credential",
    [
        Credential("card", "B99999999"),
        Credential("card", "A00000001", "370602000000000000000000000000FF"),
        Credential("id", "A00000001"),
        Credential("qr", ""),
        Credential("qr", "QR-0001"),
        Credential("qr", code_shown("QR-0009", MORNING)),
    ],
)
def test_an_unknown_credential_is_refused(town: Town, credential: Credential) -> None:
    """An unknown card, a foreign identification code, a number of another kind: refused, without the number."""
    with pytest.raises(Refused) as refusal:
        town.desk.identify(PHARMACY, credential)

    assert refusal.value.code == "center-refused"
    assert "A00000001" not in refusal.value.message + refusal.value.message_zh


def test_no_error_text_holds_a_long_number(town: Town) -> None:
    """A center that repeats the ID number in its refusal does not bring it into our messages."""

    class Talkative:
        def post(self, body: bytes) -> bytes:
            if b'"infno":"9001"' in body:
                return link.post(body)
            return '{"infcode":"-1","err_msg":"370602197001010001 张一 未参保 A00000001"}'.encode()

    link = town.new_link()
    desk = town.new_desk(Talkative())
    desk.sign_in("0001")

    with pytest.raises(Refused) as refusal:
        desk.identify(PHARMACY, card_of("A00000001"))

    assert "…0001 张一 未参保 …0001" in refusal.value.message


def test_a_credential_shows_its_kind_and_nothing_else() -> None:
    """Whatever prints it: neither number, identification code nor name."""
    assert repr(Credential("card", "A00000001", "37060200FF", "张一")) == "Credential('card')"


def test_a_new_day_is_signed_in_again(town: Town) -> None:
    """A sign-in is good for its day: the next day's first question signs in again by itself."""
    town.clock.advance(86_400)

    assert town.desk.identify(PHARMACY, card_of("A00000006")).name == "张六"


def test_a_settlement_of_a_new_day_goes_up_at_once(town: Town) -> None:
    """The first settlement after midnight does not wait for the center to refuse yesterday's sign-in."""
    record = town.purchase()
    town.clock.advance(86_400)

    assert isinstance(town.send(record), Accepted)


@contextmanager
def center_with_fresh_books(town: Town) -> Iterator[None]:
    """The center comes back on its port and has forgotten everything but its persons."""
    town.server.down()
    fresh = Books(town.persons, town.providers)
    with BureauServer(fresh, LAW, town.clock, port=town.server.port):
        yield
    fresh.close()


def test_a_question_to_a_center_that_lost_the_sign_in_signs_in_again(town: Town) -> None:
    """The operator does not notice that the center has forgotten the sign-in."""
    with center_with_fresh_books(town):
        assert town.desk.identify(PHARMACY, card_of("A00000006")).name == "张六"


def test_a_settlement_at_a_center_that_lost_the_sign_in_waits(town: Town) -> None:
    """It was surely not booked, is no refusal of the bill, and goes up at the next attempt."""
    record = town.purchase()
    with center_with_fresh_books(town):
        first, second = town.send(record), town.send(record)

    assert isinstance(first, NotSent)
    assert first.hindrance == "sign-in"
    assert isinstance(second, Accepted)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("html", "center-silent"),
        ("no-infcode", "center-silent"),
        ("drop-before", "center-silent"),
        ("truncated", "center-silent"),
        ("gateway-401", "center-unreachable"),
        ("refuse", "center-refused"),
    ],
)
def test_a_question_without_an_answer_changes_nothing(town: Town, fault: str, code: str) -> None:
    """Whatever comes instead of an answer: the error says so, no money moved, and the next question is answered."""
    town.server.faults.inject(fault, infno="1101")  # type: ignore[arg-type]

    with pytest.raises(TerminalError) as error:
        town.desk.identify(PHARMACY, card_of("A00000006"))

    assert (error.value.code, error.value.money_moved) == (code, "no")
    assert town.desk.identify(PHARMACY, card_of("A00000006")).name == "张六"


def test_a_center_that_is_down_is_unavailable(town: Town) -> None:
    """No connection: the operator is told that the center cannot be reached."""
    town.server.down()

    with pytest.raises(Unavailable, match="cannot be reached"):
        town.desk.identify(PHARMACY, card_of("A00000006"))


def test_message_ids_name_provider_second_and_till(town: Town) -> None:
    """A message id is provider 12, second 14, till 2, counter 2 characters, and never the same twice."""
    ids = [town.desk.new_message_id(PHARMACY) for _ in range(300)]

    assert len(set(ids)) == 300
    assert all(re.fullmatch(r"P3706020000120210630[0-9]{6}01[0-9]{2}", message_id) for message_id in ids)
    assert dt.datetime.strptime(ids[0][12:26], "%Y%m%d%H%M%S").hour == 9  # noqa: DTZ007


def test_a_pre_settlement_says_what_would_be_booked_and_books_nothing(town: Town) -> None:
    """2101: the center's sums are those of the decree's example E6, nothing differs, nothing is on its books."""
    record = town.purchase()
    sums, differences = town.desk.pre_settle(record)
    assert (sums.total, sums.account, sums.cash, differences) == (11_170, 7_500, 3_670, ())
    assert town.books.settlements() == []
    assert town.person("A00000006").account.balance == 7_500


def test_a_pre_settlement_shows_where_the_center_differs(town: Town) -> None:
    """Our own split is one yuan off: the center's amounts come back, and the difference is named."""
    record = town.purchase()
    wrong = msgspec.structs.replace(record.settlement, account=Fen(7_400), cash=Fen(3_770))
    sums, differences = town.desk.pre_settle(msgspec.structs.replace(record, settlement=wrong))
    assert (sums.account, sums.cash) == (7_500, 3_670)
    assert "acct_pay: center 75.00, terminal 74.00" in differences


def test_accumulators_are_asked_for(town: Town) -> None:
    """5206: after a stay, its pool payment and one admission."""
    person = town.person("A00000001").person_number
    town.send(town.stay())
    found = town.desk.accumulators("H37060200003", person)
    assert (found["D310100"], found["C0000"]) == (574_000, 100)


@pytest.mark.parametrize(("age_seconds", "said"), [(121, "121 s old"), (-6, "-6 s old"), (3_600, "3600 s old")])
def test_a_code_that_is_too_old_is_refused_with_its_age(town: Town, age_seconds: int, said: str) -> None:
    """Two minutes after the phone made it, and also where it claims to be of the future."""
    code = code_shown("QR-0001", MORNING - dt.timedelta(seconds=age_seconds))
    with pytest.raises(Refused) as refusal:
        town.desk.identify(PHARMACY, Credential("qr", code))
    assert said in refusal.value.message


def test_a_code_serves_once_and_its_repeat_is_refused_with_its_age(town: Town) -> None:
    """Half a minute later the same code is no more; a fresh one of the same phone is, and a refusal uses none up."""
    first, second = code_shown("QR-0001", MORNING), code_shown("QR-0001", MORNING + dt.timedelta(seconds=30))
    known = town.desk.identify(PHARMACY, Credential("qr", first))
    town.clock.advance(30)
    with pytest.raises(Refused) as refusal:
        town.desk.identify(PHARMACY, Credential("qr", first))
    assert "used 30 s ago" in refusal.value.message
    assert town.desk.identify(PHARMACY, Credential("qr", second)) == known


def test_two_connections_of_one_till_share_a_sign_in(town: Town) -> None:
    """The upload's connection speaks under the number that the counter's connection was given: one 9001 a day."""
    other = town.new_desk(town.new_link())
    assert isinstance(town.send(town.purchase(), desk=other), Accepted)
    signed = [one for one in arrivals(town.books.storage) if one.infno == "9001"]
    assert len(signed) == 1
