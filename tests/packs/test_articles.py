"""The lists of articles: a decree can be ticked off from first to last, and list and pack say the same."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import pytest

from terminal.settlement.pack import Pack
from terminal.settlement.pack_checks import SERVICES, rows_of
from terminal.settlement.shelf import load_pack, pack_files

PACKS = Path("terminal/settlement/packs")
FOLDERS = sorted({path.parent.name for path in pack_files()})

Place = tuple[int, ...]
"""第三十四条(一)2 is (34, 1, 2)."""
Cited = dict[Place, set[str]]
"""Place → names of the rules that cite it."""

DIVIDED: dict[str, list[dict[Place, int]]] = {
    "beijing-account": [{(): 22}],
    "huangshi-employee": [{(): 4, (4,): 2}],
    "inner-mongolia-account": [{(): 20, (12,): 3}, {(): 11}],
    "nanchang-account": [{(): 22, (6,): 3}],
    "shanxi-resident": [{(): 2, (2,): 5}],
    "tianjin-employee": [{(): 34}],
    "tianjin-resident": [{(): 34}],
    "ulanqab-employee": [{(): 63, (6,): 8, (6, 5): 2, (31,): 5, (32,): 3, (34,): 4, (34, 1): 7, (34, 2): 7, (36,): 3}],
    "yantai-employee": [{(): 34, (15,): 4}],
    "yantai-resident": [{(): 36, (13,): 4, (19,): 4}],
}
"""Counted in the decrees themselves: how many articles each has, and how many items an article listed by items."""


class Article(msgspec.Struct, forbid_unknown_fields=True):
    """One line of a list."""

    article: str
    subject: str
    executed: bool | None = None
    rules: list[str] = []
    why: str = ""
    missing: bool = False
    note: str = ""


class Decree(msgspec.Struct, forbid_unknown_fields=True):
    """One decree of a list. `cited_as`: the name before the article, where it is not the folder's main decree."""

    title: str
    packs: list[str]
    articles: list[Article]
    cited_as: str = ""
    silent: list[str] = []
    note: str = ""


class Articles(msgspec.Struct, forbid_unknown_fields=True):
    """A whole list."""

    decree: list[Decree]


N = "[一二三四五六七八九十]+"
PLACE = re.compile(rf"(?P<law>[^第]*?)(?:第(?P<article>{N})条|(?P<item>{N}))?(?P<items>(?:\({N}\))*)(?P<sub>\d*)")
IN_COMMENT = re.compile(rf"第{N}条(?:\({N}\))*\d*")


def number(numeral: str) -> int:
    """二十四 is 24; up to 九十九."""
    tens, ten, ones = numeral.rpartition("十")
    digit = {"": 0} | {sign: value for value, sign in enumerate("一二三四五六七八九", start=1)}
    return (digit[tens] or 1) * 10 + digit[ones] if ten else digit[ones]


def places_of(cite: str) -> list[tuple[str, Place]]:
    """Every place that a citation names, with the decree's name where it gives one; none where the decree is silent."""
    found: list[tuple[str, Place]] = []
    for token in cite.split("、"):
        first, _, last = token.partition("至")
        if token.isdigit():
            law, place = found[-1]
            found.append((law, (*place[:-1], int(token))))
            continue
        match = PLACE.fullmatch(re.sub("（.*）$", "", first))
        if match is None or (match["law"] and not match["article"]):
            continue
        stem = tuple(number(numeral) for numeral in (match["article"] or match["item"],) if numeral)
        tail = (int(match["sub"]),) if match["sub"] else ()
        items = [(*stem, number(item), *tail) for item in re.findall(rf"\(({N})\)", match["items"])] or [stem]
        found.extend((match["law"], place) for place in items)
        if last:
            (end,) = places_of(last)[0][1]
            found.extend((match["law"], (further,)) for further in range(stem[0] + 1, end + 1))
    return found


