"""Personal accounts at the center: the decrees' monthly credit, interest at a supplied rate, sealed, closed, inherited.

Expected amounts are worked out by hand from the articles.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from test_bureau_center import BUYER, Counter, purchase

from terminal.bureau.account_law import age_of, load_account_law
from terminal.bureau.accounts import (
    Entry,
    close_account,
    credit_month,
    entries_of,
    note_entry,
    open_account,
    pay_interest,
    seal_account,
)
from terminal.bureau.books import Books
from terminal.bureau.persons import Person, load_persons
from terminal.clock import BEIJING
from terminal.errors import Conflict, Missing, Refused
from terminal.money import Fen
from terminal.settlement.bill import Account, Patient

JULY = dt.datetime(2021, 7, 1, 9, tzinfo=BEIJING)
JUNE = dt.date(2021, 6, 1)
LAW = load_account_law()


def insured(policy: str = "yantai-employee", born: str = "19700101", **changes: Any) -> Person:
    """A person of the policy with a monthly base of 5000.00 and 1500.00 on the account."""
    parts: dict[str, Any] = {"category": "employee", **changes.pop("patient", {})}
    number = changes.pop("number", 1)
    person = Person(
        person_number=f"3706020000000{number}",
        card_number=f"A{number}",
        id_number=f"370602{born}000{number}",
        name="张一",
        policy=policy,
        patient=Patient(**parts),
        account=Account(balance=Fen(150_000)),
        monthly_base=Fen(500_000),
    )
    return msgspec.structs.replace(person, **changes)


Open = Callable[..., Books]


@pytest.fixture
def opened(books_place: str) -> Iterator[Open]:
    """Books with the given persons."""
    made: list[Books] = []

    def make(*persons: Person) -> Books:
        made.append(Books(persons, {}, books_place))
        return made[0]

    yield make
    made[0].close()


def balance(books: Books, number: int = 1) -> int:
    """What a person has on the account, in fen."""
    person = books.person(f"3706020000000{number}")
    assert person is not None
    return int(person.account.balance)


@pytest.mark.parametrize(
    ("policy", "born", "category", "month", "expected"),
    [
        # 烟台 17: below 35: 2.3%; 35 to 44: 2.7%; from 45: 3.4%; retired: age × 1.5.
        ("yantai-employee", "19860602", "employee", "2021-06", 11_500),
        ("yantai-employee", "19860531", "employee", "2021-06", 13_500),
        ("yantai-employee", "19760531", "employee", "2021-06", 17_000),
        ("yantai-employee", "19530101", "retiree", "2021-06", 10_200),
        # 乌兰察布 18: 2% of the base; retired and 基残: 65.44.
        ("ulanqab-employee", "19900101", "employee", "2024-05", 10_000),
        ("ulanqab-employee", "19500101", "retiree", "2024-05", 6_544),
        ("ulanqab-employee", "19500101", "disabled-cadre", "2024-05", 6_544),
        # 南昌 4 and 20: 2% and 0.7, 0.8, 0.9% by the age of last year's end; retired: 3.2% of the pension.
        ("nanchang-account", "19860101", "employee", "2021-06", 13_500),
        ("nanchang-account", "19851231", "employee", "2021-06", 14_000),
        ("nanchang-account", "19751231", "employee", "2021-06", 14_500),
        ("nanchang-account", "19500101", "retiree", "2021-06", 16_000),
    ],
)
def test_a_month_is_credited_by_the_decree_s_formula(
    policy: str, born: str, category: str, month: str, expected: int
) -> None:
    """On a base of 5000.00, at both sides of each age."""
    person = insured(policy, born, patient={"category": category})
    assert LAW.credit(person, dt.date.fromisoformat(f"{month}-01")).amount == expected


def test_a_credit_is_rounded_once_half_up() -> None:
    """4321.50 × 2.3% = 99.3945; 4350.00 × 2.7% = 117.45; 15.15 × 3.4% = 0.5151; 14.85 × 3.4% = 0.5049."""
    credited = [
        LAW.credit(insured(born=born, monthly_base=Fen(base)), JUNE).amount
        for born, base in (("19900101", 432_150), ("19800101", 435_000), ("19600101", 1_515), ("19600101", 1_485))
    ]
    assert credited == [9_939, 11_745, 52, 50]


def test_a_month_is_credited_once(opened: Open) -> None:
    """The second run of a month credits nobody; the next month does. Each credit names its article."""
    books = opened(insured())
    first = credit_month(books, LAW, JUNE, JULY)
    again = credit_month(books, LAW, JUNE, JULY)
    credit_month(books, LAW, dt.date(2021, 7, 1), JULY)
    assert (first.accounts, first.total, again.accounts) == (1, 17_000, 0)
    assert balance(books) == 150_000 + 2 * 17_000
    assert [(entry.period, entry.cite) for entry in entries_of(books, "37060200000001")] == [
        ("2021-06", "第十七条"),
        ("2021-07", "第十七条"),
    ]


def test_who_is_passed_over_is_told_why(opened: Open) -> None:
    """Arrears, a sealed account, no account: nothing is credited, and each reason stands in the run."""
    from terminal.settlement.bill import Entitlement

    books = opened(
        insured(number=1, entitlement=Entitlement("arrears")),
        insured(number=2, account=Account(Fen(100), "sealed")),
        insured(number=3, patient={"has_account": False}),
        insured("yantai-resident", number=4),
    )
    run = credit_month(books, LAW, JUNE, JULY)
    assert run.accounts == 0
    assert list(run.passed_over.values()) == ["欠费", "账户已封存", "无个人账户", "无个人账户"]


@pytest.mark.parametrize(
    ("person", "named"),
    [
        (insured("beijing-account"), "《规定》第二十一条"),
        (insured("tianjin-employee"), "(十七)"),
    ],
)
def test_what_nobody_gave_is_refused_by_name(opened: Open, person: Person, named: str) -> None:
    """A formula that the decree leaves elsewhere: named, and nobody is credited."""
    books = opened(person, insured(number=2))
    with pytest.raises(Refused) as refused:
        credit_month(books, LAW, JUNE, JULY)
    assert named in str(refused.value)
    assert balance(books, 2) == 150_000


def test_who_lacks_a_value_stops_nobody_else(opened: Open) -> None:
    """A wage or an age on no file: each passed over with its reason, the third is credited; the next run, with the wage
    on file, credits the first: 5000.00 × 3.4%."""
    books = opened(insured(number=1, monthly_base=None), insured(born="00000000", number=2), insured(number=3))
    run = credit_month(books, LAW, JUNE, JULY)
    assert (run.accounts, balance(books, 3)) == (1, 150_000 + 17_000)
    assert run.passed_over == {"37060200000001": "缺少月缴费基数", "37060200000002": "缺少年龄"}
    with books.transaction():
        books.keep_person(insured(number=1))
    credit_month(books, LAW, JUNE, JULY)
    assert (balance(books, 1), balance(books, 2)) == (150_000 + 17_000, 150_000)


def test_the_sample_persons_are_credited(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of the shipped sample every open account is, by its decree; nobody lacks a value. First, at 37 in Yantai and a
    base of 5000.00: 2.7%, onto 600.00."""
    from terminal.cli import main

    place, samples = str(tmp_path / "books.db"), Path(__file__).parents[2] / "examples" / "bureau" / "persons.toml"
    books = Books(load_persons(samples), {}, place)
    assert main(["bureau", "--books", place, "credit", "--month", "2021-06"]) == 0
    assert balance(books, 1) == 60_000 + 13_500
    books.close()
    assert "缺少" not in capsys.readouterr().out


