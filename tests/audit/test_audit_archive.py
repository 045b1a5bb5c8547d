"""The archive stands alone: its verifier knows nothing of this program, and finds what was done to it."""

from __future__ import annotations

import ast
import datetime as dt
import hashlib
import json
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from audit.conftest import Kept, key_pair, verifier

from terminal import audit_command
from terminal.clock import SetClock
from terminal.errors import Refused

VERIFIER = Path("tools/verify_archive.py")
Files = dict[str, bytes]


def test_an_honest_archive_is_good(kept: Kept) -> None:
    """Signed, whole, with every witness in its chain."""
    status, said = verifier(kept.archive, "--key", kept.key, *[f"--anchor={one[:16]}" for one in kept.witnesses])
    assert (status, said.splitlines()[-1]) == (0, "nothing found 未发现问题"), said
    assert "4 settlements and voids, signature checked" in said


def test_the_verifier_is_short_and_imports_nothing_of_ours() -> None:
    """Under 300 lines, the standard library alone."""
    text = VERIFIER.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 300
    imported = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {name for node in imported for name in _modules(node)}
    assert names <= set(sys.stdlib_module_names)


def _modules(node: ast.Import | ast.ImportFrom) -> list[str]:
    found = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or "."]
    return [name.split(".")[0] for name in found]


def test_a_hash_kept_elsewhere_that_is_not_in_the_chain_is_told(kept: Kept) -> None:
    """An anchor of which the journal knows nothing, beside one that it has: its tail was cut off, or rewritten."""
    missing = "0" * 16
    status, said = verifier(kept.archive, f"--anchor={kept.witnesses[0]}", f"--anchor={missing}")
    assert status == 1
    assert [line for line in said.splitlines() if line.startswith("anchor")] == [
        f"anchor {missing}: no entry has this hash"
    ]


def rewritten(kept: Kept, folder: Path, change: Callable[[Files], None], honest_manifest: bool) -> Path:
    """The archive with its files changed; `honest_manifest`: the forger also wrote the new digests into it."""
    with zipfile.ZipFile(kept.archive) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    if honest_manifest:
        manifest = json.loads(files["manifest.json"])
        listed = {name: data for name, data in files.items() if not name.startswith("manifest")}
        manifest["files"] = {name: hashlib.sha256(data).hexdigest() for name, data in listed.items()}
        files["manifest.json"] = json.dumps(manifest).encode()
    path = folder / "forged.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def lines_changed(change: Callable[[list[dict[str, Any]]], object], rechained: bool = True) -> Callable[[Files], None]:
    """A change of the entries' lines; `rechained`: the forger makes all hashes, the count and the head fit again."""

    def changed(files: Files) -> None:
        lines = [json.loads(line) for line in files["entries.jsonl"].splitlines()]
        for line in lines:
            line["body"] = json.loads(line["body"])
        change(lines)
        manifest = json.loads(files["manifest.json"])
        previous = hashlib.sha256(manifest["terminal_id"].encode()).hexdigest()
        for place, line in enumerate(lines, start=1):
            if rechained:
                line["number"] = line["body"]["number"] = place
            line["body"] = json.dumps(line["body"], ensure_ascii=False, separators=(",", ":"))
            if rechained:
                line["hash"] = hashlib.sha256(bytes.fromhex(previous) + line["body"].encode()).hexdigest()
            previous = line["hash"]
        if rechained:
            manifest |= {"entries": len(lines), "head": previous}
        files["manifest.json"] = json.dumps(manifest).encode()
        files["entries.jsonl"] = "".join(json.dumps(line) + "\n" for line in lines).encode()

    return changed


def of(lines: list[dict[str, Any]], kind: str, place: int = 0) -> dict[str, Any]:
    """The body of the entry of a kind."""
    return [line["body"] for line in lines if line["body"]["kind"] == kind][place]


def split_of(lines: list[dict[str, Any]], kind: str = "settlement") -> dict[str, Any]:
    """The split of the first settlement, or of the void."""
    found: dict[str, Any] = of(lines, kind)["record"]["settlement"]
    return found


