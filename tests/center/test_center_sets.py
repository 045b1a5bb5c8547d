"""Each kind of care is settled in its own set of transactions; what goes before it moves no money and is undone."""

from __future__ import annotations

import msgspec
import pytest
from town import STAY, Town, items, nothing_kept, void_of
from watched import Watched

from terminal.center.answers import Accepted, NotSent, Rejected, RowThere, Unknown
from terminal.center.link import Link
from terminal.center.profile import REFERENCE, Profile
from terminal.journal.records import SettlementRecord


def clinic(town: Town) -> SettlementRecord:
    """An ordinary outpatient visit: one drug of class A, which the account pays (article 18)."""
    return town.record(
        town.bill("A00000001", "outpatient", "H37060200003", items({"code": "XJ01", "amount": "100.00"}))
    )


def watched(town: Town, profile: Profile = REFERENCE) -> Watched:
    """A desk whose wire is watched."""
    wire = Watched(town.new_link())
    town.profile = profile
    town.desk = town.new_desk(wire)
    town.desk.sign_in("0001")
    return wire


def states(town: Town) -> list[str]:
    return [row["state"] for row in town.books.storage.rows("SELECT state FROM visits ORDER BY visit_id")]


def lines(town: Town) -> list[int]:
    return [row["settled"] for row in town.books.storage.rows("SELECT settled FROM visit_lines")]


def test_an_outpatient_visit_is_registered_described_billed_and_settled(town: Town) -> None:
    """2201, 2203, 2204, 2207; the void is a 2208, and takes lines and registration back."""
    record, wire = clinic(town), watched(town)
    outcome = town.send(record)
    assert isinstance(outcome, Accepted), outcome
    assert wire.numbers == ["2201", "2203", "2204", "2207"]
    assert outcome.differences == ()
    assert (states(town), lines(town)) == (["open"], [1])
    assert town.books.settlements()[0][0].visit_id == outcome.references["mdtrt_id"]

    assert isinstance(town.send_void(record, outcome.references), Accepted)
    assert wire.numbers[4:] == ["2208", "2205", "2202"]
    assert (states(town), lines(town)) == (["cancelled"], [])


def test_a_stay_is_admitted_billed_discharged_and_settled(town: Town) -> None:
    """2401, 2301, 2402, 2304; the void is a 2305, and takes discharge, lines and admission back."""
    record, wire = town.stay(), watched(town)
    outcome = town.send(record)
    assert isinstance(outcome, Accepted), outcome
    assert wire.numbers == ["2401", "2301", "2402", "2304"]
    assert lines(town) == [1] * len(STAY)

    assert isinstance(town.send_void(record, outcome.references), Accepted)
    assert wire.numbers[4:] == ["2305", "2405", "2302", "2404"]
    assert (states(town), lines(town)) == (["cancelled"], [])


def test_a_purchase_stays_one_message(town: Town) -> None:
    """2102 brings its lines itself; nothing is registered."""
    record, wire = town.purchase(), watched(town)
    assert isinstance(town.send(record), Accepted)
    assert wire.numbers == ["2102"]


def test_a_province_may_settle_a_pharmacy_s_purchase_as_a_visit(town: Town) -> None:
    """Pooled outpatient care at a pharmacy: the profile says so."""
    record = town.purchase()
    wire = watched(town, Profile(name="test", repeats="recognised", sets={"41": "outpatient"}))
    assert isinstance(town.send(record), Accepted)
    assert wire.numbers == ["2201", "2203", "2204", "2207"]


@pytest.mark.parametrize(
    ("silent", "again"),
    [
        ("2201", ["2201", "5201", "2203", "2205", "2204", "2207"]),
        ("2203", ["2203", "2205", "2204", "2207"]),
        ("2204", ["2203", "2205", "2204", "2207"]),
    ],
)
def test_a_step_that_was_not_answered_is_taken_up_again(town: Town, silent: str, again: list[str]) -> None:
    """Nothing is registered or billed twice, though the center had carried the step out."""
    record, wire = clinic(town), watched(town)
    town.server.faults.inject("drop-after", infno=silent)
    outcome = town.send(record)
    assert isinstance(outcome, NotSent)
    assert outcome.waits_alone
    before = len(wire.numbers)

    assert isinstance(town.send(record), Accepted)
    assert wire.numbers[before:] == again
    assert (states(town), lines(town)) == (["open"], [1])


def test_a_settlement_of_unknown_outcome_repeats_the_money_message_alone(town: Town) -> None:
    """The lines are there; the same 2207 under the same id gets the first answer."""
    record, wire = clinic(town), watched(town)
    message_id = town.desk.new_message_id(record.provider_id)
    town.server.faults.inject("drop-after", infno="2207")
    assert isinstance(town.send(record, message_id), Unknown)
    assert isinstance(town.send(record, message_id), Accepted)
    assert wire.numbers[4:] == ["2207"]
    assert len(town.books.settlements()) == 1


