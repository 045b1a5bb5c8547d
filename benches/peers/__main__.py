"""Times one rule in many engines, after a check that all agree to the fen. `python -m benches.peers [BATCH]`.

All are timed in one process on one core; a time is the median of interleaved rounds, since the machine may be shared.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from cffi import FFI

from benches.peers import arrays, openfisca, ours, plain, zen
from benches.peers.rule import CAP, Claim, Shares, random_claims
from terminal.settlement.law import Law

CHECKED = 10_000
BATCH = 1_000_000
ROUNDS = 9


class Engine(NamedTuple):
    """What is timed: `run` does `count` claims."""

    name: str
    count: int
    run: Callable[[], object]


def check(claims: list[Claim], law: Law) -> None:
    """Every engine gives the same fen on every claim; a tenth of them cross the cap."""
    expected = [plain.by_int(claim) for claim in claims]
    columns = arrays.columns_of(claims)
    core, model, system = ours.Core(law), zen.decision(), openfisca.legislation()
    batch, in_columns = ours.Batch(core, claims), ours.Columns(core, columns)
    assert batch.run() == 0
    assert in_columns.run() == 0
    given: dict[str, list[Shares]] = {
        "decimal": [plain.in_fen(plain.by_decimal(plain.in_yuan(claim))) for claim in claims],
        "NumPy": as_rows(arrays.by_numpy(columns)),
        "NumPy in chunks": as_rows(arrays.by_numpy_in_chunks(columns)),
        "OpenFisca": as_rows(openfisca.by_openfisca(system, columns)),
        "zen-engine in a batch": zen.shares_of(zen.engine().evaluate_batch(zen.requests(claims))),
        "zen-engine": [zen.by_zen(model, zen.as_facts(claim)) for claim in claims],
        "settle_bill": [core.one(claim) for claim in claims],
        "settle_bills": batch.shares(),
        "settle_columns": as_rows(in_columns.results),
        "JSON to JSON": [ours.by_json(law, ours.bill_json(claim)) for claim in claims],
    }
    for name, shares in given.items():
        assert shares == expected, f"{name} differs from plain Python integers"
    crossing = sum(claim.pool_paid + shares.pool == CAP for claim, shares in zip(claims, expected, strict=True))
    as_it_comes = as_rows(openfisca.by_openfisca(openfisca.legislation(exact=False), columns))
    wrong = sum(a != b for a, b in zip(as_it_comes, expected, strict=True))
    print(f"All engines agree to the fen on {len(claims)} claims, {crossing} of them across the cap.")
    print(f"OpenFisca as it comes, in float32, is wrong on {wrong} of them; it is timed with int64 arrays.\n")


def as_rows(columns: list[Any]) -> list[Shares]:
    """Result columns as one `Shares` a claim."""
    return [Shares(*(int(number) for number in row)) for row in zip(*columns, strict=True)]


def single(law: Law, claim: Claim) -> list[Engine]:
    """One claim from Python."""
    core, model, system = ours.Core(law), zen.decision(), openfisca.legislation()
    columns, yuan, facts, data = (
        arrays.columns_of([claim]),
        plain.in_yuan(claim),
        zen.as_facts(claim),
        ours.bill_json(claim),
    )
    core.one(claim)
    return [
        Engine("empty CFFI call", 20_000, repeat(20_000, empty_call())),
        Engine("settle_bill, bare call with lines", 20_000, repeat(20_000, core.bare_call())),
        Engine("settle_bill, filled and read by Python", 5_000, repeat(5_000, lambda: core.one(claim))),
        Engine("plain int", 5_000, repeat(5_000, lambda: plain.by_int(claim))),
        Engine("decimal", 2_000, repeat(2_000, lambda: plain.by_decimal(yuan))),
        Engine("NumPy, arrays of one", 200, repeat(200, lambda: arrays.by_numpy(columns))),
        Engine("zen-engine", 200, repeat(200, lambda: model.evaluate(facts))),
        Engine("terminal.settlement, JSON to JSON", 100, repeat(100, lambda: ours.answer_json(law, data))),
        Engine("OpenFisca, a simulation of one", 10, repeat(10, lambda: openfisca.by_openfisca(system, columns))),
    ]


def many(law: Law, claims: list[Claim]) -> list[Engine]:
    """A batch, its memory ready."""
    core, engine, system = ours.Core(law), zen.engine(), openfisca.legislation()
    columns, count = arrays.columns_of(claims), len(claims)
    batch, in_columns = ours.Batch(core, claims), ours.Columns(core, columns)
    few = claims[: min(count, 2_000)]
    yuan, requests = [plain.in_yuan(claim) for claim in few], zen.requests(few)
    return [
        Engine("OpenFisca, vectorised", count, lambda: openfisca.by_openfisca(system, columns)),
        Engine("settle_columns", count, in_columns.run),
        Engine("settle_bills", count, batch.run),
        Engine("NumPy, all at once", count, lambda: arrays.by_numpy(columns)),
        Engine("NumPy, in chunks", count, lambda: arrays.by_numpy_in_chunks(columns)),
        Engine("plain int", len(few), lambda: [plain.by_int(claim) for claim in few]),
        Engine("decimal", len(few), lambda: [plain.by_decimal(claim) for claim in yuan]),
        Engine("zen-engine, evaluate_batch", len(few), lambda: engine.evaluate_batch(requests)),
    ]


def repeat(count: int, run: Callable[[], object]) -> Callable[[], None]:
    """`run`, `count` times."""

    def repeated() -> None:
        for _ in range(count):
            run()

    return repeated


def empty_call() -> Callable[[], object]:
    """A C function with nothing in it, through the same kind of binding."""
    import importlib.util
    import tempfile

    builder = FFI()
    builder.cdef("void nothing(void);")
    builder.set_source("empty_call", "static void nothing(void) {}")
    with tempfile.TemporaryDirectory() as folder:
        path = builder.compile(tmpdir=folder)
        spec = importlib.util.spec_from_file_location("empty_call", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    nothing: Callable[[], object] = module.lib.nothing
    return nothing


def medians(engines: list[Engine]) -> list[float]:
    """Nanoseconds a claim: the median of rounds in which every engine has its turn."""
    times: list[list[float]] = [[] for _ in engines]
    for _ in range(ROUNDS):
        for taken, engine in zip(times, engines, strict=True):
            start = time.perf_counter_ns()
            engine.run()
            taken.append((time.perf_counter_ns() - start) / engine.count)
    return [statistics.median(taken) for taken in times]


def show(title: str, engines: list[Engine], against: str) -> dict[str, float]:
    """Print a table: time a claim, claims a second, and how many times one of them."""
    found = dict(zip((engine.name for engine in engines), medians(engines), strict=True))
    print(f"{title:<40} {'ns a claim':>12} {'claims/s':>14} {'time, ' + against + ' = 1':>36}")
    for name, taken in found.items():
        print(f"{name:<40} {taken:>12.1f} {1e9 / taken:>14,.0f} {taken / found[against]:>36.3f}")
    print()
    return found


def main() -> None:
    """Check, then time, then say how the two promises of the core stand."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    law = Law.load()
    check(random_claims(CHECKED), law)
    one = show("One claim from Python", single(law, Claim(780_000, 0, 0, 0, 150_000)), "empty CFFI call")
    count = int(sys.argv[1]) if len(sys.argv) > 1 else BATCH
    batch = show(f"A batch of {count:,}", many(law, random_claims(count)), "OpenFisca, vectorised")
    bare, empty = one["settle_bill, bare call with lines"], one["empty CFFI call"]
    print(f"A bare call takes {bare:.0f} ns; twice an empty call and 500 ns are {2 * empty + 500:.0f} ns.")
    ratio = batch["OpenFisca, vectorised"] / batch["settle_columns"]
    print(f"settle_columns has {ratio:.1f} times OpenFisca's throughput.")


if __name__ == "__main__":
    main()
