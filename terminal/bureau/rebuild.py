"""From a 2102 to the bill that the center settles: the goods are the message's, everything else is the
center's own.

Person, entitlement, balance, accumulators and the provider's facts come from the books; the message is
believed only for what was sold, for the kind of service and the episode, and for whether it was emergency
care.
"""

from __future__ import annotations

from functools import lru_cache

import msgspec

from terminal.bureau.asked import Asked, Denied
from terminal.bureau.persons import Person
from terminal.center.envelope import fen_of, text_of
from terminal.center.extension import LineExtension, SettleExtension, read_extension
from terminal.center.fields import MEDICAL_TYPES
from terminal.errors import Refused
from terminal.limits import BILL_ITEMS_MAX
from terminal.money import Fen, parse_quantity, parse_unit_price
from terminal.settlement.bill import Account, Bill, Entitlement, Item, Provider
from terminal.settlement.codec import as_builtins, convert

ITEMS_KEPT = 4_096


def read_settle_extension(asked: Asked) -> SettleExtension:
    """The extension of `druginfo`. Raises Denied: none, or one that contradicts the national fields."""
    head = asked.row("druginfo")
    try:
        extension = read_extension(head.get("exp_content"), SettleExtension)
    except ValueError as error:
        raise Denied(f"druginfo.{error}") from None
    if text_of(head.get("med_type")) != MEDICAL_TYPES[extension.service]:
        raise Denied(f"med_type: not the one of service {extension.service}")
    return extension


def rebuild_bill(asked: Asked, extension: SettleExtension, person: Person, provider: Provider) -> Bill:
    """The bill as the center sees it.

    Raises Denied with the line and field, Refused where the parts do not fit.
    """
    lines = asked.input.get("drugdetail")
    lines = lines if isinstance(lines, list) else [lines]
    if not 0 < len(lines) <= BILL_ITEMS_MAX:
        raise Denied(f"drugdetail: 1 to {BILL_ITEMS_MAX} lines")
    if extension.policy != person.policy:
        raise Denied(f"policy: center {person.policy}, terminal {extension.policy}")
    items = [item_of(line, number) for number, line in enumerate(lines)]
    head_total = _fen(asked.row("druginfo").get("medfee_sumamt"), "druginfo.medfee_sumamt")
    if head_total != sum(item.amount for item in items):
        raise Denied("medfee_sumamt: not the sum of the lines")
    return Bill(
        date=extension.date,
        service=extension.service,
        items=items,
        policy=person.policy,
        provider=_provider(provider, extension),
        patient=person.patient,
        entitlement=_entitlement(person, extension),
        account=_account(person, extension),
        year=person.year_in(extension.date.year),
        episode=extension.episode,
        consent=extension.consent,
    )


def _provider(provider: Provider, extension: SettleExtension) -> Provider:
    emergency = extension.provider.emergency
    return provider if provider.emergency == emergency else msgspec.structs.replace(provider, emergency=emergency)


def _entitlement(person: Person, extension: SettleExtension) -> Entitlement:
    """The center's own; what the terminal could not verify is not paid, which no one has to be trusted for."""
    unverified = "pool" in extension.unverified and person.entitlement.status == "active"
    return Entitlement("unverified", "offline") if unverified else person.entitlement


def _account(person: Person, extension: SettleExtension) -> Account:
    unverified = "account" in extension.unverified and person.account.status == "open"
    return msgspec.structs.replace(person.account, status="unverified") if unverified else person.account


def item_of(line: object, number: int, node: str = "drugdetail") -> Item:
    """The item that a line names. Raises Denied with the line and field."""
    at = f"{node}[{number}]"
    if not isinstance(line, dict):
        raise Denied(f"{at} is missing")
    amount = _fen(line.get("det_item_fee_sumamt"), f"{at}.det_item_fee_sumamt")
    extension = line.get("exp_content")
    texts = (text_of(line.get(name)) for name in ("med_list_codg", "pric", "cnt"))
    try:
        return _item(extension if isinstance(extension, str) else "", amount, *texts)
    except ValueError as error:
        raise Denied(f"{at}: {error}") from None
    except Refused as error:
        raise Denied(f"{at}.{error}") from None


@lru_cache(maxsize=ITEMS_KEPT)
def _item(extension_text: str, amount: Fen, code: str, price_text: str, quantity_text: str) -> Item:
    """Kept for a while, since the same goods are sold again and again. Raises ValueError, Refused."""
    extension = read_extension(extension_text, LineExtension)
    values = as_builtins(extension)
    values.pop("priced", None)
    item = convert(values | {"amount": as_builtins(amount), "code": code}, Item)
    if not extension.priced:
        return item
    price, quantity = parse_unit_price(price_text), parse_quantity(quantity_text)
    return msgspec.structs.replace(item, unit_price=price, quantity=quantity)


def _fen(value: object, at: str) -> Fen:
    try:
        return Fen(fen_of(value))
    except ValueError as error:
        raise Denied(f"{at}: {error}") from None
