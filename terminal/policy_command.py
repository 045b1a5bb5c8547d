"""`terminal policy`: the law on the shelf, listed, shown, compared, and a new pack or supplement checked."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

from terminal.errors import Missing, Refused
from terminal.explain.difference import differences
from terminal.explain.rulebook import rulebook, shelf_list
from terminal.settlement.pack import Pack
from terminal.settlement.shelf import Shelf, load_pack, load_shelf
from terminal.settlement.supplement import Supplement
from terminal.settlement.toml_form import read_toml


def listing() -> list[str]:
    """Every version of every policy on the shelf, one a line."""
    shelf = load_shelf()
    return shelf_list(pack for policy in shelf.policies for pack in shelf.versions(policy))


def rules(name: str, day: dt.date | None) -> list[str]:
    """The rules of one policy: the version in force on `day`, else the one that is named, else the newest."""
    shelf = load_shelf()
    return rulebook(named_pack(name, shelf) if day is None else _in_force(name, day, shelf))


def difference(one: str, other: str) -> list[str]:
    """What changed from `one` to `other`; each an ID, ID@VERSION or a file."""
    shelf = load_shelf()
    return differences(named_pack(one, shelf), named_pack(other, shelf))


def check(path: Path) -> str:
    """One line that a pack or supplement is sound. Raises Refused as the loader does, with file and line."""
    data = _read(path)
    if _is_supplement(data):
        load_shelf([path])
        given = read_toml(data, Supplement, path.name).supplement
        kind = "示例补充参数 illustrative supplement" if given.illustrative else "补充参数 supplement"
        return f"{path}: {kind} {given.policy}, 自 from {given.effective_from}: 无误 sound"
    pack = load_pack(data, str(path))
    return f"{path}: 政策包 pack {pack.policy.id} {pack.version}: 无误 sound"


def named_pack(name: str, shelf: Shelf) -> Pack:
    """The pack that an ID (newest version), ID@VERSION or file names. Raises Refused, the wrong name in it."""
    if name.endswith(".toml") or "/" in name:
        return load_pack(_read(Path(name)), name)
    policy, _, version = name.partition("@")
    versions = shelf.versions(policy)
    found = [pack for pack in versions if version in ("", pack.version)]
    if not found:
        known = ", ".join(pack.version for pack in versions)
        raise Missing(
            "unknown-version",
            f"{policy} has no version {version}; it has {known}",
            f"{policy} 没有 {version} 版；已有：{known}",
            "policy",
        )
    return found[-1]


def _in_force(name: str, day: dt.date, shelf: Shelf) -> Pack:
    if "@" in name or "/" in name or name.endswith(".toml"):
        raise Refused(
            "two-days", f"{name} names a version already; --date chooses one", "已指明版本，不能再用 --date", "--date"
        )
    return shelf.pack(name, day)[0]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused("no-file", f"cannot read: {error.strerror}", f"无法读取：{error.strerror}", str(path)) from None


def _is_supplement(data: bytes) -> bool:
    """Whether the file has a supplement's head. What is not TOML is left to the loader to refuse."""
    try:
        return "supplement" in tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False
