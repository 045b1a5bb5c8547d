"""A journal as an engineer sees it: how much of what, what is stuck, and nobody's name."""

from __future__ import annotations

import json
from pathlib import Path

from journal_parts import DAY, MORNING, TERMINAL, message_of, open_journal, settle, void

from terminal.journal.sketch import people_in, sketch_of


def test_a_sketch_counts_what_is_done_and_lists_what_is_not(tmp_path: Path) -> None:
    """Three sales, one refused and one taken back; a frozen day; its words for people are told apart."""
    with open_journal(tmp_path) as journal:
        first, second, third = settle(journal), settle(journal, person_number="P2"), settle(journal)
        journal.mark_accepted(message_of(journal, first), b"yes", {}, MORNING)
        refused = message_of(journal, second)
        journal.mark_refused(refused, b"no", "balance", MORNING)
        back = void(journal, first)
        (job, *_) = journal.print_queue()
        journal.mark_printed(job.id)
        journal.freeze(DAY, MORNING)
        journal.keep_run(DAY, b"report", MORNING)
        sketch = sketch_of(journal._connection, TERMINAL)
        people = people_in(journal._connection)
    assert (sketch["newest_entry"], sketch["head"]) == (8, journal_head(tmp_path))
    assert sketch["counts"] == {
        "entries": {"settlement": 3, "accepted": 1, "refused": 1, "void": 1, "day-frozen": 1, "day-run": 1},
        "settlements": {"committed": 3, "voided": 1},
        "uploads": {"settle accepted": 1, "settle refused": 1, "settle queued": 1, "void queued": 1},
        "prints": {"printed": 1, "queued": 3},
        "goods": {},
        "days": {"frozen": 1},
    }
    assert sketch["newest_days"] == [{"day": "2021-06-30", "state": "frozen", "runs": 1}]
    stuck = [(one["message_id"], one["state"], one["reason"]) for one in sketch["open_uploads"]]
    assert (stuck[0], [state for _, state, _ in stuck]) == (
        (refused, "refused", "balance"),
        ["refused", *["queued"] * 2],
    )
    assert [one["settlement_id"] for one in sketch["open_uploads"]] == [second.id, third.id, back.id]
    assert [one["subject"] for one in sketch["open_prints"]] == [second.id, third.id, back.id]
    assert people == {"P1", "P2", "某人"}
    told = json.dumps(sketch, ensure_ascii=False)
    assert not [word for word in (*people, '"total"', '"cash"') if word in told]


def test_of_a_long_list_the_newest_days_and_what_is_stuck_longest_are_told(tmp_path: Path) -> None:
    """501 days with one print each that never came: 500 of each, without the oldest day and the newest print."""
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 501)"
    with open_journal(tmp_path) as journal:
        journal._connection.execute(
            f"INSERT INTO days (day, state) {many} SELECT date('2020-01-01', i || ' days'), 'frozen' FROM n"
        )
        for number in range(1, 502):
            journal.queue_print("day", str(number), MORNING)
        sketch = sketch_of(journal._connection, TERMINAL)
    days, prints = sketch["newest_days"], sketch["open_prints"]
    assert (len(days), days[0]["day"], days[-1]["day"]) == (500, "2021-05-16", "2020-01-03")
    assert [one["subject"] for one in prints] == [str(number) for number in range(1, 501)]
    assert sketch["counts"]["prints"] == {"queued": 501}


def journal_head(folder: Path) -> str:
    """The hash of the newest entry."""
    with open_journal(folder) as journal:
        return journal.head()
