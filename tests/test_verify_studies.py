"""The check of the tables of ``alternatives``, ``sensitivity`` and ``futures``: sound runs hold, and false ones do not.

What cannot be told from the files of a run, and why (the fingerprints in ``manifest.json`` hold it, which these tests
leave out):

- ``near_optimal.csv``: what is proven of plans that were not found, as long as it contradicts none that was.
- ``futures.csv``: costs of a future that no other table takes up; when an asset is first decided there.
- ``screening.csv``, ``indices.csv``: the widths of intervals of indices, which come from random resamples.
- ``knowing_by_scenario.csv``: what the plans for a single scenario serve.
- ``regret_of_plans.csv``: what a plan costs and serves in a future with other numbers, beyond its bounds.
- ``risk_front.csv``: what each plan loses in each of more than two disruptions.
"""

from __future__ import annotations

import contextlib
import math
import shutil
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from reeplan.outputs.spec.plans import FRONT
from reeplan.verify import Verdict, verify_run
from reeplan.verify.core.case import Checked
from reeplan.verify.core.files import UnreadableError, read_table
from reeplan.verify.core.inputs import read_inputs
from reeplan.verify.core.manifest import read_manifest
from reeplan.verify.core.scenarios import Outlook, mean_of_worst, outlooks
from reeplan.verify.core.verdict import Ledger
from reeplan.verify.core.vocabulary import SERVED
from reeplan.verify.run import STUDIES
from reeplan.verify.studies.alternatives.quantities import common_step
from reeplan.verify.studies.repeated import check_repeated
from reeplan.verify.studies.sensitivity.varied_ranges import Varied, amount
from solved import run_command
from studies_support import TO_VERIFY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from reeplan.verify import Failure


@pytest.fixture(scope="module")
def runs(run_to_verify: Callable[[str], Path]) -> dict[str, Path]:
    """A run of each study of the small case without figures; not to be changed."""
    return {name: run_to_verify(name) for name in TO_VERIFY}


@dataclass(frozen=True)
class Study:
    """A run whose study tables are checked again and again: what they are checked against is read once."""

    run: Path
    command: str
    front: pd.DataFrame
    case: Checked

    @classmethod
    def of(cls, run: Path, command: str) -> Study:
        inputs = read_inputs(run / "inputs", Ledger(Verdict()))
        front = read_table(run, FRONT, Ledger(Verdict()), [f"{SERVED}{one}" for one in inputs.wacc])
        return cls(run, command, front, Checked(inputs))

    def failures(self) -> list[Failure]:
        ledger = Ledger(Verdict())
        with contextlib.suppress(UnreadableError):
            STUDIES[self.command].check(self.run, read_manifest(self.run, ledger), self.front, self.case, ledger)
        return ledger.verdict.failures


WORKED_OUT: dict[Path, dict[str, Outlook]] = {}


def seen(run: Path, points: list[str], case: Checked) -> dict[str, Outlook]:
    """What each plan of a front costs scenario by scenario."""
    if run not in WORKED_OUT:
        WORKED_OUT[run] = outlooks(run, points, case)
    return WORKED_OUT[run]


@pytest.fixture(scope="module")
def studies(runs: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Study]:
    """A copy of each run, of which each test changes a table and puts it back."""
    place = tmp_path_factory.mktemp("changed")
    return {
        name: Study.of(shutil.copytree(run, place / name), "futures" if name == "insured" else name)
        for name, run in runs.items()
    }


@pytest.fixture
def change(studies: dict[str, Study], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., list[Failure]]]:
    """Changes a table of a study and gives what the check says; afterwards all is as before.

    The plans of the front stay, so what they cost scenario by scenario is worked out once.
    """
    monkeypatch.setattr("reeplan.verify.studies.uncertainty.uncertainty.outlooks", seen)
    kept: dict[Path, bytes] = {}

    def changed(
        name: str, table: str, edit: Callable[[pd.DataFrame], pd.DataFrame], *, last: bool = True
    ) -> list[Failure]:
        path = studies[name].run / table
        kept.setdefault(path, path.read_bytes())
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        edited = edit(frame.copy())
        assert not edited.equals(frame)
        edited.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")
        return studies[name].failures() if last else []

    yield changed
    for path, content in kept.items():
        path.write_bytes(content)


def row_of(frame: pd.DataFrame, **where: str) -> int:
    """The first row in which all of it stands."""
    right = np.ones(len(frame), dtype=bool)
    for column, value in where.items():
        right &= (frame[column] == value).to_numpy()
    assert right.any(), f"no row with {where}"
    return int(np.flatnonzero(right)[0])


