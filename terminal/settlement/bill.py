"""The bill as it comes in: the public contract of settlement.md section 4, decoded strictly.

Every key is optional unless it has no default here. What is absent has the default of settlement-rules.md 5.1.
Decoding names the place of a fault (`items[2].amount`); `checks.py` refuses what contradicts itself.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from terminal.limits import BILL_ITEMS_MAX, COUNT_MAX, DAYS_MAX, TEXT_CHARACTERS_MAX
from terminal.money import Fen, Quantity, Rate, UnitPrice
from terminal.settlement.not_advanced import NotAdvanced

Text = Annotated[str, Meta(max_length=TEXT_CHARACTERS_MAX)]
Count = Annotated[int, Meta(ge=0, le=COUNT_MAX)]
Days = Annotated[int, Meta(ge=0, le=DAYS_MAX)]
Tier = Annotated[int, Meta(ge=1, le=3)]

Service = Literal[
    "inpatient",
    "emergency",
    "outpatient",
    "chronic",
    "special-drug",
    "pharmacy",
    "maternity",
    "accident",
    "bed-day",
]
Kind = Literal["drug", "service", "special", "consumable", "device", "vaccine", "check-up", "bed", "other"]
Category = Literal["employee", "retiree", "disabled-cadre", "resident"]
Delivery = Literal["", "vaginal", "assisted", "caesarean", "caesarean-with-surgery", "antenatal"]
Procedure = Literal[
    "",
    "iud-check",
    "iud",
    "ligation",
    "reversal-outpatient",
    "reversal-inpatient",
    "termination-inpatient",
    "termination-outpatient",
    "induction",
]
Exclusion = Literal[
    "",
    "work-injury",
    "third-party",
    "public-health",
    "disaster",
    "abroad",
    "check-up",
    "during-stay",
    "no-receipt",
]


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    """Base of the bill's parts: immutable, and an unknown key is refused."""


class Provider(Part, frozen=True):
    """Where the patient is treated. `tier` is refused by name only where a formula reads it."""

    id: Text = ""
    tier: Tier | None = None
    kind: Literal["hospital", "clinic", "community", "pharmacy"] = "hospital"
    essential_drug_system: bool = False
    designated: bool = True
    qualified: bool = True
    locality: Literal["local", "in-region", "out-of-region"] = "local"
    emergency: bool = False
    traditional_medicine: bool = False


class Patient(Part, frozen=True):
    """The insured person. `category`, `has_account`: None means the scheme's own default."""

    id: Text = ""
    name: Text = ""
    category: Category | None = None
    age: Count | None = None
    contribution_tier: Annotated[int, Meta(ge=1, le=2)] | None = None
    minor: bool = False
    has_account: bool | None = None
    large_amount_enrolled: bool = True
    maternity_insured: bool = True
    chronic_diseases: Annotated[list[Text], Meta(max_length=32)] = []


class Entitlement(Part, frozen=True):
    """Whether the pooling fund owes anything today, and why not."""

    status: Literal["active", "waiting", "arrears", "suspended", "none", "unverified"] = "active"
    reason: Text = ""


class Account(Part, frozen=True):
    """The personal account that may pay: balance in fen, its state, and whose it is."""

    balance: Fen = Fen(0)
    status: Literal["open", "sealed", "closed", "lost", "frozen", "unverified"] = "open"
    relation: Literal["self", "spouse", "parent", "child"] = "self"


class DiseaseYear(Part, frozen=True):
    """What one chronic disease has used this year, in fen."""

    deductible_paid: Fen = Fen(0)
    pool_paid: Fen = Fen(0)


class Year(Part, frozen=True):
    """The year's accumulators before this bill, in fen unless they count (settlement-rules.md 5.7)."""

    pool_paid: Fen = Fen(0)
    outpatient_pool_paid: Fen = Fen(0)
    outpatient_deductible_paid: Fen = Fen(0)
    outpatient_expense: Fen = Fen(0)
    large_amount_paid: Fen = Fen(0)
    major_illness_paid: Fen = Fen(0)
    eligible_expense: Fen = Fen(0)
    personal_burden: Fen = Fen(0)
    in_scope_self_pay: Fen = Fen(0)
    accident_paid: Fen = Fen(0)
    special_drug_deductible_paid: Fen = Fen(0)
    special_drug_paid: Fen = Fen(0)
    admissions: Count = 0
    oncology_deductible_taken: bool = False
    chronic: Annotated[dict[Text, DiseaseYear], Meta(max_length=64)] = {}
    carried_outpatient_quota: Fen = Fen(0)
    quiet_outpatient_years: Count = 0
    previous_year_outpatient_expense: Fen | None = None


class Episode(Part, frozen=True):
    """What the bill belongs to: a stay, a chain of referrals, a birth, a disease."""

    oncology_course: bool = False
    merged: Literal["", "referral", "emergency", "readmission", "interim", "accident"] = ""
    merged_deductible_paid: Fen = Fen(0)
    merged_line: Fen = Fen(0)
    filing: Literal["none", "long-term", "registered", "unregistered"] = "none"
    days: Days = 0
    days_before: Days = 0
    delivery: Delivery = ""
    extra_births: Count = 0
    procedure: Procedure = ""
    limit_used: Fen = Fen(0)
    disease: Text = ""
    chronic_class: Literal["", "A", "B", "C"] = ""
    high_cost_therapy: bool = False
    limited_disease: bool = False
    exclusion: Exclusion = ""
    prescription: bool = False
    urgent: bool = False


class Item(Part, frozen=True, rename={"class_": "class"}):
    """One line of the bill. `self_pay_rate` absent means the pack's; `price_limit` absent means none."""

    kind: Kind
    class_: Literal["A", "B", "C"]
    amount: Fen
    code: Text = ""
    name: Text = ""
    unit_price: UnitPrice | None = None
    quantity: Quantity | None = None
    self_pay_rate: Rate | None = None
    price_limit: UnitPrice | None = None
    essential: bool = False
    traditional: bool = False
    high_cost_therapy: bool = False
    approval: Text = ""


class Bill(Part, frozen=True):
    """One bill. `policy` may be empty only where the counter fills it in from the insured person's region.

    not_advanced: the counter's word, never the till's.
    """

    date: dt.date
    service: Service
    items: Annotated[list[Item], Meta(min_length=1, max_length=BILL_ITEMS_MAX)]
    policy: Text = ""
    provider: Provider = Provider()
    patient: Patient = Patient()
    entitlement: Entitlement = Entitlement()
    account: Account = Account()
    year: Year = Year()
    episode: Episode = Episode()
    consent: bool = False
    not_advanced: NotAdvanced | UnsetType = UNSET
