"""Province profiles: how one center wants to be spoken to, read strictly from TOML under `profiles/`.

What differs between provinces is data: the form of the address, the gateway's headers, the signature and encryption
of the body, whether a repeated `msgid` is recognised, what may be reversed, what a reconciliation result means.
Keys and secrets are no part of a profile: they come from the configuration. Source: center-interface 1 and 3.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from terminal.center import fields
from terminal.errors import Refused
from terminal.settlement.bill import Service
from terminal.settlement.codec import convert

MedicalType = Annotated[str, Meta(pattern=r"\A[0-9]{2,6}\Z")]
Infno = Annotated[str, Meta(pattern=r"\A[0-9]{4}[A-Z]?\Z")]


InFlight = Annotated[int, Meta(ge=1, le=64)]


class _Part(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of a profile's parts: immutable, and an unknown key is refused."""


class Address(_Part, frozen=True):
    """Where a transaction is posted: one path for all, its number behind it, or a path of its own in `services`."""

    form: Literal["single", "number", "services"] = "single"
    services: dict[Infno, str] = {}
    content_type: Literal["application/json", "application/json;charset=utf-8", "text/plain"] = (
        "application/json;charset=utf-8"
    )


class Gateway(_Part, frozen=True):
    """Headers: none, `_api_*` with HMAC-SHA1 (G1), or `x-tif-*` with SHA-256 (G2).

    double_ampersand: the document's misprint, which some gateways demand. upper_case: of the hex signature.
    """

    kind: Literal["none", "api", "tif"] = "none"
    api_version: str = "1.0.0"
    double_ampersand: bool = False
    upper_case: bool = False


class Body(_Part, frozen=True):
    """Signature and encryption of the body: none, over `input` (G3), or over the envelope without it (G3b)."""

    signature: Literal["none", "input", "envelope"] = "none"
    encoding: Literal["base64", "hex"] = "base64"
    user_id: str = ""
    encryption: Literal["none", "sm4"] = "none"


class Reconciliation(_Part, frozen=True):
    """What 3201's `stmt_rslt` says: which texts mean balanced ("zeros": any number of them).

    codes: what this center writes (5.13): 0 to 3, only 0 and 1, or six digits.
    """

    codes: Literal["digits", "binary", "six-digits"] = "digits"
    balanced: tuple[str, ...] = ("zeros",)
    refund_flag: Literal["upper", "lower", "none"] = "lower"


class Said(_Part, frozen=True):
    """Refusals of one meaning: by `infcode`, where a province has one of its own for it, or by words in `err_msg`."""

    codes: tuple[Annotated[int, Meta(ge=1)], ...] = ()
    words: tuple[str, ...] = ()

    def fits(self, code: int, text: str) -> bool:
        """Whether a refusal with this `infcode` and text is one of them."""
        return code in self.codes or any(word in text for word in self.words)


NEVER_BOOKED = Said(
    words=("原交易不存在", "原交易信息不存在", "原交易未找到", "未找到原交易", "未查询到原交易", "查询不到原交易")
)
UNDONE = Said(words=("原交易已冲正", "原交易已撤销", "该交易已冲正"))
"""No public edition says how 2601 refuses (3.10): the words of the clients that name one, each of which speaks of the
original transaction; what merely is not found, a person or a service, must not be among them. The reference center
says 原交易不存在 and 原交易已撤销."""

SIGN_IN = Said(
    words=(
        "sign_no",
        "操作员未签到",
        "用户未签到",
        "机构未签到",
        "未签到或签到已失效",
        "请先签到",
        "重新签到",
        "签到已失效",
        "签到失效",
        "签到已过期",
        "签到无效",
        "签到编号无效",
        "签到流水号",
        "操作员已停用",
        "操作员不存在",
    )
)
"""Of the operator and the number that 9001 gave (3.1: G, no edition prints the text); a pharmacist's or a doctor's
sign-in is another matter, and a refusal like any."""


class Refusals(_Part, frozen=True):
    """Refusals that say more than no. sign_in: sign in again; the same message, refused so twice, is refused.
    never_booked, undone: of a reversal (2601, 3507), that the center has nothing of what it is about, and that that was
    undone before. Any other refusal of one leaves the message in doubt.
    """

    sign_in: Said = SIGN_IN
    never_booked: Said = NEVER_BOOKED
    undone: Said = UNDONE


class Department(_Part, frozen=True):
    """The department that a visit is registered with, where the till knows none: general practice (全科医疗科)."""

    code: str = "02"
    name: str = "全科医疗科"
    category: str = "02"


