"""The envelope of every message: encoded strictly, decoded as tolerantly as real centers ask for.

`infcode` and amounts arrive as numbers or as strings, nodes as an object or as a list of one. An answer that
is not JSON, or has no `infcode`, is Unreadable: its outcome is unknown, which is neither success nor failure.
One gateway refusal (`{"code": 401}`) is certain: the message never reached the center. Source: center-
interface part 1.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct

from terminal.money import AMOUNTS_KEPT

GATEWAY_REFUSALS = ("401", "403")
"""Gateway codes that say: not let through. A gateway's 5xx may come after the center has settled."""

JSON_FAULTS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What a decoder raises for foreign bytes: no JSON, no UTF-8, or nested deeper than anybody means."""

_DECODER = msgspec.json.Decoder(float_hook=str)
_CODE = re.compile(r"-?[0-9]{1,9}")
_AMOUNT = re.compile(r"(-?)([0-9]{1,14})(?:\.([0-9]{1,2})0*)?")
_PERSONAL = "(?:psn_name|certno|psn_cert_no|brdy|emp_name|exp_content)"
_PERSON = re.compile(rf'("{_PERSONAL}"\s*:\s*)"(?:[^"\\]|\\.)*"?')
_PERSON_IN_TEXT = re.compile(rf'(\\+"{_PERSONAL}\\+"\s*:\s*)\\+"[^"]*"?')
"""The same, where the JSON is itself the text of a field."""
_PERSON_IN_PROSE = re.compile(
    r"""((?:姓\s*名|患者|参保人员?|(?<![A-Za-z_/])(?:psn_)?name)(?:\s|&nbsp;|["']|[:：=>]|<[^>]*>)+)[^\s<>&"'“”…,，;；:：]+"""
)
"""The same in a page, or in whatever else is no JSON: the word behind one that announces a name."""
_NAMED = re.compile(r"(姓\s*名\s*[:：=]\s*)[^\s,，;；。]+")
"""The same in words for screens, where what follows a bare 参保人 is as often the reason itself."""
_MANY_DIGITS = re.compile(r"[0-9A-Za-z]*[0-9]{8,}[0-9A-Za-z]*")


class Unreadable(Exception):
    """The answer says nothing certain: not JSON, no `infcode`, or a field without which it means nothing.

    `answer`: what came, masked, to be kept for the operator; b"" where the caller has it.
    """

    def __init__(self, message: str, answer: bytes = b"") -> None:
        super().__init__(message)
        self.answer = answer


class GatewayRefused(Exception):
    """The gateway turned the message away; it never reached the center."""


class Request(Struct, frozen=True):
    """One request, in the order of part 1.2. `input` holds the transaction's nodes, or their encrypted text."""

    infno: str
    msgid: str
    mdtrtarea_admvs: str
    insuplc_admdvs: str
    recer_sys_code: str
    dev_no: str
    infver: str
    opter_type: str
    opter: str
    opter_name: str
    inf_time: str
    fixmedins_code: str
    fixmedins_name: str
    sign_no: str
    input: dict[str, Any] | str
    dev_safe_info: str = ""
    cainfo: str = ""
    signtype: str = ""
    enc_type: str = ""


class Answer(Struct, frozen=True):
    """One readable answer. `code` 0 is success, anything else a refusal that `message` explains. hint: what the center
    wants shown beside either, "" for nothing.
    """

    code: int
    message: str
    output: dict[str, Any]
    body: bytes
    hint: str = ""

    @property
    def accepted(self) -> bool:
        """Whether the center says success: code 0 and nothing else (section 1.5)."""
        return self.code == 0

    @property
    def words(self) -> str:
        """Why it refuses, in the center's own words, or the bare code where it has none."""
        return "; ".join(filter(None, (self.message, self.hint))) or f"infcode {self.code}"


def decode_json(body: bytes) -> Any:
    """JSON with fractions kept as their text, so that no amount passes through a float. Raises ValueError."""
    try:
        return _DECODER.decode(body)
    except JSON_FAULTS as error:
        raise ValueError(str(error)) from None


def decode_answer(body: bytes) -> Answer:
    """Read an answer. Raises Unreadable (outcome unknown) or GatewayRefused (never reached the center)."""
    try:
        document = decode_json(body)
    except ValueError as error:
        raise Unreadable(f"the answer is not JSON: {' '.join(str(error).split())[:80]}") from None
    if not isinstance(document, dict):
        raise Unreadable("the answer is not a JSON object")
    if document.get("infcode") is None:
        if text_of(document.get("code")) in GATEWAY_REFUSALS:
            raise GatewayRefused(f"gateway code {text_of(document['code'])}: {masked(_first_text(document))}")
        raise Unreadable("the answer has no infcode")
    code = _code(document["infcode"])
    output = document.get("output")
    if isinstance(output, list):
        output = output[0] if len(output) == 1 else None
    told, hint = (masked(text) if (text := text_of(document.get(name))) else "" for name in ("err_msg", "warn_msg"))
    return Answer(code, told, output if isinstance(output, dict) else {}, body, hint)


def node(output: dict[str, Any], name: str) -> dict[str, Any]:
    """The single-row node `name`, also where it came as a list of one.

    Raises Unreadable if it is not there.
    """
    found = rows(output, name)
    if len(found) != 1:
        raise Unreadable(f"the answer has {len(found)} rows of {name}, not one")
    return found[0]


def rows(output: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The rows of node `name`: of a list, or of the one object that stands for it.

    Empty where it is absent.
    """
    value = output.get(name)
    found = value if isinstance(value, list) else [value]
    return [row for row in found if isinstance(row, dict)]


def text_of(value: Any) -> str:
    """A field as text: numbers as they were written, null and the like as ""."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def fen_of(value: Any) -> int:
    """An amount, a JSON number or a string, as fen; null and "" are 0, a void's may be negative.

    Raises ValueError.
    """
    if isinstance(value, str):
        return _fen_of_text(value) if value else 0
    return 0 if value is None else _fen_of_text(text_of(value))


@lru_cache(maxsize=AMOUNTS_KEPT)
def _fen_of_text(text: str) -> int:
    match = _AMOUNT.fullmatch(text.strip())
    if not match:
        raise ValueError("an amount is a decimal number of yuan with at most two places")
    fen = int(match.group(2)) * 100 + int((match.group(3) or "").ljust(2, "0"))
    return -fen if match.group(1) else fen


MOMENT_CHARACTERS = 19


def moment_text(moment: dt.datetime) -> str:
    """`yyyy-MM-dd HH:mm:ss`, in the offset that `moment` has."""
    return moment.isoformat(" ", "seconds")[:MOMENT_CHARACTERS]


def read_moment(text: str, offset: dt.tzinfo) -> dt.datetime:
    """Read `yyyy-MM-dd HH:mm:ss`. Raises ValueError."""
    return dt.datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=offset)


def masked(text: str) -> str:
    """A foreign text fit for logs and screens: one line, at most 200 characters, long numbers cut to their last four,
    names that it announces as such blacked out.
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    line = _NAMED.sub(r"\1…", line)
    return _MANY_DIGITS.sub(lambda match: f"…{match.group()[-4:]}", line)[:200]


KEPT_CHARACTERS_MAX = 4_000
"""As much of an unreadable answer is kept."""


def kept(body: bytes) -> bytes:
    """An answer that refuses, or that nobody understood, fit to be kept: long numbers cut, people blacked out."""
    text = body[: 4 * KEPT_CHARACTERS_MAX].decode("utf-8", "replace")
    text = _PERSON.sub(lambda match: match.group(1) + '"…"', text)
    text = _PERSON_IN_TEXT.sub(lambda match: match.group(1) + '"…"', text)
    text = _PERSON_IN_PROSE.sub(lambda match: match.group(1) + "…", text)
    return _MANY_DIGITS.sub(lambda match: f"…{match.group()[-4:]}", text)[:KEPT_CHARACTERS_MAX].encode()


def _first_text(document: dict[str, Any]) -> str:
    return next((text for name in ("message", "msg", "err_msg") if (text := text_of(document.get(name)))), "")


def _code(value: Any) -> int:
    # int() alone takes "0_0", "+0" and digits of other scripts for success.
    text = text_of(value).strip()
    if not _CODE.fullmatch(text):
        raise Unreadable("infcode is not a number")
    return int(text)
