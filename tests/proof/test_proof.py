"""The proof's frame: figures are read, never typed; what fails, and what nobody shows, is said."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.proof.__main__ import run
from tests.proof.modes import MODES
from tests.proof.part import LANES, ROOT, Figures, Part, Result, carry_out, read_json, read_tests
from tests.proof.parts import PARTS, read_fuzzer, read_mutation, read_simulation
from tests.proof.report import report


def part(name: str, program: str, *modes: int) -> Part:
    """A part that runs a line of Python and prints its figures as JSON."""
    return Part(name, "a line", modes, ("{python}", "-c", program), read_json("runs", "runs"), 20, "7")


GOOD = part("good", """print('{"runs": 3, "bad": [], "canaries": {"must lose": 2}}')""", 1)
BAD = part("bad", """import sys; print('{"runs": 3, "bad": ["seed 5"]}'); sys.exit(1)""", 2)
BLIND = part("blind", """print('{"runs": 3, "bad": [], "canaries": {"must lose": 0}}')""", 3)
MUTE = part("mute", "print('nothing to tell')", 4)
IDLE = part("idle", """print('{"runs": 0, "bad": []}')""", 5)


def test_a_part_holds_only_with_figures_without_findings_and_with_its_canaries_found_out(tmp_path: Path) -> None:
    """A finding, a canary that lives, silence and an empty run fail; PROOF.md names them and what is left unshown."""
    results = [carry_out(one, tmp_path, sys.executable) for one in (GOOD, BAD, BLIND, MUTE, IDLE)]
    assert [one.good for one in results] == [True, False, False, False, False]
    text = report(results, 61, "today")
    assert "**4 of 5 parts failed: bad, blind, mute, idle.**" in text
    assert "| 3 runs | 0 | must lose: found out | good |" in text
    assert "must lose: MISSED" in text
    assert "    seed 5" in text
    missing = text.partition("Without evidence in this run:")[2].partition("## Parts")[0]
    assert [line.split(":")[0] for line in missing.split("- ")[1:]] == [str(number) for number in MODES if number > 1]


@pytest.mark.parametrize(("score", "bad"), [("95.0", 0), ("85.0", 1)])
def test_mutants_that_nothing_noticed_are_named(score: str, bad: int, tmp_path: Path) -> None:
    """Also where the score allows them: what was not noticed is read in PROOF.md, not only how many."""
    told = (
        f'{{"every": 8, "tried": 20, "killed": 19, "score_percent": {score}, "equivalent": 0,'
        ' "survivors": ["day.py | a or b | 3: or => and"]}'
    )
    figures = read_mutation(90)(told, tmp_path)
    assert len(figures.bad) == bad
    text = report([Result(GOOD, figures, 3)], 61, "today")
    assert "## Mutants that no test noticed\n\n- `day.py | a or b | 3: or => and`\n" in text


def test_parts_of_every_lane_are_carried_out_and_told_of_in_their_order(capfd: pytest.CaptureFixture[str]) -> None:
    """Whatever a lane gives way to, and however many it has."""
    parts = [replace(GOOD, name=f"{place}", lane=lane) for place, lane in enumerate([*LANES, *LANES])]
    results = run(parts)
    assert [(one.part.name, one.good) for one in results] == [(one.name, True) for one in parts]
    assert capfd.readouterr().out.count("good  ") == len(parts)


def test_every_part_can_be_started_and_shows_something() -> None:
    """Its modes are known, its name is its own, and the tests that it runs are there."""
    assert len({one.name for one in PARTS}) == len(PARTS)
    for one in PARTS:
        assert set(one.modes) <= set(MODES), one.name
        assert one.lane in LANES, one.name
        files = [word for word in one.command if word.startswith("tests/")]
        smaller = [f"tests/{one.smaller}"] if one.smaller else []
        assert all((ROOT / word).exists() for word in (*files, *smaller)), one.name


def test_the_figures_of_tests_are_those_of_their_report(tmp_path: Path) -> None:
    """Passed and failed ones are counted, and what a test printed of itself is told."""
    tests = "def test_a():\n    print('all 5 ends')\n\ndef test_b():\n    assert False\n"
    (tmp_path / "test_it.py").write_text(tests, encoding="utf-8")
    quiet = ("-q", "-s", f"--junit-xml={tmp_path}/tests.xml", "-p", "no:cacheprovider")
    command = [sys.executable, "-m", "pytest", *quiet, "-o", "addopts=", str(tmp_path)]
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    found = read_tests("tests", r"\d+ ends")(done.stdout, tmp_path)
    assert found == Figures(2, "tests", ["test_it.test_b"], {}, "5 ends")


@pytest.mark.parametrize(
    ("said", "bad"),
    [
        ("9 seeds, 90 steps, 8 settlements, 7 voids, 6 crashes, 0 fen lost, longest recovery 5 rounds\n1.0 s\n", []),
        (
            "seed 4, step 3: [chain] broken\n"
            "9 seeds, 90 steps, 8 settlements, 7 voids, 6 crashes, 2 fen lost, longest recovery 5 rounds\n",
            ["seed 4, step 3: [chain] broken", "2 fen lost"],
        ),
        (
            "never reached: deed month\n"
            "9 seeds, 90 steps, 8 settlements, 7 voids, 6 crashes, 0 fen lost, longest recovery 5 rounds\n",
            ["never reached: deed month"],
        ),
    ],
)
def test_a_simulation_is_read_from_its_last_lines(said: str, bad: list[str], tmp_path: Path) -> None:
    """Its findings, what it never came to, and fen that it lost, are bad."""
    found = read_simulation(said, tmp_path)
    assert (found.tried, found.bad) == (90, bad)


def test_a_fuzzer_that_did_not_come_to_its_end_has_found_something(tmp_path: Path) -> None:
    """The last words before a crash are what was found."""
    assert read_fuzzer("#2 INITED\nDone 812 runs in 2 second(s)\n", tmp_path).tried == 812
    assert read_fuzzer("==1== ERROR: heap-buffer-overflow\n", tmp_path).bad == ["==1== ERROR: heap-buffer-overflow\n"]


def test_a_part_that_hangs_is_ended_and_fails(tmp_path: Path) -> None:
    """Its time is over before it says anything."""
    hanging = Part(
        "hangs",
        "",
        (1,),
        ("{python}", "-c", "import threading; threading.Event().wait()"),
        read_json("runs", "runs"),
        1,
    )
    found: Result = carry_out(hanging, tmp_path, sys.executable)
    assert (found.good, found.trouble) == (False, "not done after 1 s")
