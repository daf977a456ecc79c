"""The library: what the command line does, for other programs. It says nothing and returns results.

``load_tables`` reads a case, ``solve`` writes a run folder (of a study, where the request names its command), and
``verify``, ``report`` and ``compare`` work on run folders. What cannot be done as asked raises UserInputError.
"""

from __future__ import annotations

from reeplan.api.comparing import ComparisonError, compare
from reeplan.api.display import Display
from reeplan.api.endings import BrokenOffError, EndedError, NoPlanError, StoppedError
from reeplan.api.reporting import Redrawn, report
from reeplan.api.request import Extras, Request
from reeplan.api.solved_run import SolvedRun
from reeplan.api.solving import solve
from reeplan.api.verifying import verify
from reeplan.inputs.errors import UserInputError
from reeplan.inputs.load import load_tables

__all__ = [
    "BrokenOffError",
    "ComparisonError",
    "Display",
    "EndedError",
    "Extras",
    "NoPlanError",
    "Redrawn",
    "Request",
    "SolvedRun",
    "StoppedError",
    "UserInputError",
    "compare",
    "load_tables",
    "report",
    "solve",
    "verify",
]
