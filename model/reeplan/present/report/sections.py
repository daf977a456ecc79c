"""The sections of the page, in order. A section that has nothing to show returns None and is left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from reeplan.endings import Status
from reeplan.outputs.summary import MEASURES
from reeplan.present.report import cooperation as together
from reeplan.present.report import metric_tables, plan_tables, trust
from reeplan.present.report import robustness as sureness
from reeplan.present.report.chart import chart
from reeplan.present.report.grid import Cell, Grid, amount, number, share, text
from reeplan.present.report.plans import plan_cards
from reeplan.present.report.sources import input_tables
from reeplan.studies.registry import STUDIES

if TYPE_CHECKING:
    from collections.abc import Callable

    from markupsafe import Markup

    from reeplan.present.report.content import Report


class Renderer(Protocol):
    """Renders a template of the package with values; every text is escaped."""

    def __call__(self, template: str, **values: object) -> Markup:
        """The template as HTML."""


@dataclass(frozen=True)
class Section:
    """A section: ``name`` is its address on the page, ``short`` its name in the list of sections."""

    name: str
    heading: str
    short: str
    render: Callable[[Report, Renderer], Markup | None]


def _choose(report: Report, render: Renderer) -> Markup:
    return render(
        "choose.html.j2", chart=chart(report), cards=plan_cards(report), chosen=report.shown_first,
        table=_front_table(report), several=len(report.points) > 1, alone=not report.disrupted,
    )  # fmt: skip


def _front_table(report: Report) -> Grid:
    grid = Grid(
        "front",
        "Every plan that no other plan found beats on both cost and resilience",
        [text("Plan"), number("Cost, MUSD"), number("Over the cheapest, MUSD"), number("Served in disruption"),
         number("Could be cheaper by, MUSD"), number("Capital, MUSD"), text("Search")],
    )  # fmt: skip
    front = report.run.front
    for row in front.to_dict("records"):
        grid.add(
            Cell(row["point"], link=row["point"]),
            amount(row["cost_musd"], 1),
            amount(row["cost_musd"] - float(front["cost_musd"].min()), 1),
            share(row["resilience"]) if report.disrupted else "no disruption",
            amount(row["gap_musd"], 1),
            amount(row["capital_musd"]),
            "gap reached" if row["status"] == Status.OPTIMAL else str(row["status"]),
        )
    return grid


def _together(report: Report, render: Renderer) -> Markup | None:
    parts = together.parts(report)
    return render("together.html.j2", parts=parts) if parts else None


def _plans(report: Report, render: Renderer) -> Markup:
    plans = [
        (
            card,
            report.figures.get(card.point, []),
            [missing for missing in report.not_drawn if missing.point == card.point],
            [plan_tables.builds(report, card.point), plan_tables.who_pays(report, card.point),
             plan_tables.costs(report, card.point), *_in_disruption(report, card.point),
             *metric_tables.tables(report, card.point)],
        )
        for card in plan_cards(report)
    ]  # fmt: skip
    return render("plans.html.j2", plans=plans, chosen=report.shown_first)


def _in_disruption(report: Report, point: str) -> list[Grid]:
    grid = plan_tables.served(report, point)
    return [grid] if grid.rows else []


def _across(report: Report, render: Renderer) -> Markup | None:
    elsewhere = {name for study in STUDIES.values() for name in study.figures}
    figures = [figure for figure in report.figures.get("", []) if figure.name not in elsewhere]
    return render("across.html.j2", figures=figures) if figures else None


def _checked(report: Report, render: Renderer) -> Markup:
    verdict = report.verdict
    return render(
        "checked.html.j2", verdict=verdict, changed=report.changed, manifest=report.manifest,
        statements=sum(verdict["checked"].values()) if verdict else 0, rules=trust.checked_rules(report),
        not_drawn=report.not_drawn,
    )  # fmt: skip


def _sure(report: Report, render: Renderer) -> Markup:
    return render(
        "sure.html.j2", search=trust.search_in_words(report), proofs=trust.proofs(report),
        steps=trust.steps_not_told_apart(report), rests=trust.rests_on(report),
        parts=sureness.parts(report),
    )  # fmt: skip


def _inputs(report: Report, render: Renderer) -> Markup | None:
    tables = input_tables(report.run)
    return render("inputs.html.j2", tables=tables) if tables else None


def _method(report: Report, render: Renderer) -> Markup:
    run = report.run
    return render(
        "method.html.j2", settings=run.settings, partners=report.partners, windows=len(run.windows),
        several=len(run.partners) > 1, measure=MEASURES[run.settings["resilience_measure"]],
    )  # fmt: skip


def _glossary(report: Report, render: Renderer) -> Markup:
    return render("glossary.html.j2", currency_year=report.run.currency_year)


SECTIONS: tuple[Section, ...] = (
    Section("choose", "What each step of security costs", "Choose a plan", _choose),
    Section("together", "Together or alone", "Together or alone", _together),
    Section("plan", "The chosen plan", "The plan", _plans),
    Section("across", "All plans side by side", "All plans", _across),
    Section("checked", "What was checked", "Checked", _checked),
    Section("sure", "How sure it is", "How sure", _sure),
    Section("inputs", "Inputs and their sources", "Inputs", _inputs),
    Section("method", "Method in plain words", "Method", _method),
    Section("glossary", "Glossary", "Glossary", _glossary),
)
