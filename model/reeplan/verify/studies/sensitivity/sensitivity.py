"""The tables of a sensitivity study: all that they say, worked out anew from its futures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reeplan.verify.studies.reading import study_of
from reeplan.verify.studies.sensitivity.all_at_once import check_indices, check_screening
from reeplan.verify.studies.sensitivity.future_draws import TABLE, check_draws, read_draws
from reeplan.verify.studies.sensitivity.how_sure import Bands
from reeplan.verify.studies.sensitivity.one_at_a_time import check_tornado
from reeplan.verify.studies.sensitivity.spreads import check_spreads
from reeplan.verify.studies.sensitivity.varied_ranges import check_drawn, check_ranges

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from reeplan.verify.core.case import Checked
    from reeplan.verify.core.verdict import Ledger

__all__ = ["TABLE", "check_sensitivity"]


def check_sensitivity(
    run: Path, manifest: dict[str, Any] | None, front: pd.DataFrame, case: Checked, ledger: Ledger
) -> None:
    """All tables of ``reeplan sensitivity``."""
    stated = study_of(manifest, "sensitivity").get("target")
    target = float(stated if isinstance(stated, (int, float)) else case.inputs.settings.get("resilience_target", 0.0))
    varied = check_ranges(run, case.inputs, ledger)
    draws = read_draws(run, target, case.inputs, ledger)
    bands = Bands(draws)
    check_draws(draws, front, case.inputs.gap, case.inputs, ledger)
    check_drawn(draws, varied, ledger)
    check_tornado(run, draws, varied, bands, ledger)
    check_screening(run, draws, bands, ledger)
    check_indices(run, draws, bands, ledger)
    check_spreads(run, draws, bands, case.inputs, ledger)
