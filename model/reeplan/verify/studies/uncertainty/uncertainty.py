"""The tables of a study of an uncertain future: the value of knowing, regret, and the price of less risk."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from reeplan.verify.core.scenarios import outlooks
from reeplan.verify.studies.reading import options_of, study_of
from reeplan.verify.studies.uncertainty.regret import check_regret
from reeplan.verify.studies.uncertainty.risk import check_risk
from reeplan.verify.studies.uncertainty.value_of_information import check_knowing

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from reeplan.verify.core.case import Checked
    from reeplan.verify.core.verdict import Ledger


def check_futures(
    run: Path, manifest: dict[str, Any] | None, front: pd.DataFrame, case: Checked, ledger: Ledger
) -> None:
    """All tables of ``reeplan futures``."""
    inputs, options = case.inputs, options_of(manifest)
    stated = study_of(manifest, "futures").get("target")
    target = float(stated) if isinstance(stated, (int, float)) else 0.0
    seen = outlooks(run, [str(point) for point in front["point"]], case)
    others = [PurePath(str(one)).name for one in options["future"] or []] if "future" in options else None
    levels = [float(one) for one in options["cvar_level"] or []] if "cvar_level" in options else None
    knowing = check_knowing(run, target, front, inputs, ledger)
    check_regret(run, others, front, seen, knowing, inputs, ledger)
    check_risk(run, levels, front, seen, knowing.least_expected, inputs, ledger)
