"""The shelf of law: every version of every policy, and the supplements that bureaus have given."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal

import msgspec

from terminal.errors import Refused
from terminal.settlement.pack import Pack
from terminal.settlement.pack_checks import check_pack, check_supplement, check_versions
from terminal.settlement.supplement import Supplement
from terminal.settlement.toml_form import bad_file, line_of, read_toml
from terminal.signature import from_text, verify


@dataclass(frozen=True, slots=True)
class LawFile:
    """A file of law as it was read; `digest` is the SHA-256 of its bytes as hex, by which a settlement names it."""

    kind: Literal["pack", "supplement"]
    body: bytes
    digest: str


class ShelvedPack(Pack, frozen=True, kw_only=True):
    """A pack on the shelf, with the file that it was read from."""

    document: LawFile


@dataclass(frozen=True, slots=True)
class Given:
    """A supplement on the shelf, with the file that it was read from."""

    supplement: Supplement
    document: LawFile

    def covers(self, policy: str, day: dt.date) -> bool:
        """Whether it speaks for this policy on this day."""
        head = self.supplement.supplement
        return head.policy == policy and covers(head.effective_from, head.effective_to, day)


def covers(first: dt.date, last: dt.date | None, day: dt.date) -> bool:
    """Whether a day lies in first … last, both inclusive; no last day: for good."""
    return first <= day and (last is None or day <= last)


class Shelf:
    """Immutable after loading; reading it costs no I/O."""

    def __init__(self, packs: Iterable[ShelvedPack], given: Iterable[Given], lapsed_goes_on: frozenset[str]) -> None:
        self._versions: dict[str, list[ShelvedPack]] = {}
        for pack in packs:
            self._versions.setdefault(pack.policy.id, []).append(pack)
        for versions in self._versions.values():
            check_versions(versions)
            versions.sort(key=lambda pack: pack.policy.effective_from)
        self._given = tuple(given)
        self._lapsed_goes_on = lapsed_goes_on

    @property
    def policies(self) -> tuple[str, ...]:
        """The ids of all policies, sorted."""
        return tuple(sorted(self._versions))

    @property
    def going_on_unknown(self) -> tuple[str, ...]:
        """What shall go on after its last day, and is no policy here: a slip of the pen, or not yet downloaded."""
        return tuple(sorted(self._lapsed_goes_on.difference(self._versions)))

    def versions(self, policy: str) -> tuple[ShelvedPack, ...]:
        """All versions of one policy, oldest first. Raises Refused for an unknown policy."""
        if policy not in self._versions:
            raise self._unknown(policy, "policy")
        return tuple(self._versions[policy])

    def require_going_on_known(self, at: str) -> None:
        """Raise Refused at `at` for the first of `going_on_unknown`; where nothing is downloaded it is a slip."""
        for policy in self.going_on_unknown:
            raise self._unknown(policy, at)

    def _unknown(self, policy: str, at: str) -> Refused:
        known = ", ".join(self.policies)
        word = f"unknown policy {policy}" if policy else "no policy is named"
        word_zh = f"未知政策 {policy}".strip()
        return Refused("unknown-policy", f"{word}; known: {known}", f"{word_zh}；已有：{known}", at)

    def pack(self, policy: str, day: dt.date) -> tuple[ShelvedPack, bool]:
        """The version in force on a day, and whether it has lapsed and only goes on by configuration."""
        versions = self.versions(policy)
        for pack in versions:
            if covers(pack.policy.effective_from, pack.policy.effective_to, day):
                return pack, False
        if policy in self._lapsed_goes_on and day > versions[-1].policy.effective_from:
            return versions[-1], True
        first, last = versions[0].policy.effective_from, versions[-1].policy.effective_to
        raise Refused(
            "outside-versions",
            f"{policy} is in force from {first} to {last}, not on {day}",
            f"{policy} 有效期为 {first} 至 {last}，不含 {day}",
            "date",
        )

    def nearest(self, policy: str, day: dt.date) -> Pack:
        """The version that began last by a day, in force or not; before all of them the first. Raises Refused."""
        versions = self.versions(policy)
        return next((pack for pack in reversed(versions) if pack.policy.effective_from <= day), versions[0])

    def given(self, policy: str, day: dt.date) -> list[Given]:
        """The supplements that speak for a policy on a day, in the order they were given."""
        return [one for one in self._given if one.covers(policy, day)]


def load_shelf(
    supplements: Iterable[Path | bytes] = (),
    lapsed_goes_on: frozenset[str] = frozenset(),
    bureau_key: bytes | None = None,
) -> Shelf:
    """Load the packs that ship with the terminal, and the given supplements. Raises Refused naming file and line.

    bureau_key: the bureau's SM2 public key (PEM). Where it is given, a supplement counts only with the bureau's
    signature over its bytes, as Base64 in `<file>.sig` beside it.
    """
    packs = shipped_packs()
    shelf = Shelf(packs, (), lapsed_goes_on)
    given = [load_supplement(source, shelf, bureau_key) for source in supplements]
    return Shelf(packs, given, lapsed_goes_on)


def shipped_packs() -> list[ShelvedPack]:
    """The packs that ship with the terminal. Raises Refused naming file and line."""
    return [load_pack(path.read_bytes(), f"{path.parent.name}/{path.name}") for path in pack_files()]


def read_key(path: Path | None) -> bytes | None:
    """The bureau's public key (PEM), or None where no signature is demanded. Raises Refused when it cannot be read."""
    try:
        return None if path is None else path.read_bytes()
    except OSError as error:
        raise bad_file(f"cannot read the bureau's key: {error.strerror}", str(path)) from None


