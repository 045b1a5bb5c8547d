"""What the fuzzers do with bytes that are a till's bill, a center's answer or a printer's status.

Each target takes bytes and raises nothing but the terminal's own errors; anything else that escapes is a finding.
"""

from __future__ import annotations

import base64
import datetime as dt
import itertools
import subprocess
from contextlib import suppress
from functools import cache
from pathlib import Path

import msgspec

from hw.ports import DeviceError, Health
from hw.printer import WirePrinter
from terminal.center.answers import Accepted, Credential, Institution, NotSent, Rejected, Unknown
from terminal.center.desk import CenterDesk
from terminal.center.details import read_center_rows
from terminal.center.envelope import GatewayRefused, Unreadable, decode_answer
from terminal.center.no_answer import understood
from terminal.center.profile import REFERENCE, Body, Profile
from terminal.center.publications import Offer
from terminal.center.seal import Secrets, sm4
from terminal.clock import BEIJING, SetClock
from terminal.errors import Refused, TerminalError
from terminal.journal.records import GroupTotals, SettlementRecord
from terminal.publication import Head
from terminal.settlement.codec import decode_bill, encode
from terminal.settlement.law import Law

BILLS = Path(__file__).parents[2] / "examples" / "bills"
MORNING = dt.datetime(2021, 6, 30, 9, 0, tzinfo=BEIJING)
PROVIDER_ID = "P37060200001"
MESSAGE_ID = f"{PROVIDER_ID}20210630090000{1:02d}{1:02d}"
OPERATOR = "0001"
PERSON = "37060200000006"


@cache
def law() -> Law:
    """The shipped policies, without supplements."""
    return Law.load()


def settle_bill_text(data: bytes) -> None:
    """A bill as a till sends it: refused with a place, or settled with every fen accounted for."""
    try:
        bill = decode_bill(data)
        result = law().settle(bill)
    except Refused:
        return
    assert result.total == sum(item.amount for item in bill.items)
    assert result.total == result.fund_total + result.provider_borne + result.account + result.cash
    assert decode_bill(encode(bill)) == bill


@cache
def settled() -> SettlementRecord:
    """A purchase, as the counter commits it."""
    bill = decode_bill((BILLS / "08-pharmacy-enough-balance.json").read_bytes())
    return SettlementRecord(
        id="T120210630000001",
        kind="settlement",
        business_day=MORNING.date(),
        at=MORNING,
        operator=OPERATOR,
        provider_id=PROVIDER_ID,
        scheme="employee",
        clearing_class="pharmacy",
        person_number=PERSON,
        bill=bill,
        settlement=law().settle(bill),
    )


class OneAnswer:
    """A link on which the center says one thing, whatever it is asked."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer

    def post(self, body: bytes) -> bytes:
        """The answer."""
        return self.answer


@cache
def secrets() -> Secrets:
    """Keys of nobody, made by the machine's own openssl."""
    made = ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2"]
    private = subprocess.run(made, check=True, capture_output=True).stdout
    public = subprocess.run(["openssl", "pkey", "-pubout"], input=private, check=True, capture_output=True).stdout
    return Secrets(client_id="0123456789abcdef", private_key=private.decode(), center_public_key=public.decode())


PROVINCES = (
    REFERENCE,
    Profile(name="signed", body=Body(signature="input")),
    Profile(name="signed-over-the-envelope", body=Body(signature="envelope", encoding="hex")),
    Profile(name="encrypted", body=Body(encryption="sm4")),
    Profile(name="both", body=Body(signature="input", encryption="sm4")),
    Profile(name="said-in-secret", body=Body(encryption="sm4")),
)
"""In the last one the bytes are what the center has encrypted, in the others what comes over the wire."""


def said_in_secret(output: bytes) -> bytes:
    """An answer of success with this output."""
    return b'{"infcode":0,"output":"' + base64.b64encode(sm4(secrets(), output, encrypt=True)) + b'"}'


def desk_that_hears(answer: bytes, province: Profile) -> CenterDesk:
    """A desk with its operator signed in, at which every question is answered so."""
    stamps = itertools.count()
    institution = Institution("370602", {PROVIDER_ID: "三院"}, "T1")
    desk = CenterDesk(
        OneAnswer(answer),
        institution,
        lambda: (MORNING, next(stamps) % 100),
        1,
        SetClock(MORNING),
        province,
        secrets(),
        sign_ins={OPERATOR: (MORNING.date(), "1")},
    )
    desk.works_for(OPERATOR)
    return desk


