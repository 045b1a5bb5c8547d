"""One version of a policy as a page of rules, and the shelf as a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

import msgspec

from terminal.explain.columns import Cell, in_columns
from terminal.explain.rules import RULES, condition_lines, note_lines, shown_value, value_lines
from terminal.explain.words import SERVICES
from terminal.settlement.pack import Pack
from terminal.settlement.pack_checks import rows_of
from terminal.settlement.pack_rows import Row

_USUAL = ("walk", "own", "zero", "-")
"""What a service says by default: not repeated on the page."""
_HEAD = ("规则 rule", "值 value", "条件 when", "依据 article")


def shelf_list(packs: Iterable[Pack]) -> list[str]:
    """Every version of every policy, one a line, with how many values it leaves to the bureau."""
    rows: list[list[Cell]] = [
        ["政策 id", "版本 version", "首日 from", "末日 to", "待定 left", "标题 title", "服务 services"]
    ]
    for pack in packs:
        head = pack.policy
        left = sum(row.from_ == "bureau" for _, row in rows_of(pack))
        last = "-" if head.effective_to is None else head.effective_to.isoformat()
        services = ", ".join(services_of(pack))
        rows.append([head.id, pack.version, head.effective_from.isoformat(), last, str(left), head.title, services])
    return in_columns(rows, right={4}, indent=0)


def services_of(pack: Pack) -> list[str]:
    """The services that a pack knows, in the order of the contract."""
    return [name for name in SERVICES if pack.service.named(name) is not None]


def rulebook(pack: Pack) -> list[str]:
    """Every rule of one version: value, condition, article, readings, and what is left to whom."""
    lines = [f"《{pack.policy.title}》 {pack.policy.id} {pack.version}", ""]
    lines += [*in_columns([row for row in head_rows(pack) if row[1] != "-"]), ""]
    for name in services_of(pack):
        service = pack.service.named(name)
        assert service is not None
        lines.append(f"{SERVICES[name][0]} {name} ({service.cite})")
        said = [row for row in service_rows(pack, name) if row[1] not in _USUAL]
        lines += [*in_columns(said), *_rules(pack, f"service.{name}."), ""]
    lines.append("各项服务共用 for several services")
    lines += [*_rules(pack, ""), *_left_out(pack)]
    return lines


def head_rows(pack: Pack) -> Iterator[tuple[str, str]]:
    """The pack's head and the articles behind its conditions, as (name, value)."""
    for part in ("policy", "conditions"):
        for name, value in msgspec.structs.asdict(getattr(pack, part)).items():
            yield f"{part}.{name}", shown_value(value)


def service_rows(pack: Pack, name: str) -> Iterator[tuple[str, str]]:
    """What a service says beside its rows, as (name, value)."""
    service = pack.service.named(name)
    if service is not None:
        for field, value in msgspec.structs.asdict(service).items():
            if field not in RULES and field != "cite":
                yield field, shown_value(value)


def _rules(pack: Pack, under: str) -> list[str]:
    """The rows under one service, or with "" those under none; the readings stand beneath their row."""
    found = [(path, row) for path, row in rows_of(pack) if path.startswith(under or tuple(RULES)) and _own(path, under)]
    table: list[list[Cell]] = [list(_HEAD)]
    notes: list[list[str]] = [[]]
    for rule, rows in groupby(found, key=lambda one: one[0].removeprefix(under).partition("[")[0]):
        for number, (_, row) in enumerate(rows):
            table.append(
                [f"{RULES[rule]} {rule}" if number == 0 else "", value_lines(row), condition_lines(row), row.cite]
            )
            notes.append(note_lines(row))
    return _with_notes(table, notes) if len(table) > 1 else []


def _own(path: str, under: str) -> bool:
    return bool(under) or not path.startswith("service.")


def _with_notes(table: list[list[Cell]], notes: list[list[str]]) -> list[str]:
    lines = in_columns(table)
    placed: list[str] = []
    for row, of_row in zip(table, notes, strict=True):
        height = max(1 if isinstance(cell, str) else len(cell) for cell in row)
        placed += [*lines[:height], *(f"      {note}" for note in of_row)]
        lines = lines[height:]
    return placed


def _left_out(pack: Pack) -> list[str]:
    rows = [(f"{RULES['left_out']} left_out", one.text, ", ".join(one.services), one.cite) for one in pack.left_out]
    return in_columns(rows) if rows else []


def row_key(path: str, row: Row) -> tuple[str, ...]:
    """What a row is about, beside its value: two versions' rows with the same key are the same rule."""
    about = [path.partition("[")[0], *sorted(condition_lines(row))]
    for name in ("fund", "classes", "kinds", "item", "code"):
        value = getattr(row, name, None)
        if value is not None and not (name == "kinds" and isinstance(value, dict)):
            about.append(f"{name} = {shown_value(value)}")
    return tuple(about)
