"""The rule as an OpenFisca legislation.

OpenFisca keeps an amount as float32 and an integer as int32: 16777217 fen come back as 16777216, and a share of ten
million fen by a rate in basis points does not fit. `exact=True` gives every variable the dtype int64, which its arrays
take as it stands; that is how it agrees to the fen, and it is timed so. The formulas are those of the NumPy peer, one
variable an amount, as its users write them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from benches.peers.rule import AID_RATE, AID_ROOM, CAP, FIRST_TO, LINE, ONE, RATES, RETIREE_POINTS, SECOND_TO, Claim

YEAR = "2021"
INPUTS = Claim._fields
RESULTS = ("deductible", "pool", "aid", "account", "cash")
PERSON = build_entity(key="person", plural="persons", label="insured person", is_person=True)


def _deductible(person: Any, period: Any) -> Any:
    return np.minimum(person("eligible", period), LINE)


def _first(person: Any, period: Any) -> Any:
    return np.maximum(0, np.minimum(person("eligible", period), FIRST_TO) - person("deductible", period))


def _second(person: Any, period: Any) -> Any:
    return np.maximum(0, np.minimum(person("eligible", period), SECOND_TO) - FIRST_TO)


def _third(person: Any, period: Any) -> Any:
    return np.maximum(0, person("eligible", period) - SECOND_TO)


def _points(person: Any, period: Any) -> Any:
    return np.where(person("retired", period), RETIREE_POINTS, 0)


def _to_first(person: Any, period: Any) -> Any:
    return person("first", period) * (RATES[0] + person("points", period))


def _to_second(person: Any, period: Any) -> Any:
    return person("to_first", period) + person("second", period) * (RATES[1] + person("points", period))


def _exact(person: Any, period: Any) -> Any:
    return person("to_second", period) + person("third", period) * (RATES[2] + person("points", period))


def _room(person: Any, period: Any) -> Any:
    return np.maximum(0, CAP - person("pool_paid", period)) * ONE


def _pool(person: Any, period: Any) -> Any:
    return (np.minimum(person("exact", period), person("room", period)) + ONE // 2) // ONE


def _used(person: Any, period: Any) -> Any:
    first, second, third = (person(name, period) for name in ("first", "second", "third"))
    to_first, to_second = person("to_first", period), person("to_second", period)
    room, points = person("room", period), person("points", period)
    return np.where(
        person("exact", period) <= room,
        first + second + third,
        np.where(
            to_first > room,
            -(-room // (RATES[0] + points)),
            np.where(
                to_second > room,
                first - (to_first - room) // (RATES[1] + points),
                first + second - (to_second - room) // (RATES[2] + points),
            ),
        ),
    )


def _rest(person: Any, period: Any) -> Any:
    return person("eligible", period) - person("deductible", period) - person("used", period)


def _aid(person: Any, period: Any) -> Any:
    room = np.maximum(0, AID_ROOM - person("aid_paid", period))
    return np.minimum((person("rest", period) * AID_RATE + ONE // 2) // ONE, room)


def _personal(person: Any, period: Any) -> Any:
    return person("eligible", period) - person("pool", period) - person("aid", period)


def _account(person: Any, period: Any) -> Any:
    return np.minimum(person("balance", period), person("personal", period))


def _cash(person: Any, period: Any) -> Any:
    return person("personal", period) - person("account", period)


FORMULAS = {
    "deductible": _deductible,
    "first": _first,
    "second": _second,
    "third": _third,
    "points": _points,
    "to_first": _to_first,
    "to_second": _to_second,
    "exact": _exact,
    "room": _room,
    "pool": _pool,
    "used": _used,
    "rest": _rest,
    "aid": _aid,
    "personal": _personal,
    "account": _account,
    "cash": _cash,
}


def legislation(exact: bool = True) -> TaxBenefitSystem:
    """The system of one entity and its variables."""
    system = TaxBenefitSystem([PERSON])
    for name in (*INPUTS, *FORMULAS):
        facts = {"value_type": float, "entity": PERSON, "definition_period": DateUnit.YEAR, "label": name}
        if name in FORMULAS:
            facts["formula"] = FORMULAS[name]
        system.add_variable(type(name, (Variable,), facts))
        if exact:
            system.variables[name].dtype = np.int64
    return system


def by_openfisca(system: TaxBenefitSystem, columns: list[Any]) -> list[Any]:
    """A simulation with one person a row; its inputs set as arrays."""
    simulation = SimulationBuilder().build_default_simulation(system, len(columns[0]))
    for name, column in zip(INPUTS, columns, strict=True):
        simulation.set_input(name, YEAR, column)
    return [simulation.calculate(name, YEAR) for name in RESULTS]
