"""A run folder from end to end: every table read, every rule recomputed, for every plan."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

import pandas as pd

from reeplan.outputs.spec.alternatives import NEAR_OPTIMAL
from reeplan.outputs.spec.cooperation import COALITIONS
from reeplan.outputs.spec.plans import EXCHANGEABLE, FRONT
from reeplan.outputs.spec.sensitivity import FUTURES
from reeplan.outputs.spec.uncertainty import VALUE_OF_KNOWING
from reeplan.verify.core import shortage
from reeplan.verify.core.case import Checked
from reeplan.verify.core.costs import check_costs, expected_costs
from reeplan.verify.core.exchange import check_exchange
from reeplan.verify.core.files import UnreadableError, read_table
from reeplan.verify.core.folder import check_folder
from reeplan.verify.core.frames import total
from reeplan.verify.core.front import Recomputed, check_exchangeable, check_front, check_row
from reeplan.verify.core.inputs import read_inputs
from reeplan.verify.core.investment import check_investment
from reeplan.verify.core.levels import check_levels
from reeplan.verify.core.manifest import (
    check_fingerprints,
    check_points,
    check_settings,
    check_whole,
    fingerprint,
    notes_on_sources,
    read_manifest,
)
from reeplan.verify.core.metrics import check_metrics
from reeplan.verify.core.operation import check_operation
from reeplan.verify.core.plan import Plan, read_plan
from reeplan.verify.core.prices import check_prices
from reeplan.verify.core.shortage import check_shortage
from reeplan.verify.core.storage import check_storage
from reeplan.verify.core.trade import check_trade
from reeplan.verify.core.verdict import Ledger, Rule, Verdict
from reeplan.verify.core.vocabulary import BASE, SERVED
from reeplan.verify.not_recomputed import files_of
from reeplan.verify.studies.alternatives.near_optimal import check_alternatives
from reeplan.verify.studies.cooperation.cooperation import check_cooperation
from reeplan.verify.studies.repeated import check_repeated
from reeplan.verify.studies.sensitivity.sensitivity import check_sensitivity
from reeplan.verify.studies.uncertainty.uncertainty import check_futures

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from reeplan.outputs.spec import Output
    from reeplan.verify.core.inputs import Inputs

T = TypeVar("T")
StudyCheck: TypeAlias = "Callable[[Path, dict[str, Any] | None, pd.DataFrame, Checked, Ledger], None]"
TOPICS: dict[str, Callable[[Plan, Ledger], None]] = {
    "investment": check_investment,
    "operation": check_operation,
    "trade": check_trade,
    "storage": check_storage,
    "shortage": check_shortage,
    "costs": check_costs,
    "prices": check_prices,
}


class StudyTables(NamedTuple):
    """A table that tells that a run is of a study, what to call the study's tables, and their check.

    ``repeated``: the manifest repeats rows of them as they stand there.
    """

    table: Output
    what: str
    check: StudyCheck
    repeated: bool = True


STUDIES = {
    "cooperate": StudyTables(COALITIONS, "the tables about cooperation", check_cooperation, repeated=False),
    "alternatives": StudyTables(NEAR_OPTIMAL, "the tables about near-optimal plans", check_alternatives),
    "futures": StudyTables(VALUE_OF_KNOWING, "the tables about an uncertain future", check_futures),
    "sensitivity": StudyTables(FUTURES, "the tables about sensitivity", check_sensitivity),
}
"""The check of every study by its command."""
FOLDERS = Rule("plan_folders", "every plan of front.csv, and no other, has its folder")
CHECKABLE = Rule("checkable", "the tables contradict the case so much that this check could not be made")
INFEASIBLE = "infeasible"
"""The status of a run that found that no plan exists."""
NO_PLANS = Rule("no_plan", "a run of a case without a plan holds infeasible.md, and no plans")
NOT_EMPTY = Rule("front_not_empty", "the front must have at least one plan")


def verify_folder(run: Path) -> Verdict:
    """The results of a run folder, and every file in it: that it is the one written, and what it was made from."""
    verdict = verify_run(run)
    check_folder(run, Ledger(verdict))
    return verdict


def verify_run(run: Path) -> Verdict:
    """Recompute the results in a run folder from its tables; nothing is solved, nothing is written."""
    verdict = Verdict(sha256={"results": fingerprint(run / "manifest.json") or ""}, files=files_of(run))
    ledger = Ledger(verdict)
    try:
        manifest = read_manifest(run, ledger)
        check_whole(manifest, ledger)
        check_fingerprints(manifest, run, ledger)
        verdict.notes += notes_on_sources(manifest)
    except UnreadableError:
        manifest = None
    inputs = _made(lambda: read_inputs(run / "inputs", ledger), "the inputs", ledger)
    if inputs is None:
        return verdict
    if manifest is not None:
        check_settings(manifest, inputs, ledger)
        if manifest.get("status") == INFEASIBLE:
            _check_no_plan(run, manifest, ledger)
            return verdict
    served = [f"{SERVED}{partner}" for partner in inputs.wacc]
    front = _made(lambda: read_table(run, FRONT, ledger, served), "front.csv", ledger)
    if front is None:
        return verdict
    case = Checked(inputs)
    _check_whole(run, manifest, front, case, ledger)
    versions = (manifest or {}).get("versions")
    version = str(versions.get("reeplan")) if isinstance(versions, dict) else None
    decided = []
    for _, row in front.iterrows():
        plan = _check_plan(run, case, row, version, Ledger(verdict, str(row["point"])))
        if plan is not None:
            decided.append(total(plan["builds"], ["asset"], ["modules"]).assign(point=row["point"]))
    if decided:
        _made(lambda: _check_exchangeable(run, case, pd.concat(decided), ledger), EXCHANGEABLE.file, ledger)
    for command, study in STUDIES.items():
        if (run / study.table.file).exists() or command in (manifest or {}):
            _made(partial(study.check, run, manifest, front, case, ledger), study.what, ledger)
            if study.repeated:
                repeated = partial(check_repeated, run, manifest, command, ledger)
                _made(repeated, f"what the manifest says of {command}", ledger)
    return verdict


def _check_no_plan(run: Path, manifest: dict[str, Any], ledger: Ledger) -> None:
    """A run of a case without a plan says why, and has no plans."""
    there = [name for name in ("front.csv", "plans") if (run / name).exists()]
    if manifest["points"] or there:
        ledger.on("manifest.json").broken(NO_PLANS, "status", "no plans", ", ".join(there) or "points")
    on = ledger.on("infeasible.md")
    if not (run / "infeasible.md").is_file():
        on.broken(NO_PLANS, found="no such file")
    on.held(NO_PLANS)


def _check_whole(
    run: Path, manifest: dict[str, Any] | None, front: pd.DataFrame, case: Checked, ledger: Ledger
) -> None:
    """The front, the manifest and the folders agree."""
    if front.empty:
        ledger.on(FRONT).broken(NOT_EMPTY, expected="a plan", found="none")
        return
    folders = {path.name for path in (run / "plans").iterdir()} if (run / "plans").is_dir() else set()
    for name in sorted(folders ^ set(front["point"])):
        ledger.on(f"plans/{name}").broken(FOLDERS, expected="front.csv and plans/ name the same plans", found=name)
    ledger.on(FRONT).held(FOLDERS, len(front))
    _made(lambda: check_front(front, ledger), "front.csv", ledger)
    if manifest is not None:
        _made(lambda: check_points(manifest, front, ledger), "manifest.json", ledger)
        _made(lambda: check_levels(manifest, front, case, ledger), "the levels of manifest.json", ledger)


def _check_exchangeable(run: Path, case: Checked, decided: pd.DataFrame, ledger: Ledger) -> None:
    assets = case.inputs.assets.set_index("asset")
    check_exchangeable(read_table(run, EXCHANGEABLE, ledger), decided, assets["module_musd"], ledger)


def _check_plan(run: Path, case: Checked, row: pd.Series[float], version: str | None, ledger: Ledger) -> Plan | None:
    plan = _made(lambda: read_plan(run / "plans" / ledger.point, case, ledger), "the plan's tables", ledger)
    if plan is not None:
        check_plan(plan, row, ledger)
        folder = run / "plans" / ledger.point
        _made(lambda: check_exchange(plan, folder, ledger, version), "the exchange format", ledger)
    return plan


def check_plan(plan: Plan, row: pd.Series[float], ledger: Ledger) -> None:
    """One plan and its row of the front: each topic in turn; one that breaks down does not hide the others."""
    for name, check in TOPICS.items():
        _made(partial(check, plan, ledger), name, ledger)
    _made(lambda: _check_as_a_whole(plan, row, plan.case.inputs, ledger), "metrics and front", ledger)


def _check_as_a_whole(plan: Plan, row: pd.Series[float], inputs: Inputs, ledger: Ledger) -> None:
    """Metrics, and the plan's row of the front."""
    by_value, by_tonnes = shortage.value_shares(plan), shortage.tonne_shares(plan)
    check_metrics(plan, ledger, by_value, by_tonnes)
    due = expected_costs(plan).merge(inputs.periods[["window", "year", "weight", "discount"]], on=["window", "year"])
    weight = due["discount"].where(due["part"].isin(["annuities", "fixed"]), due["weight"])
    unmet = plan["shortage"]
    sums = plan["costs"].groupby("part")["expected_musd"].sum()
    asked = by_value[by_value["window"].isin(inputs.asked)]
    served = {
        partner: float(asked.loc[asked["partner"] == partner, "share"].min()) if len(asked) else 1.0
        for partner in inputs.wacc
    }
    found = Recomputed(
        parts={str(part): float(value) for part, value in sums.items()},
        due_musd=float((due["due"] * weight).sum()),
        size_musd=float((due["size"] * weight).sum()),
        resilience=shortage.resilience(inputs, by_value, by_tonnes),
        capital_musd=float(plan["builds"]["capex_musd"].sum()),
        modules=float(plan["builds"]["modules"].sum()),
        base_unmet_t=float(unmet.loc[unmet["window"] == BASE, "unmet_t"].sum()),
        served=served,
        least=shortage.least_served(inputs, by_value, by_tonnes),
        to_all=shortage.served_to_all(plan),
        by_tonnes=by_tonnes,
    )
    check_row(row, plan, found, ledger)


def _made(work: Callable[[], T], what: str, ledger: Ledger) -> T | None:
    """The outcome of a check, or None where it could not be made; that it could not is a failure too."""
    try:
        return work()
    except UnreadableError:
        return None
    except Exception as error:  # whatever is in a damaged folder must end as a failure in plain words
        ledger.on(what).broken(CHECKABLE, found=f"{type(error).__name__}: {error}")
        return None