def put(value: Any) -> Callable[[str], str]:
    return lambda cell: str(value)


def times(factor: float) -> Callable[[str], str]:
    return lambda cell: f"{float(cell) * factor:.12g}"


def moved_on(position: str) -> str:
    return str((float(position) + 0.4) % 1)


def plus(amount: float) -> Callable[[str], str]:
    return lambda cell: f"{float(cell) + amount:.12g}"


BEGINS = {"alternatives": "near_optimal", "sensitivity": "future", "futures": "regret", "insured": "regret"}
"""How names of rules begin of which a run must have many statements."""


@pytest.mark.parametrize("name", TO_VERIFY)
def test_sound_runs_hold(runs: dict[str, Path], name: str) -> None:
    verdict = verify_run(runs[name])
    assert verdict.holds, "\n".join(failure.message for failure in verdict.failures)
    assert max(verdict.worst.values()) < 1e-8
    if name in BEGINS:
        assert sum(count for rule, count in verdict.checked.items() if rule.startswith(BEGINS[name])) > 20


# ---- one change, and the rule that it breaks -----------------------------------------------------------

Case = tuple[str, str, dict[str, str], str, Any]
"""The rule that is broken; the table, the first row in which all of it stands, the column; what is done to the cell."""

ALTERNATIVES: list[Case] = [
    ("near_optimal_slacks", "near_optimal.csv", {"name": "A", "kind": "country"}, "slack_share", times(1.01)),
    ("near_optimal_least", "near_optimal.csv", {"name": "works"}, "least", times(1.01)),
    ("near_optimal_most", "near_optimal.csv", {"name": "works"}, "most", times(0.99)),
    ("near_optimal_bounds", "near_optimal.csv", {"name": "works"}, "most_bound", times(0.99)),
    ("near_optimal_bounds", "near_optimal.csv", {"name": "works"}, "least_bound", times(1.01)),
    ("near_optimal_in_cheapest", "near_optimal.csv", {"name": "works"}, "in_cheapest", put(160)),
    ("near_optimal_unit", "near_optimal.csv", {"name": "works"}, "unit", put("t")),
    ("near_optimal_class", "near_optimal.csv", {"name": "works"}, "class", put("real choice")),
    ("must_have_everywhere", "near_optimal.csv", {"name": "port/Nd"}, "class", put("must-have")),
    ("must_avoid_nowhere", "near_optimal.csv", {"name": "port/Nd"}, "class", put("must-avoid")),
    ("near_optimal_status", "near_optimal.csv", {"name": "works"}, "status", put("less may be possible")),
    ("near_optimal_listed", "near_optimal.csv", {"name": "works"}, "name", put("mill")),
    ("near_optimal_plan_same", "near_optimal_plans.csv", {"plan": "n2", "kind": "route"}, "cost_musd", times(1.01)),
    ("near_optimal_plan_cost", "near_optimal_plans.csv", {"plan": "n6"}, "least_cost_musd", times(1.01)),
    ("near_optimal_plan_share", "near_optimal_plans.csv", {"plan": "n2"}, "over_cheapest_share", times(1.01)),
    ("near_optimal_plan_target", "near_optimal_plans.csv", {"plan": "n2"}, "resilience", put(0.59)),
    ("near_optimal_steps", "near_optimal_plans.csv", {"plan": "n6", "kind": "plant"}, "amount", times(1.01)),
    ("near_optimal_routes", "near_optimal_plans.csv", {"plan": "n6", "kind": "plant"}, "amount", put(120)),
    ("near_optimal_capital", "near_optimal_plans.csv", {"plan": "n2", "kind": "partner"}, "amount", times(0.99)),
    ("near_optimal_first", "near_optimal_plans.csv", {"plan": "n1", "kind": "plant"}, "amount", put(160)),
    ("alternative_cheapest", "alternatives.csv", {"alternative": "cheapest"}, "modules", put(4)),
    ("alternative_known", "alternatives.csv", {"alternative": "a1"}, "asset", put("mill")),
    ("alternative_order", "alternatives.csv", {"alternative": "a1"}, "slack_share", put(0.05)),
    ("alternative_above", "alternatives.csv", {"alternative": "a1"}, "over_cheapest_share", times(1.01)),
    ("alternative_above_bound", "alternatives.csv", {"alternative": "a1"}, "over_bound_share", times(1.01)),
    ("alternative_target", "alternatives.csv", {"alternative": "a1"}, "resilience", put(0.5)),
    ("alternative_capacity", "alternatives.csv", {"alternative": "a1"}, "t_per_year", times(1.01)),
    ("alternative_capital", "alternatives.csv", {"alternative": "a1"}, "capex_musd", times(1.01)),
    ("alternative_capital", "alternatives.csv", {"alternative": "a1", "what": "site"}, "capex_musd", times(1.01)),
    ("alternative_whole", "alternatives.csv", {"alternative": "a1"}, "modules", put(3.9)),
    ("alternative_years", "alternatives.csv", {"alternative": "a1"}, "running", put(2032)),
    ("alternative_difference", "alternatives.csv", {"alternative": "a1"}, "difference", times(0.99)),
    ("alternative_difference_bound", "alternatives.csv", {"alternative": "a1"}, "difference_bound", times(0.99)),
    ("alternative_found", "alternatives.csv", {"alternative": "a1"}, "t_per_year", put(40)),
    ("alternative_change", "alternatives_differences.csv", {"alternative": "a1"}, "change", put("smaller")),
    ("alternative_change", "alternatives_differences.csv", {"alternative": "a1"}, "in_cheapest_t_per_year", put(80)),
    ("alternatives_checked", "alternatives_checks.csv", {"holds": "yes"}, "holds", put("no")),
    ("study_yes_no", "alternatives_checks.csv", {"holds": "yes"}, "holds", put("perhaps")),
    ("alternatives_counted", "alternatives_checks.csv", {"holds": "yes"}, "detail", put("5 of them, 5 plans")),
]  # fmt: skip

