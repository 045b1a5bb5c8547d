"""The rules of the Ulanqab decree that a bill has reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.reference.amounts import fen, yuan
from tests.reference.ulanqab_employee import DELIVERY_LIMITS, PROCEDURE_LIMITS, PURCHASES
from tests.reference.ulanqab_stay import STAYS

Bill = dict[str, Any]
Result = dict[str, Any]
WAYS = ("filed", "not filed", "emergency", "long-term filed")

EXPECTED = (
    *STAYS,
    *("two pool lines", "three pool lines", "more pool lines", "unpooled by recognition"),
    *("emergency undesignated unpooled", "class B at 10%"),
    *("line of tier 3", "line below tier 3", "line of a disabled cadre", "line away", "line lower each time"),
    *("line at its least", "chain with a line to pay", "chain that has paid", "chain in a new year"),
    *(f"away, {how}" for how in WAYS),
    *("home on a long-term filing", "traditional", "traditional at 100%", "traditional elsewhere"),
    *("special 20%", *(f"consumable {percent}%" for percent in (10, 20, 30))),
    *("half of the co-payment from a fen inside", "half of the co-payment from the line on"),
    *("aid up to its room", "aid not enrolled", "aid above the cap, no stay", "both aids"),
    *("outpatient", "pharmacy", "outpatient line paid", "outpatient limit bites", "year's cap before the limit"),
    *(f"outpatient limit {limit} bites" for limit in ("4000.00", "5000.00")),
    *(f"chronic {of}" for of in "ABC"),
    *("chronic limit bites", "chronic inside another disease's limit", "special-drug", "special-drug line paid"),
    *(f"bed-day at {price}" for price in (220, 200, 150)),
    *("bed-day across a bound", "bed-day surplus", "bed-day shortfall", "bed-day cap bites", "bed-day aid"),
    *(f"birth {delivery}" for delivery in DELIVERY_LIMITS),
    *(f"procedure {procedure}" for procedure in PROCEDURE_LIMITS),
    *("twins", "maternity limit bites", "maternity used up", "maternity not insured"),
    *(f"account of a {relation} pays" for relation in ("spouse", "parent", "child")),
    *("account runs dry", "account pays all in scope", "account not open", "account missing"),
    *("account of a suspended person", "account undesignated"),
    *(f"account pays {part}" for part in ("unpooled", "deductible", "co_payment", "prior_self_pay", "over_cap")),
    *("account pays over_limit", "account pays out_of_catalogue", "account leaves what is no purchase"),
)


def reached(bill: Bill, result: Result, pooled: bool) -> Iterator[str]:
    """The names of one bill."""
    yield from _purchase(bill, result)
    if any(item["class"] == "B" and "self_pay_rate" not in item for item in bill["items"]):
        yield "class B at 10%"
    service = bill["service"]
    if not pooled:
        if service == "maternity" and not bill.get("patient", {}).get("maternity_insured", True):
            yield "maternity not insured"
        return
    yield service
    yield from _aid(bill, result)
    if service in STAYS:
        yield from _line(bill, result)
        yield from _away(bill)
        yield from _items(bill, result)
    elif service in ("bed-day", "maternity"):
        yield from (_bed_day(bill, result) if service == "bed-day" else _maternity(bill, result))
    else:
        yield from _outpatient(bill, result)


def _purchase(bill: Bill, result: Result) -> Iterator[str]:
    out = result["parts"].get("out_of_catalogue", {})
    if bill["service"] == "pharmacy" and result["account_balance"] != "0.00" and "cash" in out:
        left = sum(fen(i["amount"]) for i in bill["items"] if i["class"] == "C" and i["kind"] not in PURCHASES)
        if out == {"account": out.get("account"), "cash": yuan(left)}:
            yield "account leaves what is no purchase"


def _aid(bill: Bill, result: Result) -> Iterator[str]:
    aided = fen(result["funds"]["large_amount"])
    before = fen(bill.get("year", {}).get("pool_paid", "0.00"))
    above = before + fen(result["funds"]["pool"]) == 26_000_000
    if aided and bill["service"] in STAYS and not above:
        yield f"half of the co-payment from {'a fen inside' if before < 5_000_000 else 'the line on'}"
    if aided and bill["service"] in STAYS and above:
        yield "both aids"
    if aided and bill["service"] not in (*STAYS, "bed-day"):
        yield "aid above the cap, no stay"
    if aided and result["year"]["large_amount_paid"] == "120000.00":
        yield "aid up to its room"
    if above and not bill.get("patient", {}).get("large_amount_enrolled", True):
        yield "aid not enrolled"


def _line(bill: Bill, result: Result) -> Iterator[str]:
    provider, episode = bill.get("provider", {}), bill.get("episode", {})
    admissions = bill.get("year", {}).get("admissions", 0)
    away = provider.get("locality") == "out-of-region" and episode.get("filing") != "long-term"
    if away:
        yield "line away"
    elif bill.get("patient", {}).get("category") == "disabled-cadre":
        yield "line of a disabled cadre"
    else:
        yield "line of tier 3" if provider.get("tier") == 3 else "line below tier 3"
    if episode.get("merged"):
        yield "chain with a line to pay" if fen(result["deductible"]) else "chain that has paid"
        if not admissions:
            yield "chain in a new year"
    elif fen(result["deductible"]) == 20_000 < fen(result["eligible"]):
        yield "line at its least"
    elif admissions and fen(result["deductible"]) < fen(result["eligible"]):
        yield "line lower each time"


def _away(bill: Bill) -> Iterator[str]:
    provider, filing = bill.get("provider", {}), bill.get("episode", {}).get("filing", "none")
    if filing == "long-term" and provider.get("locality", "local") == "local":
        yield "home on a long-term filing"
    if provider.get("locality") == "out-of-region":
        known = {"long-term": "long-term filed", "registered": "filed"}
        yield f"away, {known.get(filing, 'emergency' if provider.get('emergency') else 'not filed')}"


def _items(bill: Bill, result: Result) -> Iterator[str]:
    for item, share in zip(bill["items"], result["items"], strict=True):
        prior = "self_pay_rate" not in item and fen(share["prior_self_pay"])
        if prior and item["kind"] == "special":
            yield "special 20%"
        if prior and item["kind"] == "consumable" and fen(item["amount"]) > 1_000 and share["over_limit"] == "0.00":
            yield f"consumable {(prior * 100 + fen(item['amount']) // 2) // fen(item['amount'])}%"
        if item.get("traditional") and fen(share["eligible"]):
            here = bill.get("provider", {}).get("traditional_medicine")
            yield "traditional" if here else "traditional elsewhere"
    if any(line["rate"] == "1.00" for line in result["pool_lines"]):
        yield "traditional at 100%"


def _outpatient(bill: Bill, result: Result) -> Iterator[str]:
    service, episode = bill["service"], bill.get("episode", {})
    if service == "special-drug" and result["deductible"] == "0.00":
        yield "special-drug line paid"
    if service in ("outpatient", "pharmacy"):
        if result["deductible"] == "0.00":
            yield "outpatient line paid"
        paid = result["year"]["outpatient_pool_paid"]
        if "over_cap" in result["parts"] and fen(result["funds"]["pool"]) and paid in ("4000.00", "5000.00"):
            yield "outpatient limit bites"
            yield f"outpatient limit {paid} bites"
    if service in ("outpatient", "pharmacy", "chronic") and result["year"]["pool_paid"] == "260000.00":
        yield "year's cap before the limit"
    if service == "chronic":
        yield f"chronic {episode['chronic_class']}"
        known = bill.get("patient", {}).get("chronic_diseases", [])
        if known and known[0] != episode["disease"]:
            yield "chronic inside another disease's limit"
        if "over_cap" in result["parts"] and not fen(result["funds"]["large_amount"]):
            yield "chronic limit bites"


def _bed_day(bill: Bill, result: Result) -> Iterator[str]:
    first = bill["episode"].get("days_before", 0) + 1
    last = first + bill["episode"]["days"] - 1
    bands = [
        price for price, low, high in ((220, 1, 45), (200, 46, 90), (150, 91, 10**6)) if first <= high and last >= low
    ]
    yield from (f"bed-day at {price}" for price in bands)
    if len(bands) > 1:
        yield "bed-day across a bound"
    if result["provider_borne"] != "0.00":
        yield "bed-day surplus" if result["provider_borne"].startswith("-") else "bed-day shortfall"
    if "over_cap" in result["parts"] or fen(result["funds"]["large_amount"]):
        yield "bed-day cap bites"
    if fen(result["funds"]["large_amount"]):
        yield "bed-day aid"


def _maternity(bill: Bill, result: Result) -> Iterator[str]:
    episode = bill["episode"]
    yield f"birth {episode['delivery']}" if episode.get("delivery") else f"procedure {episode['procedure']}"
    if episode.get("extra_births"):
        yield "twins"
    if "over_cap" in result["parts"]:
        yield "maternity limit bites" if fen(result["funds"]["pool"]) else "maternity used up"
