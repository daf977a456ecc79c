"""What ``reeplan cooperate`` says: the coalitions, the sharing and the side payments, as text or as one JSON object."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

import click

from reeplan.cli.said import WIDTH, files_there
from reeplan.cooperate.deal import DONE, NOT_SOLVED, OUT_OF_REACH, STOPPED, Deal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILES = {
    "report.html": "open this first",
    "coalitions.csv": "what each coalition costs and gains, level by level",
    "allocation.csv": "what each partner bears by each rule, with bands, and its side payments",
    "pays.csv": "what each pays in the joint plan before side payments, by part of the cost",
    "owns.csv": "whose capital is in which plant",
    "risks.csv": "what each disruption leaves each partner without",
    "gets.csv": "what reaches each partner, and from where",
    "levers.csv": "what each clause alone is worth to each partner, solved anew without it",
    "marginal_prices.csv": "what a little more of each clause is worth",
    "regret.csv": "what the joint plan leaves a partner when the others walk away",
    "ceilings.csv": "where a coalition lacks what a shared seller sells, and the worth of a tonne",
}


def status_of(deal: Deal) -> str:
    """Done, infeasible (all together cannot reach the target), interrupted, or stopped at a limit."""
    statuses = {coalition: deal.status(coalition) for coalition in deal.answers}
    if statuses.get(deal.everyone) == OUT_OF_REACH:
        return "infeasible"
    if {STOPPED, NOT_SOLVED} & set(statuses.values()):
        return "interrupted"
    return "done" if set(statuses.values()) <= {DONE, OUT_OF_REACH} else "stopped at a limit"


def as_object(deal: Deal) -> dict[str, Any]:
    """The deal for ``--json`` and the manifest. ``core``: whether the Shapley value is in the core."""
    coalitions = [
        {
            "partners": row["coalition"].split(" + "),
            **{
                name: _number_or_none(row[name])
                for name in ("cost_musd", "bound_musd", "resilience", "highest_resilience", "gain_musd")
            },
            "status": row["status"],
        }
        for row in deal.coalition_rows()
    ]
    gained = deal.gain(deal.everyone)
    return {
        "status": status_of(deal),
        "target": deal.target,
        "coalitions": coalitions,
        "gain_musd": None if gained is None else gained[0],
        "gain_between_musd": None if gained is None else list(gained[1]),
        **{rule: deal.shares.get(rule) for rule in ("shapley", "nucleolus", "nash")},
        "core": deal.in_core("shapley"),
        "core_is_certain": deal.surely_in_core("shapley"),
        "core_exists": deal.core_exists,
        "side_payments_musd": {k: _number_or_none(deal.side_payment("shapley", k)) for k in deal.partners},
    }


def _number_or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None


def print_deal(deal: Deal, by_level: Mapping[float, Deal], place: Path, measure: str) -> None:
    """The tables and sentences on standard output: the deal, and its gain at every level of resilience."""
    currency = f"MUSD of {deal.case.settings.currency_year}, present value"
    head = f"Every coalition at a resilience of at least {deal.target:.1%} ({measure}); {currency}"
    click.echo("\n" + textwrap.fill(head, WIDTH))
    for lines in (_coalition_lines(deal), _sharing_lines(deal), _sentences(deal), _level_lines(by_level)):
        if lines:
            click.echo("\n".join(["", *lines]))
    click.echo("\n".join(["", *files_there(place, FILES)]))


def _level_lines(by_level: Mapping[float, Deal]) -> list[str]:
    """One line a level: together, the sum of all alone, and the gain; nothing where there is one level only."""
    if len(by_level) < 2:
        return []
    head = f"{'served at least':<17}{'together':>12}{'all alone':>12}{'gain of joining':>17}   certain between"
    lines = [head]
    for level, deal in sorted(by_level.items()):
        together, gained = deal.costs.get(deal.everyone, math.nan), deal.gain(deal.everyone)
        if gained is None:
            unable = [k for k in deal.partners if deal.status(frozenset([k])) == OUT_OF_REACH]
            why = f"{' and '.join(unable)} alone cannot" if unable else "not every partner's plan is known"
            lines.append(f"{level:<17.1%}{_number(together):>12}   {why}")
            continue
        gain, band = gained
        figures = f"{_number(together):>12}{_number(together + gain):>12}{_number(gain):>17}"
        lines.append(f"{level:<17.1%}{figures}   {_number(band.least)} and {_number(band.greatest)}")
    return lines


def _coalition_lines(deal: Deal) -> list[str]:
    """One line a coalition: cost, bound, what is served, gain of joining and between which values it is certain."""
    rows = deal.coalition_rows()
    width = max(len("coalition"), *(len(row["coalition"]) for row in rows)) + 2
    head = f"{'coalition':<{width}}{'cost':>11}{'bound':>11}{'served':>9}{'gain of joining':>17}   certain between"
    return [head, *(f"{row['coalition']:<{width}}{_coalition_figures(row)}".rstrip() for row in rows)]


def _coalition_figures(row: dict[str, Any]) -> str:
    if row["status"] == OUT_OF_REACH:
        reach = row["highest_resilience"]
        at_most = f"; it reaches at most {reach:.1%}" if math.isfinite(reach) else ""
        return f"  cannot reach the target {'alone' if row['partners'] == 1 else 'by itself'}{at_most}"
    if not math.isfinite(row["cost_musd"]):
        return f"  {row['status']}"
    mark = "" if row["status"] == DONE else f"   ({row['status']})"
    cost = f"{_number(row['cost_musd']):>11}{_number(row['bound_musd']):>11}{row['resilience']:>9.1%}"
    return f"{cost}{_gain_figures(row)}{mark}"


def _gain_figures(row: dict[str, Any]) -> str:
    if row["partners"] == 1:
        return ""
    if not math.isfinite(row["gain_musd"]):
        return "   not stated: a member has no plan alone"
    between = f"{_number(row['gain_least_musd'])} and {_number(row['gain_greatest_musd'])}"
    return f"{_number(row['gain_musd']):>17}   {between}"


def _sharing_lines(deal: Deal) -> list[str]:
    """One line a partner: alone, by each rule, what falls to it in the plan, and the side payment."""
    if not deal.shares:
        return []
    width = max(len("partner"), *(len(k) for k in deal.partners)) + 2
    heads = (
        ("", "alone", 11),
        ("bears by", "Shapley", 12),
        ("bears by", "nucleolus", 12),
        ("pays in", "the plan", 12),
        ("side payment", "in all", 15),
        ("by Shapley", "a year", 12),
    )
    lines = [
        f"{'':<{width}}" + "".join(f"{above:>{w}}" for above, _, w in heads),
        f"{'partner':<{width}}" + "".join(f"{below:>{w}}" for _, below, w in heads),
    ]
    for k in deal.partners:
        side = deal.side_payment("shapley", k)
        alone, shapley, nucleolus = deal.costs[frozenset([k])], deal.shares["shapley"][k], deal.shares["nucleolus"][k]
        numbers = (alone, shapley, nucleolus, deal.pays_in_plan(k), abs(side), abs(deal.a_year(side)))
        cells = "".join(f"{_number(x):>{w}}" for x, (_, _, w) in zip(numbers, heads, strict=True))
        lines.append(f"{k:<{width}}{cells} {'pays' if side >= 0 else 'receives'}")
    return lines


def _sentences(deal: Deal) -> list[str]:
    return [line for text in _texts(deal) for line in textwrap.wrap(text, WIDTH)]


def _texts(deal: Deal) -> list[str]:
    """What the numbers mean."""
    texts = []
    gained = deal.gain(deal.everyone)
    unable = [k for k in deal.partners if deal.status(frozenset([k])) == OUT_OF_REACH]
    if deal.status(deal.everyone) == OUT_OF_REACH:
        texts.append("All partners together cannot reach the target: give a lower --target.")
    elif unable:
        texts.append(
            f"{' and '.join(unable)} cannot reach the target alone: joining is what makes it possible at all, so no "
            "gain in money can be stated. A lower --target that each reaches alone gives one."
        )
    if gained is not None:
        gain, band = gained
        told = "" if band.least > 0 else " It cannot be told from nothing at this gap; a smaller --gap may."
        texts.append(
            f"Joining gains all partners together {_number(gain)} MUSD, certainly between {_number(band.least)} and "
            f"{_number(band.greatest)}.{told}"
        )
    if deal.shares:
        texts.append(_core_in_words(deal))
        texts.append(
            "A side payment makes a partner bear what the Shapley value says, whatever falls to it in the plan; "
            "'a year' is the level payment in every year of the plan."
        )
    if any(answer is not None and answer.ceilings for answer in deal.answers.values()):
        texts.append("Some sellers that the partners share bind for a coalition: ceilings.csv says what more is worth.")
    return texts


def _core_in_words(deal: Deal) -> str:
    if deal.in_core("shapley"):
        certain = "" if deal.surely_in_core("shapley") else ", going by the plans found; their gaps leave some doubt"
        return f"The Shapley value is in the core: nobody would pay less in a smaller group{certain}."
    if deal.core_exists:
        return "Some group would pay less on its own than by the Shapley value; by the nucleolus none would."
    return "The core is empty: however the cost is shared, some group would pay less on its own."


def _number(value: float) -> str:
    """A number of MUSD that can be read at its size."""
    if not math.isfinite(value):
        return "unknown"
    digits = 1 if abs(value) >= 100 else 3 if abs(value) >= 0.1 or value == 0 else 6
    return f"{value:,.{digits}f}".replace(",", " ")
