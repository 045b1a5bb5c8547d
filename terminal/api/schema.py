"""JSON Schema of the API's types: the same structs that check the input and make the answers, told to others.

msgspec's own generator cannot write the default of an amount, so the schemas are made here from what msgspec tells
of a type. A struct is a component under its own name, with `Given` behind it as part of a request: an amount that is
given is never negative, and an answer always has every key.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import inspect

from terminal.counter.pin import PIN_PATTERN, Pin
from terminal.money import Fen, Quantity, Rate, SignedFen, UnitPrice
from terminal.settlement.codec import as_builtins

Schema = dict[str, Any]

REFERENCE_PREFIX = "#/components/schemas/"

_AMOUNT = r"^(0{0,9}100000000\.00|0{0,10}[0-9]{1,8}\.[0-9]{2})$"
_RATE = r"^0{0,17}(0(\.[0-9]{1,4})?|1(\.0{1,4})?)$"
_SCALED = r"^(0{0,9}100000000(\.0{1,%d})?|0{0,10}[0-9]{1,8}(\.[0-9]{1,%d})?)$"
_ANSWERED_AMOUNT: Schema = {
    "pattern": r"^-?[0-9]{1,18}\.[0-9]{2}$",
    "description": "yuan, two places; may be negative where it is a difference or a sum with voids",
    "example": "12.50",
}
_MONEY: dict[type, Schema] = {
    Fen: {"pattern": _AMOUNT, "description": "yuan, two places", "example": "12.50"},
    SignedFen: _ANSWERED_AMOUNT,
    Rate: {"pattern": _RATE, "description": "a share of one", "example": "0.85"},
    UnitPrice: {"pattern": _SCALED % (6, 6), "description": "yuan, up to six places", "example": "12.5"},
    Quantity: {"pattern": _SCALED % (4, 4), "description": "up to four places", "example": "2"},
}

_PIN: Schema = {
    "type": "string",
    "format": "password",
    "writeOnly": True,
    "pattern": PIN_PATTERN,
    "description": "4 to 12 digits",
}


class Schemas:
    """Collects the components that the schemas of an API refer to."""

    def __init__(self) -> None:
        self.components: dict[str, Schema] = {}
        self._structs: dict[str, type] = {}

    def of(self, wanted: Any, given: bool) -> Schema:
        """The schema of a type, `given` (in a request) or answered; its structs become components."""
        return self._of(inspect.type_info(wanted), given)

    def fields_of(self, wanted: type[msgspec.Struct]) -> Iterable[tuple[str, bool, Schema]]:
        """Name, whether it is required, and schema of each field of a struct that is given."""
        info = inspect.type_info(wanted)
        assert isinstance(info, inspect.StructType)
        for field in info.fields:
            yield field.encode_name, field.required, self._field(field, True)

    def _of(self, info: inspect.Type, given: bool) -> Schema:
        match info:
            case inspect.Metadata():
                return self._of(info.type, given) | (info.extra_json_schema or {})
            case inspect.StructType():
                return self._struct(info, given)
            case inspect.CustomType(cls=cls) if cls is Pin:
                return _PIN
            case inspect.CustomType(cls=cls) if cls in _MONEY:
                amount = _ANSWERED_AMOUNT if cls is Fen and not given else _MONEY[cls]
                return {"type": "string", **amount}
            case inspect.UnionType(types=types):
                return _any_of([self._of(one, given) for one in types])
            case inspect.ListType(item_type=item):
                return {"type": "array", "items": self._of(item, given), **_bounds(info, "Items")}
            case inspect.VarTupleType(item_type=item):
                return {"type": "array", "items": self._of(item, given)}
            case inspect.DictType(value_type=value):
                return {"type": "object", "additionalProperties": self._of(value, given)}
        return _plain(info)

    def _struct(self, info: inspect.StructType, given: bool) -> Schema:
        name = info.cls.__name__
        if given and not name.endswith("Request"):
            name += "Given"
        if self._structs.setdefault(name, info.cls) is not info.cls:
            raise TypeError(f"two structs are called {name}: {info.cls} and {self._structs[name]}")
        if name not in self.components:
            made: Schema = {"type": "object"}
            self.components[name] = made
            made["description"] = " ".join((info.cls.__doc__ or "").split())
            made["properties"] = {field.encode_name: self._field(field, given) for field in info.fields}
            always = [field.encode_name for field in info.fields if field.required or _always(info, field, given)]
            if always:
                made["required"] = always
            if info.forbid_unknown_fields:
                made["additionalProperties"] = False
        return {"$ref": REFERENCE_PREFIX + name}

    def _field(self, field: inspect.Field, given: bool) -> Schema:
        schema = self._of(field.type, given)
        if given and field.default is not msgspec.NODEFAULT and not isinstance(field.default, msgspec.Struct):
            schema = schema | {"default": as_builtins(field.default)}
        return schema


def _always(info: inspect.StructType, field: inspect.Field, given: bool) -> bool:
    """Whether an answer always has a field, though a request need not."""
    omits = info.cls.__struct_config__.omit_defaults
    # Of a field that is left out where it is unset, msgspec tells no default at all.
    has_default = (field.default, field.default_factory) != (msgspec.NODEFAULT, msgspec.NODEFAULT)
    return not given and not omits and has_default


def _plain(info: inspect.Type) -> Schema:
    match info:
        case inspect.StrType():
            pattern = {} if info.pattern is None else {"pattern": info.pattern}
            return {"type": "string", **_bounds(info, "Length"), **pattern}
        case inspect.IntType(ge=least, le=most):
            bounds = {"minimum": least, "maximum": most}
            return {"type": "integer", **{name: bound for name, bound in bounds.items() if bound is not None}}
        case inspect.LiteralType(values=values):
            return {"enum": list(values)}
        case inspect.BoolType():
            return {"type": "boolean"}
        case inspect.NoneType():
            return {"type": "null"}
        case inspect.DateType():
            return {"type": "string", "format": "date", "example": "2021-06-30"}
        case inspect.DateTimeType():
            return {"type": "string", "format": "date-time", "example": "2021-06-30T10:00:00+08:00"}
    raise TypeError(f"no schema is known for {info}")


def _bounds(info: Any, of: str) -> Schema:
    bounds = {f"min{of}": info.min_length, f"max{of}": info.max_length}
    return {name: bound for name, bound in bounds.items() if bound is not None}


def _any_of(schemas: list[Schema]) -> Schema:
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
