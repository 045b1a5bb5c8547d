"""The sections of `terminal.toml`: each key, its unit, its bounds, and what holds where it is not given."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

from terminal.center.tls import Tls
from terminal.limits import (
    CENTER_REPLY_TIMEOUT_SECONDS,
    CODE_LIFE_SECONDS,
    CODE_LIFE_SECONDS_MAX,
    RETRY_PAUSE_SECONDS_MAX,
    RETRY_PAUSE_SECONDS_MIN,
    TEXT_CHARACTERS_MAX,
)
from terminal.money import Fen
from terminal.settlement.bill import Provider

REPLY_TIMEOUT_SECONDS_MAX = 60
"""Nobody waits longer than this at a counter."""

Name = Annotated[str, Meta(min_length=1, max_length=TEXT_CHARACTERS_MAX)]
TerminalId = Annotated[str, Meta(pattern=r"\A[A-Z0-9]{1,12}\Z")]
AreaCode = Annotated[str, Meta(pattern=r"\A[0-9]{6}\Z")]
ProviderId = Annotated[str, Meta(pattern=r"\A[A-Z0-9]{12}\Z")]
UsbNumber = Annotated[int, Meta(ge=0, le=65_535)]
Port = Annotated[int, Meta(ge=0, le=65_535)]
PauseSeconds = Annotated[int, Meta(ge=RETRY_PAUSE_SECONDS_MIN, le=RETRY_PAUSE_SECONDS_MAX)]
OptionalName = Annotated[str, Meta(max_length=TEXT_CHARACTERS_MAX)]
Hours = Annotated[int, Meta(ge=0, le=8_760)]
PerSecond = Annotated[int, Meta(ge=1, le=10_000)]
Moment = Annotated[dt.datetime, Meta(tz=True)]


class Section(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of the sections: immutable, and an unknown key is refused."""

    PATHS: ClassVar[tuple[str, ...]] = ()
    """Keys whose values are paths, or lists of them; "" is none."""


class TerminalSection(Section, frozen=True):
    """Who this terminal is. `id` opens every settlement number; `till_number` is part of every message id.

    No two terminals of one institution may have the same till number: each would take the other's sales for strangers.
    So it has no default.
    """

    PATHS: ClassVar[tuple[str, ...]] = ("journal",)

    id: TerminalId
    till_number: Annotated[int, Meta(ge=0, le=99)]
    mode: Literal["local", "online"] = "local"
    journal: Name = "journal.db"


class ApiSection(Section, frozen=True):
    """Where the local API listens, and what it bears. host: an address; beyond loopback only with TLS. port 0: any.

    socket: a Unix socket's path. tls_*: PEM files; browsers and tills call the terminal by the certificate's names.
    requests_per_second_max: of all tills together; till_…: of each. request_timeout_seconds: until a request is here.
    """

    PATHS: ClassVar[tuple[str, ...]] = ("socket", "tls_certificate", "tls_key")

    host: Name = "127.0.0.1"
    port: Port = 8431
    socket: OptionalName = ""
    tls_certificate: OptionalName = ""
    tls_key: OptionalName = ""
    requests_per_second_max: PerSecond = 200
    till_requests_per_second_max: PerSecond = 100
    request_timeout_seconds: Annotated[int, Meta(ge=1, le=60)] = 10


class CenterSection(Section, frozen=True):
    """The municipal center: its address, the division code of the place of care, patience in seconds.

    profile: its province's way, by name or as a file. secrets: a TOML file with the keys that the center gave.
    tls_*: PEM files for https: who vouches for the center, our certificate and its key. offline_*: what is advanced
    while it cannot be reached, in hours since it was last asked (or since the newest blacklist; 0: it gives none) and
    in yuan. counties: names of divisions for the statements. statement_day: the day of the month on which last month's
    statement must be ready, as agreed with the bureau; 0: none is agreed.
    """

    PATHS: ClassVar[tuple[str, ...]] = ("secrets", "tls_authority", "tls_certificate", "tls_key")

    url: Name
    area_code: AreaCode
    profile: Name = "baseline"
    secrets: OptionalName = ""
    tls_authority: OptionalName = ""
    tls_certificate: OptionalName = ""
    tls_key: OptionalName = ""
    offline_entitlement_hours_max: Hours = 72
    offline_bill_max: Fen = Fen(200_000)
    offline_person_day_max: Fen = Fen(500_000)
    offline_blacklist_hours_max: Hours = 0
    counties: dict[AreaCode, Name] = {}
    statement_day: Annotated[int, Meta(ge=0, le=28)] = 0
    reply_timeout_seconds: Annotated[int, Meta(ge=1, le=REPLY_TIMEOUT_SECONDS_MAX)] = CENTER_REPLY_TIMEOUT_SECONDS
    retry_pause_seconds_min: PauseSeconds = RETRY_PAUSE_SECONDS_MIN
    retry_pause_seconds_max: PauseSeconds = RETRY_PAUSE_SECONDS_MAX

    @property
    def tls(self) -> Tls:
        """The certificates for https."""
        return Tls(self.tls_authority, self.tls_certificate, self.tls_key)


