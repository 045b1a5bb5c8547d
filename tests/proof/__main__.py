"""`python -m tests.proof [PARTS=name,name] [REPORT=PROOF.md]`: run the parts and write the report.

Status 1 where a part fails. Every lane of parts is run beside the others (`part.LANES`), so that both cores are busy
to the end.
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from tests.proof.part import LANES, ROOT, Part, Result, carry_out
from tests.proof.parts import PARTS
from tests.proof.report import report


def main(arguments: list[str]) -> int:
    """Run from the command line."""
    given = dict(argument.split("=", 1) for argument in arguments)
    wanted = given["PARTS"].split(",") if given.get("PARTS") else [part.name for part in PARTS]
    unknown = set(wanted) - {part.name for part in PARTS}
    if unknown:
        sys.exit(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(part.name for part in PARTS)}")
    began, clock = dt.datetime.now(dt.UTC), time.monotonic()
    results = run([part for part in PARTS if part.name in wanted])
    text = report(results, round(time.monotonic() - clock), f"{began:%Y-%m-%d %H:%M} UTC")
    target = ROOT / given.get("REPORT", "PROOF.md")
    target.write_text(text, encoding="utf-8")
    print(f"{sum(one.good for one in results)} of {len(results)} parts hold; {target}")
    return int(not all(one.good for one in results))


def run(parts: Sequence[Part]) -> list[Result]:
    """All of them, in the order in which they were given."""
    begun: list[Future[Result]] = []
    with ExitStack() as lanes:
        for lane in LANES:
            pool = lanes.enter_context(ThreadPoolExecutor(lane.at_once))
            # The longest first, or the last to begin would be waited for alone.
            mine = sorted((part for part in parts if part.lane is lane), key=lambda part: -part.seconds_max)
            begun += [pool.submit(_carried_out, part) for part in mine]
    results = [one.result() for one in begun]
    return sorted(results, key=lambda one: parts.index(one.part))


def _carried_out(part: Part) -> Result:
    with tempfile.TemporaryDirectory() as folder:
        result = carry_out(part, Path(folder), sys.executable)
    tried = f"{result.figures.tried} {result.figures.unit}, {len(result.figures.bad)} bad" if result.figures else ""
    print(
        f"{'good' if result.good else 'FAILED'}  {part.name}: {tried}{result.trouble} ({result.seconds} s)", flush=True
    )
    return result


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
