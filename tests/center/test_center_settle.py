"""Settlements at the reference center: worked out there again, compared to the fen, booked once, taken back."""

from __future__ import annotations

import re

import msgspec
import pytest
from town import PURCHASE, STAY, Town, card_of, items, nothing_kept, void_of
from watched import Telling

from terminal.center.answers import TAKEN_BACK, Accepted, Rejected, Unknown
from terminal.center.desk import CenterDesk
from terminal.center.envelope import decode_answer, fen_of
from terminal.errors import Refused, Unavailable
from terminal.money import Fen, format_fen
from terminal.settlement.bill import Episode, Year

E2 = items({"kind": "service", "amount": "12345.67"})
E3 = items({"kind": "service", "amount": "30000.00"})
E4 = items(
    {"kind": "service", "amount": "4000.00", "high_cost_therapy": True},
    {"amount": "600.00"},
    {"class": "B", "amount": "333.33", "self_pay_rate": "0.05"},
)
E7 = items({"kind": "service", "amount": "5000.00"})
E8 = items({"kind": "service", "amount": "1500.50"}, {"amount": "2000.00", "essential": True})
E9 = items({"kind": "service", "amount": "1000.03"}, {"amount": "500.02", "essential": True})
E11 = items({"kind": "service", "amount": "350.00"})

REFERRED = Episode(merged="referral", merged_deductible_paid=Fen(20_000))
URAEMIA = Episode(disease="uraemia", chronic_class="A")
SAME_ACCIDENT = Episode(merged="accident", merged_deductible_paid=Fen(4_800))

# Card, service, provider, items, episode; then total, pool, large_amount, account, cash, balance of the decree's table.
EXAMPLES = {
    "E1": ("A00000001", "inpatient", "H37060200003", STAY, Episode()),
    "E2": ("A00000002", "inpatient", "H37060200003", E2, REFERRED),
    "E3": ("A00000003", "inpatient", "H37060200002", E3, Episode()),
    "E4": ("A00000004", "chronic", "H37060200002", E4, URAEMIA),
    "E6": ("A00000006", "pharmacy", "P37060200001", PURCHASE, Episode()),
    "E7": ("A00000007", "inpatient", "H37060200002", E7, Episode()),
    "E8": ("A00000008", "inpatient", "H37060200001", E8, Episode()),
    "E9": ("A00000009", "inpatient", "H37060200001", E9, Episode()),
    "E11": ("A00000011", "accident", "H37060200001", E11, SAME_ACCIDENT),
}
FIELDS = ("medfee_sumamt", "hifp_pay", "hifob_pay", "acct_pay", "psn_cash_pay", "balc")
AMOUNTS = {
    "E1": "8250.00 5740.00 0.00 1500.00 1010.00 0.00",
    "E2": "12345.67 10468.39 0.00 1877.28 0.00 1122.72",
    "E3": "30000.00 1000.00 25491.17 200.00 3308.83 0.00",
    "E4": "4933.33 4579.16 0.00 100.00 254.17 0.00",
    "E6": "111.70 0.00 0.00 75.00 36.70 0.00",
    "E7": "5000.00 0.00 0.00 1200.00 3800.00 0.00",
    "E8": "3500.50 1500.00 0.00 0.00 2000.50 0.00",
    "E9": "1500.05 1066.04 0.00 0.00 434.01 0.00",
    "E11": "350.00 200.00 0.00 0.00 150.00 0.00",
}


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_center_answers_the_decrees_amounts(town: Town, example: str) -> None:
    """Each worked example goes up over HTTP, is accepted, and comes back with the amounts of the decree's table."""
    card, service, provider_id, lines, episode = EXAMPLES[example]
    record = town.record(town.bill(card, service, provider_id, lines, episode=episode))

    outcome = town.send(record)

    assert isinstance(outcome, Accepted)
    assert outcome.differences == ()
    row = decode_answer(outcome.answer).output["setlinfo"]
    assert [format_fen(fen_of(row[field])) for field in FIELDS] == AMOUNTS[example].split()


def test_a_settlement_moves_balance_and_year(town: Town) -> None:
    """E1 empties the account and moves the year's accumulators; the next identification shows both."""
    outcome = town.send(town.stay())

    assert isinstance(outcome, Accepted)
    person = town.desk.identify("H37060200003", card_of("A00000001"))
    assert person.account.balance == 0
    assert person.year == Year(
        pool_paid=Fen(574_000),
        eligible_expense=Fen(780_000),
        personal_burden=Fen(206_000),
        in_scope_self_pay=Fen(206_000),
        admissions=1,
    )