class Profile(_Part, frozen=True):
    """One province's way. The defaults are the national baseline, with no trust in repeats.

    sets: `med_type` -> set of transactions, where this province has it otherwise than the nation (pooled outpatient
    care at a pharmacy, say). files: how 9101 takes a file, as an array of numbers or beside its envelope. order: a
    settlement waits for the last word on the one before it, on this terminal's or only on the same person's; then up to
    `in_flight` are on their way, each over a connection of its own. entitlement_check: the `med_type` for which 2001 is
    asked of everybody identified; "" where 1101 says it all. publishes: this center lists signed packs, supplements,
    parameters and blacklists (1901), and signs its catalogues.
    """

    name: str
    source: str = ""
    address: Address = Address()
    gateway: Gateway = Gateway()
    body: Body = Body()
    reconciliation: Reconciliation = Reconciliation()
    refusals: Refusals = Refusals()
    department: Department = Department()
    sets: dict[MedicalType, fields.MedicalSet] = {}
    interface_version: str = "V1.0"
    receiving_system: str = "MBS_LOCAL"
    repeats: Literal["recognised", "unsafe"] = "unsafe"
    reversible: tuple[Infno, ...] = ("2102", "2103", "2207", "2208", "2304", "2305", "2401")
    files: Literal["array", "multipart"] = "array"
    order: Literal["terminal", "person"] = "person"
    in_flight: InFlight = 4
    entitlement_check: Annotated[str, Meta(pattern=r"\A([0-9]{2,6})?\Z")] = ""
    publishes: bool = False
    numbers: Literal["as-text", "as-numbers"] = "as-text"
    line_number: Literal["digits", "letters"] = "digits"

    @property
    def in_flight_max(self) -> int:
        """How many settlements may be on their way at the same time."""
        return 1 if self.order == "terminal" else self.in_flight

    def path_of(self, path: str, infno: str) -> str:
        """The path that `infno` is posted to, under the configured one."""
        if self.address.form == "number":
            return f"{path.rstrip('/')}/{infno}"
        if self.address.form == "services":
            return self.address.services.get(infno, path)
        return path

    def code_of(self, result: str) -> str:
        """A result of 0 (balanced) to 3 as this center writes it."""
        if self.reconciliation.codes == "six-digits":
            return "000000" if result == "0" else f"00010{result}"
        return "1" if self.reconciliation.codes == "binary" and result != "0" else result

    def set_of(self, service: Service) -> fields.MedicalSet:
        """The set of transactions in which a service is settled here."""
        medical_type = fields.MEDICAL_TYPES[service]
        return self.sets.get(medical_type) or fields.SET_OF_MEDICAL_TYPE.get(medical_type, "outpatient")

    def numbers_of(self, service: Service) -> fields.SetNumbers:
        """The transaction numbers of that set."""
        return fields.SETS[self.set_of(service)]

    def line_name(self, number: int) -> str:
        """`feedetl_sn` of a bill's line, from 1: digits, or with letters where the province wants them."""
        return str(number) if self.line_number == "digits" else f"XM{number:08d}"

    def refund_flag(self) -> dict[str, str]:
        """3201 and 3202 with refunds included, in this province's spelling."""
        names = {"lower": "refd_setl_flag", "upper": "REFD_SETL_FLAG"}
        name = names.get(self.reconciliation.refund_flag)
        return {name: "1"} if name else {}

    def is_balanced(self, result: str) -> bool:
        """Whether this `stmt_rslt` means that the totals agree."""
        zeros = "zeros" in self.reconciliation.balanced and result != "" and result.strip("0") == ""
        return zeros or result in self.reconciliation.balanced


REFERENCE = Profile(name="reference", repeats="recognised", publishes=True, in_flight=32)
"""The reference center's own way. It carries out together what comes together: the more are in flight, the less each
costs it."""


def profile_names() -> list[str]:
    """The profiles that ship with the terminal, sorted."""
    return sorted(path.stem for path in _folder().glob("*.toml"))


def load_profile(name: str) -> Profile:
    """A profile that ships by its name, or one of a file by its path (ending in .toml).

    Raises Refused naming the file and the key.
    """
    path = Path(name) if name.endswith(".toml") else _folder() / f"{name}.toml"
    try:
        profile = convert(tomllib.loads(path.read_text(encoding="utf-8")), Profile)
    except OSError as error:
        known = ", ".join(profile_names())
        message = f"no profile {path.name} ({error.strerror}); known: {known}"
        raise Refused("unknown-profile", message, f"没有该接口配置；已有：{known}", "center.profile") from None
    except ValueError as error:
        raise Refused("bad-profile", f"{path.name}: {error}", f"{path.name} 格式有误", "center.profile") from None
    except Refused as error:
        raise Refused(error.code, error.message, error.message_zh, f"{path.name}: {error.at}") from None
    if profile.address.form == "services" and not profile.address.services:
        raise Refused("bad-profile", "services are named nowhere", "缺少服务路径", f"{path.name}: address.services")
    return profile


def _folder() -> Path:
    return Path(str(resources.files("terminal.center"))) / "profiles"
