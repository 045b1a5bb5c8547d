"""The commands of the simulated printer: how many bytes each takes, and what it does (printer.md 1.1 to 1.4)."""

from __future__ import annotations

from collections.abc import Callable, Generator

from hw.simulated.paper import CELL_DOTS
from hw.simulated.printer_codes import band
from hw.simulated.printer_mechanism import Machine, Mechanism

_Bytes = Generator[None, int, bytes]
_QR_LEVEL_FIRST = 0x30


class Interpreter(Mechanism):
    """A printer with its commands."""

    def command(self, prefix: int) -> Machine:
        """Read the rest of a command that began with `prefix` and do it."""
        code = yield
        name = bytes((prefix, code))
        if name in _LONG:
            yield from _LONG[name](self)
        elif name in _SHORT:
            count, action = _SHORT[name]
            arguments = yield from _take(count)
            action(self, *arguments)
        else:
            self.faults.append(f"unknown command {name.hex(' ')}")


def _take(count: int) -> _Bytes:
    data = bytearray()
    for _ in range(count):
        data.append((yield))
    return bytes(data)


def _cut(printer: Mechanism) -> Machine:
    mode = yield
    if mode in (0x41, 0x42):
        yield
    elif mode not in (0x00, 0x01, 0x30, 0x31):
        printer.faults.append(f"unknown cut {mode:02x}")
        return
    printer.cut_paper()


def _function(printer: Mechanism) -> Machine:
    """`1D 28 kind pL pH …`."""
    kind = yield
    length = yield from _take(2)
    data = yield from _take(int.from_bytes(length, "little"))
    if kind == 0x6B and data.startswith(b"1"):
        _qr(printer, data)
    elif kind == 0x4C:
        _graphics(printer, data)
    elif kind == 0x48 and data.startswith(b"00"):
        printer.replies.extend(b"\x37\x22" + data[2:6] + b"\x00")
    else:
        printer.faults.append(f"unknown command 1d 28 {kind:02x}")


def _qr(printer: Mechanism, data: bytes) -> None:
    if data.startswith(b"1P0"):
        printer.stored_qr = data[3:]
    elif data.startswith(b"1Q") and printer.stored_qr:
        printer.print_qr()
    elif data.startswith(b"1C"):
        printer.qr_size = data[2]
    elif data.startswith(b"1E"):
        printer.qr_level = data[2] - _QR_LEVEL_FIRST
    elif not data.startswith(b"1A"):
        printer.faults.append(f"unknown QR function {data[1:2].hex()}")


def _long_graphics(printer: Mechanism) -> Machine:
    """`1D 38 4C p1 p2 p3 p4 …`: as `1D 28 4C`, for more than 64 KiB."""
    kind = yield
    length = yield from _take(4)
    data = yield from _take(int.from_bytes(length, "little"))
    if kind == 0x4C:
        _graphics(printer, data)
    else:
        printer.faults.append(f"unknown command 1d 38 {kind:02x}")


def _graphics(printer: Mechanism, data: bytes) -> None:
    if data.startswith(b"0p0") and len(data) > 10:
        width = (int.from_bytes(data[6:8], "little") + 7) // 8
        picture = band(data[10:], width)
        printer.stored_picture = picture.resize((picture.width * data[3], picture.height * data[4]))
    elif data[:2] in (b"02", b"0\x02") and printer.stored_picture is not None:
        printer.print_picture(printer.stored_picture)
    else:
        printer.faults.append(f"unknown graphics function {data[:3].hex(' ')}")


def _raster(printer: Mechanism) -> Machine:
    """`1D 76 30 m xL xH yL yH data`."""
    head = yield from _take(6)
    width, height = int.from_bytes(head[2:4], "little"), int.from_bytes(head[4:6], "little")
    data = yield from _take(width * height)
    if head[0] != 0x30 or head[1] or not width:
        printer.faults.append(f"unknown raster {head.hex(' ')}")
    else:
        printer.print_picture(band(data, width))


def _chinese_function(printer: Mechanism) -> Machine:
    """`1C 28 41 pL pH …`: the look of Chinese, which changes no cell."""
    yield
    length = yield from _take(2)
    yield from _take(int.from_bytes(length, "little"))