def citations(pack: Pack, text: str) -> Iterator[tuple[str, str]]:
    """Every (rule, citation) of a pack: head, conditions, services, rows, and the comments beside keys of the head."""
    yield "policy.waterfall", pack.policy.waterfall_cite
    yield "policy.identify", pack.policy.identify_cite
    if pack.policy.account_on_cite:
        yield "policy.account_on", pack.policy.account_on_cite
    for name in ("entitlement", "designation", "qualification", "exclusion", "catalogue"):
        yield f"conditions.{name}", getattr(pack.conditions, name)
    if pack.conditions.suspension:
        yield "conditions.suspension", pack.conditions.suspension
    for name in SERVICES:
        service = pack.service.named(name)
        if service is not None:
            yield name, service.cite
    for path, row in rows_of(pack):
        rule = re.sub(r"\[\d+\]|^service\.", "", path)
        yield (f"fund.{row.fund}" if rule == "fund" else rule), row.cite  # type: ignore[attr-defined]
    for left_out in pack.left_out:
        yield "left_out", left_out.cite
    table = ""
    for line in text.splitlines():
        table = line.strip("[]").removeprefix("service.") if line.startswith("[") else table
        key, _, comment = line.partition("#")
        if "=" in key:
            for cite in IN_COMMENT.findall(comment):
                yield f"{table}.{key.split('=')[0].strip()}", cite


def cited_by(packs: Iterable[Path], law: str) -> tuple[Cited, set[str]]:
    """What the packs cite of one decree, and the rules that cite no article of any."""
    cited: Cited = defaultdict(set)
    silent = set()
    for path in packs:
        for rule, cite in citations(load_pack(path.read_bytes(), path.name), path.read_text(encoding="utf-8")):
            places = places_of(cite)
            if not places:
                silent.add(rule)
            for named, place in places:
                if named == law:
                    cited[place].add(rule)
    return cited, silent


def place_of(article: str) -> Place:
    """The one place that a line of a list stands for."""
    ((_, place),) = places_of(article)
    return place


def order_faults(listed: list[Place], divided: dict[Place, int]) -> Iterator[str]:
    """From the first to the last, without hole or repetition; the same of the items of an article."""
    if listed != sorted(set(listed)):
        yield "out of order, or twice"
    children: dict[Place, set[int]] = defaultdict(set)
    for place in listed:
        for depth, step in enumerate(place):
            children[place[:depth]].add(step)
    for stem in children.keys() | divided.keys():
        if children[stem] != set(range(1, divided.get(stem, 0) + 1)):
            yield f"{stem} is not whole"


def rule_faults(entry: Article, cited: Cited, words: set[str]) -> Iterator[str]:
    """Executed: names every rule that cites it, and no other than those that cite it or the article it is part of."""
    place = place_of(entry.article)
    own = cited.get(place, set())
    around = {rule for depth in range(1, len(place)) for rule in cited.get(place[:depth], ())}
    if entry.missing:
        if own or entry.executed is not None:
            yield "missing, yet spoken of"
    elif entry.executed:
        if not entry.rules or entry.why:
            yield "executed without rules, or with a why"
        yield from (f"does not name {rule}" for rule in own - set(entry.rules))
        yield from (f"{rule} does not cite it" for rule in set(entry.rules) - own - around)
    else:
        if own or entry.rules:
            yield "cited, yet not executed"
        if entry.executed is None or entry.why not in words:
            yield f"not executed, because of {entry.why or 'nothing'}"


def faults(decree: Decree, cited: Cited, silent: set[str], divided: dict[Place, int], words: set[str]) -> list[str]:
    """Everything that is wrong with the list of one decree."""
    listed = [place_of(entry.article) for entry in decree.articles]
    found = list(order_faults(listed, divided))
    for entry in decree.articles:
        found.extend(f"{entry.article}: {fault}" for fault in rule_faults(entry, cited, words))
    found.extend(f"{place} is cited, not listed" for place in cited.keys() - set(listed))
    if not decree.cited_as and silent != set(decree.silent):
        found.append(f"silent: {sorted(silent ^ set(decree.silent))}")
    return found


def read(folder: str) -> list[Decree]:
    """The list of a policy folder."""
    return msgspec.toml.decode((PACKS / folder / "articles.toml").read_bytes(), type=Articles).decree


def words() -> set[str]:
    """The closed list of reasons, as the README of the packs defines it."""
    table = (PACKS / "README.md").read_text(encoding="utf-8").partition("| why |")[2]
    return set(re.findall(r"^\| (\w+) \| \w", table, re.MULTILINE))


