"""Changed in one place, the C core and the money module are noticed by their tests; a smaller size of the proof's."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

from tests.mutation import c_tokens, python_nodes
from tests.mutation.c_core import core_mutants, try_core
from tests.mutation.c_together import CHOICE, MICROSECONDS, NUMBER, together
from tests.mutation.mutant import Mutant, known_equivalents
from tests.mutation.python_modules import MODULES, ROOT, module_mutants
from tests.mutation.verdict import Verdict, figures

C = """/* a + b */
#define TWO (1 + 1)
static const int32_t limit = 3 + 4;
static int64_t sum(const int64_t *many, int64_t count) {
    int64_t all = -count;
    for (int64_t i = 0; i < count; i++) {
        if (!many[i]) {
            break;
        }
        all += many[i] * TWO;
    }
    return all;
}
"""

ADDED = """#include <stdio.h>
int main(void) {
    const int64_t many[] = {5, 7, 0};
    printf("%d", (int)sum(many, 2));
    return 0;
}
"""

PYTHON = '''"""Text 1 + 1."""
LIMIT = 3


class Kept(dict, frozen=True):
    pass


def spare(given: int | None = None) -> int:
    """Says 2 < 3."""
    if given is None or given < LIMIT:
        raise ValueError
    return dict(zip([given - LIMIT], "a", strict=True))
'''

PART = """
LIMIT = 3


def cheap(price):
    return price < LIMIT


def emptied(count):
    while count > 0:
        count = count - 1
    return count


def same(count):
    return count + 0


def unasked():
    return LIMIT
"""

ITS_TESTS = """
from part import cheap, emptied, same


def test_a_price_below_the_limit_is_cheap():
    assert cheap(2)


def test_a_price_at_the_limit_is_not():
    assert not cheap(3)


def test_nothing_is_left():
    assert emptied(3) == 0


def test_nothing_changes():
    assert same(5) == 5
"""

TRY_A_PART = """
import json, sys
from pathlib import Path
from tests.mutation import python_tests
from tests.mutation.python_modules import Module, module_mutants

python_tests.SECONDS_MIN = 1
part = Module("part.py", ("test_part.py",), Path(sys.argv[1]))
for one in part.try_out(module_mutants(part)):
    print(json.dumps([one.mutant.text[one.mutant.start : one.mutant.end], one.mutant.becomes, one.fate, one.by]))
