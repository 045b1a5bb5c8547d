"""`terminal.toml`: what one terminal is told about itself, read strictly and once, at start.

Promise: an unknown key, a wrong type or a value out of bounds is refused with the file and the key that holds
it, before any device, journal or port is touched. Relative paths are relative to the configuration file, so
that a terminal can be started from anywhere.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from terminal.errors import Refused
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
from terminal.settlement.codec import convert

CONFIG_BYTES_MAX = 1_048_576
"""A configuration longer than this is not one."""

REPLY_TIMEOUT_SECONDS_MAX = 60
"""Nobody waits longer than this at a counter."""

Name = Annotated[str, Meta(min_length=1, max_length=TEXT_CHARACTERS_MAX)]
TerminalId = Annotated[str, Meta(pattern=r"\A[A-Z0-9]{1,12}\Z")]
AreaCode = Annotated[str, Meta(pattern=r"\A[0-9]{6}\Z")]
ProviderId = Annotated[str, Meta(pattern=r"\A[A-Z0-9]{12}\Z")]
UsbNumber = Annotated[int, Meta(ge=0, le=65_535)]
Port = Annotated[int, Meta(ge=0, le=65_535)]
PauseSeconds = Annotated[int, Meta(ge=RETRY_PAUSE_SECONDS_MIN, le=RETRY_PAUSE_SECONDS_MAX)]
FileName = Annotated[str, Meta(max_length=TEXT_CHARACTERS_MAX)]
Hours = Annotated[int, Meta(ge=0, le=8_760)]
PerSecond = Annotated[int, Meta(ge=1, le=10_000)]
Moment = Annotated[dt.datetime, Meta(tz=True)]


class Section(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of the sections: immutable, and an unknown key is refused."""


class TerminalSection(Section, frozen=True):
    """Who this terminal is. `id` opens every settlement number; `till_number` is part of every message id."""

    id: TerminalId
    till_number: Annotated[int, Meta(ge=0, le=99)] = 1
    mode: Literal["local", "online"] = "local"
    journal: Name = "journal.db"


class ApiSection(Section, frozen=True):
    """Where the local API listens, and what it bears. host: an address; beyond loopback only with TLS. port 0: any.

    socket: a Unix socket's path. tls_*: PEM files; browsers and tills call the terminal by the certificate's names.
    requests_per_second_max: of all tills together; till_…: of each. request_timeout_seconds: until a request is here.
    """

    host: Name = "127.0.0.1"
    port: Port = 8431
    socket: FileName = ""
    tls_certificate: FileName = ""
    tls_key: FileName = ""
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

    url: Name
    area_code: AreaCode
    profile: Name = "baseline"
    secrets: FileName = ""
    tls_authority: FileName = ""
    tls_certificate: FileName = ""
    tls_key: FileName = ""
    offline_entitlement_hours_max: Hours = 72
    offline_bill_max: Fen = Fen(200_000)
    offline_person_day_max: Fen = Fen(500_000)
    offline_blacklist_hours_max: Hours = 0
    counties: dict[AreaCode, Name] = {}
    statement_day: Annotated[int, Meta(ge=0, le=28)] = 0
    reply_timeout_seconds: Annotated[int, Meta(ge=1, le=REPLY_TIMEOUT_SECONDS_MAX)] = CENTER_REPLY_TIMEOUT_SECONDS
    retry_pause_seconds_min: PauseSeconds = RETRY_PAUSE_SECONDS_MIN
    retry_pause_seconds_max: PauseSeconds = RETRY_PAUSE_SECONDS_MAX


class ReaderSection(Section, frozen=True):
    """The card reader. `name` as PC/SC calls it, "" for the first; `card` for a simulated one."""

    kind: Literal["pcsc", "simulated", "none"] = "pcsc"
    name: Annotated[str, Meta(max_length=TEXT_CHARACTERS_MAX)] = ""
    card: Annotated[str, Meta(max_length=TEXT_CHARACTERS_MAX)] = ""