COST = "cost at a resilience of 0.6"
SENSITIVITY: list[Case] = [
    ("range_listed", "ranges_varied.csv", {"input": "price"}, "high", put(1.6)),
    ("range_cells", "ranges_varied.csv", {"input": "need"}, "cells", put(3)),
    ("range_cells", "ranges_varied.csv", {"input": "price"}, "present_most", times(1.01)),
    ("range_unit", "ranges_varied.csv", {"input": "price"}, "unit", put("USD/t")),
    ("future_stage", "futures.csv", {"future": "2"}, "stage", put("futures")),
    ("study_status", "futures.csv", {"future": "2"}, "status", put("fine")),
    ("future_outputs", "futures.csv", {"future": "2", "quantity": COST}, "unit", put("USD")),
    ("future_numbers", "futures.csv", {"future": "2", "quantity": "capital"}, "value", put("")),
    ("future_bound", "futures.csv", {"future": "2", "quantity": COST}, "value", times(0.99)),
    ("future_gap", "futures.csv", {"future": "2", "quantity": COST}, "value", times(1.01)),
    ("future_premium", "futures.csv", {"quantity": "what the target costs"}, "value", times(1.01)),
    ("future_capital", "futures.csv", {"quantity": "capital of A"}, "value", times(1.01)),
    ("future_share", "futures.csv", {"quantity": "resilience of the cheapest plan"}, "value", put(1.01)),
    ("future_reach", "futures.csv", {"quantity": "target within reach"}, "value", put(0)),
    ("future_same", "futures.csv", {"stage": "check", "quantity": "capital"}, "value", times(1.01)),
    ("future_divisible", "futures.csv", {"stage": "check", "divisible": "yes", "quantity": COST}, "value", times(1.1)),
    ("future_as_stated", "futures.csv", {"future": "1", "quantity": COST}, "value", times(0.99)),
    ("draw_within_range", "futures.csv", {"future": "2", "what": "input"}, "value", put(0.79)),
    ("draw_value", "futures.csv", {"stage": "futures", "what": "input"}, "value", times(1.01)),
    ("draw_position", "futures.csv", {"stage": "futures", "what": "input"}, "position", put(1.2)),
    ("draw_spread", "futures.csv", {"stage": "futures", "what": "input"}, "position", moved_on),
    ("draw_varied", "futures.csv", {"future": "2", "what": "input"}, "quantity", put("need")),
    ("screening_walk", "futures.csv", {"stage": "screening", "what": "input"}, "position", put(0.5)),
    ("indices_block", "futures.csv", {"stage": "indices", "what": "input"}, "position", put(0.5)),
    ("tornado_range", "tornado.csv", {"input": "price"}, "low", times(1.01)),
    ("tornado_outputs", "tornado.csv", {"input": "price"}, "at_base", times(1.01)),
    ("tornado_swing", "tornado.csv", {"input": "price"}, "swing", times(1.01)),
    ("tornado_swing", "tornado.csv", {"input": "price"}, "swing_least", times(0.99)),
    ("tornado_span", "tornado.csv", {"input": "price"}, "span", times(1.01)),
    ("tornado_within_gap", "tornado.csv", {"input": "price"}, "within_gap", put("yes")),
    ("tornado_status", "tornado.csv", {"input": "price"}, "status_at_high", put("gap not reached")),
    ("tornado_listed", "tornado.csv", {"input": "price"}, "output", put("happiness")),
    ("screening_effect", "screening.csv", {"input": "price"}, "mu_star", times(1.01)),
    ("screening_effect", "screening.csv", {"input": "price"}, "mu", times(-1)),
    ("screening_effect", "screening.csv", {"input": "price"}, "sigma", times(1.01)),
    ("screening_gap_effect", "screening.csv", {"input": "price"}, "gap_effect", times(1.01)),
    ("screening_confidence", "screening.csv", {"input": "price"}, "mu_star_confidence", times(1.5)),
    ("effect_within_gap", "screening.csv", {"input": "price"}, "within_gap", put("yes")),
    ("effect_counted", "screening.csv", {"input": "price"}, "trajectories", put(3)),
    ("effect_order", "screening.csv", {"input": "price"}, "rank", put(2)),
    ("effect_kind", "screening.csv", {"input": "price"}, "divisible", put("no")),
    ("screening_listed", "screening.csv", {"input": "price"}, "input", put("weather")),
    ("sobol_index", "indices.csv", {"input": "price"}, "first", times(1.01)),
    ("sobol_index", "indices.csv", {"input": "price"}, "total", times(1.01)),
    ("sobol_index", "indices.csv", {"input": "price"}, "standard_deviation", times(1.01)),
    ("indices_gap_share", "indices.csv", {"input": "price"}, "gap_share", times(1.01)),
    ("indices_confidence", "indices.csv", {"input": "price"}, "total_confidence", times(-1)),
    ("effect_counted", "indices.csv", {"input": "price"}, "samples", put(8)),
    ("indices_listed", "indices.csv", {"input": "price"}, "input", put("weather")),
    ("built_in_futures", "built_in_futures.csv", {"asset": "works"}, "built_in", put(2)),
    ("built_in_futures", "built_in_futures.csv", {"asset": "works"}, "share", put(0.9)),
    ("built_in_futures", "built_in_futures.csv", {"asset": "works"}, "mean_t_per_year_if_built", times(1.01)),
    ("built_in_futures", "built_in_futures.csv", {"asset": "works"}, "as_stated_t_per_year", times(1.01)),
    ("built_years", "built_in_futures.csv", {"asset": "works"}, "first_decided_earliest", put(2031)),
    ("built_listed", "built_in_futures.csv", {"asset": "works"}, "what", put("venture")),
    ("built_order", "built_in_futures.csv", {"asset": "works"}, "built_in", put(0)),
    ("outputs_spread", "outputs_in_futures.csv", {"output": COST}, "tenth", times(1.01)),
    ("outputs_spread", "outputs_in_futures.csv", {"output": COST}, "mean", times(1.01)),
    ("outputs_listed", "outputs_in_futures.csv", {"output": COST}, "output", put("happiness")),
    ("whole_and_divisible", "whole_and_divisible.csv", {"output": COST}, "difference", times(1.01)),
]  # fmt: skip

