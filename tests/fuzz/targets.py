"""Every target of the fuzzers, by name."""

from __future__ import annotations

import device_targets
import terminal_targets

TARGETS = device_targets.TARGETS | terminal_targets.TARGETS
