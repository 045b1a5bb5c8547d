"""How far a visit has come at the center is known after an end, and so is that it was being taken back."""

from __future__ import annotations

from pathlib import Path

import msgspec
from journal_parts import open_journal

from terminal.journal.visits import Visit


def test_a_visit_and_that_it_was_given_up_are_there_after_a_restart(tmp_path: Path) -> None:
    """Billed, then about to be taken back: found so by the next process, until it is dropped."""
    visit = Visit("V202106300000000001", "billed")
    with open_journal(tmp_path) as journal:
        journal.keep_visit("T120210630000001", visit)
    with open_journal(tmp_path) as journal:
        assert journal.visit_of("T120210630000001") == visit
        journal.keep_visit("T120210630000001", msgspec.structs.replace(visit, given_up=True, doubted=True))
    with open_journal(tmp_path) as journal:
        assert journal.visit_of("T120210630000001") == Visit(visit.number, "billed", given_up=True, doubted=True)
        journal.drop_visit("T120210630000001", "V202106300000000002")
        assert journal.visit_of("T120210630000001") is not None, "another visit was taken back"
        journal.drop_visit("T120210630000001", visit.number)
        assert journal.visit_of("T120210630000001") is None