def test_the_answer_carries_the_centers_references(town: Town) -> None:
    """What a void and the reconciliation need later comes back: settlement, visit, time, clearing class and agency."""
    record = town.purchase()
    message_id = town.desk.new_message_id(record.provider_id)

    outcome = town.send(record, message_id)

    assert isinstance(outcome, Accepted)
    assert len(message_id) == 30
    assert outcome.references["medins_setl_id"] == message_id
    assert outcome.references["setl_time"] == "2021-06-30 09:00:00"
    assert outcome.references["clr_type"] == "41"
    assert outcome.references["clr_optins"] == "370602"
    assert outcome.references["setl_id"]
    assert outcome.references["mdtrt_id"]


@pytest.mark.parametrize(
    ("key", "field"), [("cash", "psn_cash_pay"), ("account", "acct_pay"), ("personal", "psn_part_amt")]
)
def test_one_fen_changed_is_refused_by_field(town: Town, key: str, field: str) -> None:
    """A terminal whose split is one fen off is refused, the field is named, and nothing is booked."""
    record = town.stay()
    changed = msgspec.structs.replace(record.settlement, **{key: Fen(getattr(record.settlement, key) + 1)})

    outcome = town.send(msgspec.structs.replace(record, settlement=changed))

    assert isinstance(outcome, Rejected)
    assert f"{field}: center {format_fen(getattr(record.settlement, key))}" in outcome.reason
    assert town.person("A00000001").account.balance == 150_000
    assert town.books.settlements() == []


def test_the_center_settles_by_its_own_data(town: Town) -> None:
    """A terminal that takes the patient for a retiree is refused: the center reads the person from its own books."""
    bill = town.bill("A00000001", "inpatient", "H37060200003", STAY)
    flattered = msgspec.structs.replace(bill.patient, category="retiree")
    record = town.record(msgspec.structs.replace(bill, patient=flattered))

    outcome = town.send(record)

    assert isinstance(outcome, Rejected)
    assert "hifp_pay: center 5740.00, terminal" in outcome.reason


def test_the_same_message_again_gets_the_same_answer(town: Town) -> None:
    """A message repeated under its id, even after a new sign-in, is answered byte for byte and booked once."""
    record = town.stay()
    message_id = town.desk.new_message_id(record.provider_id)
    first = town.send(record, message_id)
    town.clock.advance(3600)
    town.desk.sign_in("0001")

    second = town.send(record, message_id)

    assert isinstance(first, Accepted)
    assert first == second
    assert len(town.books.settlements()) == 1
    assert town.person("A00000001").year.admissions == 1


def test_another_message_under_the_same_id_is_refused(town: Town) -> None:
    """A message id stands for one message: another settlement under it is refused."""
    stay, purchase = town.stay(), town.purchase(2)
    message_id = town.desk.new_message_id(stay.provider_id)
    town.send(stay, message_id)
    purchase = msgspec.structs.replace(purchase, provider_id=stay.provider_id)

    outcome = town.send(purchase, message_id)

    assert isinstance(outcome, Rejected)
    assert "msgid" in outcome.reason
    assert len(town.books.settlements()) == 1


def test_a_void_gives_back_balance_and_year(town: Town) -> None:
    """A void restores the account and every accumulator, and its answer's amounts are the negative ones."""
    before = town.person("A00000001")
    record = town.stay()
    settled = town.send(record)
    assert isinstance(settled, Accepted)

    outcome = town.send_void(record, settled.references)

    assert isinstance(outcome, Accepted)
    assert outcome.differences == ()
    after = town.person("A00000001")
    assert (after.account, after.year) == (before.account, before.year)
    row = decode_answer(outcome.answer).output["setlinfo"]
    assert fen_of(row["hifp_pay"]) == -574_000
    assert outcome.references["setl_id"] != settled.references["setl_id"]


