"""Mutants of Python: operators, comparisons, numbers, conditions, results and statements, one node at a time.

Texts are left alone, how a class is made (frozen, with keywords only), and that a zip is strict.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from tests.mutation.mutant import Mutant

OPERATORS: dict[type[ast.AST], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "+"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "*"),
    ast.BitOr: ("|", "&"),
    ast.BitAnd: ("&", "|"),
    ast.And: ("and", "or"),
    ast.Or: ("or", "and"),
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
}


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every mutant of one module, in the order of its nodes; annotations are no program."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    places = _Places(text)
    for node in _program(tree):
        for start, end, becomes in _changes(node, places):
            yield Mutant(path, start, end, becomes, text)


def lines_of(mutant: Mutant) -> frozenset[int]:
    """The lines of which one runs where the mutant's statement does: all of a simple one's, the head of a compound."""
    around = [
        node
        for node in ast.walk(_tree(mutant.text))
        if isinstance(node, ast.stmt) and node.lineno <= mutant.line <= (node.end_lineno or 0)
    ]
    inmost = max(around, key=lambda node: (node.lineno, -(node.end_lineno or 0)))
    body = getattr(inmost, "body", None)
    last = max(body[0].lineno - 1, inmost.lineno) if body else inmost.end_lineno or 0
    return frozenset((mutant.line, *range(inmost.lineno, last + 1)))


@lru_cache(4)
def _tree(text: str) -> ast.Module:
    return ast.parse(text)


class _Places:
    """Where nodes stand, counted in characters of the text; the parser counts bytes of lines."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._lines = text.splitlines(keepends=True)
        self._begins = [0]
        for line in self._lines:
            self._begins.append(self._begins[-1] + len(line))

    def start(self, node: ast.expr | ast.stmt) -> int:
        return self._place(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.stmt) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._place(node.end_lineno, node.end_col_offset)

    def _place(self, line: int, column_bytes: int) -> int:
        before = self._lines[line - 1].encode()[:column_bytes].decode()
        return self._begins[line - 1] + len(before)


def _program(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes but annotations and the options of classes, in the order in which they stand."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "keywords" if isinstance(node, ast.ClassDef) else ""):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_left_alone(child):
                yield child
                yield from _program(child)


def _is_left_alone(node: ast.AST) -> bool:
    """Imports for annotations only, and `strict` of a zip: the program's check of itself, which nothing can break."""
    match node:
        case ast.If(ast.Name("TYPE_CHECKING")) | ast.keyword("strict", ast.Constant(True)):
            return True
    return False


def _changes(node: ast.AST, places: _Places) -> Iterator[tuple[int, int, str]]:
    match node:
        case ast.BinOp(left, operator, right):
            yield from _between(left, operator, right, places)
        case ast.BoolOp(operator, values):
            for left, right in pairwise(values):
                yield from _between(left, operator, right, places)
        case ast.Compare(left, operators, comparators):
            for before, operator, after in zip([left, *comparators], operators, comparators, strict=False):
                yield from _between(before, operator, after, places)
        case ast.UnaryOp(ast.Not(), operand):
            yield places.start(node), places.start(operand), ""
        case ast.Constant(bool(value)):
            yield places.start(node), places.end(node), str(not value)
        case ast.Constant(int(value)):
            yield places.start(node), places.end(node), str(value + 1)
        case ast.If(test) | ast.IfExp(test):
            for value in ("True", "False"):
                yield places.start(test), places.end(test), value
        case ast.Return(ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield places.start(value), places.end(value), "None"
        case ast.Raise():
            yield places.start(node), places.end(node), "pass"
        case ast.Expr(ast.Call()):
            yield places.start(node), places.end(node), "pass"


def _between(left: ast.expr, operator: ast.AST, right: ast.expr, places: _Places) -> Iterator[tuple[int, int, str]]:
    """The operator's word in the gap between its operands; none where a comment stands there."""
    word, becomes = OPERATORS.get(type(operator), ("", ""))
    start, end = places.end(left), places.start(right)
    gap = places.text[start:end]
    if word and word in gap and "#" not in gap:
        at = start + gap.index(word)
        yield at, at + len(word), becomes
