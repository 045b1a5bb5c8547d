"""`make proof`: every technique in less than half an hour on two cores, and PROOF.md written from what it found.

The parts are data (`parts.py`): what is run, how its figures are read, which failure modes (`modes.py`) it is evidence
for. Nothing in PROOF.md is typed by anybody: a figure that was not measured in this run does not stand there.
"""
