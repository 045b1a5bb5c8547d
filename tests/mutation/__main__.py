"""`python -m tests.mutation core|money|settlement|journal|center [EVERY=n] [SEED=n] [ONLY=text] [JOBS=n]`: try mutants.

ONLY: of all mutants, those whose name has this text in it (`walk.h |`; a survivor's name). EVERY: of these, about one
in n, drawn by name and SEED, so that a new line leaves the sample as it was. Prints survivors; the last line is one
line of JSON; status 1 where mutants survive that `equivalent.txt` does not explain.
"""

from __future__ import annotations

import json
import sys
import time
import zlib
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from tests.mutation.c_core import core_mutants, try_core
from tests.mutation.mutant import Mutant
from tests.mutation.python_modules import MODULES, module_mutants
from tests.mutation.verdict import Verdict, figures


def main(arguments: list[str]) -> int:
    """Run from the command line."""
    what, given = arguments[0], dict(argument.split("=", 1) for argument in arguments[1:])
    every, jobs = int(given.get("EVERY", 1)), int(given.get("JOBS", 1))
    began = time.perf_counter()
    found = verdicts(what, given.get("ONLY", ""), every, given.get("SEED", "1"), jobs)
    counted = figures(found)
    for name in counted["survivors"]:
        print(f"survived: {name}")
    print(json.dumps({"of": what, "every": every} | counted | {"seconds": round(time.perf_counter() - began)}))
    return int(bool(counted["survivors"]))


def verdicts(what: str, only: str, every: int, seed: str, jobs: int) -> list[Verdict]:
    """What became of a sample of those with `only` in their names."""
    if what == "core":
        mutants, attempt = core_mutants(), try_core
    else:
        module = MODULES[what]
        mutants, attempt = module_mutants(module), module.try_out
    mutants = sample([mutant for mutant in mutants if only in mutant.name], every, seed)
    with ProcessPoolExecutor(jobs) as pool:
        parts = pool.map(attempt, [mutants[start::jobs] for start in range(jobs)])
        return [verdict for part in parts for verdict in part]


def sample(mutants: Sequence[Mutant], every: int, seed: str) -> list[Mutant]:
    """About one in `every`."""
    return [mutant for mutant in mutants if zlib.crc32(f"{seed} {mutant.name}".encode()) % every == 0]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
