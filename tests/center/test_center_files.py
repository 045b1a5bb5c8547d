"""Files that come from elsewhere: the center's rows of a day, and the secrets that it gave this institution."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import msgspec
import pytest
from town import Town, void_of

from terminal.center.details import (
    CenterRow,
    OwnRow,
    counted_there,
    number_there,
    own_row,
    packed,
    read_center_rows,
    references_of,
    sums_there,
    unpacked,
    zipped,
)
from terminal.center.envelope import Unreadable, decode_answer
from terminal.center.seal import Secrets, load_secrets
from terminal.center.settle_messages import refuse_another
from terminal.errors import Refused
from terminal.journal.records import CenterSums, SettlementRecord
from terminal.money import Fen

ROW = "P1\tV1\tS1\tM1\t1\t0\tnull\t111.70\t36.70\t75.00"
SUMS = CenterSums(total=Fen(111_70), fund_total=Fen(36_70), provider_borne=Fen(0), account=Fen(75_00), cash=Fen(0))
KNOWN = {"setl_id": "S1", "mdtrt_id": "V1"}


@pytest.fixture
def original(town: Town) -> SettlementRecord:
    """A purchase that the center has taken in."""
    return void_of(town.purchase(), KNOWN)[1]


def archive(**files: bytes) -> bytes:
    """A ZIP of these files."""
    packed_bytes = io.BytesIO()
    with zipfile.ZipFile(packed_bytes, "w") as made:
        for name, data in files.items():
            made.writestr(zipfile.ZipInfo(name), data)
    return packed_bytes.getvalue()


def test_the_center_s_rows_are_read_column_by_column() -> None:
    """Amounts to the fen, the word null as nothing, a row that was taken back as such, an empty line as none."""
    text = "\n".join(("", ROW, ROW.replace("M1\t1\t0\tnull", "null\t0\t1\tmemo"), ""))
    first = CenterRow("P1", "V1", "S1", "M1", "1", False, "", 111_70, 36_70, 75_00)
    again = CenterRow("P1", "V1", "S1", "", "0", True, "memo", 111_70, 36_70, 75_00)
    assert read_center_rows(zipped(text.encode(), "rows.txt")) == [first, again]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"no ZIP at all", "no ZIP of one file"),
        (archive(), "no ZIP of one file"),
        (archive(one=b"", two=b""), "no ZIP of one file"),
        (zipped(ROW.encode(), "rows.txt")[:-30], "no ZIP of one file"),
        (zipped(b"\xff\xfe", "rows.txt"), "not UTF-8"),
        (zipped(f"{ROW}\n\n{ROW[:-6]}".encode(), "rows.txt"), "line 3 has 9 columns"),
        (zipped(ROW.replace("36.70", "36,70").encode(), "rows.txt"), "line 1"),
    ],
    ids=["no ZIP", "empty", "two files", "cut", "no text", "a column short", "no amount"],
)
def test_a_file_that_is_cut_or_no_such_file_is_an_error_not_a_difference(data: bytes, says: str) -> None:
    """Another kind of file, several, half of one, another encoding; of a row without an amount, its line is named."""
    with pytest.raises(Unreadable, match=says):
        read_center_rows(data)


def test_our_own_rows_are_negative_where_they_take_back(original: SettlementRecord) -> None:
    """Both rows of a settlement that was taken back add up to nothing; what the center has not accepted has no row."""
    void = msgspec.structs.replace(
        original, kind="void", voids=original.id, center_references={"setl_id": "S2", "mdtrt_id": "V1"}
    )
    rows = [row for row in (own_row(record, SUMS) for record in (original, void)) if row is not None]
    person = original.person_number
    assert unpacked(packed(rows, "own.txt")).decode().splitlines() == [
        f"S1\tV1\t{person}\t111.70\t36.70\t75.00\t0",
        f"S2\tV1\t{person}\t-111.70\t-36.70\t-75.00\t1",
    ]
    assert own_row(msgspec.structs.replace(original, upload_state="refused"), SUMS) is None


@pytest.mark.parametrize(
    ("told", "cash"),
    [
        ((111_70, 36_70, 70_00), 5_00),
        ((111_70, 36_70, 75_00), 0),
        ((111_70, 36_70, 75_01), None),
        ((111_70, 36_70, -1), None),
        ((111_70, -1, 75_00), None),
        ((-1, -2, 0), None),
    ],
)
def test_sums_there_are_the_rows_and_cash_is_the_rest_of_them(
    original: SettlementRecord, told: tuple[int, int, int], cash: int | None
) -> None:
    """Of a settlement, and of its void, whose row is negative; no sums where a share of theirs is below zero."""
    void = msgspec.structs.replace(original, kind="void", voids=original.id)
    for record, sign in ((original, 1), (void, -1)):
        total, fund_total, account = (Fen(sign * amount) for amount in told)
        row = CenterRow("P1", "V1", "S1", "M1", "3", sign < 0, "", total, fund_total, account)
        found = sums_there(record, row, SUMS)
        assert (found and found.cash) == cash


def test_a_row_that_lacks_the_centers_numbers_says_null() -> None:
    """3.11, 1.6: in a TXT, empty is the word; the archive is the same whenever it is made."""
    row = OwnRow("", "", "P1", 1, 0, 1, False)
    made = packed([row, row], "own.txt")
    assert unpacked(made) == b"null\tnull\tP1\t0.01\t0.00\t0.01\t0\n" * 2
    with zipfile.ZipFile(io.BytesIO(made)) as found:
        (member,) = found.infolist()
    assert (member.filename, member.date_time) == ("own.txt", (1980, 1, 1, 0, 0, 0))


def test_a_later_edition_s_eleventh_column_is_not_read() -> None:
    """3.11: `exp_content` behind the amounts."""
    (row,) = read_center_rows(zipped(f"{ROW}\tmore\n".encode(), "rows.txt"))
    assert (row.total, row.fund_total, row.account) == (111_70, 36_70, 75_00)


@pytest.mark.parametrize(("flag", "refunded"), [("0", False), ("1", True), ("01", True), (" 1", True), ("null", False)])
def test_a_row_that_was_taken_back_is_known_by_its_flag(flag: str, refunded: bool) -> None:
    """5.8, with and without a nought before it."""
    (row,) = read_center_rows(zipped(ROW.replace("\t0\t", f"\t{flag}\t").encode(), "rows.txt"))
    assert row.refunded is refunded


def compressed(text: bytes, compression: int) -> bytearray:
    """A ZIP of `rows.txt`, compressed so."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive_file:
        archive_file.writestr("rows.txt", text)
    return bytearray(made.getvalue())