EVPI, RP = "value of perfect knowledge", "expected cost of the plan"
WS, AS_IF = "expected cost with perfect knowledge", "cost expected by a plan as if nothing happens"
AS_IT_IS = "the case as it is"
FUTURES: list[Case] = [
    ("knowing_listed", "value_of_knowing.csv", {"measure": EVPI}, "measure", put("luck")),
    ("value_of_knowing", "value_of_knowing.csv", {"measure": EVPI}, "musd", times(1.01)),
    ("knowing_band", "value_of_knowing.csv", {"measure": EVPI}, "least_musd", times(1.01)),
    ("expected_cost", "value_of_knowing.csv", {"measure": RP}, "musd", times(1.01)),
    ("expected_cost_bound", "value_of_knowing.csv", {"measure": RP}, "least_musd", put(13.0)),
    ("cost_with_knowledge", "value_of_knowing.csv", {"measure": WS}, "musd", plus(-0.1)),
    ("believed_cost", "value_of_knowing.csv", {"measure": AS_IF}, "musd", plus(-0.1)),
    ("expected_cost_front", "value_of_knowing.csv", {"measure": RP}, "least_musd", plus(0.01)),
    ("worth_of_knowing", "knowing_by_scenario.csv", {"scenario": "cutoff@2031"}, "worth_of_knowing_musd", times(1.01)),
    ("known_cost", "knowing_by_scenario.csv", {"scenario": "cutoff@2031"}, "known_musd", put(19)),
    ("known_bound", "knowing_by_scenario.csv", {"scenario": "cutoff@2031"}, "known_bound_musd", times(1.01)),
    ("knowing_probability", "knowing_by_scenario.csv", {"scenario": "cutoff@2031"}, "probability", times(1.01)),
    ("expected_cost", "knowing_by_scenario.csv", {"scenario": "cutoff@2031"}, "average_plan_musd", times(1.01)),
    ("knowing_served", "knowing_by_scenario.csv", {"scenario": "cutoff@2031"}, "plan_served_share", put(1.1)),
    ("study_status", "knowing_by_scenario.csv", {"scenario": "cutoff@2031"}, "status", put("fine")),
    ("regret_listed", "regret_of_plans.csv", {"future": "cutoff@2031"}, "future", put("flood@2031")),
    ("regret_kind", "regret_of_plans.csv", {"future": "cutoff@2031"}, "kind", put("other future")),
    ("regret_kind", "regret_of_plans.csv", {"future": "cutoff@2031"}, "probability", times(1.01)),
    ("regret_cost", "regret_of_plans.csv", {"future": "cutoff@2031"}, "cost_musd", times(1.001)),
    ("regret_cost", "regret_of_plans.csv", {"future": "cutoff@2031"}, "served_share", times(1.001)),
    ("regret_lost", "regret_of_plans.csv", {"future": "cutoff@2031"}, "lost_musd", times(1.001)),
    ("regret_possible", "regret_of_plans.csv", {"future": "patient"}, "possible", put("no")),
    ("regret_level", "regret_of_plans.csv", {"future": "cutoff@2031"}, "keeps_its_level", put("no")),
    ("regret_level", "regret_of_plans.csv", {"point": "p02", "future": "patient"}, "served_share", put(0.5)),
    ("regret", "regret_of_plans.csv", {"future": "cutoff@2031"}, "regret_musd", times(1.01)),
    ("regret", "regret_of_plans.csv", {"future": "cutoff@2031"}, "regret_share", times(1.01)),
    ("regret", "regret_of_plans.csv", {"point": "p01", "future": "patient"}, "cost_musd", times(1.01)),
    ("regret_best", "regret_of_plans.csv", {"future": "patient"}, "best_musd", times(1.01)),
    ("regret_above_best", "regret_of_plans.csv", {"future": "cutoff@2031"}, "above_best_musd", times(1.01)),
    ("regret_bound", "regret_of_plans.csv", {"point": "p03", "future": "patient"}, "best_bound_musd", times(1.01)),
    ("regret_known", "regret_of_plans.csv", {"point": "p01", "future": "cutoff@2031"}, "best_musd", times(1.01)),
    ("regret_as_it_is", "regret_of_plans.csv", {"point": "p01", "future": AS_IT_IS}, "cost_musd", times(1.01)),
    ("regret_as_it_is", "regret_of_plans.csv", {"point": "p02", "future": AS_IT_IS}, "cost_musd", times(0.999)),
    ("greatest_regret", "least_regret.csv", {"point": "p01"}, "greatest_regret_musd", times(1.01)),
    ("greatest_regret", "least_regret.csv", {"point": "p01"}, "in_future", put("cutoff@2032")),
    ("least_regret", "least_regret.csv", {"point": "p01"}, "least_regret", put("yes")),
    ("least_regret_listed", "least_regret.csv", {"point": "p01"}, "by", put("luck")),
    ("risk_listed", "risk_front.csv", {"point": "r01"}, "cvar_level", put(0.3)),
    ("risk_front", "risk_front.csv", {"point": "r02"}, "cost_musd", put(13.4)),
    ("risk_bound", "risk_front.csv", {"point": "r02"}, "bound_musd", put(13.2)),
    ("risk_gap", "risk_front.csv", {"point": "r02"}, "gap_musd", put(0.01)),
    ("risk_gap_kept", "risk_front.csv", {"point": "r02"}, "gap_musd", put(0.1)),
    ("risk_tail", "risk_front.csv", {"point": "r02"}, "cvar_lost_share", times(1.01)),
    ("risk_tail", "risk_front.csv", {"point": "r02", "cvar_level": "0"}, "expected_lost_share", times(1.01)),
    ("risk_tail", "risk_front.csv", {"point": "r02", "cvar_level": "0.5"}, "worst_lost_share", times(1.01)),
    ("risk_no_cheaper", "risk_front.csv", {"point": "r01"}, "bound_musd", put(13.5)),
    ("risk_expected_cost", "risk_front.csv", {"point": "r01"}, "cost_musd", put(13.2)),
]  # fmt: skip

