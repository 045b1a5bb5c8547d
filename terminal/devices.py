"""The devices that a configuration names: which driver stands behind each port."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hw.cards.purse import PurseDriver
from hw.cards.purse_session import KeyChoice
from hw.pcsc import PcscReader
from hw.ports import CardReader, DeviceState
from hw.printer import SerialPrinter, WirePrinter, network_printer, usb_printer
from hw.purse_port import PurseTerminal
from hw.scanner import SerialScanner
from hw.simulated.printer import SimulatedPrinter
from hw.simulated.reader import CardFileReader, SimulatedReader
from terminal.config import Config
from terminal.config_sections import PrinterSection, PsamSection, ReaderSection, ScannerSection

Printer = WirePrinter | SimulatedPrinter
"""Every printer that a terminal drives, and its twin."""


@dataclass(frozen=True, slots=True)
class Devices:
    """Every device of one terminal. purses, scanner: None where there is none."""

    reader: CardReader
    printer: Printer
    purses: PurseTerminal | None
    scanner: SerialScanner | None

    def states(self) -> dict[str, Callable[[], DeviceState]]:
        """What each device is asked for its state by, under the word that health has for it."""
        asked = {"reader": self.reader.state, "printer": self.printer.state}
        if self.purses is not None:
            asked["psam"] = self.purses.state
        if self.scanner is not None:
            asked["scanner"] = self.scanner.state
        return asked

    def close(self) -> None:
        """Let go of what is held open: the scanner's port."""
        if self.scanner is not None:
            self.scanner.close()


def devices_of(config: Config) -> Devices:
    """The devices of a configuration."""
    return Devices(
        reader=reader_of(config.reader),
        printer=printer_of(config.printer),
        purses=purse_terminal_of(config.psam, config.reader),
        scanner=scanner_of(config.scanner),
    )


def reader_of(section: ReaderSection) -> CardReader:
    """The card reader. Nothing is touched before it is asked."""
    return _slot_of(section)


def purse_terminal_of(psam: PsamSection, reader: ReaderSection) -> PurseTerminal | None:
    """The purses on the patients' cards, debited with the PSAM in its own slot; None where no PSAM is configured."""
    if psam.kind == "none":
        return None
    keys = KeyChoice(psam.key_index, psam.factors)
    return PurseDriver(_slot_of(reader), _slot_of(psam), psam.dialect, psam.application, keys)


def _slot_of(section: ReaderSection | PsamSection) -> PcscReader | SimulatedReader | CardFileReader:
    if section.kind == "pcsc":
        return PcscReader(section.name or None)
    if section.kind == "none":
        return SimulatedReader(connected=False)
    return CardFileReader(Path(section.card))


def scanner_of(section: ScannerSection) -> SerialScanner | None:
    """The QR scanner, which tries to open its port from now on until it is closed; None where there is none."""
    if section.kind == "none":
        return None
    return SerialScanner(section.port, section.baudrate, section.prefix, section.silence_ends)


def printer_of(section: PrinterSection) -> Printer:
    """The receipt printer; kind "none" is one that never answers."""
    if section.kind == "serial":
        return SerialPrinter(section.port, section.baudrate, flow_control=section.flow_control)
    if section.kind == "network":
        return network_printer(section.host, section.tcp_port)
    if section.kind == "usb":
        return usb_printer(section.usb_vendor, section.usb_product)
    printer = SimulatedPrinter(section.columns)
    printer.silent = section.kind == "none"
    return printer
