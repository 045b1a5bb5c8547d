"""`terminal.toml`: what one terminal is told about itself, read strictly and once, at start.

Promise: an unknown key, a wrong type or a value out of bounds is refused with the file and the key that holds
it, before any device, journal or port is touched. Relative paths are relative to the configuration file, so
that a terminal can be started from anywhere.
"""

from __future__ import annotations

import tomllib
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from terminal.config_sections import (
    ApiSection,
    CatalogueSection,
    CenterSection,
    ClockSection,
    PoliciesSection,
    PrinterSection,
    ProviderEntry,
    PsamSection,
    ReaderSection,
    ReceiptSection,
    ScannerSection,
    Section,
    TerminalSection,
)
from terminal.errors import Refused
from terminal.settlement.bill import Provider
from terminal.settlement.codec import convert
from terminal.settlement.decoder_words import in_chinese
from terminal.settlement.given_text import refuse_controls

CONFIG_BYTES_MAX = 1_048_576
"""A configuration longer than this is not one."""


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
        refuse_controls(data)
        _check(config)
    except Refused as error:
        raise Refused(error.code, error.message, error.message_zh, f"{path}: {error.at}") from None
    return _with_absolute_paths(config, path.resolve().parent)


def _with_absolute_paths(config: Config, folder: Path) -> Config:
    sections = {name: getattr(config, name) for name in Config.__struct_fields__}
    named = {name: _named(one, folder) for name, one in sections.items() if isinstance(one, Section)}
    return msgspec.structs.replace(config, **named)


def _named(section: Section, folder: Path) -> Section:
    given = {key: getattr(section, key) for key in section.PATHS}
    if isinstance(section, CenterSection) and section.profile.endswith(".toml"):
        # A profile is a name or a file.
        given["profile"] = section.profile
    paths = {key: _absolute(value, folder) for key, value in given.items() if value}
    return msgspec.structs.replace(section, **paths)


def _absolute(value: str | list[str], folder: Path) -> str | list[str]:
    return str(folder / value) if isinstance(value, str) else [str(folder / one) for one in value]


def _parsed(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            data = file.read(CONFIG_BYTES_MAX + 1)
        if len(data) > CONFIG_BYTES_MAX:
            raise _wrong(f"a configuration is at most {CONFIG_BYTES_MAX} bytes", "配置文件过长", str(path))
        return tomllib.loads(data.decode())
    except OSError as error:
        why = error.strerror or "cannot be read"
        raise _wrong(f"cannot be read: {why}", "无法读取配置文件，请检查路径与权限", str(path)) from None
    except ValueError as error:
        raise _wrong(f"is not TOML: {error}", f"不是有效的 TOML：{in_chinese(str(error))}", str(path)) from None


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
