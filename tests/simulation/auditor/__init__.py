"""The auditor: judges a simulated shop from outside, by the invariants and the decrees, with no code of what it judges.

It reads the journal's file with plain SQLite, the bytes on the printer's tape, the center's books, and what the till
was told; it works every settlement out again by the reference model of the decrees.
"""

from tests.simulation.auditor.advances import Allowed
from tests.simulation.auditor.auditor import Auditor
from tests.simulation.auditor.findings import Disagreement

__all__ = ["Allowed", "Auditor", "Disagreement"]