def items_of(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The items of the first settlement's bill."""
    found: list[dict[str, Any]] = of(lines, "settlement")["record"]["bill"]["items"]
    return found


def more_pool(lines: list[dict[str, Any]]) -> None:
    """A fen more for the pool, a fen less of cash."""
    split = of(lines, "settlement")["record"]["settlement"]
    split["fund_total"] = "7610.01"


def lines_less(lines: list[dict[str, Any]]) -> None:
    """The funds are their sum, but not what their lines explain."""
    split = of(lines, "settlement")["record"]["settlement"]
    split["funds"]["pool"], split["fund_total"] = "7610.01", "7610.01"
    assert split["cash"] == "890.00"
    split["cash"] = "889.99"


def less_than_nothing(lines: list[dict[str, Any]]) -> None:
    """The parts are the total, and the account has paid less than nothing."""
    split = of(lines, "settlement", 1)["record"]["settlement"]
    split["cash"] = f"{float(split['cash']) + float(split['account']) + 1:.2f}"
    split["account"] = "-1.00"


def second_void(lines: list[dict[str, Any]]) -> None:
    """A second void, by another number and key, of what is taken back already."""
    again = json.loads(json.dumps(of(lines, "void")))
    again["record"]["id"], again["key"] = "T1000", "another key"
    at = next(place for place, line in enumerate(lines) if line["body"]["kind"] == "void")
    lines.insert(at + 1, {"body": again})


def without_article(lines: list[dict[str, Any]]) -> None:
    """A payer's line rests on nothing."""
    split_of(lines)["lines"][0].update(cite="", rule="")


def never_begun(kind: str) -> Callable[[list[dict[str, Any]]], object]:
    """The word on something that nobody asked."""
    return lambda lines: lines.append({"body": {"kind": kind, "settlement": "T1000"}})


ENTRIES: list[tuple[Callable[[list[dict[str, Any]]], object], bool, str]] = [
    (lambda lines: of(lines, "settlement")["record"].update(operator="008"), False, "its hash does not fit"),
    (lambda lines: lines.pop(2), False, "its hash does not fit"),
    (lambda lines: lines.reverse(), False, "the line says"),
    (lambda lines: lines.pop(), False, "its count or its head"),
    (more_pool, True, "are not the total"),
    (lines_less, True, "the lines of pool are not what it pays"),
    (lambda lines: lines.append({"body": of(lines, "void")}), True, "this number was given before"),
    (lambda lines: of(lines, "void")["record"].update(voids="nobody"), True, "which stands nowhere before"),
    (lambda lines: of(lines, "settlement", 1).update(key=of(lines, "settlement")["key"]), True, "its key was used"),
    (lambda lines: of(lines, "settlement", 2)["record"].update(business_day="2021-06-30"), True, "sealed before"),
    (lambda lines: of(lines, "day-sealed").update(report_digest="0" * 64), True, "sealed with is not in the archive"),
    (lambda lines: lines.append({"body": of(lines, "day-sealed")}), True, "sealed a second time"),
    (lambda lines: of(lines, "settlement")["record"].update(pack_digest="0" * 64), True, "its law 000000000000"),
    (lambda lines: of(lines, "settlement")["record"].update(operator=7), True, "record.operator: not as"),
    (lambda lines: of(lines, "settlement")["record"].update(scheme="other"), True, "record.scheme: not as"),
    (lambda lines: of(lines, "settlement")["record"].pop("operator"), True, "record: not as the schema's required"),
    (lambda lines: split_of(lines)["funds"].update(pool="7610.01"), True, "the funds are not their sum"),
    (lambda lines: items_of(lines)[0].update(amount="0.01"), True, "the items are not the total"),
    (lambda lines: split_of(lines, "void").update(account_balance="9.99"), True, "it takes back other amounts"),
    (second_void, True, "a second time"),
    (without_article, True, "a line without its article"),
    (never_begun("authorised"), True, "authorised: of T1000, which was not begun"),
    (never_begun("not-debited"), True, "not-debited: of T1000, which was not begun"),
    (less_than_nothing, True, "somebody pays less than nothing"),
    (lambda lines: of(lines, "settlement", 1)["record"].update(business_day="2021-06-29"), True, "has other sums than"),
]


@pytest.mark.parametrize(("change", "rechained", "said"), ENTRIES, ids=[said for _, _, said in ENTRIES])
def test_what_an_honest_journal_cannot_hold_is_found(
    kept: Kept, tmp_path: Path, change: Callable[[list[dict[str, Any]]], object], rechained: bool, said: str
) -> None:
    """Even where the forger made all digests and hashes fit; with the key the signature shows it too."""
    forged = rewritten(kept, tmp_path, lines_changed(change, rechained), honest_manifest=True)
    status, words = verifier(forged)
    assert status == 1, words
    assert said in words
    assert "not this key's signature" in verifier(forged, "--key", kept.key)[1]


def test_a_tail_that_was_cut_off_shows_by_its_anchor_alone(kept: Kept, tmp_path: Path) -> None:
    """The last sale and all behind it left out, and all made to fit: only the hash that its receipt bears tells."""

    def cut(lines: list[dict[str, Any]]) -> None:
        last = max(place for place, line in enumerate(lines) if line["body"]["kind"] == "settlement")
        del lines[last:]

    forged = rewritten(kept, tmp_path, lines_changed(cut), honest_manifest=True)
    assert verifier(forged)[0] == 0
    status, words = verifier(forged, *[f"--anchor={one}" for one in kept.witnesses])
    assert (status, words.count("no entry has this hash")) == (1, 1), words


FILES: list[tuple[Callable[[Files], object], str]] = [
    (lambda files: files.update({"law/extra.toml": b"x"}), "there, but not listed"),
    (lambda files: files.pop("README.txt"), "listed, but not there"),
    (lambda files: files.update({"schema.json": b"{}"}), "not the file that was listed"),
    (lambda files: files.pop("manifest.sig"), "the archive is not signed"),
    (
        lambda files: files.update({"manifest.json": files["manifest.json"].replace(b'"format":1', b'"format": 1')}),
        "key",
    ),
]


@pytest.mark.parametrize(("change", "said"), FILES, ids=[said for _, said in FILES])
def test_a_changed_file_is_found(kept: Kept, tmp_path: Path, change: Callable[[Files], object], said: str) -> None:
    """Any file of the archive, and the manifest by its signature."""
    status, words = verifier(rewritten(kept, tmp_path, change, honest_manifest=False), "--key", kept.key)
    assert status == 1, words
    assert said in words


def laws_of(files: Files) -> set[str]:
    """The files of law in the archive."""
    return {name for name in files if name.startswith("law/")}


def richer_report(files: Files) -> None:
    """The day's report with another sum in its first group, named by its own digest everywhere."""
    lines = [json.loads(line) for line in files["entries.jsonl"].splitlines()]
    (sealed,) = [body for body in map(json.loads, (line["body"] for line in lines)) if body["kind"] == "day-sealed"]
    report = json.loads(files.pop(f"reports/{sealed['report_digest']}.json"))
    report["groups"][0]["group"]["cash"] = "1.00"
    forged = json.dumps(report).encode()
    digest = hashlib.sha256(forged).hexdigest()
    files[f"reports/{digest}.json"] = forged
    lines_changed(lambda lines: of(lines, "day-sealed").update(report_digest=digest))(files)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (richer_report, "has other sums than its records"),
        (lambda files: files.update({"schema.json": b"{}"}), "it asks nothing of a record"),
        (lambda files: files.update(dict.fromkeys(laws_of(files), b"")), "named by another digest"),
    ],
    ids=["report", "schema", "law"],
)
def test_a_forger_who_lists_his_own_files_is_found(
    kept: Kept, tmp_path: Path, change: Callable[[Files], None], said: str
) -> None:
    """A sealed report with other sums, a schema that lets everything pass, another law: though his own list fits."""
    status, words = verifier(rewritten(kept, tmp_path, change, honest_manifest=True))
    assert status == 1, words
    assert said in words


