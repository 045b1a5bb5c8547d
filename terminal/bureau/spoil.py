"""What a fault makes of an answer: the same bytes in, other bytes out. Nothing is processed here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from terminal.bureau.faults import FaultName
from terminal.center.envelope import fen_of
from terminal.limits import CENTER_REPLY_BYTES_MAX
from terminal.money import format_fen

INSTEAD: dict[FaultName, bytes] = {
    "html": b"<html><body><h1>502 Bad Gateway</h1></body></html>",
    "empty": b"",
    "no-infcode": b'{"output":{}}',
    "gateway-401": b'{"code":401,"message":"api_access_key unknown"}',
    "refuse": b'{"infcode":-1,"err_msg":"the center is asked to refuse this","output":{}}',
}
"""Faults that answer this without processing anything."""


def spoilt(answer: bytes, fault: FaultName | None) -> bytes:
    """The answer as the center itself gets it wrong, before it is sealed."""
    change = _CHANGES.get(fault) if fault else None
    if change is None or answer[:1] != b"{":
        return answer
    document = msgspec.json.decode(answer)
    return msgspec.json.encode(change(document))


def spoilt_on_the_way(answer: bytes, fault: FaultName | None) -> bytes:
    """The sealed answer as the network gets it wrong."""
    if fault == "truncated":
        return answer[: len(answer) // 2]
    if fault == "huge":
        return answer + b" " * CENTER_REPLY_BYTES_MAX
    if fault == "unsigned":
        document = msgspec.json.decode(answer)
        document.pop("cainfo", None)
        return msgspec.json.encode(document)
    return answer


def _strings(document: dict[str, Any]) -> dict[str, Any]:
    """Another province's way: numbers as strings, `setlinfo` as a list of one."""
    changed: dict[str, Any] = _texts(document)
    if isinstance(changed["output"].get("setlinfo"), dict):
        changed["output"]["setlinfo"] = [changed["output"]["setlinfo"]]
    return changed


def _texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _texts(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_texts(inner) for inner in value]
    return str(value) if isinstance(value, int | float) else value


def _another(document: dict[str, Any]) -> dict[str, Any]:
    row = _settlement(document)
    row["medins_setl_id"] = f"{'9' * 30}"
    return document


def _wrong_sums(document: dict[str, Any]) -> dict[str, Any]:
    row = _settlement(document)
    _add(row, "medfee_sumamt", 1)
    return document


def _wrong_amounts(document: dict[str, Any]) -> dict[str, Any]:
    row = _settlement(document)
    _add(row, "acct_pay", 1)
    _add(row, "psn_cash_pay", -1)
    return document


def _six_digits(document: dict[str, Any]) -> dict[str, Any]:
    row = document["output"].get("stmtinfo", {})
    result = row.get("stmt_rslt", "")
    row["stmt_rslt"] = "000000" if result == "0" else f"00010{result}"
    return document


def _unknown_code(document: dict[str, Any]) -> dict[str, Any]:
    document["output"].get("stmtinfo", {})["stmt_rslt"] = "7"
    return document


def _settlement(document: dict[str, Any]) -> dict[str, Any]:
    """The amounts' node; an answer without one is left as it is."""
    row: dict[str, Any] = document.get("output", {}).get("setlinfo", {})
    return row


def _add(row: dict[str, Any], name: str, fen: int) -> None:
    if name in row:
        row[name] = format_fen(fen_of(row[name]) + fen)


_CHANGES: dict[FaultName, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "strings": _strings,
    "another": _another,
    "wrong-sums": _wrong_sums,
    "wrong-amounts": _wrong_amounts,
    "six-digits": _six_digits,
    "unknown-code": _unknown_code,
}