def pack_files() -> list[Path]:
    """The files of all packs, sorted."""
    root = Path(str(resources.files("terminal.settlement.packs")))
    return sorted(root.glob("*/20*.toml"))


def load_pack(data: bytes, name: str) -> ShelvedPack:
    """One pack from its bytes. Raises Refused with `name:line` as the place."""
    pack = read_toml(data, Pack, name)
    check_pack(pack, data.decode("utf-8"), name)
    return ShelvedPack(**msgspec.structs.asdict(pack), document=document_of("pack", data))


def document_of(kind: Literal["pack", "supplement"], body: bytes) -> LawFile:
    """A file of law, from its bytes."""
    return LawFile(kind, body, hashlib.sha256(body).hexdigest())


def load_supplement(source: Path | bytes, shelf: Shelf, bureau_key: bytes | None) -> Given:
    """One supplement of a file, signed where a key is given. Raises Refused with `name:line`."""
    try:
        data, name = (source, "supplement") if isinstance(source, bytes) else (source.read_bytes(), source.name)
    except OSError as error:
        raise bad_file(f"cannot read the supplement: {error.strerror}", str(source)) from None
    if bureau_key is not None:
        _check_signature(source, data, name, bureau_key)
    return read_supplement(data, name, shelf)


def read_supplement(data: bytes, name: str, shelf: Shelf) -> Given:
    """One supplement from its bytes, checked against the policies of `shelf`. Raises Refused with `name:line`."""
    supplement = read_toml(data, Supplement, name)
    if supplement.supplement.policy not in shelf.policies:
        raise bad_file(f"unknown policy {supplement.supplement.policy}", f"{name}:1")
    _check_days(supplement, shelf, data.decode("utf-8"), name)
    for pack in _versions_met(supplement, shelf.versions(supplement.supplement.policy)):
        check_supplement(supplement, pack, data.decode("utf-8"), name)
    return Given(supplement, document_of("supplement", data))


def _versions_met(supplement: Supplement, versions: Sequence[Pack]) -> list[Pack]:
    """The versions for whose days the supplement speaks; the newest also beyond its last day, as it may go on."""
    head = supplement.supplement
    last = head.effective_to or dt.date.max
    ends = [pack.policy.effective_to or dt.date.max for pack in versions[:-1]] + [dt.date.max]
    pairs = zip(versions, ends, strict=True)
    return [pack for pack, end in pairs if pack.policy.effective_from <= last and head.effective_from <= end]


def _check_days(supplement: Supplement, shelf: Shelf, text: str, name: str) -> None:
    """Refuse a supplement whose days end before they begin, or had ended before its policy began."""
    head = supplement.supplement
    began = shelf.versions(head.policy)[0].policy.effective_from
    if head.effective_to is None or head.effective_to >= max(head.effective_from, began):
        return
    ended = "ends before it begins" if head.effective_to < head.effective_from else f"expired before {began}"
    raise bad_file(f"supplement.effective_to: {ended}", f"{name}:{line_of(text, 'supplement.effective_to')}")


def _check_signature(source: Path | bytes, data: bytes, name: str, bureau_key: bytes) -> None:
    """Refuse what the bureau has not signed, before a line of it is read."""
    beside = source.with_name(f"{source.name}.sig") if isinstance(source, Path) else None
    if beside is None or not beside.is_file():
        raise bad_file(f"unsigned: the bureau's signature {name}.sig is missing", f"{name}:1")
    if not verify(bureau_key, data, from_text(beside.read_bytes())):
        raise bad_file("the signature is not the bureau's over these bytes", f"{name}:1")