DAMAGED: list[Callable[[Files], object]] = [
    lambda files: files.update({"entries.jsonl": b"[" * 100_000}),
    lambda files: files.update({"entries.jsonl": b'{"number": 1, "hash": "0", "body": "[]"}'}),
    lambda files: files.update({"entries.jsonl": b"1\n"}),
    lambda files: files.update({"entries.jsonl": b"\xff"}),
    lambda files: files.update({"manifest.json": b"[]"}),
    lambda files: files.update({"manifest.json": b'{"format": 1, "files": 7, "terminal_id": []}'}),
    lambda files: files.update({"schema.json": b'{"$ref": "#/components/schemas/A"}'}),
    lambda files: files.update({"schema.json": b'{"components": {"schemas": {"A": {"$ref": "A"}}}, "$ref": "A"}'}),
    lambda files: files.update({"schema.json": b'{"type": "unheard-of"}'}),
    lambda files: files.pop("schema.json"),
    lambda files: lines_changed(lambda lines: of(lines, "settlement").pop("record"))(files),
]


@pytest.mark.parametrize("change", DAMAGED)
def test_a_damaged_archive_is_called_so(kept: Kept, tmp_path: Path, change: Callable[[Files], None]) -> None:
    """Whatever stands in it: status 2 and one line, never Python's own words of where it fell."""
    status, said = verifier(rewritten(kept, tmp_path, change, honest_manifest=False))
    assert (status, len(said.splitlines())) == (2, 1), said
    assert "damaged, or no archive 存档损坏" in said


