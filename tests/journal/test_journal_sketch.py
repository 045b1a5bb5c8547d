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


def journal_head(folder: Path) -> str:
    """The hash of the newest entry."""
    with open_journal(folder) as journal:
        return journal.head()