def test_a_supplied_formula_answers_and_most_of_it_goes_to_the_bank(tmp_path: Path) -> None:
    """Tianjin (十七): of a supplied 3% of 5000.00, 30% stay on the account from 2016-10, all of it before."""
    file = tmp_path / "values.toml"
    file.write_text(
        'policy = "tianjin-employee"\nsource = "made up"\n[[credit]]\nbase_rate = "0.03"\ncite = "made up"\n',
        encoding="utf-8",
    )
    law, person = load_account_law([file]), insured("tianjin-employee")
    assert law.credit(person, dt.date(2016, 9, 1)).amount == 15_000
    assert law.credit(person, dt.date(2016, 10, 1)).amount == 4_500


RATE = 'policy = "yantai-employee"\n[[interest]]\nrate = "0.0035"\ncite = "央行 2015-10-24"\n'


def test_interest_is_refused_until_a_rate_is_supplied(opened: Open, tmp_path: Path) -> None:
    """No decree names the demand-deposit rate. 1500.00 × 30 days × 0.35% ÷ 360 = 0.4375, paid in once."""
    books = opened(insured(), insured(number=2, account=Account(Fen(150_000), "sealed")))
    with pytest.raises(Refused, match="interest"):
        pay_interest(books, LAW, JUNE, JULY)
    (tmp_path / "rate.toml").write_text(RATE, encoding="utf-8")
    law = load_account_law([tmp_path / "rate.toml"])
    runs = [pay_interest(books, law, JUNE, JULY) for _ in range(2)]
    assert [(run.accounts, run.total) for run in runs] == [(2, 88), (0, 0)]
    assert (balance(books, 1), balance(books, 2)) == (150_044, 150_044)


