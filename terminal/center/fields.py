"""The one table of the center's transaction numbers, field names and codes, and what they are called here.

Codes are strings; a list that a province extends is data for its profile, never an enumeration of ours.
Source: center-interface, parts 2, 3 and 5.
"""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct

SIGN_IN: Final = "9001"
SIGN_OUT: Final = "9002"
PERSON: Final = "1101"
REVERSE: Final = "2601"
TOTALS: Final = "3201"
DETAILS: Final = "3202"
QUERY: Final = "5203"
ACCUMULATORS: Final = "5206"
DICTIONARY: Final = "1901"
CATALOGUES: Final = ("1301", "1302", "1303", "1305", "1306")
"""Drugs, decoction pieces, hospital preparations, services, consumables: files by version."""
ENTITLEMENT: Final = "2001"
UPLOAD_FILE: Final = "9101"
DOWNLOAD_FILE: Final = "9102"

ACCUMULATED_DEDUCTIBLE: Final = "Q0000"
ACCUMULATED_STAYS: Final = "C0000"
"""Codes of 5206; local, as seen in one province. A fund's own is D and its type."""

GOODS_SOLD: Final = "3505"
GOODS_RETURNED: Final = "3506"
GOODS_DELETED: Final = "3507"

VISITS: Final = "5201"
"""The visits of a person: how a registration that was never answered is found again."""

MedicalSet = Literal["pharmacy", "outpatient", "inpatient"]
MEDICAL_SETS: Final[tuple[MedicalSet, ...]] = ("pharmacy", "outpatient", "inpatient")


class SetNumbers(Struct, frozen=True):
    """The transaction numbers of one set. A pharmacy's purchase carries its lines itself; a visit's go before it."""

    pre_settle: str
    settle: str
    void: str
    register: str = ""
    unregister: str = ""
    describe: str = ""
    lines: str = ""
    withdraw_lines: str = ""
    discharge: str = ""
    undo_discharge: str = ""

    def money(self, transaction: str) -> str:
        """The number of what the journal calls `settle` or `void`."""
        return {"settle": self.settle, "void": self.void}[transaction]


SETS: Final[dict[MedicalSet, SetNumbers]] = {
    "pharmacy": SetNumbers("2101", "2102", "2103"),
    "outpatient": SetNumbers("2206", "2207", "2208", "2201", "2202", "2203", "2204", "2205"),
    "inpatient": SetNumbers("2303", "2304", "2305", "2401", "2404", "", "2301", "2302", "2402", "2405"),
}
"""Set -> its numbers. Source: 3.4, 3.8, 3.9."""

SETTLING: Final = tuple(SETS[name].settle for name in MEDICAL_SETS)
VOIDING: Final = tuple(SETS[name].void for name in MEDICAL_SETS)
"""Transactions that settle, and those that take back."""

ALL_LINES: Final = "0000"
"""`chrg_bchno` that stands for every line that is not settled."""
CHARGE_BATCH: Final = "1"
"""`chrg_bchno` of the one batch of a settlement."""

OPERATOR_CLERK: Final = "1"

SUM_FIELDS: Final = {
    "medfee_sumamt": "total",
    "fulamt_ownpay_amt": "out_of_catalogue",
    "overlmt_selfpay": "over_limit",
    "preselfpay_amt": "prior_self_pay",
    "inscp_scp_amt": "eligible",
    "act_pay_dedc": "deductible",
    "fund_pay_sumamt": "fund_total",
    "hosp_part_amt": "provider_borne",
    "psn_part_amt": "personal",
    "acct_pay": "account",
    "psn_cash_pay": "cash",
}
"""Field of `setlinfo` -> key of a settlement."""

FUND_FIELDS: Final = {
    "hifp_pay": "pool",
    "cvlserv_pay": "civil_servant",
    "hifes_pay": "enterprise",
    "hifmi_pay": "major_illness",
    "hifob_pay": "large_amount",
    "maf_pay": "medical_assistance",
    "hifdm_pay": "disabled_servicemen",
}
"""Field of `setlinfo` -> name of a fund. Every other fund is inside OTHER_FUND_FIELD."""

OTHER_FUND_FIELD: Final = "oth_pay"
BALANCE_FIELD: Final = "balc"

NUMERIC_FIELDS: Final = frozenset(
    {
        *SUM_FIELDS,
        "cash_payamt",
        "cnt",
        "det_item_fee_sumamt",
        "finl_trns_pric",
        "fixmedins_setl_cnt",
        "pric",
        "sel_retn_cnt",
    }
)
"""Fields of requests that are numbers, which some provinces want as JSON numbers and not as text."""

OLD_NAMES: Final = {
    "psn_part_amt": ("psn_pay",),
    "psn_cash_pay": ("cash_payamt", "pdn_cash_pay"),
}
"""Names that other editions, and the void of every edition, use for the same amount (part 3.5)."""

SCHEMES: Final[dict[str, Literal["employee", "resident"]]] = {"310": "employee", "390": "resident"}

INSURANCE_TYPES: Final[dict[str, str]] = {scheme: code for code, scheme in SCHEMES.items()}

CREDENTIAL_KINDS: Final = {"qr": "01", "id": "02", "card": "03"}

CLEARING_CLASSES: Final = {"outpatient": "11", "inpatient": "21", "pharmacy": "41"}

MEDICAL_TYPES: Final = {
    "inpatient": "21",
    "emergency": "13",
    "outpatient": "11",
    "chronic": "14",
    "special-drug": "18",
    "pharmacy": "41",
    "maternity": "52",
    "accident": "19",
    "bed-day": "21",
}
"""Service of a bill -> `med_type`. The service itself travels in the extension, since two share 21."""

SET_OF_MEDICAL_TYPE: Final[dict[str, MedicalSet]] = {"21": "inpatient", "52": "inpatient", "41": "pharmacy"}
"""`med_type` -> set; all others are outpatient visits. A province may have it otherwise (its profile)."""

CATALOGUE_CLASSES: Final = {"A": "01", "B": "02", "C": "03"}

CHARGE_KINDS: Final = {
    "bed": "01",
    "check-up": "03",
    "service": "05",
    "special": "03",
    "consumable": "08",
    "device": "08",
    "drug": "09",
    "vaccine": "09",
    "other": "14",
}
"""Kind of an item -> `med_chrgitm_type`."""

PERSON_TYPES: Final = {"employee": "1101", "retiree": "1201", "disabled-cadre": "1160", "resident": "1501"}

ENTITLEMENT_STATES: Final = {
    "active": "1",
    "waiting": "1",
    "arrears": "2",
    "suspended": "2",
    "unverified": "1",
    "none": "0",
}
"""Entitlement -> `psn_insu_stas`; what this cannot say travels in the extension."""

FUND_TYPES: Final = {
    ("employee", "pool"): "310100",
    ("employee", "account"): "310200",
    ("resident", "pool"): "390100",
    ("employee", "large_amount"): "330100",
    ("resident", "major_illness"): "390200",
    ("employee", "medical_assistance"): "610100",
    ("resident", "medical_assistance"): "610100",
}
"""(scheme, payer) -> `fund_pay_type`; others are OTHER_FUND_TYPE."""

OTHER_FUND_TYPE: Final = "999997"

DAY_CLOSED_WORDS: Final = ("已关账", "已清算")
"""A reconciliation's text with one of these means: the center takes nothing more for this day."""


def scheme_of(policy: str) -> Literal["employee", "resident"]:
    """The scheme that a policy pack belongs to, by its name: "yantai-resident" is the residents', all else
    employees'.
    """
    return "resident" if policy.endswith("-resident") else "employee"
