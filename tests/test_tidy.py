"""The house rules that a linter does not know, checked on every file of the product."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PRODUCT = sorted(path for folder in ("terminal", "hw", "native") for path in (ROOT / folder).rglob("*.py"))
MONEY = [path for path in PRODUCT if path.parts[-2] != "hw"]
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60

TIME_DOORS = {"terminal/clock.py", "terminal/demo/script.py"}
"""The demonstration waits for its own daemon in the machine's time; everything else is given a clock."""
TIME_CALLS = {"now", "today", "utcnow", "time", "monotonic", "sleep", "perf_counter"}
FIELD_NAMES = re.compile(
    r"\b(hifp_pay|hifob_pay|hifmi_pay|maf_pay|setl_id|mdtrt_id|psn_no|medfee_sumamt|acct_pay|infno)\b"
)
FIELD_FLOORS = ("terminal/center/", "terminal/bureau/")


def name_of(path: Path) -> str:
    """The path as the rules write it."""
    return path.relative_to(ROOT).as_posix()


def tree_of(path: Path) -> ast.Module:
    """The file, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_file_opens_with_what_it_is_and_is_seen_at_once(path: Path) -> None:
    """A module docstring, at most 400 lines, no function above 60."""
    tree = tree_of(path)
    assert ast.get_docstring(tree), "no module docstring"
    assert len(path.read_text(encoding="utf-8").splitlines()) <= FILE_LINES_MAX
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            assert lines <= FUNCTION_LINES_MAX, f"{node.name} has {lines} lines"


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_everything_public_says_what_it_is(path: Path) -> None:
    """Functions and classes without a leading underscore, outside nested scopes, have a docstring.

    A method that fulfils a port (`state`, `read_card`, `print` …) has its docstring there.
    """
    ported = {"state", "read_card", "print", "next_code", "now", "monotonic_seconds", "startup", "__init__"}
    for node in tree_of(path).body:
        inner = node.body if isinstance(node, ast.ClassDef) else []
        for one in [node, *inner]:
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                named = one.name.startswith("_") or one.name in ported
                hidden = isinstance(node, ast.ClassDef) and node.name.startswith("_")
                assert named or hidden or ast.get_docstring(one), f"{one.name} has no docstring"


@pytest.mark.parametrize("path", MONEY, ids=name_of)
def test_no_float_comes_near_money(path: Path) -> None:
    """No float(), no round(), no true division, no Decimal in the product."""
    if name_of(path).startswith("hw/"):
        return
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("float", "round"), f"line {node.lineno}: {node.func.id}()"
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            operands = ast.unparse(node)
            assert "path" in operands.lower() or '"' in operands or "'" in operands or "folder" in operands.lower(), (
                f"line {node.lineno}: true division {operands}"
            )
        if isinstance(node, ast.Import | ast.ImportFrom):
            assert "decimal" not in ast.unparse(node), f"line {node.lineno}: Decimal"


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_time_is_an_argument(path: Path) -> None:
    """Only terminal/clock.py asks the machine what time it is; drivers may wait, but not ask for the date."""
    if name_of(path) in TIME_DOORS:
        return
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TIME_CALLS:
            owner = ast.unparse(node.func.value)
            forbidden = owner in ("datetime", "dt.datetime", "datetime.datetime", "dt.date", "datetime.date")
            waits = owner == "time" and not name_of(path).startswith("hw/")
            asks = forbidden or waits
            assert not asks, f"line {node.lineno}: {owner}.{node.func.attr}()"


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_the_centers_field_names_stay_at_the_center(path: Path) -> None:
    """They appear in center/ and bureau/ alone."""
    if not name_of(path).startswith(FIELD_FLOORS):
        assert not FIELD_NAMES.search(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_no_exception_is_swallowed_whole(path: Path) -> None:
    """No bare except, and `except Exception` nowhere but in the daemon's outermost loop, that of its steps."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type is not None else ""
            assert caught, f"line {node.lineno}: bare except"
            assert caught != "Exception" or name_of(path) == "terminal/api/background.py", (
                f"line {node.lineno}: {caught}"
            )


def test_no_city_stands_in_code() -> None:
    """Policies are data: the product's Python and C name no city of the shelf."""
    cities = re.compile(
        r"yantai|ulanqab|huangshi|tianjin|shanxi|zhuzhou|nanchang|烟台|乌兰察布|黄石|天津|山西|株洲|南昌", re.I
    )
    for path in PRODUCT:
        if not name_of(path).startswith("terminal/demo/"):
            assert not cities.search(without_docstrings(path)), name_of(path)
    for path in sorted((ROOT / "native").glob("*.[ch]")):
        assert not cities.search(path.read_text(encoding="utf-8")), name_of(path)


def without_docstrings(path: Path) -> str:
    """The code alone: examples in a docstring may name a place."""
    tree = tree_of(path)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            node.body[0] = ast.Pass()
    return ast.unparse(tree)
