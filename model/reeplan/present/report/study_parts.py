"""What a study found, part by part: sentences, figures and tables, from the files of its run alone.

The report shows all of it; the terminal the sentences and the tables that stand open.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from reeplan.outputs.spec import OUTPUTS
from reeplan.present.figures.cooperation.data import deal_level
from reeplan.present.report import cooperation_tables as together
from reeplan.present.report import robustness_tables as tables
from reeplan.present.report.from_spec import table
from reeplan.present.words import cooperation as together_words
from reeplan.present.words import robustness as words
from reeplan.studies.registry import STUDIES
from reeplan.words import capitalised

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reeplan.present.report.grid import Grid
    from reeplan.present.run import Run
    from reeplan.studies.base import Study


@dataclass
class Part:
    """A part: sentences, names of figures, and those tables with rows: some stand open, some fold away."""

    name: str
    heading: str
    says: list[str]
    figures: Sequence[str]
    open: list[Grid] = field(default_factory=list)
    folded: list[Grid] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.open, self.folded = ([grid for grid in grids if grid.rows] for grids in (self.open, self.folded))

    @property
    def empty(self) -> bool:
        """Whether it has no table, and so nothing to show."""
        return not (self.open or self.folded)


def of_run(run: Run) -> list[Part]:
    """All parts that the run has tables for."""
    return [*cooperation(run), *robustness(run)]


def cooperation(run: Run) -> list[Part]:
    """Together or alone: what cooperation is worth, who pays and risks what, and what the deal depends on."""
    return _with_tables(_of_cooperation(run))


def robustness(run: Run) -> list[Part]:
    """How sure a plan is: what the other studies say of it."""
    others = [study for study in STUDIES.values() if study.name != "cooperation"]
    said = [OF_STUDIES.get(study.name, partial(_as_declared, study)) for study in others]
    return _with_tables([part for parts_of in said for part in parts_of(run)])


def _with_tables(parts: list[Part]) -> list[Part]:
    return [part for part in parts if not part.empty]


def _as_declared(study: Study, run: Run) -> list[Part]:
    """A study without words of its own: its tables as they are declared, under what it is for."""
    tables = [(OUTPUTS[Path(file).stem], what) for file, what in study.outputs.items()]
    grids = [table(run, one.name, capitalised(what), one, " ".join(one.names)) for one, what in tables]
    return [Part(study.name, capitalised(study.command), [], study.figures, folded=grids)]


def _of_cooperation(run: Run) -> list[Part]:
    level = deal_level(run)
    if level is None:
        return []
    return [
        Part("worth", "What cooperation is worth", together_words.what_it_is_worth(run, level),
             ("who-gains", "together-front"),
             [together.coalitions(run, level), together.sharing(run), together.by_level(run)],
             [together.ceilings(run)]),
        Part("burdens", "Who pays, owns, gets and risks what in the joint plan",
             ["Before any side payment: a cost lies where it arises."], ("pays-owns-risks",),
             [together.pays(run)], [together.owns(run), together.gets(run), together.risks(run)]),
        Part("levers", "What each clause of the deal is worth", [], ("levers",),
             folded=[together.levers(run), together.prices(run)]),
        Part("regret", "If a partner walks away", [], ("regret",), folded=[together.regret(run)]),
    ]  # fmt: skip


def _of_alternatives(run: Run) -> list[Part]:
    return [
        Part("near-optimal", "What stays right if a plan may cost a little more", words.of_near_optimal(run),
             ("near-optimal", "alternatives"), [tables.alternatives(run)], [tables.ranges(run), tables.checks(run)]),
    ]  # fmt: skip


def _of_uncertainty(run: Run) -> list[Part]:
    return [
        Part("knowing", "What it is worth to know what comes", words.of_knowing(run), ("value-of-knowing",),
             folded=[tables.knowing(run), tables.by_scenario(run)]),
        Part("regret", "Which plan has the least regret", words.of_regret(run), ("regret-of-plans",),
             folded=[tables.least_regret(run), tables.regret(run)]),
        Part("risk", "What less risk costs", words.of_risk(run), ("risk-front",), folded=[tables.risk(run)]),
    ]  # fmt: skip


def _of_sensitivity(run: Run) -> list[Part]:
    return [
        Part("inputs", "What uncertain inputs do", words.of_inputs(run), ("tornado", "screening", "indices"),
             folded=[tables.varied(run), tables.tornado(run), tables.screening(run), tables.indices(run)]),
        Part("futures", "What is built in many futures", words.of_built(run), ("built-in-futures",),
             folded=[tables.built(run), tables.spread(run)]),
    ]  # fmt: skip


OF_STUDIES: dict[str, Callable[[Run], list[Part]]] = {
    "cooperation": _of_cooperation,
    "alternatives": _of_alternatives,
    "uncertainty": _of_uncertainty,
    "sensitivity": _of_sensitivity,
}
"""The parts of a study by its name, where it is more than its tables."""