OFFER = Offer(
    Head(kind="catalogue", name="1301", version=1, in_force_from=MORNING.date(), digest="0" * 64), "", "F1", "f.zip"
)


QUESTIONS = 16
"""Of `hear_the_center`; what is kept in `corpus/center.txt` counts on their order."""


def hear_the_center(data: bytes) -> None:
    """The first byte chooses question and province, the rest is the answer: understood, refused, or in doubt, and never
    more.

    What moves money is accepted only where the answer says so itself, and where it must be signed, never: here nobody
    has the center's key.
    """
    if not data:
        return
    answer = data[1:]
    province = PROVINCES[data[0] // QUESTIONS % len(PROVINCES)]
    if province is PROVINCES[-1]:
        answer = said_in_secret(answer)
    desk, record = desk_that_hears(answer, province), settled()
    known = {"setl_id": "1", "mdtrt_id": "2"}
    voided = msgspec.structs.replace(record, center_references=known, upload_state="accepted")
    void = msgspec.structs.replace(record, id=record.id + "V", kind="void", voids=record.id)
    sums = GroupTotals.of_nothing(PROVIDER_ID, "employee", "pharmacy")
    quiet = lambda request: None  # noqa: E731
    money = (
        lambda: desk.send(record, None, MESSAGE_ID, "settle", quiet),
        lambda: desk.send(void, voided, MESSAGE_ID, "void", quiet),
        lambda: desk.reverse(PROVIDER_ID, OPERATOR, PERSON, MESSAGE_ID, "2102", quiet),
    )
    questions = (
        lambda: desk.sign_in(OPERATOR),
        lambda: desk.identify(PROVIDER_ID, Credential("card", "A00000001", "")),
        lambda: desk.accumulators(PROVIDER_ID, PERSON),
        lambda: desk.pre_settle(record),
        lambda: desk.totals(MORNING.date(), sums),
        lambda: desk.details(MORNING.date(), sums, []),
        lambda: desk.published_files(),
        lambda: desk.next_catalogue("1301", 0),
        lambda: desk.inquire(voided),
        lambda: desk.is_taken_back(voided),
        lambda: desk.row_there(PROVIDER_ID, PERSON, "1", "2"),
        lambda: desk.published_file(OFFER),
        lambda: understood(read_center_rows, answer),
    )
    assert len(money) + len(questions) == QUESTIONS
    chosen = data[0] % QUESTIONS
    if chosen >= len(money):
        with suppress(TerminalError):
            questions[chosen - len(money)]()
        return
    outcome = money[chosen]()
    assert isinstance(outcome, Accepted | Rejected | NotSent | Unknown)
    if isinstance(outcome, Accepted):
        assert decode_answer(answer).accepted
        assert province.body.signature == "none"
    if isinstance(outcome, Rejected):
        assert not decode_answer(answer).accepted
    if isinstance(outcome, NotSent):
        with suppress(Unreadable, GatewayRefused):
            assert not decode_answer(answer).accepted


class OneStream:
    """A wire on which these bytes come, and then nothing."""

    def __init__(self, data: bytes) -> None:
        self._data = iter(data)
        self.sent = bytearray()

    def open(self) -> None:
        """There at once."""

    def close(self) -> None:
        """Nothing to let go."""

    def write(self, data: bytes) -> None:
        """Takes everything."""
        self.sent += data

    def read_byte(self) -> int | None:
        """The next one."""
        return next(self._data, None)

    def forget_input(self) -> None:
        """What has not come yet cannot be forgotten."""


def hear_the_printer(data: bytes) -> None:
    """Any bytes for its status: never good without the bits of a status, never printed without a proof."""
    state = WirePrinter(OneStream(data)).state()
    if state.health is Health.GOOD:
        assert any(byte & 0b1001_0011 == 0b0001_0010 for byte in data)
    wire = OneStream(data)
    with suppress(DeviceError):
        WirePrinter(wire).print(b"paper\n")
        assert b"paper\n" in wire.sent
        assert len(data) > 2


TARGETS = {"bill": settle_bill_text, "center": hear_the_center, "printer": hear_the_printer}
