"""The tables of a plan: what is built, who pays, what it costs and what is served."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from reeplan.outputs.run import STAGES
from reeplan.outputs.spec import output as spec
from reeplan.outputs.spec.plans import BUILDS
from reeplan.present.figures.plan.cost_parts import PARTS
from reeplan.present.report.from_spec import from_rows
from reeplan.present.report.grid import Cell, Grid, amount, number, share, text
from reeplan.tolerances import MISSED
from reeplan.words import STAGE_WORDS, display_name

if TYPE_CHECKING:
    from reeplan.present.report.content import Report


def builds(report: Report, point: str) -> Grid:
    """What is built, by whom and when."""
    run = report.run
    rows = []
    for row in _along_the_chain(report, point):
        known = run.assets.loc[row["asset"]] if row["asset"] in run.assets.index else {"stage": "", "country": ""}
        rows.append({
            **row,
            "asset": run.asset_in_words(row["asset"]) + (" (site)" if row["what"] == "site" else ""),
            "kind": STAGE_WORDS.get(str(known["stage"]), ""),
            "country": known["country"],
            "t_per_year": row["t_per_year"] if row["what"] == "module" else math.nan,
            "room_t": row["t_per_year"] if row["what"] == "room" else math.nan,
        })  # fmt: skip
    return from_rows(
        run, "builds", "What is built",
        (*BUILDS.pick("asset"), *spec.text("kind country"),
         *BUILDS.pick("partner decided running modules t_per_year"), *spec.number("room_t", "t", title="Room"),
         *BUILDS.pick("capex_musd")), rows,
        note="One row for each partner's part. Capital is undiscounted; capacity is that after the ramp-up.",
    )  # fmt: skip


def _along_the_chain(report: Report, point: str) -> list[dict[str, Any]]:
    """The rows of ``builds.csv`` from mine to product, stockpiles last; those of an asset by year."""
    stages = report.run.assets["stage"].to_dict()
    rows = [{str(name): value for name, value in row.items()}
            for row in report.run.plan(point, "builds").to_dict("records")]  # fmt: skip

    def place(row: dict[str, Any]) -> tuple[int, str, float, str]:
        stage = stages.get(row["asset"], "")
        return (STAGES.index(stage) if stage in STAGES else -1, row["asset"], row["decided"], row["partner"])

    return sorted(rows, key=place)


def who_pays(report: Report, point: str) -> Grid:
    """Capital by the partner that pays and the country in which it is spent, beside what budgets allow."""
    run = report.run
    spent = run.plan(point, "metrics").query("metric == 'capital'")
    costs = run.plan(point, "costs").query("part == 'annuities'").groupby("partner")["expected_musd"].sum()
    budgets = run.inputs("budgets").groupby("partner")["musd"].sum()
    countries = [name for name in run.countries if name in set(spent["subject"])]
    in_country = [number(display_name(name), "Capital spent in, MUSD") for name in countries]
    grid = Grid(
        "who-pays",
        "Who pays",
        [text("Partner"), *in_country, number("Capital, MUSD"), number("Budget, MUSD"),
         number("Cost of capital in the total, MUSD")],
        note="Capital is undiscounted. A budget may name only some years; without one there is no limit. "
        "The last column is the discounted yearly payments within the years of the plan.",
    )  # fmt: skip
    for partner in run.partners:
        own = spent[spent["partner"] == partner].groupby("subject")["value"].sum()
        grid.add(
            display_name(partner),
            *(amount(float(own.get(name, 0.0)), 1) for name in countries),
            amount(float(own.sum()), 1),
            amount(float(budgets.get(partner, math.nan)), 0),
            amount(float(costs.get(partner, 0.0)), 1),
        )
    return grid


def costs(report: Report, point: str) -> Grid:
    """The cost's parts, beside those of the cheapest plan."""
    row, first = report.run.row(point), report.run.front.iloc[0]
    grid = Grid(
        "costs",
        "What it costs",
        [text("Part"), number("MUSD"), number("Share of total"), number("More than in the cheapest plan, MUSD")],
        note="Expected and discounted; the parts sum to the total.",
    )
    total = float(row["cost_musd"])
    for part, (words, _) in {**PARTS, "cost": ("Total", "")}.items():
        value = float(row[f"{part}_musd"])
        grid.add(
            words,
            amount(value, 1),
            share(value / total) if total else Cell("–"),
            amount(value - float(first[f"{part}_musd"]), 1),
        )
    return grid


def served(report: Report, point: str) -> Grid:
    """What each partner is still served in each disruption."""
    run = report.run
    figures = run.plan(point, "metrics")
    value = _by(figures, "served share by value", "window", "partner")
    days = _by(figures, "time to survive", "window", "partner")
    columns = [
        column
        for partner in run.partners
        for column in (
            number("Served, by value", display_name(partner)),
            number("Days until a first shortage", display_name(partner)),
        )
    ]
    grid = Grid(
        "served",
        "What is served in each disruption",
        [text("Disruption"), *columns],
        note="Days until a first demand goes short, if each year's shortage comes at the end of the year; the whole "
        "disruption where nothing is short.",
    )
    least = min((float(number_) for number_ in value.to_numpy().ravel() if number_ == number_), default=math.nan)
    for window in run.windows:
        cells = [
            cell
            for partner in run.partners
            for cell in (
                share(_at(value, window, partner), alarm_below=least + MISSED),
                amount(_at(days, window, partner)),
            )
        ]
        if any(cell.value is not None for cell in cells):
            grid.add(run.window_in_words(window), *cells)
    return grid


def _by(figures: pd.DataFrame, metric: str, down: str, across: str) -> pd.DataFrame:
    """A metric with one name of its rows down and another across."""
    rows = figures[figures["metric"] == metric]
    return pd.DataFrame(rows.pivot_table(index=down, columns=across, values="value", aggfunc="min"))


def _at(table: pd.DataFrame, row: str, column: str) -> float:
    return float(table[column].get(row, math.nan)) if column in table else math.nan
