"""What the interpreter writes into a log when the process is brought down, or cannot end: calls, and no value.

Source: Python's `faulthandler`, which `terminal.daemon` switches on.
"""

from __future__ import annotations

import re

_HEADS = re.compile(
    r"Fatal Python error: [A-Za-z ]{1,60}|Timeout \([0-9:.]{1,20}\)!"
    r"|(Current thread|Thread) 0x[0-9a-f]{1,16} \((most recent call first|crashed|sleeping)\):"
)
_CALL = re.compile(r'  File "(?:[^"]*/)?([^"/]*/[^"/]*\.py)", line (\d{1,7}) in ([\w<>.]{1,100})')


def crash_line(text: str) -> str | None:
    """A line of such a trace as it may be handed on, of a file its folder and name; None for any other line."""
    line = text.rstrip("\n")
    if _HEADS.fullmatch(line):
        return line
    call = _CALL.fullmatch(line)
    return f"  {call[1]}:{call[2]} {call[3]}" if call else None
