"""What CFFI builds from settle.h. Foreign objects have no static type; settlement/core.py is their only door."""

from typing import Any

ffi: Any
lib: Any
