"""What changed between two packs or two versions of one: rule by rule, with the articles of both sides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from terminal.explain.rulebook import head_rows, row_key, service_rows, services_of
from terminal.explain.rules import RULES, note_lines, value_lines
from terminal.settlement.pack import Pack
from terminal.settlement.pack_checks import rows_of

Entry = tuple[str, ...]
"""What an entry says: value lines, article, readings; two entries that say the same are no change."""


def differences(one: Pack, other: Pack) -> list[str]:
    """The page: `-` stands before what only `one` says, `+` before what only `other` says. Never empty."""
    earlier, later = _entries(one), _entries(other)
    lines = [f"- {_name(one)}", f"+ {_name(other)}"]
    for key in _in_order(earlier, later):
        before, after = earlier.get(key), later.get(key)
        if before != after:
            lines += ["", _title(key)]
            lines += _side("-", before, after) + _side("+", after, before)
    lines += _reordered(list(earlier), list(later))
    return lines if len(lines) > 2 else [*lines, "", "没有差别 no difference"]


def _name(pack: Pack) -> str:
    return f"{pack.policy.id} {pack.version} 《{pack.policy.title}》"


def _entries(pack: Pack) -> dict[Entry, Entry]:
    """Everything that a pack says, by what it is about. Rows about the same thing are counted."""
    entries: dict[Entry, Entry] = {(name,): (value,) for name, value in head_rows(pack) if not _is_name(name)}
    for name in services_of(pack):
        service = pack.service.named(name)
        cite = service.cite if service is not None else ""
        entries |= {(f"service.{name}.{field}",): (value,) for field, value in service_rows(pack, name)}
        entries[(f"service.{name}",)] = (f"({cite})",)
    for path, row in rows_of(pack):
        key = _counted(row_key(path, row), entries)
        entries[key] = (*value_lines(row), f"({row.cite})", *note_lines(row))
    for left_out in pack.left_out:
        key = _counted(("left_out", f"services = {', '.join(left_out.services)}"), entries)
        entries[key] = (left_out.text, f"({left_out.cite})")
    return entries


def _is_name(name: str) -> bool:
    """What names a version stands at the top of the page already."""
    return name in ("policy.id", "policy.title")


def _counted(key: Entry, entries: Mapping[Entry, Entry]) -> Entry:
    number = 2
    counted = key
    while counted in entries:
        counted = (*key, f"#{number}")
        number += 1
    return counted


def _in_order(earlier: Mapping[Entry, Entry], later: Mapping[Entry, Entry]) -> Iterator[Entry]:
    """The keys of both, what only one has beside its neighbours of the same rule."""
    rules = dict.fromkeys(key[0] for key in (*earlier, *later))
    for rule in rules:
        yield from dict.fromkeys(key for key in (*earlier, *later) if key[0] == rule)


def _title(key: Entry) -> str:
    rule = key[0].rpartition(".")[2]
    chinese = f"{RULES[rule]} " if rule in RULES else ""
    return " · ".join([f"{chinese}{key[0]}", *key[1:]])


def _side(sign: str, entry: Entry | None, other: Entry | None) -> list[str]:
    """What one side says and the other does not, and in any case the article."""
    return [f"  {sign} {line}" for line in entry or () if line.startswith("(") or line not in (other or ())]


def _reordered(earlier: list[Entry], later: list[Entry]) -> list[str]:
    """Rules whose common rows stand in another order: the first row that holds counts, so that order is law."""
    lines = []
    for rule in dict.fromkeys(key[0] for key in earlier):
        common = [key for key in earlier if key[0] == rule and key in later]
        if common != [key for key in later if key[0] == rule and key in earlier]:
            lines += ["", f"{rule}: 行的先后不同 the rows stand in another order"]
    return lines
