"""Every numeric cell of a run, falsified one after the other, and whether the check sees it."""

from __future__ import annotations

import csv
import io
import math
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from forging import manifest_of, with_manifest
from reeplan.outputs.spec import OUTPUTS
from reeplan.outputs.spec.plans import FRONT, PLAN_TABLES
from reeplan.studies import registry
from reeplan.verify import Verdict
from reeplan.verify.core.case import Checked
from reeplan.verify.core.files import read_table
from reeplan.verify.core.front import check_front
from reeplan.verify.core.inputs import read_inputs
from reeplan.verify.core.levels import check_levels
from reeplan.verify.core.manifest import check_points, read_manifest
from reeplan.verify.core.plan import Plan, read_plan, with_known_names
from reeplan.verify.core.verdict import Ledger
from reeplan.verify.core.vocabulary import SERVED
from reeplan.verify.run import STUDIES, TOPICS, check_plan
from reeplan.verify.studies.cooperation import cooperation
from reeplan.verify.studies.uncertainty import uncertainty

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd
    import pytest

REPEATED = ("points", "levels", *registry.STUDIES)
"""Where the manifest repeats numbers of tables."""


SLIGHT = 1e-4
"""1 % of a number below this is less than what the tables leave out."""


@dataclass(frozen=True)
class Cell:
    """A number of a table, by the table's name in the run, the row's place, and the column."""

    table: str
    row: int
    column: str
    text: str
    cells: dict[str, str] = field(hash=False, compare=False, default_factory=dict)

    @property
    def false(self) -> list[str]:
        """What could stand there instead: a little more and a little less, and what is plainly something else."""
        value = float(self.text)
        if not math.isfinite(value):
            return ["1"]
        place = PurePath(self.table)
        column = OUTPUTS[f"plans/{place.stem}" if place.parts[0] == "plans" else place.stem].column(self.column)
        if column.kind == "integer" or column.unit == "year":
            return [f"{value + 1:.0f}"]
        if abs(value) < SLIGHT:
            return ["1"]
        return [f"{value * factor:.12g}" for factor in (1.01, 0.99)]