def test_interest_is_borne_by_each_day_s_balance(opened: Open, tmp_path: Path) -> None:
    """Credited 170.00 on 16 June: 15 days of 1500.00 and 15 of 1670.00, (22500 + 25050) × 0.35% ÷ 360 = 0.4622…"""
    books = opened(insured())
    credit_month(books, LAW, JUNE, dt.datetime(2021, 6, 16, 9, tzinfo=BEIJING))
    (tmp_path / "rate.toml").write_text(RATE, encoding="utf-8")
    assert pay_interest(books, load_account_law([tmp_path / "rate.toml"]), JUNE, JULY).total == 46
    with pytest.raises(Refused, match="not over"):
        pay_interest(books, LAW, dt.date(2021, 7, 1), JULY)


def test_a_day_below_nothing_bears_no_interest(opened: Open, tmp_path: Path) -> None:
    """Entries under clocks that disagree leave June below nothing: no interest, and everybody stays readable."""
    books = opened(insured(), insured(number=2))
    (tmp_path / "rate.toml").write_text(RATE, encoding="utf-8")
    later = dt.datetime(2021, 7, 2, 9, tzinfo=BEIJING)
    with books.transaction():
        note_entry(books, "37060200000001", Entry(later, "credit", "", Fen(900_000), Fen(150_000), ""))
    run = pay_interest(books, load_account_law([tmp_path / "rate.toml"]), JUNE, later)
    assert (run.accounts, run.total) == (2, 44)
    assert (balance(books, 1), balance(books, 2)) == (150_000, 150_044)


