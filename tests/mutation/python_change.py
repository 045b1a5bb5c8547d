"""How a mutant gets into the program: into functions that are loaded already, or as a module yet to be loaded."""

from __future__ import annotations

import gc
import importlib.abc
import importlib.machinery
import types
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from tests.mutation.mutant import Mutant

Key = tuple[str, str, int]
"""A function's file, qualified name and first line."""


class ChangedModule(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds one module, not yet loaded, with a text of its own."""

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


def functions_of(files: frozenset[str]) -> Mapping[Key, list[types.FunctionType]]:
    """Every function of these files that the program holds."""
    found = defaultdict(list)
    for one in gc.get_objects():
        if isinstance(one, types.FunctionType) and one.__code__.co_filename in files:
            found[key_of(one.__code__)].append(one)
    return found


def change_loaded(mutant: Mutant, functions: Mapping[Key, Sequence[types.FunctionType]]) -> bool:
    """Give the loaded functions their changed code. False where that cannot be done, and nothing is changed."""
    codes = list(codes_of(compile(mutant.changed, str(mutant.path), "exec", dont_inherit=True)))
    keys = Counter(key_of(code) for code in codes)
    # What begins behind the change keeps its code, and may have moved.
    before = [code for code in codes if code.co_firstlineno <= mutant.line]
    pairs = [(one, code) for code in before for one in functions.get(key_of(code), ()) if one.__code__ != code]
    if any(keys[key_of(code)] > 1 or one.__code__.co_freevars != code.co_freevars for one, code in pairs):
        return False
    for one, code in pairs:
        one.__code__ = code
    return bool(pairs)


def key_of(code: types.CodeType) -> Key:
    """What identifies the function that has this code."""
    return code.co_filename, code.co_qualname, code.co_firstlineno


def codes_of(code: types.CodeType) -> Iterator[types.CodeType]:
    """Every code within a module's, or a function's."""
    for one in code.co_consts:
        if isinstance(one, types.CodeType):
            yield one
            yield from codes_of(one)
