"""One call in a process of its own: what it answers, how long it took, how much memory it held.

Started by ``harness.apart``. Peak memory is read from the operating system, which costs nothing while
the call runs; a tracing allocator would slow the build several times.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path

from reeplan.child_processes import end_with_starter

_STATUS = Path("/proc/self/status")
_started: dict[str, float] = {}


def peak_mb() -> float:
    """The most memory this process has held so far, MB.

    Linux keeps it per program in VmHWM; ``ru_maxrss`` there still contains what the parent process
    held when it started this one, and serves only where there is no VmHWM.
    """
    if _STATUS.exists():
        line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM"))
        return float(line.split()[1]) / 1024
    import resource

    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def mark() -> None:
    """What is measured begins here: preparation before it counts neither as seconds nor as a rise."""
    _started["mb"] = peak_mb()
    _started["at"] = time.perf_counter()


def main() -> None:
    """Import ``module:function``, call it with the JSON arguments, print its answer as JSON."""
    end_with_starter()
    module, _, name = sys.argv[1].partition(":")
    function = getattr(importlib.import_module(module), name)
    mark()
    answer = function(**json.loads(sys.argv[2]))
    seconds = time.perf_counter() - _started["at"]
    print(json.dumps({**answer, "seconds": seconds, "start_mb": _started["mb"], "peak_mb": peak_mb()}))


if __name__ == "__main__":
    # Run by its own name too: ``mark`` must act on the module that other modules import.
    from benchmarks import memory

    memory.main()