class ScannerSection(Section, frozen=True):
    """The QR scanner. prefix: what it puts before each code. silence_ends: it sends neither CR nor LF.

    code_life_seconds: how long the province lets a code live at the longest; within it none is sent twice.
    """

    kind: Literal["serial", "none"] = "none"
    port: Annotated[str, Meta(max_length=TEXT_CHARACTERS_MAX)] = ""
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

    kind: Literal["pcsc", "simulated", "none"] = "none"
    name: Annotated[str, Meta(max_length=TEXT_CHARACTERS_MAX)] = ""
    card: Annotated[str, Meta(max_length=TEXT_CHARACTERS_MAX)] = ""
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
    port: Annotated[str, Meta(max_length=TEXT_CHARACTERS_MAX)] = ""
    baudrate: Literal[9600, 19200, 38400, 57600, 115200] = 115200
    flow_control: Literal["none", "rtscts", "xonxoff"] = "rtscts"
    host: Annotated[str, Meta(max_length=TEXT_CHARACTERS_MAX)] = ""
    tcp_port: Annotated[int, Meta(ge=1, le=65_535)] = 9100
    usb_vendor: UsbNumber = 0
    usb_product: UsbNumber = 0
    columns: Literal[32, 42, 48] = 32
    encoding: Literal["gb18030", "gbk", "utf-8"] = "gb18030"
    draws_qr: bool = True


class ReceiptSection(Section, frozen=True):
    """How papers look. layout: the pharmacy's own file over the standard one. fonts: own ones, asked first."""

    layout: Annotated[str, Meta(max_length=TEXT_CHARACTERS_MAX)] = ""
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

    supplements: Annotated[list[Name], Meta(max_length=64)] = []
    lapsed_goes_on: Annotated[list[Name], Meta(max_length=64)] = []
    bureau_key: Annotated[str, Meta(max_length=TEXT_CHARACTERS_MAX)] = ""


class CatalogueSection(Section, frozen=True):
    """What is sold here, as a CSV table (`terminal/counter/catalogue.py` has its columns); "" for none."""

    file: FileName = ""


class ClockSection(Section, frozen=True):
    """Training only: the clock starts at this moment instead of now and runs on."""

    starts_at: Moment | None = None


class Config(Section, frozen=True):
    """The whole of `terminal.toml`. Once loaded, every path in it is absolute."""

    terminal: TerminalSection
    center: CenterSection
    providers: Annotated[list[ProviderEntry], Meta(min_length=1, max_length=64)]
    api: ApiSection = ApiSection()
    reader: ReaderSection = ReaderSection()
    scanner: ScannerSection = ScannerSection()
    psam: PsamSection = PsamSection()
    printer: PrinterSection = PrinterSection()
    receipt: ReceiptSection = ReceiptSection()
    policies: PoliciesSection = PoliciesSection()
    catalogue: CatalogueSection = CatalogueSection()
    clock: ClockSection = ClockSection()

    @property
    def providers_by_id(self) -> dict[str, Provider]:
        """What the counter fills into a bill, by id; the first is the default."""
        return {entry.id: entry.as_provider() for entry in self.providers}

    @property
    def provider_names(self) -> dict[str, str]:
        """The institutions' names by id."""
        return {entry.id: entry.name for entry in self.providers}


def load(path: Path) -> Config:
    """Read and check one configuration file. Raises Refused with the file and the key; touches nothing."""
    data = _parsed(path)
    try:
        config = convert(data, Config)
        _check(config)
    except Refused as error:
        raise Refused(error.code, error.message, error.message_zh, f"{path}: {error.at}") from None
    return _with_absolute_paths(config, path.resolve().parent)


def _with_absolute_paths(config: Config, folder: Path) -> Config:
    replace = msgspec.structs.replace
    card = config.reader.card
    return replace(
        config,
        center=_center_with_absolute_paths(config.center, folder),
        api=_api_with_absolute_paths(config.api, folder),
        terminal=replace(config.terminal, journal=str(folder / config.terminal.journal)),
        receipt=replace(
            config.receipt,
            layout=str(folder / config.receipt.layout) if config.receipt.layout else "",
            fonts=[str(folder / font) for font in config.receipt.fonts],
        ),
        reader=replace(config.reader, card=str(folder / card) if card else ""),
        catalogue=replace(config.catalogue, file=str(folder / config.catalogue.file) if config.catalogue.file else ""),
        psam=replace(config.psam, card=str(folder / config.psam.card) if config.psam.card else ""),
        policies=replace(
            config.policies,
            supplements=[str(folder / given) for given in config.policies.supplements],
            bureau_key=str(folder / config.policies.bureau_key) if config.policies.bureau_key else "",
        ),
    )


