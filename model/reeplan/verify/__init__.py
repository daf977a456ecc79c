"""An independent check of a finished run: every number recomputed from the run folder's files alone.

Nothing here comes from the optimiser. The rules are those of ``docs/FORMULATION.md``, written once
more as sums over tables.
"""

from __future__ import annotations

from reeplan.verify.core.verdict import Failure, Verdict
from reeplan.verify.not_recomputed import not_recomputed
from reeplan.verify.run import verify_folder, verify_run

__all__ = ["Failure", "Verdict", "not_recomputed", "verify_folder", "verify_run"]
