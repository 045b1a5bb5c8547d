"""The first use of a type by msgspec, brought forward to where there is one thread.

msgspec learns a type when it is first read into, and holds what it knows so far where every thread finds it. A second
thread that comes with the same type meanwhile reads what is not there yet, and the process ends with a segmentation
fault: a doctor's visit during the first sale of the day was enough.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct

_learned: set[type[Struct]] = set()


def learn_types() -> None:
    """Have msgspec learn every type that is loaded. To be called before threads are started that read; a second call
    costs next to nothing, the first about 40 ms.
    """
    for one in _below(Struct):
        if one not in _learned:
            _learned.add(one)
            _learn(one)


def _learn(one: type[Struct]) -> None:
    try:
        msgspec.json.Decoder(one)
    except TypeError:
        # It holds what no text can say, such as an exception: it is only ever made, and never read.
        return


def _below(base: type[Struct]) -> Iterator[type[Struct]]:
    for one in base.__subclasses__():
        yield one
        yield from _below(one)