"""


def changes(found: list[Mutant]) -> list[tuple[str, str]]:
    """What becomes what."""
    return [(one.text[one.start : one.end], one.becomes) for one in found]


def test_the_mutants_of_c(tmp_path: Path) -> None:
    """Operators, comparisons, numbers, conditions and jumps in the bodies of functions; no comment, type or macro."""
    file = tmp_path / "sum.c"
    file.write_text(C, encoding="utf-8")
    assert changes(list(c_tokens.mutants_of(file))) == [
        *(("-", ""), ("0", "1"), ("<", "<="), ("<", ">="), ("!many[i]", "0"), ("!many[i]", "1"), ("!", "")),
        *(("break", ""), ("+=", "-="), ("*", "+")),
    ]


def test_all_mutants_of_c_are_one_program(tmp_path: Path) -> None:
    """Told which it is, it is that mutant and no other; the sums are those of 5 and 7 by each change, in turn."""
    file, program = tmp_path / "sum.c", tmp_path / "sum"
    file.write_text(C, encoding="utf-8")
    mutants = dict(enumerate(c_tokens.mutants_of(file), 1))
    file.write_text(f"#include <stdint.h>\n{CHOICE}{together(C, mutants)}{ADDED}", encoding="utf-8")
    subprocess.run(["clang", "-w", str(file), "-o", str(program)], check=True)
    said = []
    for number in range(len(mutants) + 1):
        environment = {NUMBER: str(number), MICROSECONDS: "500000"}
        said.append(int(subprocess.run([program], env=environment, capture_output=True, check=True).stdout))
    assert said == [22, 26, 12, 22, -2, 22, -2, -2, 22, -26, 14]


def test_the_mutants_of_python(tmp_path: Path) -> None:
    """Numbers, conditions, comparisons, operators, raises and results; no text, annotation, class or strictness."""
    file = tmp_path / "spare.py"
    file.write_text(PYTHON, encoding="utf-8")
    assert changes(list(python_nodes.mutants_of(file))) == [
        ("3", "4"),
        ("given is None or given < LIMIT", "True"),
        ("given is None or given < LIMIT", "False"),
        *(("or", "and"), ("is", "is not"), ("<", "<=")),
        ("raise ValueError", "pass"),
        *(('dict(zip([given - LIMIT], "a", strict=True))', "None"), ("-", "+")),
    ]


def tried(folder: Path, part: str) -> subprocess.CompletedProcess[str]:
    """What becomes of the mutants of a small part."""
    (folder / "part.py").write_text(part, encoding="utf-8")
    (folder / "test_part.py").write_text(ITS_TESTS, encoding="utf-8")
    command = [sys.executable, "-c", TRY_A_PART, str(folder)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_each_mutant_meets_the_tests_that_run_it(tmp_path: Path) -> None:
    """A constant is read anew, a function changed in place; what hangs is noticed, what no test runs is not."""
    said = [json.loads(line) for line in tried(tmp_path, PART).stdout.splitlines()]
    below, at = "test_part.py::test_a_price_below_the_limit_is_cheap", "test_part.py::test_a_price_at_the_limit_is_not"
    left, same = "test_part.py::test_nothing_is_left", "test_part.py::test_nothing_changes"
    assert said == [
        ["3", "4", "killed", at],
        *(["price < LIMIT", "None", "killed", below], ["<", "<=", "killed", at]),
        *([">", ">=", "killed", left], ["0", "1", "killed", left]),
        *(["-", "+", "killed", "time"], ["1", "2", "killed", left], ["count", "None", "killed", left]),
        *(["count + 0", "None", "killed", same], ["+", "-", "survived", ""], ["0", "1", "killed", same]),
        ["LIMIT", "None", "survived", "no test runs it"],
    ]


def test_a_program_that_fails_its_tests_tells_nothing_of_its_mutants(tmp_path: Path) -> None:
    """Nothing is tried where the tests fail without any change; the first that does is named."""
    done = tried(tmp_path, PART.replace("LIMIT = 3", "LIMIT = 4"))
    assert done.stdout == ""
    failing = "test_part.py::test_a_price_at_the_limit_is_not fails"
    assert f"RuntimeError: the program itself does not pass: {failing}" in done.stderr


def test_mutants_of_the_core_are_noticed() -> None:
    """Some of what it refuses, by its own tests; by sanitizers a write behind the last fund, and a remainder that is
    read and was never written, which no sum need show. What is no C is tried by nobody."""
    mutants = core_mutants()
    behind = "settle.c | for (int32_t i = 0; i < SETTLE_FUNDS_MAX; i++) { | 22: < => <="
    unwritten = "state.h | for (int32_t i = 1; i < count; i++) { | 22: < => <="
    refusing = [one for one in mutants if one.path.name == "check.h"][::80]
    quiet = [one for name in (behind, unwritten) for one in mutants if one.name == name]
    verdicts = try_core([replace(refusing[0], becomes="no_such_name"), *refusing, *quiet])
    assert [one.fate for one in verdicts] == ["stillborn"] + ["killed"] * (len(refusing) + 2)
    assert [one.by for one in verdicts[-2:]] == ["edges, behind an end", "edges, before written"]


def test_mutants_of_the_money_module_are_noticed() -> None:
    """About one in seven, by the tests of money, in a process that has not loaded the module as it is."""
    command = [sys.executable, "-m", "tests.mutation", "money", "EVERY=7"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    counted = json.loads(done.stdout.splitlines()[-1])
    assert (counted["survivors"], counted["killed"], done.returncode) == ([], counted["tried"], 0)
    assert counted["tried"] > 9


def test_each_explanation_has_its_mutant() -> None:
    """An explanation whose line has changed explains nothing, and goes."""
    explained = known_equivalents()
    files = {name.split(" | ")[0] for name in explained}
    mutants = [*core_mutants(), *(mutant for module in MODULES.values() for mutant in module_mutants(module))]
    assert set(explained) <= {mutant.name for mutant in mutants if mutant.path.name in files}


def test_lines_with_one_text_are_told_apart(tmp_path: Path) -> None:
    """What explains a mutant of the first explains none of the second."""
    text = "a = 1\nb = 2\n  a = 1\n"
    names = [Mutant(tmp_path / "spare.py", at, at + 1, "0", text).name for at in (4, text.rindex("1"))]
    assert names == ["spare.py | a = 1 | 4: 1 => 0", "spare.py | a = 1 (2) | 4: 1 => 0"]


def test_a_survivor_without_a_reason_is_bad(tmp_path: Path) -> None:
    """The score counts it; one that is the program itself does not count."""
    mutant = Mutant(tmp_path / "spare.py", 0, 1, "x", "y\n")
    counted = figures([Verdict(mutant, "killed"), Verdict(mutant, "survived"), Verdict(mutant, "same")])
    assert Counter(counted["survivors"]) == {"spare.py | y | 0: y => x": 1}
    assert (counted["tried"], counted["score_percent"], counted["equivalent"]) == (2, 50.0, 1)
