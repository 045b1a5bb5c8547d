"""The parts of the proof, as data. A new technique is a new part here, and nothing else.

Sizes are such that all of them take half an hour on two cores. Where a part counts tests, its cases stand in
the tests' own names; where it prints figures, those count.
"""

from __future__ import annotations

import re
from pathlib import Path

from tests.proof.part import (
    CARD_SERVICE,
    LEFT_OVER,
    Figures,
    Part,
    Reader,
    json_of,
    pytest,
    read_canary,
    read_json,
    read_spoilt,
    read_tests,
)

SEED = "1"

_SUMS = re.compile(
    r"(\d+) seeds, (\d+) steps, (\d+) settlements, (\d+) voids, (\d+) crashes, (\d+) fen lost, (longest .*)"
)
_FUZZED = re.compile(r"Done (\d+) (?:runs )?in")


def read_simulation(said: str, folder: Path) -> Figures:
    """The sums that a simulation prints last, and its findings before them."""
    found = [match for line in said.splitlines() if (match := _SUMS.match(line))]
    seeds, steps, settlements, voids, crashes, lost_fen, recovery = found[-1].groups()
    bad = [line for line in said.splitlines() if re.match(r"seed \S+, step ", line)]
    bad += [line for line in said.splitlines() if line.startswith("never reached: ")]
    bad += [f"{lost_fen} fen lost"] if int(lost_fen) else []
    notes = f"{seeds} seeds, {settlements} settlements, {voids} voids, {crashes} crashes, {recovery}"
    return Figures(int(steps), "steps", bad, {}, notes)


def read_fuzzer(said: str, folder: Path) -> Figures:
    """How often a libFuzzer, or its like, has tried; what it found ends it."""
    done = _FUZZED.findall(said)
    bad = [] if done else [said[-500:]]
    return Figures(int(done[-1]) if done else 1, "inputs", bad)


def read_mutation(percent_min: int) -> Reader:
    """Mutants tried. What nothing has noticed is told of, and is bad where it is more than the score allows."""

    def read(said: str, folder: Path) -> Figures:
        found = json_of(said)
        share = "all mutants" if found["every"] == 1 else f"one in {found['every']} mutants"
        score = f"{found['killed']} of {found['tried']} noticed, {found['score_percent']}%, wanted {percent_min}%"
        survivors = [str(name) for name in found["survivors"]]
        bad = survivors if found["score_percent"] < percent_min else []
        told = f"{share}: {score}; {found['equivalent']} change nothing; unnoticed {len(survivors)}"
        return Figures(int(found["tried"]), "mutants", bad, {}, told, survivors)

    return read


def _sweep(name: str, modes: tuple[int, ...], technique: str, *words: str, seeds: int = 1, limit: int = 600) -> Part:
    command = ("{python}", "-m", "tests.disk.sweep", *words, *(("--seeds", str(seeds)) if seeds > 1 else ()))
    reader = read_json("runs", "days on a failing disk", "bad", "operations", "cut", "stopped", "finished")
    told = f"0 to {seeds - 1}" if seeds > 1 else "0"
    return Part(name, technique, modes, command, reader, limit, told, smaller="disk/test_disk.py")


def _fuzz(target: str, modes: tuple[int, ...], what: str) -> Part:
    command = ("{python}", "tests/fuzz/fuzz.py", target, "{folder}", "-max_total_time=10", f"-seed={SEED}")
    technique = f"coverage-guided fuzzing (atheris) of {what}"
    return Part(f"fuzz {target}", technique, modes, command, read_fuzzer, 600, SEED, smaller="fuzz/test_fuzz.py")


NORMAL_LOSES, BETRAYED = "synchronous=NORMAL loses", "each loss is betrayed"


def _losing(name: str, mode: int, technique: str, how: str, canary: str) -> Part:
    """A disk that must lose what was told, and is seen to: the sweep ends with status 1."""
    command = ("{python}", "-m", "tests.disk.sweep", "power", how, "--step", "48")
    reader = read_canary(canary, "lost", "betrayed")
    return Part(name, technique, (mode,), command, reader, 600, "0", smaller="disk/test_disk.py", statuses=(1,))


def _mutation(
    what: str, every: int, percent_min: int, limit: int, technique: str, modes: tuple[int, ...] = (28,)
) -> Part:
    command = ("{python}", "-m", "tests.mutation", what, f"EVERY={every}", f"SEED={SEED}")
    smaller, statuses = "mutation/test_mutation.py", (0, 1)
    reader = read_mutation(percent_min)
    return Part(f"mutation {what}", technique, modes, command, reader, limit, SEED, smaller=smaller, statuses=statuses)


LIBFUZZER = (
    "clang -std=c11 -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -Inative -Itests/native"
    " tests/native/fuzz.c native/settle.c -o {folder}/fuzz"
    f" && cd {{folder}} && ./fuzz -max_total_time=20 -max_len=1024 -seed={SEED}"
)