def test_what_the_center_refuses_leaves_no_visit_there(town: Town) -> None:
    """Other amounts than the center's: refused with the field, and lines and registration are taken back."""
    record, wire = clinic(town), watched(town)
    wrong = msgspec.structs.replace(record.settlement, deductible=record.settlement.deductible + 1)
    outcome = town.send(msgspec.structs.replace(record, settlement=wrong))
    assert isinstance(outcome, Rejected)
    assert "act_pay_dedc" in outcome.reason
    assert wire.numbers[4:] == ["2205", "2202"]
    assert (states(town), lines(town)) == (["cancelled"], [])


class End(BaseException):
    """The process ends here."""


class Ending(Watched):
    """A wire at which the process ends once, with the answer to one transaction on its way."""

    def __init__(self, link: Link, infno: str) -> None:
        super().__init__(link)
        self._infno = infno

    def post(self, body: bytes) -> bytes:
        answer = super().post(body)
        if self.numbers[-1:] == [self._infno]:
            self._infno = ""
            raise End
        return answer


@pytest.mark.parametrize("last", ["2405", "2302", "2404"])
def test_a_visit_that_was_being_taken_back_at_an_end_is_begun_anew(town: Town, last: str) -> None:
    """The center refuses a stay, and the process ends while it is being taken back: sent again, it is admitted, billed
    and discharged as a whole, and not settled on what had been left of it."""
    record = town.stay()
    town.desk = town.new_desk(Ending(town.new_link(), last))
    town.desk.sign_in("0001")
    town.server.faults.inject("refuse", infno="2304")
    with pytest.raises(End):
        town.send(record)
    outcome = town.send(record)
    assert isinstance(outcome, Accepted), outcome
    assert (states(town), lines(town)) == (["cancelled", "discharged"], [1] * len(STAY))


def test_a_visit_that_was_taken_back_is_begun_anew_at_once(town: Town) -> None:
    """Refused and taken back whole: sent again, it is registered, and nothing is taken back a second time."""
    record, wire = clinic(town), watched(town)
    town.server.faults.inject("refuse", infno="2207")
    assert isinstance(town.send(record), Rejected)
    before = len(wire.numbers)
    assert isinstance(town.send(record), Accepted)
    assert wire.numbers[before:] == ["2201", "2203", "2204", "2207"]


def test_a_void_after_a_restart_takes_the_whole_stay_back(town: Town) -> None:
    """A desk that remembers no visit knows it by the center's number: discharge, lines and admission are undone."""
    record = town.stay()
    outcome = town.send(record)
    assert isinstance(outcome, Accepted)
    wire = watched(town)
    assert isinstance(town.send_void(record, outcome.references), Accepted)
    assert wire.numbers == ["2305", "2405", "2302", "2404"]
    assert (states(town), lines(town)) == (["cancelled"], [])


def test_a_purchase_s_void_is_one_message(town: Town) -> None:
    """There is no visit to take back."""
    record, wire = town.purchase(), watched(town)
    outcome = town.send(record)
    assert isinstance(outcome, Accepted)
    town.send_void(record, outcome.references)
    assert wire.numbers == ["2102", "2103"]


def test_a_stay_whose_discharge_is_refused_was_never_discharged(town: Town) -> None:
    """Lines and admission are taken back; no discharge is, for none took place."""
    record, wire = town.stay(), watched(town)
    town.server.faults.inject("refuse", infno="2402")
    assert isinstance(town.send(record), Rejected)
    assert wire.numbers == ["2401", "2301", "2402", "2302", "2404"]
    assert (states(town), lines(town)) == (["cancelled"], [])


def test_a_registration_that_the_center_refuses_is_looked_for_and_then_refused(town: Town) -> None:
    """None of ours stands there: the center's own reason is the settlement's, and no line is sent."""
    record, wire = clinic(town), watched(town)
    town.server.faults.inject("refuse", infno="2201")
    outcome = town.send(record)
    assert isinstance(outcome, Rejected)
    assert "the center is asked to refuse this" in outcome.reason
    assert wire.numbers == ["2201", "5201"]


class OneRowShort(Watched):
    """A wire on which the answer to the lines lacks its first row, once."""

    def post(self, body: bytes) -> bytes:
        answer = super().post(body)
        if self.numbers[-1:] == ["2204"] and self.numbers.count("2204") == 1:
            document = msgspec.json.decode(answer)
            document["output"]["result"].pop(0)
            return msgspec.json.encode(document)
        return answer


def test_lines_that_did_not_all_come_back_are_withdrawn_and_sent_again(town: Town) -> None:
    """Nothing is settled on them; the next attempt begins with the description."""
    record, wire = clinic(town), OneRowShort(town.new_link())
    town.desk = town.new_desk(wire)
    outcome = town.send(record)
    assert isinstance(outcome, NotSent)
    assert outcome.waits_alone
    assert isinstance(town.send(record), Accepted)
    assert wire.numbers == ["2201", "2203", "2204", "2203", "2205", "2204", "2207"]


