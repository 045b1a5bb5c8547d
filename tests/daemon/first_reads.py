"""A process of its own: four threads read into every type of the terminal for the first time, at the same moment.

`python -m tests.daemon.first_reads learned|untaught`; ends with 0, or by the signal of a crash.
"""

from __future__ import annotations

import contextlib
import sys
import threading

import msgspec

from terminal import daemon, first_use

THREADS = 4


def main(how: str) -> int:
    """learned: as the terminal starts; untaught: as it started before."""
    assert daemon.run
    types = [one for one in first_use._below(msgspec.Struct) if one.__module__.startswith(("terminal.", "hw."))]
    told = {one: msgspec.json.encode(dict.fromkeys(one.__struct_encode_fields__)) for one in types}
    if how == "learned":
        first_use.learn_types()
    sys.setswitchinterval(1e-6)
    abreast = threading.Barrier(THREADS)

    def read() -> None:
        for one in types:
            abreast.wait()
            with contextlib.suppress(msgspec.ValidationError, TypeError):
                msgspec.json.decode(told[one], type=one)

    threads = [threading.Thread(target=read) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(len(types))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
