"""Together or alone: what cooperation is worth, who pays and risks what, and what the deal depends on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reeplan.outputs.spec.cooperation import COALITIONS
from reeplan.present.figures.cooperation.data import deal_level
from reeplan.present.report import cooperation_tables as tables
from reeplan.present.report import cooperation_words as words

if TYPE_CHECKING:
    from reeplan.present.report.content import Report
    from reeplan.present.report.grid import Grid
    from reeplan.present.report.pictures import Figure


@dataclass
class Part:
    """A part of the section: sentences, figures, tables that stand open and tables that fold away."""

    name: str
    heading: str
    says: list[str] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    open: list[Grid] = field(default_factory=list)
    folded: list[Grid] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.figures or self.open or self.folded)


def parts(report: Report) -> list[Part]:
    """The parts that the run has tables for; none where it does not say what coalitions cost."""
    run = report.run
    if not (run.folder / COALITIONS.file).exists():
        return []
    level = deal_level(run)
    if level is None:
        return []

    def drawn(*names: str) -> list[Figure]:
        return [figure for figure in report.figures.get("", []) if figure.name in names]

    made = [
        Part(
            "worth",
            "What cooperation is worth",
            words.what_it_is_worth(run, level),
            drawn("who-gains", "together-front"),
            tables.with_rows(tables.coalitions(run, level), tables.sharing(run, level)),
            tables.with_rows(tables.by_level(run), tables.ceilings(run)),
        ),
        Part(
            "burdens",
            "Who pays, owns, gets and risks what in the joint plan",
            ["Before any side payment: a cost lies where it arises."],
            drawn("pays-owns-risks"),
            tables.with_rows(tables.pays(run)),
            tables.with_rows(tables.owns(report), tables.gets(run), tables.risks(run)),
        ),
        Part(
            "levers",
            "What each clause of the deal is worth",
            [],
            drawn("levers"),
            folded=tables.with_rows(tables.levers(run), tables.prices(run)),
        ),
        Part(
            "regret",
            "If a partner walks away",
            [],
            drawn("regret"),
            folded=tables.with_rows(tables.regret(run)),
        ),
    ]
    return [part for part in made if not part.empty]
