"""The reference center's own data, read from two readable TOML files: insured persons and providers.

Everything is decoded strictly: an unknown key, a number where an amount is due or a person twice is refused
with its place. Amounts are strings of yuan with two places. `patient`, `entitlement`, `account`,
`[person.year]` and the provider's keys are the parts of the bill contract (settlement.md section 4) with the
same defaults.

persons.toml – one table a person, nothing required but the first four keys and `policy`:

    [[person]]
    person_number = "37060200000001"                             # the center's number of the person
    card_number = "A12345678"                                    # social-security card number, unique
    id_number = "370602195301011234"                             # resident ID number, unique
    name = "张三"
    policy = "yantai-employee"                                   # policy pack; "…-resident": residents
    insured_place = "370602"                                     # six digits; default: that of person_number
    clearing_agency = "370699"                                   # six digits; default: that of the place of care
    card_identification = "37060200000000000000000000000001"     # 32 hex of the card; "" = not compared
    purse_serial = "00008660220608000001"                        # of the purse, where the account lies on the card
    credential = "QR-…"                                          # what the e-credential's codes begin with
    patient = { category = "retiree", age = 68, has_account = true, chronic_diseases = ["hypertension"] }
    entitlement = { status = "active", reason = "" }
    account = { balance = "1234.56", status = "open" }
    account_reason = "服兵役"                                      # why it is sealed or closed
    monthly_base = "5000.00"                                     # wage, or pension, that the monthly credit rests on
    [person.year]
    pool_paid = "0.00"
    chronic = { hypertension = { deductible_paid = "0.00", pool_paid = "0.00" } }

`patient.id` and `patient.name` are taken from `id_number` and `name` and need not be repeated.

providers.toml – one table a provider; the other keys are the bill's `provider`:

    [[provider]]
    id = "P37060200001"                                          # 12 characters
    name = "示例大药房"
    tier = 1
    kind = "pharmacy"
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from terminal.errors import Refused
from terminal.money import Fen
from terminal.settlement.bill import Account, Entitlement, Part, Patient, Provider, Text, Year
from terminal.settlement.codec import convert

FilledText = Annotated[str, Meta(min_length=1, max_length=50)]
PersonNumber = Annotated[str, Meta(min_length=6, max_length=30)]


class Person(Part, frozen=True):
    """One insured person as the center knows them.

    Amounts of `account` and `year` are those of the opening. year_of: the calendar year that `year` is of, 0 for that
    of the first bill; past_years: the accumulators of earlier ones, by calendar year.
    """

    person_number: PersonNumber
    card_number: FilledText
    id_number: FilledText
    name: FilledText
    policy: FilledText
    insured_place: Annotated[str, Meta(pattern="^([0-9]{6})?$")] = ""
    clearing_agency: Annotated[str, Meta(pattern="^([0-9]{6})?$")] = ""
    card_identification: Annotated[str, Meta(pattern="^([0-9A-Fa-f]{32})?$")] = ""
    credential: Text = ""
    purse_serial: Annotated[str, Meta(pattern="^([0-9A-F]{20})?$")] = ""
    patient: Patient = Patient()
    entitlement: Entitlement = Entitlement()
    account: Account = Account()
    account_reason: Text = ""
    monthly_base: Fen | None = None
    year: Year = Year()
    year_of: Annotated[int, Meta(ge=0, le=9999)] = 0
    past_years: dict[str, Year] = msgspec.field(default_factory=dict)

    def year_in(self, calendar_year: int) -> Year:
        """The accumulators of a calendar year; they begin anew each January."""
        if self.year_of in (0, calendar_year):
            return self.year
        return self.past_years.get(str(calendar_year), Year())

    def with_year(self, calendar_year: int, year: Year) -> Person:
        """The person with these accumulators of a calendar year, be it this one or one that is over."""
        if 0 < calendar_year < self.year_of:
            return msgspec.structs.replace(self, past_years={**self.past_years, str(calendar_year): year})
        past = self.past_years
        if 0 < self.year_of < calendar_year:
            past = {**past, str(self.year_of): self.year}
        return msgspec.structs.replace(self, year=year, year_of=calendar_year, past_years=past)


class NamedProvider(msgspec.Struct, frozen=True):
    """One designated provider: its full name and the facts a settlement reads."""

    name: str
    facts: Provider


class _PersonsFile(Part, frozen=True):
    person: list[Person]


def load_persons(path: Path) -> list[Person]:
    """Read persons.toml.

    Raises Refused: not TOML, unknown key, wrong value, the same person or card twice.
    """
    persons = [_completed(person) for person in convert(_toml(path), _PersonsFile).person]
    for key in ("person_number", "card_number", "id_number", "credential"):
        _refuse_twice([getattr(person, key) for person in persons], "person", key)
    return persons


def load_providers(path: Path) -> dict[str, NamedProvider]:
    """Read providers.toml, by provider id.

    Raises Refused as `load_persons`, and where an id has not 12 characters.
    """
    tables = _toml(path).get("provider")
    if not isinstance(tables, list):
        raise Refused(
            "bad-input",
            "a providers file is a list of [[provider]]",
            "机构文件应为 [[provider]] 列表",
            "provider",
        )
    providers = [_provider(table, f"provider[{index}]") for index, table in enumerate(tables)]
    _refuse_twice([provider.facts.id for provider in providers], "provider", "id")
    return {provider.facts.id: provider for provider in providers}


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused("not-toml", f"{path.name} is not TOML: {error}", f"{path.name} 不是有效的 TOML") from None


def _completed(person: Person) -> Person:
    patient = msgspec.structs.replace(person.patient, id=person.id_number, name=person.name)
    place = person.insured_place or person.person_number[:6]
    return msgspec.structs.replace(person, patient=patient, insured_place=place)


def _provider(table: Any, at: str) -> NamedProvider:
    facts = dict(table) if isinstance(table, dict) else {}
    name = facts.pop("name", "")
    provider = convert(facts, Provider)
    if len(provider.id) != 12 or not isinstance(name, str) or not name:
        raise Refused("bad-input", "a provider has an id of 12 characters and a name", "机构须有12位编码和名称", at)
    return NamedProvider(name, provider)


def _refuse_twice(values: list[str], table: str, key: str) -> None:
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value and value in seen:
            raise Refused("bad-input", "this value stands twice", "该值重复出现", f"{table}[{index}].{key}")
        seen.add(value)