INSURED: list[Case] = [
    ("value_of_knowing", "value_of_knowing.csv", {"measure": "cost of keeping the target"}, "musd", times(1.01)),
    ("expected_cost", "value_of_knowing.csv", {"measure": f"{RP}, keeping the target"}, "musd", times(1.01)),
    ("knowing_served", "knowing_by_scenario.csv", {"target": "0.6"}, "plan_served_share", put(0.59)),
    ("worth_of_knowing", "knowing_by_scenario.csv", {"target": "0.6"}, "worth_of_knowing_musd", times(1.01)),
]  # fmt: skip
CHANGES = {"alternatives": ALTERNATIVES, "sensitivity": SENSITIVITY, "futures": FUTURES, "insured": INSURED}


ALONE = ("futures.csv",)
"""Tables that most others are worked out from: a change to one breaks so much that it has a round of its own."""


def rounds(changes: list[Case]) -> list[list[Case]]:
    """At most one change a table, so that many rules are tried in one check."""
    by_table: dict[str, list[Case]] = {}
    for change in changes:
        by_table.setdefault(change[1], []).append(change)
    alone = [[one] for table in ALONE for one in by_table.pop(table, [])]
    together = zip_longest(*by_table.values())
    return alone + [[one for one in some if one is not None] for some in together]