PARTS: tuple[Part, ...] = (
    Part(
        "simulation",
        "the whole terminal in virtual time, worlds of faults by seed, an auditor of its own",
        (2, 8, 9, 10, 16, 18, 19, 20, 21, 22, 23, 24, 32),
        ("{python}", "-m", "tests.simulation", f"SEED={SEED}", "SEEDS=1000", "STEPS=214", "RUSH=1", "JOBS=2"),
        read_simulation,
        5_400,
        SEED,
        lane=LEFT_OVER,
        smaller="simulation/test_simulation.py",
    ),
    Part(
        "canaries of the simulation",
        "known bugs are planted in the simulated terminal, and each must be found",
        (2, 18, 19, 32),
        pytest("tests/simulation/test_canaries.py", "tests/simulation/test_stateful.py"),
        read_tests("tests"),
        600,
    ),
    Part(
        "kills",
        "SIGKILL of the real daemon (PC/SC, printer on a pseudo-terminal, center behind a bad line), then a stranger"
        " compares journal, books, paper and card",
        (2, 8, 10, 12, 16, 18, 19),
        ("{python}", "-m", "tests.kills", "KILLS=500", f"SEED={SEED}"),
        read_json("kills", "kills", "bad", "settlements", "voids", "days", "moments", "faults"),
        2_400,
        SEED,
        lane=CARD_SERVICE,
        smaller="kills/test_kills.py",
    ),
    _sweep(
        "power cuts",
        (1, 23),
        "power cut at each operation of a day, unsynced sectors kept by coin; one in three cut again as it recovers",
        # The seeds begin one operation apart: two of them meet each once.
        *("power", "--step", "2", "--again", "3"),
        seeds=2,
        limit=1_400,
    ),
    _sweep("disk errors", (4,), "an I/O error once, at every eighth operation", "error", "--step", "8"),
    _sweep(
        "broken disk", (4,), "an I/O error for good, from every eighth operation on", "error", "--sticky", "--step", "8"
    ),
    _sweep("no space", (3,), "a full disk, from every eighth operation on", "full", "--sticky", "--step", "8"),
    Part(
        "migrations",
        "journals of every older schema, cut and failing while they are brought up to date; half of them cut again",
        (30,),
        ("{python}", "-m", "tests.disk.migrations", "--seeds", "2", "--step", "24"),
        read_json("runs", "openings", "bad", "journals", "cut", "stopped", "again"),
        2_680,
        "0 to 1",
        smaller="disk/test_disk.py",
    ),
    Part(
        "canary migrations",
        "the same with migrations whose statements count one by one",
        (30,),
        ("{python}", "-m", "tests.disk.migrations", "--torn", "--step", "60"),
        read_spoilt("steps in pieces"),
        600,
        "0",
        smaller="disk/test_disk.py",
        statuses=(1,),
    ),
    _losing("canary NORMAL", 1, "the power cuts with synchronous=NORMAL, which must lose", "--normal", NORMAL_LOSES),
    _losing("canary lying disk", 5, "the power cuts on a disk that says it has synced and has not", "--lies", BETRAYED),
    Part(
        "full disk",
        "a real file system of 16 MiB, filled to the last byte",
        (3,),
        pytest("tests/disk/test_disk.py", "-k", "full_disk"),
        read_tests("days"),
        600,
        smaller="disk/test_disk.py",
    ),
    Part(
        "ends at every call",
        "the power goes before and after every call of a day to journal, center, card reader and printer",
        (2, 18, 23),
        pytest("tests/flows/test_flow_power.py"),
        read_tests("days", r"(local|online), repeats \w+: \d+ ends"),
        660,
    ),
    Part(
        "torn card",
        "card and PSAM pulled, and the program killed, at every command and write of a debit, and again in recovery",
        (12,),
        pytest("tests/flows/test_flow_torn.py"),
        read_tests("sweeps", r"torn debit: [^,;\n]+"),
        1_340,
    ),
    Part(
        "torn card on the card service",
        "the same on the real PC/SC service, where it hurts most",
        (12,),
        pytest("tests/daemon/test_daemon_purse.py", "tests/hw/test_purse_torn.py"),
        read_tests("tests", r"torn debit, real daemon on PC/SC: [^;\n]+"),
        1_380,
        lane=CARD_SERVICE,
    ),
    Part(
        "lost answers",
        "every fault of the line and of the center, in both modes, with and without recognised repeats",
        (18, 20, 21, 22),
        pytest(
            "tests/flows/test_flow_unknown.py",
            "tests/flows/test_flow_online.py",
            "tests/center",
            "tests/flows/test_flow_offline.py",
        ),
        read_tests("tests"),
        1_800,
    ),
    Part(
        "day end",
        "day end with open matters, differences, repairs, cancelling errors, and interrupted",
        (23, 24),
        pytest("tests/flows/test_flow_day.py", "tests/counter/test_counter_day.py", "tests/api/test_days.py"),
        read_tests("tests"),
        600,
    ),
    Part(
        "audit",
        "the journal forged, cut, swapped, rolled back: verified, replayed, and its archive checked by a program apart",
        (6, 7),
        pytest("tests/journal/test_journal_audit.py", "tests/audit"),
        read_tests("tests"),
        600,
    ),
    Part(
        "years and midnights",
        "business days, numbers and years across jumps of the clock, midnight and the year's end",
        (8, 9, 10),
        pytest("tests/journal/test_journal_numbering.py", "tests/settlement/test_year.py"),
        read_tests("tests"),
        600,
    ),
    Part(
        "packs",
        "packs, supplements and published files that are wrong",
        (11, 31),
        pytest(
            "tests/packs",
            "tests/counter/test_counter_downloads.py",
            "tests/center/test_center_seal.py",
            "tests/center/test_center_gate.py",
        ),
        read_tests("tests"),
        600,
    ),
    Part(
        "hot plug",
        "reader, card service and scanner vanish and come back under the real daemon",
        (14, 29),
        pytest("tests/daemon/test_daemon_hotplug.py", "tests/daemon/test_daemon_size.py"),
        read_tests("tests"),
        600,
        lane=CARD_SERVICE,
    ),
    Part(
        "card answers",
        "answers of a card, codes of a scanner: every status word, wrong lengths, silence, forged and repeated codes",
        (13, 15),
        pytest(
            "tests/hw/test_card_answers.py",
            "tests/hw/test_purse_codes.py",
            "tests/hw/test_scanner_serial.py",
            "tests/counter/test_counter_code.py",
        ),
        read_tests("tests"),
        600,
    ),
    Part(
        "printer",
        "no paper, open, off, stuck, noisy: on a pseudo-terminal, and in the print queue",
        (16, 17),
        pytest(
            "tests/hw/test_printer_status.py",
            "tests/hw/test_printer_serial.py",
            "tests/counter/test_counter_printing.py",
        ),
        read_tests("tests"),
        600,
    ),
    Part(
        "two at once",
        "two daemons on one journal, fifty that start at once, tills that ask at the same time, doubled requests",
        (25, 26, 32),
        pytest(
            "tests/journal/test_journal_race.py",
            "tests/daemon/test_daemon_life.py",
            "tests/daemon/test_daemon_copies.py",
            "tests/daemon/test_daemon_together.py",
            "tests/api/test_keys.py",
        ),
        read_tests("tests", r"\d+ races of \d+: 1 winner each"),
        1_280,
        environment={"RACES": "300"},
    ),
    Part(
        "API from its document",
        "everything that the OpenAPI document lets one think of, against a real terminal (schemathesis)",
        (27,),
        pytest(
            "tests/api/test_schemathesis.py",
            "tests/api/test_bounds.py",
            "tests/api/test_refusals.py",
            "tests/api/test_tokens.py",
        ),
        read_tests("tests"),
        920,
        environment={"SCHEMATHESIS_EXAMPLES": "10"},
    ),
    Part(
        "C core",
        "every bill of small worlds, random plans, edges; two compilers under sanitizers; every line and branch",
        (28,),
        pytest("tests/native/test_core.py"),
        read_tests("tests"),
        1_220,
    ),
    Part(
        "independent model",
        "random bills of every policy against a model written from the decrees with exact fractions",
        (28, 10),
        pytest("tests/settlement/test_reference_mass.py", "tests/settlement/test_reference.py"),
        read_tests("tests"),
        1_080,
    ),
    Part(
        "fuzz core",
        "coverage-guided fuzzing (libFuzzer, two sanitizers) of plan and bill against a model",
        (28,),
        ("sh", "-c", LIBFUZZER),
        read_fuzzer,
        600,
        SEED,
        smaller="native/test_core.py",
    ),
    _fuzz("social", (13,), "what a card answers"),
    _fuzz("purse", (13,), "what a purse and a PSAM answer"),
    _fuzz("scanner", (15,), "what a scanner sends"),
    _fuzz("printer", (17,), "what a printer answers"),
    _fuzz("bill", (27,), "bills from a till"),
    _fuzz("center", (21,), "answers of a center"),
    _mutation("core", 1, 100, 600, "the C core with one token changed: its own C tests must notice"),
    _mutation("money", 1, 100, 600, "the money module with one node changed: its tests must notice"),
    _mutation(
        "settlement", 32, 90, 1_700, "the same with the packages that settle: the tests that run the line must notice"
    ),
    _mutation("journal", 32, 90, 2_600, "the same with the packages of the journal and its audit", (2, 7)),
    _mutation("center", 32, 90, 3_600, "the same with the packages that speak to the center", (18, 21)),
)
