"""Exit codes, the same for every command."""

from __future__ import annotations

DONE = 0
DOES_NOT_HOLD = 1
BAD_INPUT = 2
INFEASIBLE = 3
STOPPED_AT_LIMIT = 4
INTERRUPTED = 130