ROUNDS = [
    pytest.param(name, some, id=f"{name}-{number}-{some[0][0]}")
    for name, changes in CHANGES.items()
    for number, some in enumerate(rounds(changes), start=1)
]


@pytest.mark.parametrize(("name", "some"), ROUNDS)
def test_a_false_cell_is_told_with_its_file_row_and_rule(
    change: Callable[..., list[Failure]], name: str, some: list[Case]
) -> None:
    found: list[Failure] = []
    for _, table, where, column, edit in some:

        def edited(frame: pd.DataFrame, where: Any = where, column: str = column, edit: Any = edit) -> pd.DataFrame:
            row = row_of(frame, **where)
            frame.loc[row, column] = edit(str(frame.loc[row, column]))
            return frame

        found = change(name, table, edited, last=table == some[-1][1])
    for rule, table, *_ in some:
        # What is false in the table of futures is told where it is used.
        broken = [one for one in found if one.rule == rule and (one.table == table or table in ALONE)]
        assert broken or rule in CROSS, f"{rule} not told; told were {sorted({one.rule for one in found})}"
        assert rule in {one.rule for one in found}
        assert all(one.where and one.message for one in broken)


CROSS = ("expected_cost", "must_have_everywhere", "near_optimal_first")
"""Rules that tell a change of one table in another."""


# ---- rows that are not there, or are there twice ----------------------------------------------------------

ROWS = [
    ("alternatives", "near_optimal.csv", "near_optimal_listed"),
    ("alternatives", "near_optimal_plans.csv", "near_optimal_first"),
    ("alternatives", "alternatives_differences.csv", "alternative_change"),
    ("sensitivity", "ranges_varied.csv", "range_listed"),
    ("sensitivity", "futures.csv", "future_outputs"),
    ("sensitivity", "tornado.csv", "tornado_listed"),
    ("sensitivity", "screening.csv", "screening_listed"),
    ("sensitivity", "indices.csv", "indices_listed"),
    ("sensitivity", "built_in_futures.csv", "built_listed"),
    ("sensitivity", "outputs_in_futures.csv", "outputs_listed"),
    ("sensitivity", "whole_and_divisible.csv", "whole_and_divisible"),
    ("futures", "value_of_knowing.csv", "knowing_listed"),
    ("futures", "knowing_by_scenario.csv", "knowing_listed"),
    ("futures", "regret_of_plans.csv", "regret_listed"),
    ("futures", "least_regret.csv", "least_regret_listed"),
    ("futures", "risk_front.csv", "risk_listed"),
]