def check(folder: str, index: int, decree: Decree) -> list[str]:
    """The faults of one decree of a folder."""
    cited, silent = cited_by([PACKS / folder / f"{day}.toml" for day in decree.packs], decree.cited_as)
    return faults(decree, cited, silent, DIVIDED[folder][index], words())


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_decree_can_be_ticked_off_from_first_to_last(folder: str) -> None:
    """Every article is listed once and in order; list and pack name each other's rules."""
    decrees = read(folder)
    assert len(decrees) == len(DIVIDED[folder])
    assert [fault for index, decree in enumerate(decrees) for fault in check(folder, index, decree)] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_version_of_a_policy_has_its_decree(folder: str) -> None:
    """No dated pack without a list; the title is the pack's; every decree that a pack cites by name is listed."""
    decrees = read(folder)
    paths = [path for path in pack_files() if path.parent.name == folder]
    versions = {path.stem: load_pack(path.read_bytes(), path.name) for path in paths}
    own = [decree for decree in decrees if not decree.cited_as]
    assert sorted(day for decree in own for day in decree.packs) == sorted(versions)
    assert all(versions[day].policy.title == decree.title for decree in own for day in decree.packs)
    for day, pack in versions.items():
        text = (PACKS / folder / f"{day}.toml").read_text(encoding="utf-8")
        laws = {law for _, cite in citations(pack, text) for law, _ in places_of(cite)}
        assert laws - {""} == {decree.cited_as for decree in decrees if day in decree.packs} - {""}


def test_every_folder_has_a_list_and_the_shelf_takes_none_for_a_pack() -> None:
    """A list lies beside the packs, and is no version of the law."""
    assert sorted(path.parent.name for path in PACKS.glob("*/articles.toml")) == FOLDERS == sorted(DIVIDED)
    assert not [path for path in pack_files() if path.name == "articles.toml"]


@pytest.mark.parametrize(
    ("cite", "places"),
    [
        ("第十五条(三)、第二十四条", [("", (15, 3)), ("", (24,))]),
        ("第六条(一)(三)、第十一条", [("", (6, 1)), ("", (6, 3)), ("", (11,))]),
        ("第三十四条(一)6、4", [("", (34, 1, 6)), ("", (34, 1, 4))]),
        ("办法第八条至第十一条", [("办法", (8,)), ("办法", (9,)), ("办法", (10,)), ("办法", (11,))]),
        ("二(一)(四)", [("", (2, 1)), ("", (2, 4))]),
        ("一（两定机构）", [("", (1,))]),
        ("(二十四)", [("", (24,))]),
        ("十二、二十七", [("", (12,)), ("", (27,))]),
        ("意见未规定 (I: 分层)", []),
        ("参保规定", []),
    ],
)
def test_a_citation_is_read_as_its_reader_reads_it(cite: str, places: list[tuple[str, Place]]) -> None:
    """Articles, items, sub-items, ranges, and the decree's silence."""
    assert places_of(cite) == places


def entry_of(decree: Decree, article: str) -> Article:
    """One line of a list."""
    return next(entry for entry in decree.articles if entry.article == article)


@pytest.mark.parametrize(
    ("article", "change", "fault"),
    [
        ("第五条", None, "() is not whole"),
        ("第三十四条", None, "() is not whole"),
        ("第十五条(二)", None, "(15,) is not whole"),
        ("第五条", {"article": "第四条"}, "out of order, or twice"),
        ("第十四条", None, "(14,) is cited, not listed"),
        (
            "第十一条",
            {"rules": ["policy.categories", "inpatient.points"]},
            "第十一条: does not name inpatient.segments",
        ),
        ("第三十条", {"rules": ["fund.large_amount", "left_out"]}, "第三十条: left_out does not cite it"),
        ("第三十条", {"rules": ["fund.large_amount", "fund.gold"]}, "第三十条: fund.gold does not cite it"),
        ("第三十条", {"executed": False, "rules": [], "why": "缴费"}, "第三十条: cited, yet not executed"),
        ("第七条", {"executed": True, "rules": ["cap"], "why": ""}, "第七条: cap does not cite it"),
        ("第七条", {"executed": True, "why": ""}, "第七条: executed without rules, or with a why"),
        ("第七条", {"why": "无关"}, "第七条: not executed, because of 无关"),
        ("第七条", {"executed": None}, "第七条: not executed, because of 缴费"),
        ("第三十条", {"executed": None, "rules": [], "missing": True}, "第三十条: missing, yet spoken of"),
    ],
)
def test_a_list_that_is_wrong_is_found_out(article: str, change: dict[str, object] | None, fault: str) -> None:
    """Each check fails on a list broken in one place."""
    (decree,) = read("yantai-employee")
    entry = entry_of(decree, article)
    if change is None:
        decree.articles.remove(entry)
    else:
        for name, value in change.items():
            setattr(entry, name, value)
    assert fault in check("yantai-employee", 0, decree)


def test_a_rule_on_which_the_decree_is_silent_is_named() -> None:
    """Else a mistyped citation would pass for silence."""
    (decree,) = read("huangshi-employee")
    decree.silent.remove("account")
    assert check("huangshi-employee", 0, decree) == ["silent: ['account']"]