def test_each_settlement_is_voided_and_reversed_under_its_own_number(town: Town) -> None:
    """2208 of a stay, or 2601 of a stay as if it had been a purchase, is refused."""
    record = town.stay()
    message_id = town.desk.new_message_id(record.provider_id)
    outcome = town.send(record, message_id)
    assert isinstance(outcome, Accepted)
    ask = (record.provider_id, record.operator, record.person_number, message_id)
    assert "not the transaction of this message" in town.desk.reverse(*ask, "2102", nothing_kept).reason  # type: ignore[union-attr]
    void, known = void_of(record, outcome.references)
    as_visit = msgspec.structs.replace(void, bill=msgspec.structs.replace(void.bill, service="outpatient"))
    refused = town.desk.send(as_visit, known, town.desk.new_message_id(record.provider_id), "void", lambda body: None)
    assert "settled by another transaction" in refused.reason  # type: ignore[union-attr]
    assert isinstance(town.desk.reverse(*ask, "2304", nothing_kept), Accepted)


def test_what_was_reversed_is_settled_anew_on_the_same_lines(town: Town) -> None:
    """2601 frees the lines; the settlement goes again under a new id, without a second registration."""
    record, wire = clinic(town), watched(town)
    message_id = town.desk.new_message_id(record.provider_id)
    town.send(record, message_id)
    ask = (record.provider_id, record.operator, record.person_number, message_id)
    assert isinstance(town.desk.reverse(*ask, "2207", nothing_kept), Accepted)
    assert isinstance(town.send(record), Accepted)
    assert wire.numbers[4:] == ["2601", "2207"]
    assert lines(town) == [1]


def test_a_trial_of_a_visit_books_nothing(town: Town) -> None:
    """2206 on the uploaded lines says the center's sums; the settlement takes the same visit."""
    record, wire = clinic(town), watched(town)
    sums, differences = town.desk.pre_settle(record)
    assert (sums.total, differences) == (10_000, ())
    assert town.books.settlements() == []
    assert isinstance(town.send(record), Accepted)
    assert wire.numbers == ["2201", "2203", "2204", "2206", "2207"]


def test_a_province_that_wants_numbers_and_letters_gets_them(town: Town) -> None:
    """Amounts and counts as JSON numbers, exact; line numbers with letters; the refund flag in capitals."""
    record = town.purchase()
    profile = Profile(name="test", repeats="recognised", numbers="as-numbers", line_number="letters")
    wire = watched(town, profile)
    assert isinstance(town.send(record), Accepted)
    sent = wire.bodies[-1]["input"]
    assert isinstance(sent, dict)
    assert sent["druginfo"]["medfee_sumamt"] == 111.70
    assert sent["druginfo"]["psn_no"] == record.person_number
    assert [line["feedetl_sn"] for line in sent["drugdetail"]] == ["XM00000001", "XM00000002", "XM00000003"]
    assert [line["det_item_fee_sumamt"] for line in sent["drugdetail"]] == [58.40, 33.30, 20.00]


def test_an_inquiry_says_how_a_settlement_stands_at_the_center(town: Town) -> None:
    """5203: the center's own sums, and after the void that it was taken back."""
    record = town.stay()
    outcome = town.send(record)
    assert isinstance(outcome, Accepted)
    known = void_of(record, outcome.references)[1]
    found = town.desk.inquire(known)
    assert (found.taken_back, found.sums.fund_total, found.differences) == (False, 574_000, ())
    town.send_void(record, outcome.references)
    assert town.desk.inquire(known).taken_back


def test_an_item_s_unit_price_reaches_the_center_without_a_quantity(town: Town) -> None:
    """Rules read it (a service from so much a piece), though nobody counted: the center judges the same bill."""
    bought = items(
        {"amount": "400.02", "unit_price": "200.01"}, {"amount": "3.00", "unit_price": "1.5", "quantity": "2"}
    )
    assert isinstance(town.send(town.record(town.bill("A00000006", "pharmacy", "P37060200001", bought))), Accepted)
    assert town.books.settlements()[0][0].bill.items == bought


def test_any_row_of_the_center_says_what_it_is(town: Town) -> None:
    """5203 of a row that the details named: standing, taken back, or itself what takes another back."""
    record = town.purchase()
    outcome = town.send(record)
    assert isinstance(outcome, Accepted)

    def row_there(number: str) -> RowThere:
        visit_number = outcome.references["mdtrt_id"]
        return town.desk.row_there(record.provider_id, record.person_number, number, visit_number)

    number = outcome.references["setl_id"]
    known = RowThere(taken_back=False, takes_back="", at="2021-06-30 09:00:00", scheme="employee")
    assert row_there(number) == known
    void = town.send_void(record, outcome.references)
    assert isinstance(void, Accepted)
    assert row_there(number) == msgspec.structs.replace(known, taken_back=True)
    assert row_there(void.references["setl_id"]) == msgspec.structs.replace(known, takes_back=number)