def test_a_file_whose_compressed_text_is_damaged_is_unreadable() -> None:
    """A block of no kind that there is: the ZIP looks whole, and its text is not."""
    file = compressed(b"".join(b"%d\t" % number for number in range(400)), zipfile.ZIP_DEFLATED)
    file[len("PK..") + 26 + len("rows.txt")] |= 0b110
    with pytest.raises(Unreadable, match="no ZIP of one file"):
        unpacked(bytes(file))


@pytest.mark.parametrize("compression", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_file_is_stored_or_deflated_as_every_edition_has_it(compression: int) -> None:
    """Another compression may ask for gigabytes before it says a word; it is refused unread."""
    with pytest.raises(Unreadable, match="no edition has"):
        unpacked(bytes(compressed(ROW.encode(), compression)))


def test_a_file_unpacks_to_32_mebibytes_and_no_further() -> None:
    """What grows beyond is a bomb; it is refused before it is unpacked."""
    longest = b"\0" * (32 * 1_048_576)
    assert unpacked(zipped(longest, "day.txt")) == longest
    with pytest.raises(Unreadable, match="too large"):
        unpacked(zipped(longest + b"\0", "day.txt"))


def test_where_a_settlement_stands_at_the_center(original: SettlementRecord) -> None:
    """Its number once it is accepted, and the day of the center's own time; the same as references of a row."""
    told = references_of("S1", "V1", original.business_day)
    assert told == {"setl_id": "S1", "mdtrt_id": "V1", "setl_time": "2021-06-30"}
    known = msgspec.structs.replace(original, center_references=told | {"setl_time": "2021-07-01 00:00:01"})
    assert (number_there(known), counted_there(known)) == ("S1", "2021-07-01")
    waiting = msgspec.structs.replace(known, upload_state="unknown", center_references={})
    assert (number_there(waiting), counted_there(waiting)) == ("", "")
    for told in ("2021/06/30 09:00:00", "20210630090000", "1625013000000", "2021-W26-3", "2021-02-30 00:00:00", ""):
        odd = msgspec.structs.replace(known, center_references=known.center_references | {"setl_time": told})
        assert (number_there(odd), counted_there(odd)) == ("S1", "")


def test_secrets_are_read_strictly(tmp_path: Path) -> None:
    """What stands there and nothing else; a fault names the key and never a value."""
    file = tmp_path / "secrets.toml"
    file.write_text('client_id = "0123456789abcdef"\ntif_token = "t"\n', encoding="utf-8")
    assert load_secrets(file) == Secrets(client_id="0123456789abcdef", tif_token="t")
    for text in ('tif_tokens = "hidden"\n', 'tif_token = "hidden\n', "tif_token = 5\n"):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(Refused) as refused:
            load_secrets(file)
        assert "hidden" not in str(refused.value)
    with pytest.raises(Refused, match="cannot be read"):
        load_secrets(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"mdtrt_id": "V1", "init_setl_id": "S1", "refd_setl_flag": "1"}, ""),
        ({}, ""),
        ({"mdtrt_id": "V2"}, "another settlement"),
        ({"init_setl_id": "S2"}, "another settlement"),
        ({"mdtrt_id": "V1", "refd_setl_flag": "0"}, "not to its void"),
    ],
)
def test_the_answer_to_a_void_is_about_what_it_takes_back(
    original: SettlementRecord, row: dict[str, str], says: str
) -> None:
    """Another visit, another settlement, or a row of a settlement: the answer says nothing of this void."""
    void, _ = void_of(original, KNOWN)
    if not says:
        refuse_another(row, void, "", original)
        return
    with pytest.raises(Unreadable, match=says):
        refuse_another(row, void, "", original)


@pytest.mark.parametrize(("output", "read"), [('[{"a":"1"}]', {"a": "1"}), ('[{"a":"1"},{"a":"2"}]', {}), ("[]", {})])
def test_an_output_in_a_list_is_read_where_it_is_the_only_one(output: str, read: dict[str, str]) -> None:
    """Of two nobody knows which one is meant."""
    assert decode_answer(f'{{"infcode":0,"output":{output}}}'.encode()).output == read
