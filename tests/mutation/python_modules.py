"""Runs mutants of Python modules, each in a forked process that finds the changed text in the module's place."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import os
import signal
import sys
import types
from collections.abc import Sequence
from dataclasses import dataclass

from tests.mutation.children import ROOT, forked, passed_by
from tests.mutation.mutant import Mutant
from tests.mutation.python_nodes import mutants_of
from tests.mutation.verdict import Verdict


class ChangedModule(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds one module with a text of its own."""

    def __init__(self, name: str, mutant: Mutant) -> None:
        self._name, self._mutant = name, mutant

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """See `importlib.abc.MetaPathFinder`."""
        if fullname != self._name:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, origin=str(self._mutant.path))

    def exec_module(self, module: types.ModuleType) -> None:
        """See `importlib.abc.Loader`."""
        module.__file__ = str(self._mutant.path)
        exec(compile(self._mutant.changed, str(self._mutant.path), "exec"), module.__dict__)


@dataclass(frozen=True)
class Module:
    """A part of the program (a file, or all files of a folder) and the tests that must notice its mutants, in turn."""

    place: str
    tests: tuple[str, ...]

    def try_out(self, mutants: list[Mutant]) -> list[Verdict]:
        """Try these one after the other."""
        assert forked(lambda: passed_by(self.tests)) == 0, "the program itself does not pass"
        return [self._tried(mutant) for mutant in mutants]

    def _tried(self, mutant: Mutant) -> Verdict:
        try:
            compile(mutant.changed, str(mutant.path), "exec")
        except (SyntaxError, ValueError):
            return Verdict(mutant, "stillborn")

        def changed() -> int:
            name = ".".join(mutant.path.relative_to(ROOT).with_suffix("").parts)
            sys.meta_path.insert(0, ChangedModule(name, mutant))
            return passed_by(self.tests)

        status = os.waitstatus_to_exitcode(forked(changed))
        return Verdict(mutant, "killed" if status else "survived", "time" if status == -signal.SIGALRM else "tests")


MODULES = {
    "money": Module("terminal/money.py", ("tests/settlement_path/test_money.py",)),
    "settlement": Module(
        "terminal/settlement",
        (
            *(
                "tests/settlement/test_examples.py",
                "tests/settlement/test_year.py",
                "tests/packs",
                "tests/settlement_path",
            ),
            *("tests/settlement/test_reference.py", "tests/settlement/test_properties.py"),
        ),
    ),
    "journal": Module("terminal/journal", ("tests/journal", "tests/counter/test_counter_settle.py", "tests/audit")),
    "center": Module("terminal/center", ("tests/center", "tests/flows/test_flow_unknown.py")),
}


def module_mutants(module: Module) -> list[Mutant]:
    """Every mutant of a part, in order."""
    place = ROOT / module.place
    files = [place] if place.is_file() else sorted(place.glob("*.py"))
    return [mutant for file in files for mutant in mutants_of(file)]
