"""What one printer does with bytes: buffer, characters, lines and dots on paper, answers, and faults.

It keeps what a real printer would put on paper and records as a fault what a real one prints as rubbish: an
unpaired lead byte, four-byte GB18030, bytes from 80 on while Chinese mode is off, text beyond the columns, an
unknown command. Chinese mode is off at power-on, so that a document which forgets `1C 26` is caught.
Source: printer.md 1 and 3.1.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from typing import Literal

from PIL import Image

from hw.simulated.paper import CELL_DOTS, GLYPH_DOTS, LINE_DOTS, Glyph, Paper, PrintedLine, PrintedPicture
from hw.simulated.printer_codes import GRAPHIC_CHARACTERS, qr_dots
from hw.simulated.printer_sensors import Sensors

Machine = Generator[None, int, None]
_REAL_TIME_BYTES = {b"\x10\x04": 3, b"\x10\x05": 3, b"\x10\x14": 5}
REAL_TIME_PREFIX = 0x10
_ANY_REAL_TIME = tuple(_REAL_TIME_BYTES)


class Mechanism(Sensors):
    """A printer without its commands (`printer_interpreter.py`). `feed` it bytes; look at the paper.

    columns: cells of one line in font A (32 or 48). encoding: how it reads text. strict: manners that printers
    differ in (a code page, Chinese mode or alignment within a line) are faults too.
    paper: not cut yet. cut: cut papers; `lines` and `papers` are the same as text. qr_codes: the data of every QR.
    faults: what would have come out as rubbish. drawer_pulses: how often the drawer was opened.
    """

    def __init__(
        self, columns: int = 48, encoding: Literal["gb18030", "utf-8"] = "gb18030", strict: bool = True
    ) -> None:
        super().__init__()
        self.columns, self.encoding, self.strict = columns, encoding, strict
        self.paper = Paper()
        self.cut: list[Paper] = []
        self.qr_codes: list[bytes] = []
        self.faults: list[str] = []
        self.drawer_pulses = 0
        self._held = b""
        self._buffer: deque[int] = deque()
        self.replies = bytearray()
        self.stored_qr, self.qr_size, self.qr_level = b"", 3, 0
        self.stored_picture: Image.Image | None = None
        self.initialise()
        self._machine = self._interpret()
        next(self._machine)

    @property
    def lines(self) -> list[str]:
        """The lines of the paper that is not cut yet."""
        return self.paper.lines

    @property
    def papers(self) -> list[list[str]]:
        """The lines of each paper that was cut."""
        return [paper.lines for paper in self.cut]

    def feed(self, data: bytes, bytes_max: int | None = None) -> bytes:
        """Take bytes as they arrive and return the answers; real-time commands do not wait for the buffer.

        bytes_max: of the buffer, at most so many are worked off now; None all.
        """
        for byte in self._not_lost(data):
            self._arrive(byte)
        worked = 0
        while self._buffer and not (self.stopped or self.stalled) and worked != bytes_max:
            self._machine.send(self._buffer.popleft())
            worked += 1
        replies = self._spoken(bytes(self.replies))
        self.replies.clear()
        return replies

    def initialise(self) -> None:
        """`1B 40`: modes as at power-on, and what stood in the line is gone."""
        self._glyphs: list[Glyph] = []
        self.at, self._text = 0, ""
        self.chinese, self.code_page, self.bold = False, -1, False
        self.wide = self.tall = 1
        self.alignment, self.margin, self.area = 0, 0, self.columns * CELL_DOTS
        self.line_dots = LINE_DOTS

    def command(self, prefix: int) -> Machine:
        """Read the rest of a command that began with `prefix`, byte for byte, and do it."""
        raise NotImplementedError

    def _arrive(self, byte: int) -> None:
        if not self._held and byte != REAL_TIME_PREFIX:
            self._buffer.append(byte)
            return
        held, self._held = self._held + bytes((byte,)), b""
        wanted = _REAL_TIME_BYTES.get(held[:2], 0)
        if len(held) == wanted:
            self._obey(held)
        elif wanted or any(start.startswith(held) for start in _ANY_REAL_TIME):
            self._held = held
        else:
            self._buffer.extend(held)

    def _obey(self, command: bytes) -> None:
        if command[1] == 0x04 and command[2] in (1, 2, 3, 4):
            self.replies.append(self.status_byte(command[2]))
        elif command[1] == 0x14 and command[2] == 1:
            self.drawer_pulses += 1
        elif command[1] != 0x05:
            self.faults.append(f"unknown command {command.hex(' ')}")

    def _interpret(self) -> Machine:
        while True:
            byte = yield
            if byte == 0x0A:
                self.end_line()
            elif byte in (0x1B, 0x1C, 0x1D):
                yield from self.command(byte)
            elif 0x20 <= byte < 0x7F:
                self._put(chr(byte), 1)
            elif byte >= 0x80:
                yield from self._character(byte)
            elif byte != 0x0D:
                self.faults.append(f"unknown command {byte:02x}")

    def _character(self, lead: int) -> Machine:
        if self.encoding == "utf-8":
            yield from self._utf8(lead)
        elif self.chinese:
            yield from self._pair(lead)
        elif self.code_page >= 0 and not self.strict:
            self._put(GRAPHIC_CHARACTERS.get(lead, "?"), 1)
        else:
            self.faults.append(f"byte {lead:02x} while Chinese mode is off")

    def _pair(self, lead: int) -> Machine:
        trail = yield
        if 0x30 <= trail <= 0x39:
            self.faults.append(f"four-byte character {lead:02x} {trail:02x} …")
            yield
            yield
            return
        try:
            self._put(bytes((lead, trail)).decode("gb18030"), 2)
        except UnicodeDecodeError:
            self.faults.append(f"unpaired lead byte {lead:02x} before {trail:02x}")

    def _utf8(self, lead: int) -> Machine:
        data = bytearray((lead,))
        for _ in range(1 + (lead >= 0xE0) + (lead >= 0xF0)):
            data.append((yield))
        try:
            self._put(data.decode(), 2)
        except UnicodeDecodeError:
            self.faults.append(f"no UTF-8 {data.hex(' ')}")

    def _put(self, character: str, cells: int) -> None:
        glyph = Glyph(character, self.at, cells, self.wide, self.tall, self.bold)
        if self.at <= self.area < self.at + glyph.dots:
            self.faults.append(f"text beyond {self.area // CELL_DOTS} columns")
        self._glyphs.append(glyph)
        self._text += character
        self.at += glyph.dots

    def move_to(self, dots: int) -> None:
        """The next character stands `dots` from the left; what lies between is blank."""
        self._text += " " * ((dots - self.at) // CELL_DOTS)
        self.at = dots

    def end_line(self) -> None:
        """Print what stands in the line and feed."""
        left = self.margin + self._indent(self.at)
        text = (" " * (left // CELL_DOTS) + self._text).rstrip(" ")
        tallest = max((glyph.tall for glyph in self._glyphs), default=1)
        height = max(self.line_dots, tallest * GLYPH_DOTS)
        self.paper.marks.append(PrintedLine(tuple(self._glyphs), left, text, height))
        self._glyphs, self.at, self._text = [], 0, ""
        self._count_line()

    def print_picture(self, dots: Image.Image) -> None:
        """Put a band of dots on the paper, where the alignment says."""
        if dots.width > self.area:
            self.faults.append(f"picture of {dots.width} dots beyond {self.area}")
        self.paper.marks.append(PrintedPicture(self.margin + self._indent(dots.width), dots))
        self._count_line()

    def print_qr(self) -> None:
        """Draw the stored code."""
        self.qr_codes.append(self.stored_qr)
        self.print_picture(qr_dots(self.stored_qr, self.qr_size, self.qr_level))

    def cut_paper(self) -> None:
        """Cut what is printed; text that was not fed yet is printed first."""
        if self._text:
            self.end_line()
        self.cut.append(self.paper)
        self.paper = Paper()

    def _indent(self, taken: int) -> int:
        room = max(0, self.area - taken)
        # Blanks of whole cells, as far as text is concerned; the pixels keep the odd half cell.
        return (0, room // 2, room)[self.alignment]

    def mannerless(self, what: str) -> None:
        """A fault of a strict printer: `what` stands within a line."""
        if self._text and self.strict:
            self.faults.append(f"{what} within a line")