def test_a_void_takes_back_its_own_share_only(town: Town) -> None:
    """Of two admissions the first is voided: what the second has moved stays."""
    first = town.send(record := town.stay(1))
    assert isinstance(first, Accepted)
    bill = town.bill("A00000001", "inpatient", "H37060200002", E7)
    second = town.record(bill, 2)
    town.send(second)

    town.send_void(record, first.references)

    year = town.person("A00000001").year
    assert year.pool_paid == second.settlement.funds["pool"]
    assert year.eligible_expense == 500_000
    assert year.admissions == 1


def test_a_settlement_is_voided_once(town: Town) -> None:
    """A second void, under a message id of its own, books nothing: it is done already, and the account is paid once."""
    record = town.purchase()
    settled = town.send(record)
    assert isinstance(settled, Accepted)
    town.send_void(record, settled.references)

    again = town.send_void(record, settled.references)

    assert isinstance(again, Accepted)
    assert again.references == {"found": TAKEN_BACK}
    assert [state for _, state in town.books.settlements()] == ["voided", "booked"]
    assert town.person("A00000006").account.balance == 7_500


def test_a_void_of_another_pharmacys_settlement_is_refused(town: Town) -> None:
    """Only the institution that settled may take back."""
    record = town.purchase()
    settled = town.send(record)
    assert isinstance(settled, Accepted)
    void, known = void_of(record, settled.references)
    foreign = msgspec.structs.replace(void, provider_id="H37060200003")

    outcome = town.desk.send(foreign, known, "M" * 30, "void", lambda request: None)

    assert isinstance(outcome, Rejected)
    assert "setl_id" in outcome.reason


def test_without_consent_nothing_outside_the_catalogue_is_booked(town: Town) -> None:
    """The center insists on the patient's consent where something lies outside the catalogue."""
    bill = msgspec.structs.replace(town.bill("A00000006", "pharmacy", "P37060200001", PURCHASE), consent=False)

    outcome = town.send(town.record(bill))

    assert isinstance(outcome, Rejected)
    assert "consent" in outcome.reason


def test_numbers_as_strings_and_nodes_as_lists_are_understood(town: Town) -> None:
    """A province that writes `infcode` and amounts as strings and `setlinfo` as a list is read as well."""
    record = town.purchase()
    town.server.faults.inject("strings")

    outcome = town.send(record)

    assert isinstance(outcome, Accepted)
    assert outcome.differences == ()


class Retouched:
    """A link that changes one text in every answer: a center that writes something else than it booked."""

    def __init__(self, town: Town, old: bytes, new: bytes) -> None:
        self._link, self._old, self._new = town.new_link(), old, new

    def post(self, body: bytes) -> bytes:
        return self._link.post(body).replace(self._old, self._new)


def retouched(town: Town, old: bytes, new: bytes) -> CenterDesk:
    desk = town.new_desk(Retouched(town, old, new))
    desk.sign_in("0001")
    return desk


def test_a_center_that_answers_other_amounts_is_shown_not_repaired(town: Town) -> None:
    """Amounts that differ and add up: both are reported, the center's are kept beside ours, which stay as they were."""
    record = town.purchase()
    desk = retouched(town, b'"acct_pay":"75.00","psn_cash_pay":"36.70"', b'"acct_pay":"74.00","psn_cash_pay":37.7')

    outcome = town.send(record, desk=desk)

    assert isinstance(outcome, Accepted)
    assert outcome.differences == (
        "acct_pay: center 74.00, terminal 75.00",
        "psn_cash_pay: center 37.70, terminal 36.70",
    )
    assert outcome.sums is not None
    assert (outcome.sums.account, outcome.sums.cash, record.settlement.account) == (7_400, 3_770, 7_500)


def test_an_answer_that_does_not_add_up_is_unknown(town: Town) -> None:
    """Amounts that break identities I1 and I2 are never taken as booked; the reason names them, the answer is kept."""
    record = town.purchase()

    outcome = town.send(record, desk=retouched(town, b'"psn_part_amt":"111.70"', b'"psn_part_amt":111.71'))

    assert isinstance(outcome, Unknown)
    assert "I1: medfee_sumamt 111.70" in outcome.reason
    assert "I2: psn_part_amt 111.71" in outcome.reason
    assert b"psn_part_amt" in outcome.answer


