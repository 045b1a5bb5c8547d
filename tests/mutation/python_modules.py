"""Runs mutants of Python modules: each in a forked process, against the tests that run the changed line.

The program and its tests are loaded once. A mutant within a function is put into the loaded program; one that takes
effect while the program loads is loaded afresh, and must be noticed by any test at all.
"""

from __future__ import annotations

import gc
import importlib
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.mutation.children import Ended, forked, load_what_is_not_ours
from tests.mutation.mutant import Mutant
from tests.mutation.python_change import ChangedModule, change_loaded, functions_of
from tests.mutation.python_marks import Marks
from tests.mutation.python_nodes import lines_of, mutants_of
from tests.mutation.python_reach import Reach, Watch, reach_of
from tests.mutation.python_tests import collected, first_failure
from tests.mutation.verdict import Verdict

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Module:
    """A part of the program (a file, or all files of a folder) and the tests that must notice its mutants."""

    place: str
    tests: tuple[str, ...]
    root: Path = ROOT

    @property
    def files(self) -> list[Path]:
        """All of its files, in order."""
        place = self.root / self.place
        return [place] if place.is_file() else sorted(place.glob("*.py"))

    def name_of(self, file: Path) -> str:
        """The module's, as it is imported."""
        return ".".join(file.relative_to(self.root).with_suffix("").parts)

    def try_out(self, mutants: Sequence[Mutant]) -> list[Verdict]:
        """Try these one after the other. RuntimeError: the program itself does not pass, and which test says so."""
        load_what_is_not_ours()
        ended = forked(lambda: _Bench(self, mutants).try_loaded())
        if ended.code or isinstance(ended.answer, str):
            raise RuntimeError(f"the program itself does not pass: {ended.answer or 'its tests cannot be loaded'}")
        reach, verdicts = ended.answer
        return [verdict or self._tried_afresh(mutant, reach) for mutant, verdict in zip(mutants, verdicts, strict=True)]

    def _tried_afresh(self, mutant: Mutant, reach: Reach) -> Verdict:
        """In a process that has not loaded the program yet."""
        order = {name: place for place, name in enumerate(reach.of_file(str(mutant.path)))}

        def work(items: list[pytest.Item]) -> str:
            # Tests whose cases the changed module has worked out have names that are not known.
            return first_failure(sorted(items, key=lambda item: order.get(item.nodeid, -1)), reach.seconds)

        def changed() -> str:
            sys.meta_path.insert(0, ChangedModule(self.name_of(mutant.path), mutant))
            return str(collected(self.root, self.tests, work))

        return _verdict(mutant, forked(changed))


Tried = tuple[Reach, list[Verdict | None]]
"""None where a mutant must be loaded afresh."""


class _Bench:
    """The loaded program, its tests, and mutants that are put into it in children."""

    def __init__(self, module: Module, mutants: Sequence[Mutant]) -> None:
        self._module, self._mutants = module, mutants
        self._files = frozenset(str(file) for file in module.files)

    def try_loaded(self) -> Tried | str:
        """What the tests reach, and what became of each mutant; or which test fails without any."""
        self._loading = Watch(self._files)
        self._loading.begin()
        found: Tried | str = collected(self._module.root, self._module.tests, self._try_on)
        return found

    def _try_on(self, items: list[pytest.Item]) -> Tried | str:
        for file in self._module.files:
            importlib.import_module(self._module.name_of(file))
        loading = self._loading.end()
        self._functions = functions_of(self._files)
        # What is there now stays: a child that looked through it for waste would copy all of it.
        gc.freeze()
        try:
            self._reach = reach_of(items, Marks(self._files, self._functions), loading)
        except ValueError as failure:
            return str(failure)
        self._items = {item.nodeid: item for item in items}
        return self._reach, [self._tried(mutant) for mutant in self._mutants]

    def _tried(self, mutant: Mutant) -> Verdict | None:
        try:
            compile(mutant.changed, str(mutant.path), "exec")
        except (SyntaxError, ValueError):
            return Verdict(mutant, "stillborn")
        lines = frozenset((str(mutant.path), line) for line in lines_of(mutant))
        if lines & self._reach.loading:
            return None
        names = self._reach.of_lines(lines)
        if not names:
            return Verdict(mutant, "survived", "no test runs it")

        def changed() -> str | None:
            if not change_loaded(mutant, self._functions):
                return None
            return first_failure([self._items[name] for name in names], self._reach.seconds)

        ended = forked(changed)
        return None if ended == Ended(0, None) else _verdict(mutant, ended)


def _verdict(mutant: Mutant, ended: Ended) -> Verdict:
    if ended == Ended(0, ""):
        return Verdict(mutant, "survived")
    return Verdict(mutant, "killed", "time" if ended.code == -signal.SIGALRM else ended.answer or "its end")


def _files(place: str, names: str) -> list[str]:
    return [f"{place}{name}.py" for name in names.split()]


MODULES = {
    "money": Module("terminal/money.py", ("tests/settlement_path/test_money.py",)),
    "settlement": Module(
        "terminal/settlement",
        (
            *_files("tests/settlement/test_", "examples year year_pending reference_few what_is_left bill_read"),
            *_files(
                "tests/settlement/test_", "edges_of_the_law reference_refusals reference_refusals_elsewhere notices"
            ),
            *_files("tests/settlement_path/test_", "money kinds_apart amounts_written"),
            *("tests/packs", *_files("tests/counter/test_counter_", "settle downloads")),
        ),
    ),
    "journal": Module(
        "terminal/journal",
        (
            *("tests/journal", "tests/audit"),
            *_files("tests/counter/test_counter_", "settle day purse printing downloads goods"),
            *_files(
                "tests/flows/test_flow_", "day unknown offline online refund repair progress unwritten agency no_word"
            ),
        ),
    ),
    "center": Module(
        "terminal/center",
        (
            *("tests/center", *_files("tests/counter/test_counter_", "settle downloads blacklist pin goods")),
            *_files("tests/flows/test_flow_", "online unknown offline day agency drain visit quiet"),
        ),
    ),
}
"""Tests that are quick, and run the program in their own process: another would not see the mutant."""


def module_mutants(module: Module) -> list[Mutant]:
    """Every mutant of a part, in order."""
    return [mutant for file in module.files for mutant in mutants_of(file)]
