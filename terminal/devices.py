"""The devices that a configuration names: which driver stands behind each port."""

from __future__ import annotations

from pathlib import Path

from hw.cards.purse import PurseDriver
from hw.cards.purse_session import KeyChoice
from hw.pcsc import PcscReader
from hw.ports import CardReader
from hw.printer import SerialPrinter, WirePrinter, network_printer, usb_printer
from hw.purse_port import PurseTerminal
from hw.simulated.printer import SimulatedPrinter
from hw.simulated.reader import CardFileReader, SimulatedReader
from terminal.config import PrinterSection, PsamSection, ReaderSection

Printer = WirePrinter | SimulatedPrinter
"""Every printer that a terminal drives, and its twin."""


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
