"""An independent model of the decrees, in exact whole numbers, to hold the C core against.

It is written from the decree and knows nothing of packs, plans or the core. It promises the public JSON form
of a settlement, or a `ReferenceRefusal` that names what is missing or wrong.
"""

from tests.reference.amounts import ReferenceRefusal
from tests.reference.settle import reference_settle

__all__ = ["ReferenceRefusal", "reference_settle"]
