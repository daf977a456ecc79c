"""What is built in which run: in the plans that stand for them, and in how many plans of each front."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from reeplan.outputs.run import STAGES
from reeplan.outputs.spec.comparison import BUILDS
from reeplan.tolerances import SLIGHT
from reeplan.words import display_name, join_and, musd

if TYPE_CHECKING:
    from collections.abc import Hashable

    from reeplan.outputs.spec.output import Row
    from reeplan.present.compare.runs import ComparedRun, Comparison


def builds(comparison: Comparison) -> pd.DataFrame:
    """``builds.csv``: a row for each asset that any plan of any run builds, and each run.

    ``modules`` … ``paid_by`` are those of the run's chosen plan (nothing: 0); the last two columns count the
    plans of its front. For room in a stockpile ``t_per_year`` is tonnes of room.
    """
    every = {given.letter: _of_run(given) for given in comparison.runs}
    known: dict[str, dict[Hashable, object]] = {}
    for given in comparison.runs:
        for asset, row in given.run.assets.iterrows():
            known.setdefault(str(asset), row.to_dict())
    names = {str(name) for table in every.values() for name in table["asset"]}
    rows = []
    for asset in sorted(names, key=lambda name: _place(known.get(name, {}), name)):
        facts = known.get(asset, {})
        rows += [
            _row(asset, facts, given, comparison.chosen[given.letter], every[given.letter]) for given in comparison.runs
        ]
    return BUILDS.frame(rows)


def differs(rows: pd.DataFrame) -> bool:
    """Whether the runs differ in an asset, in their chosen plans or in how many plans of the front build it."""
    sizes = rows[["modules", "t_per_year"]]
    spread = (sizes.max() - sizes.min()) > SLIGHT * sizes.max().clip(lower=1.0)
    shares = rows["plans_that_build_it"] / rows["plans"]
    return bool(spread.any()) or bool(shares.max() - shares.min() > SLIGHT)


def in_words(modules: float, tonnes: float, asset_stage: str) -> str:
    """How much is built: modules and tonnes a year, or tonnes of room."""
    if tonnes <= SLIGHT and modules <= SLIGHT:
        return "–"
    if asset_stage == "stockpile":
        return f"room for {tonnes:,.0f} t"
    counted = f"{modules:.3g} × " if asset_stage != "venture" and abs(modules - 1) > SLIGHT and modules > SLIGHT else ""
    each = tonnes / modules if counted else tonnes
    return f"{counted}{each:,.0f} t/yr"


def _of_run(given: ComparedRun) -> pd.DataFrame:
    """What every plan of a run builds, partners' parts and years as they are."""
    tables = [given.run.plan(point, "builds").assign(point=point) for point in given.run.points]
    return pd.concat(tables, ignore_index=True)


def _place(facts: dict[Hashable, object], name: str) -> tuple[int, str]:
    """Along the chain from mine to stockpile."""
    stage = facts.get("stage")
    return (STAGES.index(str(stage)) if stage in STAGES else len(STAGES), name)


def _row(asset: str, facts: dict[Hashable, object], given: ComparedRun, point: str, every: pd.DataFrame) -> Row:
    mine = every[every["asset"] == asset]
    here = mine[mine["point"] == point]
    paid = here.groupby("partner", sort=False)["capex_musd"].sum()
    payers = [f"{display_name(str(who))} {musd(float(money))} MUSD" for who, money in paid.items()]
    return {
        "asset": asset,
        "stage": facts.get("stage", ""),
        "region": facts.get("region", ""),
        "run": given.heading,
        "plan": point,
        "modules": float(here["modules"].sum()),
        "t_per_year": float(here["t_per_year"].sum()),
        "capital_musd": float(here["capex_musd"].sum()),
        "first_decided": here["decided"].min(),
        "first_running": here["running"].min(),
        "paid_by": join_and(payers) if payers else "",
        "plans_that_build_it": int(mine["point"][(mine["t_per_year"] > SLIGHT) | (mine["modules"] > SLIGHT)].nunique()),
        "plans": len(given.front),
    }