def test_a_damaged_file_in_an_archive_is_called_so(kept: Kept, tmp_path: Path) -> None:
    """A byte of the packed entries is another: what cannot be unpacked is no finding about the journal."""
    data, path = bytearray(kept.archive.read_bytes()), tmp_path / "damaged.zip"
    with zipfile.ZipFile(kept.archive) as archive:
        packed = archive.getinfo("entries.jsonl")
    begin = packed.header_offset + 30 + len(packed.filename)
    data[begin : begin + 20] = b"\xff" * 20
    path.write_bytes(data)
    status, said = verifier(path)
    assert (status, len(said.splitlines())) == (2, 1), said


def test_another_key_is_not_the_signer_s(kept: Kept, tmp_path: Path) -> None:
    """A key pair made by somebody else."""
    _, public = key_pair(tmp_path)
    assert verifier(kept.archive, "--key", public)[0] == 1


@pytest.mark.parametrize("data", [b"", b"PK", b"not a zip"])
def test_what_is_no_archive_is_said_plainly(tmp_path: Path, data: bytes) -> None:
    """Status 2 and one line."""
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    status, said = verifier(path)
    assert (status, len(said.splitlines())) == (2, 1)


def test_the_same_journal_gives_the_same_archive_but_for_the_signature(kept: Kept, tmp_path: Path) -> None:
    """Two exports of one moment differ in nothing; an archive that stands is never overwritten."""
    with zipfile.ZipFile(kept.archive) as archive:
        moment = json.loads(archive.read("manifest.json"))["exported_at"]
    clock = SetClock(dt.datetime.fromisoformat(moment))
    paths = [tmp_path / "one.zip", tmp_path / "two.zip"]
    for path in paths:
        assert audit_command.export(kept.journal, path, None, clock) == 0
    assert paths[0].read_bytes() == paths[1].read_bytes()
    with pytest.raises(Refused, match="exists"):
        audit_command.export(kept.journal, paths[0], None, clock)


def test_the_archive_s_own_page_names_every_kind_of_entry(kept: Kept) -> None:
    """An auditor meets no kind that README.txt does not have: those that the journal's source writes by name."""
    source = "".join(path.read_text(encoding="utf-8") for path in Path("terminal/journal").glob("*.py"))
    kinds = set(re.findall(r'append\(\s*connection, \S+, "([a-z-]+)"', source))
    with zipfile.ZipFile(kept.archive) as opened:
        told = opened.read("README.txt").decode().partition("kind of an entry:")[2]
    assert len(kinds) > 15
    assert kinds - set(re.findall(r"[a-z-]+", told)) == set()
