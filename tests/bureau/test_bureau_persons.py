"""The bureau's two files: what they may say, and what is refused with its place."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec
import pytest

from terminal.bureau.books import Books
from terminal.bureau.persons import load_persons, load_providers
from terminal.errors import Refused
from terminal.money import Fen

DATA = Path(__file__).parent / "data"

ONE = """
[[person]]
person_number = "37060200000001"
card_number = "A12345678"
id_number = "370602195301011234"
name = "张三"
policy = "yantai-employee"
"""


def persons_file(folder: Path, text: str) -> Path:
    path = folder / "persons.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_person_needs_no_more_than_who_and_which_law(tmp_path: Path) -> None:
    """The rest has the defaults of a bill; the patient's ID and name, and the insured place, follow by themselves."""
    [person] = load_persons(persons_file(tmp_path, ONE))

    assert (person.patient.id, person.patient.name) == ("370602195301011234", "张三")
    assert person.insured_place == "370602"
    assert (person.account.balance, person.entitlement.status, person.year.admissions) == (0, "active", 0)


def test_the_parts_are_those_of_a_bill(tmp_path: Path) -> None:
    """Patient, entitlement, account and year are written as in a bill, amounts as strings of yuan."""
    text = (
        ONE
        + """
patient = { category = "retiree", age = 68, chronic_diseases = ["hypertension"] }
entitlement = { status = "arrears", reason = "2021-05" }
account = { balance = "1234.56", status = "sealed" }
[person.year]
pool_paid = "100.00"
chronic = { hypertension = { deductible_paid = "300.00", pool_paid = "29.00" } }
"""
    )

    [person] = load_persons(persons_file(tmp_path, text))

    assert person.patient.category == "retiree"
    assert (person.account.balance, person.account.status) == (123_456, "sealed")
    assert person.entitlement.reason == "2021-05"
    assert person.year.chronic["hypertension"].deductible_paid == 30_000


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("account = { balance = 12.5 }", "person[0].account.balance"),
        ('account = { balance = "12.5" }', "person[0].account.balance"),
        ('account = { ballance = "12.50" }', "person[0].account.ballance"),
        ('nickname = "小张"', "person[0].nickname"),
        ('patient = { category = "boss" }', "person[0].patient.category"),
        ('card_identification = "12"', "person[0].card_identification"),
        ('insured_place = "3706"', "person[0].insured_place"),
    ],
)
def test_a_wrong_value_is_refused_with_its_place(tmp_path: Path, line: str, at: str) -> None:
    """A JSON-like number, a missing decimal, an unknown key, a wrong word: each names where it stands."""
    with pytest.raises(Refused) as refusal:
        load_persons(persons_file(tmp_path, ONE + line))

    assert refusal.value.at == at


@pytest.mark.parametrize("key", ["person_number", "card_number", "id_number"])
def test_nobody_stands_twice(tmp_path: Path, key: str) -> None:
    """Two persons with one number, card or ID are refused."""
    other = ONE.replace("00000001", "00000002").replace("A12345678", "B12345678").replace("1234", "4321", 1)
    kept = next(line for line in ONE.splitlines() if line.startswith(key))
    replaced = "\n".join(kept if line.startswith(key) else line for line in other.splitlines())

    with pytest.raises(Refused) as refusal:
        load_persons(persons_file(tmp_path, ONE + replaced))

    assert refusal.value.at == f"person[1].{key}"


def test_what_is_not_toml_is_refused(tmp_path: Path) -> None:
    """Not TOML, or not UTF-8: refused by the file's name."""
    with pytest.raises(Refused, match=r"persons\.toml is not TOML"):
        load_persons(persons_file(tmp_path, "[[person"))


def test_providers_are_read_by_their_id() -> None:
    """A provider is a name and the provider part of a bill."""
    providers = load_providers(DATA / "providers.toml")

    pharmacy = providers["P37060200001"]
    assert (pharmacy.name, pharmacy.facts.kind, pharmacy.facts.tier) == ("示例大药房", "pharmacy", 1)


@pytest.mark.parametrize("text", ['[[provider]]\nid = "P1"\nname = "x"', '[[provider]]\nid = "P37060200001"', "x = 1"])
def test_a_provider_without_number_or_name_is_refused(tmp_path: Path, text: str) -> None:
    """Twelve characters and a name are what the interface demands."""
    path = tmp_path / "providers.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(Refused):
        load_providers(path)


def test_books_on_file_keep_what_was_booked(tmp_path: Path) -> None:
    """Opened again with the same persons file, the center remembers balances and sign-ins, not the opening."""
    [person] = load_persons(persons_file(tmp_path, ONE + 'account = { balance = "50.00" }'))
    books = Books([person], {}, tmp_path / "bureau.db")
    with books.transaction():
        account = msgspec.structs.replace(person.account, balance=Fen(10))
        books.keep_person(msgspec.structs.replace(person, account=account))
        books.sign_in("S1", "0001", dt.date(2021, 6, 30))
    books.close()

    books = Books([person], {}, tmp_path / "bureau.db")

    kept = books.person(person.person_number)
    assert kept is not None
    assert kept.account.balance == 10
    assert books.standing("S1", "0001", dt.date(2021, 6, 30), "P37060200001", ["M1"])[0]
    assert not books.standing("S1", "0002", dt.date(2021, 6, 30), "P37060200001", ["M1"])[0]
    books.close()


def test_what_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    """One request is one transaction: an error in its middle takes back its first half."""
    books = Books([], {}, tmp_path / "bureau.db")

    def half_way() -> None:
        with books.transaction():
            books.sign_in("S1", "0001", dt.date(2021, 6, 30))
            raise Refused("test", "half way", "中途")

    with pytest.raises(Refused):
        half_way()

    assert not books.standing("S1", "0001", dt.date(2021, 6, 30), "P37060200001", ["M1"])[0]
    books.close()