def _align(printer: Mechanism, alignment: int) -> None:
    printer.mannerless("alignment")
    if alignment % 0x30 > 2:
        printer.faults.append(f"unknown alignment {alignment:02x}")
    printer.alignment = min(alignment % 0x30, 2)


def _chinese(printer: Mechanism, on: bool) -> None:
    printer.mannerless("Chinese mode")
    printer.chinese = on


def _code_page(printer: Mechanism, page: int) -> None:
    if printer.strict:
        printer.faults.append(f"unknown command 1b 74 {page:02x}")
    printer.code_page = page


def _size(printer: Mechanism, size: int) -> None:
    printer.wide, printer.tall = (size >> 4 & 7) + 1, (size & 7) + 1


def _bold(printer: Mechanism, on: int) -> None:
    printer.bold = bool(on & 1)


def _feed_lines(printer: Mechanism, count: int) -> None:
    for _ in range(count):
        printer.end_line()


def _spacing(printer: Mechanism, dots: int) -> None:
    printer.line_dots = dots


def _margin(printer: Mechanism, low: int, high: int) -> None:
    printer.margin = low + 256 * high


def _area(printer: Mechanism, low: int, high: int) -> None:
    printer.area = min(low + 256 * high, printer.columns * CELL_DOTS - printer.margin)


def _move_to(printer: Mechanism, low: int, high: int) -> None:
    printer.move_to(low + 256 * high)


def _move_by(printer: Mechanism, low: int, high: int) -> None:
    printer.move_to(printer.at + int.from_bytes((low, high), "little", signed=True))


def _drawer(printer: Mechanism, *_times: int) -> None:
    printer.drawer_pulses += 1


def _answer_paper(printer: Mechanism, query: int) -> None:
    printer.replies.append(0x03 * printer.paper_low if query % 0x30 == 1 else 0x00)


def _answer_identity(printer: Mechanism, query: int) -> None:
    printer.replies.extend(b"\x20" if query in (1, 2, 3) else b"_SIMULATED\x00")


def _automatic(printer: Mechanism, wanted: int) -> None:
    if wanted:
        printer.replies.extend(printer.automatic_status())


def _ignore(printer: Mechanism, *_arguments: int) -> None:
    """Changes no cell and no dot that a test looks at."""


_LONG: dict[bytes, Callable[[Mechanism], Machine]] = {
    b"\x1dV": _cut,
    b"\x1d(": _function,
    b"\x1d8": _long_graphics,
    b"\x1dv": _raster,
    b"\x1c(": _chinese_function,
}
"""Commands whose length is in their bytes."""

_SHORT: dict[bytes, tuple[int, Callable[..., None]]] = {
    b"\x1b@": (0, Mechanism.initialise),
    b"\x1ba": (1, _align),
    b"\x1bE": (1, _bold),
    b"\x1bG": (1, _bold),
    b"\x1b2": (0, lambda printer: _spacing(printer, 34)),
    b"\x1b3": (1, _spacing),
    b"\x1bd": (1, _feed_lines),
    b"\x1bp": (3, _drawer),
    b"\x1bt": (1, _code_page),
    b"\x1b$": (2, _move_to),
    b"\x1b\\": (2, _move_by),
    b"\x1c&": (0, lambda printer: _chinese(printer, True)),
    b"\x1c.": (0, lambda printer: _chinese(printer, False)),
    b"\x1d!": (1, _size),
    b"\x1dr": (1, _answer_paper),
    b"\x1dI": (1, _answer_identity),
    b"\x1da": (1, _automatic),
    b"\x1dL": (2, _margin),
    b"\x1dW": (2, _area),
    b"\x1bM": (1, _ignore),
    b"\x1b ": (1, _ignore),
    b"\x1b{": (1, _ignore),
    b"\x1b-": (1, _ignore),
    b"\x1c-": (1, _ignore),
    b"\x1cS": (2, _ignore),
    b"\x1cC": (1, _ignore),
    b"\x1dB": (1, _ignore),
}
"""Commands of a fixed length: how many argument bytes follow, and what the printer does."""