def _center_with_absolute_paths(center: CenterSection, folder: Path) -> CenterSection:
    names = ("secrets", "tls_authority", "tls_certificate", "tls_key")
    paths = {name: str(folder / given) for name in names if (given := getattr(center, name))}
    if center.profile.endswith(".toml"):
        paths["profile"] = str(folder / center.profile)
    return msgspec.structs.replace(center, **paths)


def _api_with_absolute_paths(api: ApiSection, folder: Path) -> ApiSection:
    names = ("socket", "tls_certificate", "tls_key")
    return msgspec.structs.replace(
        api, **{name: str(folder / given) for name in names if (given := getattr(api, name))}
    )


def _parsed(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            data = file.read(CONFIG_BYTES_MAX + 1)
        if len(data) > CONFIG_BYTES_MAX:
            raise _wrong(f"a configuration is at most {CONFIG_BYTES_MAX} bytes", "配置文件过长", str(path))
        return tomllib.loads(data.decode())
    except OSError as error:
        why = error.strerror or "cannot be read"
        raise _wrong(f"cannot be read: {why}", f"无法读取配置文件：{why}", str(path)) from None
    except ValueError as error:
        raise _wrong(f"is not TOML: {error}", f"不是有效的 TOML：{error}", str(path)) from None


def _check(config: Config) -> None:
    """What no single value can show: relations between keys."""
    url = urlsplit(config.center.url)
    if url.scheme not in ("http", "https") or not url.hostname or url.username or url.query or url.fragment:
        raise _wrong("is http://host[:port]/path, without user or query", "中心地址无效", "center.url")
    if config.center.retry_pause_seconds_min > config.center.retry_pause_seconds_max:
        raise _wrong("is above retry_pause_seconds_max", "重试间隔下限大于上限", "center.retry_pause_seconds_min")
    _check_api(config.api)
    if config.reader.kind == "simulated" and not config.reader.card:
        raise _wrong("a simulated reader needs a card file", "模拟读卡器需要卡文件", "reader.card")
    if config.scanner.kind == "serial" and not config.scanner.port:
        raise _wrong("a serial scanner needs its port", "串口扫码器需要端口", "scanner.port")
    if config.psam.kind == "simulated" and not config.psam.card:
        raise _wrong("a simulated PSAM needs a card file", "模拟PSAM需要卡文件", "psam.card")
    if config.psam.kind == "pcsc" and not config.psam.name:
        raise _wrong("a PSAM needs the name of its reader", "PSAM卡需要读卡器名称", "psam.name")
    if config.printer.kind == "serial" and not config.printer.port:
        raise _wrong("a serial printer needs its port", "串口打印机需要端口", "printer.port")
    if config.printer.kind == "network" and not config.printer.host:
        raise _wrong("a network printer needs its host", "网络打印机需要地址", "printer.host")
    if config.printer.kind == "usb" and not config.printer.usb_vendor:
        raise _wrong("a USB printer needs its vendor number", "USB 打印机需要厂商号", "printer.usb_vendor")
    seen: set[str] = set()
    for place, entry in enumerate(config.providers):
        if entry.id in seen:
            raise _wrong("stands twice", "机构重复", f"providers[{place}].id")
        seen.add(entry.id)


def _check_api(api: ApiSection) -> None:
    try:
        beyond_loopback = not ip_address(api.host).is_loopback
    except ValueError:
        raise _wrong("is an address, such as 127.0.0.1", "应为 IP 地址", "api.host") from None
    if bool(api.tls_certificate) != bool(api.tls_key):
        missing = "tls_key" if api.tls_certificate else "tls_certificate"
        raise _wrong("certificate and key are given together", "证书与私钥须同时给出", f"api.{missing}")
    if beyond_loopback and not api.tls_certificate:
        raise _wrong("beyond loopback needs tls_certificate and tls_key", "非本机地址须配置 TLS 证书", "api.host")


def _wrong(message: str, message_zh: str, at: str) -> Refused:
    return Refused("bad-configuration", message, message_zh, at)