@pytest.mark.parametrize(("name", "table", "rule"), ROWS)
def test_a_missing_row_is_told(change: Callable[..., list[Failure]], name: str, table: str, rule: str) -> None:
    assert rule in {failure.rule for failure in change(name, table, lambda frame: frame.drop(index=0))}


@pytest.mark.parametrize("name", ["alternatives", "sensitivity", "futures"])
def test_rows_that_are_there_twice_are_told(change: Callable[..., list[Failure]], name: str) -> None:
    """In every table of a study at once."""
    tables = [table for study, table, _ in ROWS if study == name]
    for table in tables:
        found = change(name, table, lambda frame: pd.concat([frame, frame.iloc[:1]]), last=table == tables[-1])
    assert {one.table for one in found if one.rule == "no_duplicates"} >= set(tables)


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("alternatives", "alternatives_checks.csv"),
        ("sensitivity", "screening.csv"),
        ("futures", "least_regret.csv"),
    ],
)
def test_a_table_that_is_not_there_is_told(studies: dict[str, Study], name: str, table: str) -> None:
    path = studies[name].run / table
    content = path.read_bytes()
    path.unlink()
    assert table in {failure.table for failure in studies[name].failures()}
    path.write_bytes(content)


# ---- a falsehood that is told consistently ------------------------------------------------------------------


def swapped(frame: pd.DataFrame, one: int, other: int, columns: list[str]) -> pd.DataFrame:
    frame.loc[[one, other], columns] = frame.loc[[other, one], columns].to_numpy()
    return frame


def test_another_plan_marked_as_least_regretted_is_told(change: Callable[..., list[Failure]]) -> None:
    """The mark moved from one plan to another: both rows are named."""

    def edit(frame: pd.DataFrame) -> pd.DataFrame:
        rows = frame.index[(frame["against"] == "what may happen") & (frame["by"] == "cost")]
        marked = next(row for row in rows if frame.loc[row, "least_regret"] == "yes")
        other = next(row for row in rows if frame.loc[row, "least_regret"] == "no")
        return swapped(frame, marked, other, ["least_regret"])

    found = [one for one in change("futures", "least_regret.csv", edit) if one.rule == "least_regret"]
    assert len(found) == 2


def test_swapped_ends_of_the_tornado_are_told(change: Callable[..., list[Failure]]) -> None:
    """Low for high, and the swing turned round with them: the row agrees with itself, not with the futures."""

    def edit(frame: pd.DataFrame) -> pd.DataFrame:
        row = frame.loc[0].copy()
        frame.loc[0, ["at_low", "at_high"]] = row[["at_high", "at_low"]].to_numpy()
        frame.loc[0, "swing"] = f"{-float(row['swing']):.12g}"
        frame.loc[0, ["swing_least", "swing_most"]] = [
            f"{-float(row[one]):.12g}" for one in ("swing_most", "swing_least")
        ]
        return frame

    assert {"tornado_outputs", "tornado_swing"} <= {one.rule for one in change("sensitivity", "tornado.csv", edit)}


def test_a_costlier_alternative_is_told(change: Callable[..., list[Failure]]) -> None:
    """The cost and both shares raised together: beyond the slack."""

    def edit(frame: pd.DataFrame) -> pd.DataFrame:
        rows = frame["alternative"] == "a1"
        cost = float(frame.loc[rows, "cost_musd"].iloc[0])
        share = float(frame.loc[rows, "over_cheapest_share"].iloc[0])
        cheapest = cost / (1 + share)
        frame.loc[rows, "cost_musd"] = f"{1.03 * cheapest:.12g}"
        frame.loc[rows, ["over_cheapest_share", "over_bound_share"]] = "0.03"
        return frame

    assert {one.rule for one in change("alternatives", "alternatives.csv", edit)} >= {"alternative_cost"}


def test_a_range_that_shrinks_with_the_slack_is_told(change: Callable[..., list[Failure]]) -> None:
    def edit(frame: pd.DataFrame) -> pd.DataFrame:
        one, other = (row_of(frame, kind="plant", name="works", slack_share=share) for share in ("0.02", "0.1"))
        return swapped(frame, one, other, ["least", "least_bound", "most", "most_bound"])

    assert {one.rule for one in change("alternatives", "near_optimal.csv", edit)} >= {"near_optimal_grows"}


