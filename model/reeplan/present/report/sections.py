"""The sections of the page, in order. A section that has nothing to show returns None and is left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from reeplan.outputs.spec.output import musd
from reeplan.outputs.spec.plans import EXCHANGEABLE, FRONT
from reeplan.present.report import metric_tables, plan_tables, study_parts, trust
from reeplan.present.report.chart import chart
from reeplan.present.report.from_spec import from_rows, table
from reeplan.present.report.plans import plan_cards
from reeplan.present.report.sources import input_tables
from reeplan.present.words.steps import exchangeable_in_words, sharing_in_words
from reeplan.studies.registry import STUDIES
from reeplan.words import measure_in_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from markupsafe import Markup

    from reeplan.present.report.content import Report
    from reeplan.present.report.grid import Grid
    from reeplan.present.report.pictures import Figure


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
    swaps = report.run.table(EXCHANGEABLE)
    return render(
        "choose.html.j2", chart=chart(report), cards=plan_cards(report), chosen=report.shown_first,
        table=_front_table(report), bill=_bill(report), exchangeable=_exchangeable(report),
        sharing=sharing_in_words(report.run.row(report.shown_first).to_dict()),
        swaps=[said for point in report.run.points if (said := exchangeable_in_words(swaps, point))],
        several=len(report.points) > 1, alone=not report.disrupted,
    )  # fmt: skip


def _front_table(report: Report) -> Grid:
    front = report.run.front
    front = front.assign(extra_cost_musd=front["cost_musd"] - front["cost_musd"].min())
    columns = (*FRONT.pick("point cost_musd"), *musd("extra_cost_musd", title="Over the cheapest"),
               *FRONT.pick("resilience total_served weakest_material weakest_material_served "
                           "resilience_without_sharing gap_musd capital_musd status"))  # fmt: skip
    if "resilience_without_sharing" not in front:
        columns = tuple(column for column in columns if column.name != "resilience_without_sharing")
    for column in columns:
        if column.name not in front:  # of a run that was written without it
            front[column.name] = "" if column.kind == "text" else float("nan")
    return from_rows(
        report.run, "front", "Every plan that no other plan found beats on both cost and resilience", columns,
        front if report.disrupted else front.assign(resilience="no disruption"),
    )  # fmt: skip


def _bill(report: Report) -> Grid | None:
    """What each plan costs more than the first, in all and what for."""
    columns = FRONT.pick("point net_over_first_musd capital_over_first_musd running_over_first_musd "
                         "purchases_over_first_musd losses_over_first_musd")  # fmt: skip
    front = report.run.front
    if len(front) < 2 or any(column.name not in front for column in columns):
        return None
    return from_rows(
        report.run, "over-first", "What each plan costs more than the first, and what for", columns, front.iloc[1:],
        note="The columns after the first sum to it; negative: less of it.",
    )  # fmt: skip


def _exchangeable(report: Report) -> Grid | None:
    grid = table(report.run, "exchangeable", "What could be exchanged without leaving a plan's gap", EXCHANGEABLE,
                 "point asset modules fewest most capital_musd")  # fmt: skip
    return grid if grid.rows else None


def _together(report: Report, render: Renderer) -> Markup | None:
    parts = study_parts.cooperation(report.run)
    return render("parts.html.j2", section="together", parts=parts, drawn=_drawn(report)) if parts else None


def _drawn(report: Report) -> dict[str, Figure]:
    """The figures of the run as a whole, by name."""
    return {figure.name: figure for figure in report.figures.get("", [])}


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
        parts=study_parts.robustness(report.run), drawn=_drawn(report),
    )  # fmt: skip


def _inputs(report: Report, render: Renderer) -> Markup | None:
    tables = input_tables(report.run)
    return render("inputs.html.j2", tables=tables) if tables else None


def _method(report: Report, render: Renderer) -> Markup:
    run, settings = report.run, report.run.settings
    return render(
        "method.html.j2", settings=settings, partners=report.partners, windows=len(run.windows),
        outside=sum(not window.in_target for window in run.window_facts.values()), shared=settings["crisis_sharing"],
        several=len(run.partners) > 1, measure=measure_in_words(settings["resilience_measure"], settings["cvar_level"]),
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
