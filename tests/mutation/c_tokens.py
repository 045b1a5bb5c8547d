"""Mutants of C: operators, comparisons, constants, branches and jumps, one token at a time, in function bodies only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.mutation.mutant import Mutant

SWAPS: dict[str, tuple[str, ...]] = {
    "+": ("-",),
    "-": ("+",),
    "*": ("+",),
    "/": ("*",),
    "%": ("*",),
    "<": ("<=", ">="),
    "<=": ("<", ">"),
    ">": (">=", "<="),
    ">=": (">", "<"),
    "==": ("!=",),
    "!=": ("==",),
    "&&": ("||",),
    "||": ("&&",),
    "&": ("|",),
    "|": ("&",),
    "<<": (">>",),
    ">>": ("<<",),
    "+=": ("-=",),
    "-=": ("+=",),
    "|=": ("&=",),
    "&=": ("|=",),
    "!": ("",),
}
JUMPS = ("break", "continue")

_TOKEN = re.compile(
    r"(?P<skip>/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"])*\"|'(?:\\.|[^'])*'|^[ \t]*\#(?:\\\n|[^\n])*|\s+)"
    r"|(?P<name>[A-Za-z_]\w*)|(?P<number>\d\w*)"
    r"|(?P<operator><<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%&|^~!<>=?:;,.(){}\[\]])",
    re.DOTALL | re.MULTILINE,
)
_BEFORE_UNARY = frozenset(("return", "&&", "||", "<=", ">=", "==", "!=", "+=", "-=", "|=", "&=", *"([{,;=?:!&|+-*/%<>"))


class Token(NamedTuple):
    """A word, number or operator and where it stands."""

    kind: str
    text: str
    start: int
    end: int


def tokens_of(text: str) -> list[Token]:
    """All of a file, without comments, texts and preprocessor lines."""
    found = (match for match in _TOKEN.finditer(text) if match.lastgroup != "skip")
    return [Token(str(match.lastgroup), match.group(), match.start(), match.end()) for match in found]


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every mutant of one file, in order."""
    text = path.read_text(encoding="utf-8")
    tokens = tokens_of(text)
    for body in bodies_of(tokens):
        for place in body:
            for start, end, becomes in _changes(tokens, place):
                yield Mutant(path, start, end, becomes, text)


def bodies_of(tokens: list[Token]) -> Iterator[range]:
    """The places of what stands in the body of each function: a brace after a closing bracket opens one."""
    depth = first = 0
    for place, token in enumerate(tokens):
        if token.text == "{" and (depth or tokens[place - 1].text == ")"):
            depth += 1
            first = place + 1 if depth == 1 else first
        elif token.text == "}" and depth:
            depth -= 1
            if depth == 0:
                yield range(first, place)


def _changes(tokens: list[Token], place: int) -> Iterator[tuple[int, int, str]]:
    token, before = tokens[place], tokens[place - 1]
    if token.kind == "number":
        value = int(re.match(r"\d+", token.text).group())  # type: ignore[union-attr]
        for other in (value + 1, value - 1) if value else (1,):
            yield token.start, token.end, str(other)
    elif token.text in ("if", "while") and tokens[place + 1].text == "(":
        closing = _closing(tokens, place + 1)
        # A loop whose condition always holds does not end, and says nothing.
        for value in ("0", "1") if token.text == "if" else ("0",):
            yield tokens[place + 1].end, tokens[closing].start, value
    elif token.text in JUMPS:
        yield token.start, token.end, ""
    elif token.kind == "operator" and token.text in SWAPS and not _is_part_of_a_type(tokens, place):
        unary = before.text in _BEFORE_UNARY
        if unary and token.text in "-+":
            yield token.start, token.end, ""
        elif token.text == "!" or not unary:
            yield from ((token.start, token.end, other) for other in SWAPS[token.text])


def _is_part_of_a_type(tokens: list[Token], place: int) -> bool:
    """`settle_plan *plan`, `(int64_t)`: a star behind a type's name is no product."""
    before = tokens[place - 1].text
    return tokens[place].text == "*" and (before.endswith("_t") or before.startswith("settle_") or before == "const")


def _closing(tokens: list[Token], place: int) -> int:
    depth = 0
    for at in range(place, len(tokens)):
        depth += (tokens[at].text == "(") - (tokens[at].text == ")")
        if depth == 0:
            return at
    raise ValueError("a bracket is not closed")