def test_a_sealed_account_refuses_with_its_reason(books_place: str) -> None:
    """Sealed after the till had read it: the center says so, books nothing, and takes it once it is open again."""
    counter = Counter(books_place)
    seal_account(counter.books, BUYER, "服兵役")
    refused = counter.ask("2102", purchase())
    person = counter.ask("1101", {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": "370602197001010006"}})
    open_account(counter.books, BUYER, "退伍")
    booked = counter.ask("2102", purchase())
    entries = [(entry.kind, entry.amount) for entry in entries_of(counter.books, BUYER)]
    counter.books.close()
    assert refused["infcode"] == -1
    assert "已封存 服兵役" in refused["err_msg"]
    assert '"status":"sealed"' in person["output"]["baseinfo"]["exp_content"]
    assert booked["infcode"] == 0
    assert entries == [("settlement", -5_000)]


def test_an_account_is_inherited(opened: Open) -> None:
    """1500.00: 900.00 to an insured heir, the rest paid out; both sides of it are movements, and it stays closed."""
    books = opened(insured(), insured(number=2))
    close_account(books, "37060200000001", "死亡", {"37060200000002": 90_000}, 60_000, JULY)
    assert (balance(books, 1), balance(books, 2)) == (0, 240_000)
    kinds = [(entry.kind, entry.amount) for entry in entries_of(books, "37060200000001")]
    assert kinds == [("inherited", -90_000), ("paid-out", -60_000)]
    with pytest.raises(Conflict):
        close_account(books, "37060200000001", "死亡", {}, 0, JULY)
    with pytest.raises(Conflict):
        open_account(books, "37060200000001", "重新参保")


def test_without_heirs_the_pool_has_it(opened: Open) -> None:
    """Beijing 13(3): what nobody inherits goes into the pool."""
    books = opened(insured())
    close_account(books, "37060200000001", "死亡", {}, 0, JULY)
    assert [(entry.kind, entry.amount) for entry in entries_of(books, "37060200000001")] == [("to-pool", -150_000)]


@pytest.mark.parametrize(
    ("heirs", "paid_out", "error"),
    [
        ({"37060200000002": 1}, 0, Refused),
        ({"37060200000002": 160_000}, -10_000, Refused),
        ({"37060200000001": 150_000}, 0, Refused),
        ({"37060200000009": 150_000}, 0, Missing),
        ({"37060200000003": 150_000}, 0, Conflict),
    ],
)
def test_shares_that_are_wrong_leave_all_as_it_was(
    opened: Open, heirs: dict[str, int], paid_out: int, error: type[Exception]
) -> None:
    """Not the balance, negative, to the dead, to a stranger, to who has no account: refused, nothing moved."""
    books = opened(insured(), insured(number=2), insured("yantai-resident", number=3))
    with pytest.raises(error):
        close_account(books, "37060200000001", "死亡", heirs, paid_out, JULY)
    assert (balance(books, 1), balance(books, 2)) == (150_000, 150_000)
    assert entries_of(books, "37060200000002") == []


def test_a_birthday_is_reached_on_its_day() -> None:
    """Born on 29 February: a year older on 1 March of a common year."""
    person = insured(born="20000229")
    days = [dt.date(2021, 2, 28), dt.date(2021, 3, 1), dt.date(2020, 2, 29)]
    assert [age_of(person, day) for day in days] == [20, 21, 20]


def test_the_command_looks_after_accounts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Credit twice, seal, close, beside a process that serves; wrong shares and a month that is none are refused."""
    from terminal.cli import main

    place = str(tmp_path / "books.db")
    with_person = Books([insured()], {}, place)
    assert main(["bureau", "--books", place, "credit", "--month", "2021-06"]) == 0
    assert "1 accounts 个账户, 170.00" in capsys.readouterr().out
    assert main(["bureau", "--books", place, "credit", "--month", "2021-06"]) == 0
    assert "2021-06 已记账" in capsys.readouterr().out
    assert main(["bureau", "--books", place, "seal", "37060200000001", "--reason", "出国定居"]) == 0
    close = ["bureau", "--books", place, "close", "37060200000001", "--reason", "死亡", "--paid-out"]
    assert main([*close, "1.00"]) == 1
    assert "1670.00" in capsys.readouterr().err
    assert main([*close, "1670.00"]) == 0
    assert balance(with_person) == 0
    with_person.close()
    with pytest.raises(SystemExit):
        main(["bureau", "--books", place, "credit", "--month", "June"])


@pytest.mark.parametrize("books", [[], ["--books", "none.db"]])
def test_accounts_of_no_books_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], books: list[str]
) -> None:
    """Without books, or with a mistyped path, nothing is credited, nothing is made, and the command says so."""
    from terminal.cli import main

    monkeypatch.chdir(tmp_path)
    assert main(["bureau", *books, "credit", "--month", "2021-06"]) == 1
    assert "there are no books here" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
