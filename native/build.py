"""Builds the C core with CFFI in API mode: the declarations are read from settle.h itself, so they cannot differ."""

from __future__ import annotations

import re
from pathlib import Path

from cffi import FFI

HERE = Path(__file__).resolve().parent

WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"]
"""The core itself is held to these; the wrapper that CFFI writes is not ours and is compiled apart from it."""


def declarations() -> str:
    """settle.h as CFFI wants it: no comments, no include guards, array bounds as plain numbers."""
    text = (HERE / "settle.h").read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    bounds = dict(re.findall(r"^#define (SETTLE_\w+) (\d+)\s*$", text, flags=re.MULTILINE))
    body = re.sub(r"^#(?!define SETTLE_\w+ \d+\s*$).*$", "", text, flags=re.MULTILINE)
    return re.sub(r"\[(SETTLE_\w+)\]", lambda match: f"[{bounds[match.group(1)]}]", body)


builder = FFI()
builder.cdef(declarations())
builder.set_source(
    "native._settle",
    '#include "settle.h"',
    sources=["native/settle.c"],
    include_dirs=[str(HERE)],
    depends=[str(path.relative_to(HERE.parent)) for path in sorted(HERE.glob("*.h"))],
    extra_compile_args=["-O3", "-std=gnu11", "-Wno-unused-function"],
)

if __name__ == "__main__":
    builder.compile(verbose=True)