class ReaderSection(Section, frozen=True):
    """The card reader. `name` as PC/SC calls it, "" for the first; `card` for a simulated one."""

    PATHS: ClassVar[tuple[str, ...]] = ("card",)

    kind: Literal["pcsc", "simulated", "none"] = "pcsc"
    name: OptionalName = ""
    card: OptionalName = ""


class ScannerSection(Section, frozen=True):
    """The QR scanner. prefix: what it puts before each code. silence_ends: it sends neither CR nor LF.

    code_life_seconds: how long the province lets a code live at the longest; within it none is sent twice.
    """

    kind: Literal["serial", "none"] = "none"
    port: OptionalName = ""
    baudrate: Literal[9600, 19200, 38400, 57600, 115200] = 9600
    prefix: Annotated[str, Meta(max_length=16, pattern=r"\A[!-~]*\Z")] = ""
    silence_ends: bool = False
    code_life_seconds: Annotated[int, Meta(ge=1, le=CODE_LIFE_SECONDS_MAX)] = CODE_LIFE_SECONDS


class PsamSection(Section, frozen=True):
    """The terminal's security module, and how the purses of this place are debited. `name`, `card` as for the reader.

    application: of the PSAM, hex digits. dialect: "pboc" (purse), "pboc-deposit" (asks for the PIN), "social" (its
    debit is not published: refused). key_index: the purse's purchase key. factors: 2 where the purse's key depends on
    its issuer too. bill_max, day_max: in yuan, what one bill and one business day may take out of a purse here; "0.00":
    as much as it holds.
    """

    PATHS: ClassVar[tuple[str, ...]] = ("card",)

    kind: Literal["pcsc", "simulated", "none"] = "none"
    name: OptionalName = ""
    card: OptionalName = ""
    application: Annotated[str, Meta(pattern=r"\A([0-9A-F]{2}){5,16}\Z")] = "D15600000590"
    dialect: Literal["pboc", "pboc-deposit", "social"] = "pboc"
    key_index: Annotated[int, Meta(ge=1, le=255)] = 1
    factors: Annotated[int, Meta(ge=1, le=2)] = 1
    bill_max: Fen = Fen(0)
    day_max: Fen = Fen(0)


class PrinterSection(Section, frozen=True):
    """The receipt printer: 32 columns on 58 mm, 48 (or 42) on 80 mm. flow_control: how it says busy.

    encoding: how it reads Chinese; the line that the cashier picks from the test page holds over it. host, tcp_port:
    of a network printer. usb_vendor, usb_product: of a USB printer, as `lsusb` shows them. draws_qr: false for one that
    knows no QR codes, and gets them as pictures.
    """

    kind: Literal["serial", "network", "usb", "simulated", "none"] = "none"
    port: OptionalName = ""
    baudrate: Literal[9600, 19200, 38400, 57600, 115200] = 115200
    flow_control: Literal["none", "rtscts", "xonxoff"] = "rtscts"
    host: OptionalName = ""
    tcp_port: Annotated[int, Meta(ge=1, le=65_535)] = 9100
    usb_vendor: UsbNumber = 0
    usb_product: UsbNumber = 0
    columns: Literal[32, 42, 48] = 32
    encoding: Literal["gb18030", "gbk", "utf-8"] = "gb18030"
    draws_qr: bool = True


class ReceiptSection(Section, frozen=True):
    """How papers look. layout: the pharmacy's own file over the standard one. fonts: own ones, asked first."""

    PATHS: ClassVar[tuple[str, ...]] = ("layout", "fonts")

    layout: OptionalName = ""
    fonts: Annotated[list[Name], Meta(max_length=8)] = []


class ProviderEntry(Provider, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One institution that settles here: the bill's provider and the name that stands on the receipt."""

    id: ProviderId
    name: Name

    def as_provider(self) -> Provider:
        """The part that goes onto a bill."""
        return Provider(**{field: getattr(self, field) for field in Provider.__struct_fields__})


class PoliciesSection(Section, frozen=True):
    """Which supplements of the bureau hold here, and which lapsed policies go on until their successor.

    bureau_key: the file of the bureau's SM2 public key (PEM); where it is given, supplements count only signed.
    """

    PATHS: ClassVar[tuple[str, ...]] = ("supplements", "bureau_key")

    supplements: Annotated[list[Name], Meta(max_length=64)] = []
    lapsed_goes_on: Annotated[list[Name], Meta(max_length=64)] = []
    bureau_key: OptionalName = ""


class CatalogueSection(Section, frozen=True):
    """What is sold here, as a CSV table (`terminal/counter/catalogue.py` has its columns); "" for none."""

    PATHS: ClassVar[tuple[str, ...]] = ("file",)

    file: OptionalName = ""


class ClockSection(Section, frozen=True):
    """Training only: the clock starts at this moment instead of now and runs on."""

    starts_at: Moment | None = None