@pytest.mark.parametrize("field", [b"medins_setl_id", b"psn_no"])
def test_an_answer_to_another_message_is_unknown(town: Town, field: bytes) -> None:
    """A success that names another message, or another person, proves nothing of ours; no ID number is kept of it."""
    link = town.new_link()

    class Crossed:
        def post(self, body: bytes) -> bytes:
            return re.sub(b'"%s":"[^"]*"' % field, b'"%s":"370602000099"' % field, link.post(body))

    outcome = town.send(town.purchase(), desk=town.new_desk(Crossed()))

    assert isinstance(outcome, Unknown)
    assert not re.search(rb"\d{15}", outcome.answer)


def test_another_balance_at_the_center_is_shown(town: Town) -> None:
    """The account was used elsewhere meanwhile: the bill stands, and the other balance is shown."""
    record = town.purchase()
    desk = retouched(town, b'"balc":"0.00"', b'"balc":"12.30"')

    outcome = town.send(record, desk=desk)

    assert isinstance(outcome, Accepted)
    assert outcome.differences == ("balc: center 12.30, terminal 0.00",)


def test_the_old_names_of_other_editions_are_read(town: Town) -> None:
    """An edition that says `psn_pay` and `cash_payamt` means the same amounts."""
    record = town.purchase()
    desk = retouched(town, b'"psn_cash_pay":"36.70"', b'"cash_payamt":36.7')

    outcome = town.send(record, desk=desk)

    assert isinstance(outcome, Accepted)
    assert outcome.differences == ()


def test_a_refusal_without_a_word_is_told_by_its_code(town: Town) -> None:
    """`err_msg` is empty: the operator is told the number at least."""
    outcome = town.send(town.purchase(), desk=town.new_desk(Telling(town, "2102", '{"infcode":"-1","err_msg":null}')))
    assert isinstance(outcome, Rejected)
    assert outcome.reason == "infcode -1"
    desk = town.new_desk(Telling(town, "5206", '{"infcode":7}'))
    desk.sign_in("0001")
    with pytest.raises(Refused, match="the center refuses: infcode 7"):
        desk.accumulators("P37060200001", "37060200000006")


def test_a_reversal_that_is_answered_with_a_settlement_is_unknown(town: Town) -> None:
    """2601 has no output (3.10): what tells of a settlement answers something else."""
    ask = ("P37060200001", "0001", "37060200000006", "M" * 30, "2102")
    for output, kind in (('{"setlinfo":{"setl_id":"S1"}}', Unknown), ("{}", Accepted), ("null", Accepted)):
        desk = town.new_desk(Telling(town, "2601", f'{{"infcode":0,"output":{output}}}'))
        assert isinstance(desk.reverse(*ask, nothing_kept), kind)


@pytest.mark.parametrize("row", ['{"medfee_sumamt":"111.70"}', '{"setl_id":"S1"}', '{"medfee_sumamt":"much"}'])
def test_a_trial_that_does_not_add_up_is_no_answer(town: Town, row: str) -> None:
    """2101: a total without parts, no total, none that is an amount: nobody is shown sums that are none."""
    record = town.purchase()
    desk = town.new_desk(Telling(town, "2101", f'{{"infcode":0,"output":{{"setlinfo":{row}}}}}'))
    with pytest.raises(Unavailable) as unavailable:
        desk.pre_settle(record)
    assert unavailable.value.code == "center-silent"


@pytest.mark.parametrize("sign", ["", "-"])
def test_a_void_s_amounts_are_the_same_with_either_sign(town: Town, sign: str) -> None:
    """3.7 does not say which: both are what was taken back, and the account's balance is not held against the bill."""
    record = town.purchase()
    settled = town.send(record)
    assert isinstance(settled, Accepted)
    amounts = {"medfee_sumamt": "111.70", "psn_part_amt": "111.70", "acct_pay": "75.00", "pdn_cash_pay": "36.70"}
    written = ",".join(f'"{name}":"{sign}{amount}"' for name, amount in amounts.items())
    answer = f'{{"infcode":0,"output":{{"setlinfo":{{"setl_id":"S2","balc":"12.00",{written}}}}}}}'
    town.desk = town.new_desk(Telling(town, "2103", answer))
    outcome = town.send_void(record, settled.references)
    assert isinstance(outcome, Accepted)
    assert (outcome.references, outcome.differences) == ({"setl_id": "S2"}, ())
    assert outcome.sums is not None
    assert (outcome.sums.total, outcome.sums.account, outcome.sums.cash) == (111_70, 75_00, 36_70)
