"""Which statements run: each says so itself, in the loaded program; a trace of all calls takes far longer."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import CodeType, FunctionType

from tests.mutation.python_change import Key, codes_of, key_of

Line = tuple[str, int]
"""A file's full path and a line of it, from 1."""

_NAME = "__this_line_runs__"
_BLOCKS = ("body", "orelse", "finalbody")


class Marks:
    """The functions of some files, each with a code that notes the first line of every statement of it that runs."""

    def __init__(self, files: Iterable[str], functions: Mapping[Key, Sequence[FunctionType]]) -> None:
        self._pairs = [
            (one, code) for file in files for code in _marked(file) for one in functions.get(key_of(code), ())
        ]

    def put_in(self) -> set[Line]:
        """From here on, for good, the loaded functions note what runs: in this set. Only in a child of its own."""
        lines: set[Line] = set()
        for one, code in self._pairs:
            one.__code__ = code
            one.__globals__[_NAME] = lines.add
        return lines


def _marked(file: str) -> list[CodeType]:
    """The code of every function of a file. A lambda has no statements: it counts to the one that it stands in."""
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    within = {id(node): node for function in functions for node in ast.walk(function)}
    for node in within.values():
        for name in _BLOCKS:
            block = getattr(node, name, None)
            if isinstance(block, list):
                setattr(node, name, [one for statement in block for one in (_mark(file, statement), statement)])
    codes = codes_of(compile(ast.fix_missing_locations(tree), file, "exec", dont_inherit=True))
    return [code for code in codes if code.co_name != "<lambda>"]


def _mark(file: str, statement: ast.stmt) -> ast.stmt:
    line = ast.Constant((file, statement.lineno))
    call = ast.Call(ast.Name(_NAME, ast.Load()), [line], [])
    return ast.copy_location(ast.Expr(call), statement)