def test_indices_of_other_samples_are_told(change: Callable[..., list[Failure]]) -> None:
    """The outputs of two futures of the indices swapped: the positions say that they are not these."""

    def edit(frame: pd.DataFrame) -> pd.DataFrame:
        rows = frame[(frame["stage"] == "indices") & (frame["what"] != "input")]
        first, second = sorted(rows["future"].unique(), key=int)[:2]
        one, other = (rows.index[rows["future"] == future] for future in (first, second))
        values = frame.loc[one, "value"].to_numpy().copy()
        frame.loc[one, "value"] = frame.loc[other, "value"].to_numpy()
        frame.loc[other, "value"] = values
        return frame

    assert {one.rule for one in change("sensitivity", "futures.csv", edit)} >= {"sobol_index"}


def test_the_whole_check_says_it_too(runs: dict[str, Path], tmp_path: Path) -> None:
    """What ``reeplan verify`` shows: the file, the row, and both numbers."""
    run = shutil.copytree(runs["futures"], tmp_path / "run")
    path = run / "value_of_knowing.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    row = row_of(frame, measure=EVPI)
    frame.loc[row, "musd"] = times(1.01)(frame.loc[row, "musd"])
    frame.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")
    result = run_command("verify", run)
    assert result.exit_code == 1
    said = " ".join(result.output.split())
    assert "value_of_knowing.csv · measure value of perfect knowledge, column musd: a value is the difference" in said


def test_what_the_manifest_repeats_of_a_table_stands_there(runs: dict[str, Path]) -> None:
    manifest = read_manifest(runs["futures"], Ledger(Verdict()))
    sound, false = Ledger(Verdict()), Ledger(Verdict())
    check_repeated(runs["futures"], manifest, "futures", sound)
    assert sound.verdict.holds
    assert sound.verdict.checked["study_repeated"] > 20
    manifest["futures"]["value_of_knowing"][0]["musd"] *= 1.01
    check_repeated(runs["futures"], manifest, "futures", false)
    assert [failure.rule for failure in false.verdict.failures] == ["study_repeated"]


# ---- arithmetic by hand ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("distribution", "whole", "position", "expected"),
    [
        # Uniform from 2 to 6: a quarter of the way is 3.
        ("uniform", False, 0.25, 3.0),
        # Whole numbers 2, 3, 4, 5, 6, a fifth of the way each: 0.25 is in the second fifth, 0.61 in the fourth.
        ("uniform", True, 0.25, 3.0),
        ("uniform", True, 0.61, 5.0),
        # Triangular with its top at 3: the area up to 3 is 1/4. Up to x below it is (x-2)^2/4: 1/16 at 2.5.
        ("triangular", False, 0.25, 3.0),
        ("triangular", False, 1 / 16, 2.5),
        # Above the top the area left is (6-x)^2/12: 1/3 at 4.
        ("triangular", False, 2 / 3, 4.0),
        # As likely to double as to halve: half the way from 2 to 6 is the root of 12.
        ("log_uniform", False, 0.5, math.sqrt(12)),
        ("log_uniform", False, 1.0, 6.0),
    ],
)
def test_a_value_is_that_of_its_position(distribution: str, whole: bool, position: float, expected: float) -> None:
    one = Varied("x", 2.0, 6.0, "", "to", distribution, whole, 3.0)
    assert amount(one, position) == pytest.approx(expected, rel=1e-12)
    assert amount(replace(one, low=expected, high=expected + 1), 0.0) == expected


def test_common_steps() -> None:
    assert common_step([40.0, 60.0]) == 20.0  # both are multiples of 20, and of nothing larger
    assert common_step([1.5, 2.0]) == 0.5
    assert common_step([7.25]) == 7.25
    assert math.isnan(common_step([1.0, 1.00001]))  # a step of a hundred-thousandth tells nothing


def test_the_mean_of_the_worst_part() -> None:
    """Losses of 50, 30 and 10 % with odds of 1/5, 3/10 and 1/2.

    The worst half of the odds is the first two: (0.2 * 0.5 + 0.3 * 0.3) / 0.5 = 0.38. The worst tenth is the first.
    """
    lost, odds = [0.1, 0.5, 0.3], [0.5, 0.2, 0.3]
    assert mean_of_worst(lost, odds, 0.5) == pytest.approx(0.38)
    assert mean_of_worst(lost, odds, 0.1) == pytest.approx(0.5)
    assert mean_of_worst(lost, odds, 1.0) == pytest.approx(0.24)