def cells_of(run: Path, table: str) -> list[Cell]:
    """Every number of a table; keys that are words, and empty cells, are none."""
    header, *rows = _rows(run / table)
    found = []
    for at, row in enumerate(rows):
        words = dict(zip(header, row, strict=True))
        found += [Cell(table, at, column, text, words) for column, text in words.items() if _is_number(text)]
    return found


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _rows(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


@contextmanager
def falsified(run: Path, cell: Cell, false: str) -> Iterator[None]:
    """The run with another number in a cell, and wherever the manifest repeats it; afterwards as it was."""
    kept = {name: (run / name).read_bytes() for name in (cell.table, "manifest.json")}
    rows = _rows(run / cell.table)
    rows[cell.row + 1][rows[0].index(cell.column)] = false
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    (run / cell.table).write_text(out.getvalue(), encoding="utf-8-sig")
    with_manifest(run, lambda manifest: _repeat(manifest, float(cell.text), float(false)))
    try:
        yield
    finally:
        for name, content in kept.items():
            (run / name).write_bytes(content)


def _repeat(manifest: dict[str, Any], old: float, new: float) -> None:
    for name in REPEATED:
        if name in manifest and abs(old) > 1e-9:
            manifest[name] = _replaced(manifest[name], old, new)


def _replaced(value: Any, old: float, new: float) -> Any:
    if isinstance(value, dict):
        return {name: _replaced(one, old, new) for name, one in value.items()}
    if isinstance(value, list):
        return [_replaced(one, old, new) for one in value]
    same = isinstance(value, float) and math.isclose(value, old, rel_tol=1e-11)
    return new if same else value


@dataclass(frozen=True)
class Judged:
    """A copy of a run whose tables are falsified in turn; what a table is checked against is read once.

    Fingerprints are left out: somebody who falsifies a table computes them again.
    """

    run: Path

    @cached_property
    def manifest(self) -> dict[str, Any]:
        return manifest_of(self.run)

    @cached_property
    def case(self) -> Checked:
        return Checked(read_inputs(self.run / "inputs", Ledger(Verdict())))

    @cached_property
    def front(self) -> pd.DataFrame:
        return self._front(Ledger(Verdict()))

    def _front(self, ledger: Ledger) -> pd.DataFrame:
        served = [f"{SERVED}{partner}" for partner in self.case.inputs.wacc]
        return read_table(self.run, FRONT, ledger, served)

    @cached_property
    def plans(self) -> dict[str, Plan]:
        points = self.front["point"]
        return {point: read_plan(self.run / "plans" / point, self.case, Ledger(Verdict())) for point in points}

    @cached_property
    def study(self) -> str:
        """The command that wrote the run, where it is a study."""
        return str(self.manifest["command"])

    @property
    def tables(self) -> list[str]:
        """The tables of the run beside its inputs: of the front, of the most resilient plan, of the study."""
        last = self.front["point"].iloc[-1]
        own = [path.name for path in sorted(self.run.glob("*.csv"))]
        return [*own, *(f"plans/{last}/{name}.csv" for name in PLAN_TABLES)]

    def sees(self, cell: Cell, false: str) -> bool:
        """Whether the check finds something broken when a cell is false, or so false that it cannot be made."""
        verdict = Verdict()
        with falsified(self.run, cell, false):
            try:
                self._judge(cell, Ledger(verdict))
            except Exception:  # as the check of a run does, which enters it as a failure
                return True
        return not verdict.holds

    def _judge(self, cell: Cell, ledger: Ledger) -> None:
        place = PurePath(cell.table)
        if place.parts[0] == "plans":
            self._judge_plan(place, Ledger(ledger.verdict, place.parts[1]))
        elif cell.table == "front.csv":
            self._judge_front(cell, ledger)
        else:
            self._judge_study(ledger)

    def _judge_plan(self, place: PurePath, ledger: Ledger) -> None:
        table = read_table(self.run / place.parent, PLAN_TABLES[place.stem], ledger)
        if place.stem not in ("costs", "metrics"):  # as when a plan is read
            table = with_known_names(table, self.case.known_names, ledger.on(place.name))
        plan = Plan(self.case, {**self.plans[ledger.point].tables, place.stem: table})
        for check in TOPICS.values():
            check(plan, ledger)
            if not ledger.verdict.holds:
                return
        [row] = [row for _, row in self.front.iterrows() if row["point"] == ledger.point]
        check_plan(plan, row, ledger)

    def _judge_front(self, cell: Cell, ledger: Ledger) -> None:
        front, manifest = self._front(ledger), read_manifest(self.run, ledger)
        check_front(front, ledger)
        check_points(manifest, front, ledger)
        check_levels(manifest, front, self.case, ledger)
        if ledger.verdict.holds:
            row = front.iloc[cell.row]
            check_plan(self.plans[row["point"]], row, Ledger(ledger.verdict, row["point"]))

    def _judge_study(self, ledger: Ledger) -> None:
        manifest = read_manifest(self.run, ledger)
        if self.study in STUDIES:
            STUDIES[self.study].check(self.run, manifest, self.front, self.case, ledger)


def plans_are_read_once(patch: pytest.MonkeyPatch) -> None:
    """While study tables are falsified the plans stay: what follows from them is worked out once a run."""
    for module, name in ((uncertainty, "outlooks"), (cooperation, "_joint_plan")):
        patch.setattr(module, name, _once(getattr(module, name)))


def _once(work: Any) -> Any:
    known: dict[str, Any] = {}

    def remembered(run: Path, *rest: Any) -> Any:
        numbers = [one for one in rest if isinstance(one, (float, list))]
        key = f"{run} {numbers}"
        if key not in known:
            known[key] = work(run, *rest)
        return known[key]

    return remembered
