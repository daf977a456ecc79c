"""The first screen in words: what the run answers, and how far it can be trusted, computed from its files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from reeplan.endings import Status
from reeplan.present.charts.page import years_and_money
from reeplan.present.report.sources import tally
from reeplan.present.words.steps import bill_in_a_sentence
from reeplan.tolerances import NEAR_RESILIENCE
from reeplan.words import count, musd, percent

if TYPE_CHECKING:
    import pandas as pd

    from reeplan.present.report.content import Report


@dataclass(frozen=True)
class Badge:
    """A short statement on trust; ``section`` tells more."""

    kind: Literal["good", "mind", "bad"]
    text: str
    section: str


def subtitle(report: Report) -> str:
    """Who plans, which years, and what the money is."""
    return f"{report.partners} · {years_and_money(report.run)} (MUSD)"


def answer(report: Report) -> list[str]:
    """The answer in one to four sentences."""
    points = report.points
    first = points.iloc[0]
    start = f"costs {musd(first.cost_musd)} MUSD"
    if not report.disrupted:
        return [f"The cheapest plan found {start}. The case names no disruption to prepare for."]
    serves = f"serves {percent(first.resilience_percent)} of demand {report.served_where}"
    if len(points) == 1:
        return [f"The plan found {start} and {serves}."]
    sentences = [f"The cheapest plan found {start} and {serves}."]
    chosen = points[points["point"] == report.shown_first].iloc[0]
    last = points.iloc[-1]
    if chosen.point not in (first.point, last.point):
        sentences.append(_chosen(report, first, chosen, last))
    net = bill_in_a_sentence(chosen.to_dict()) if chosen.point != first.point else ""
    told = chosen.point == last.point
    return [*sentences, *([net] if net and not told else []), _last(report, last), *([net] if net and told else [])]


def _chosen(report: Report, first: pd.Series, chosen: pd.Series, last: pd.Series) -> str:
    text = (
        f"{musd(chosen.extra_cost_musd)} MUSD more raise that to {percent(chosen.resilience_percent)} "
        f"(plan {chosen.point})"
    )
    before, after = _price(first, chosen), _price(chosen, last)
    if after > before:
        text += (
            f"; beyond it a further percentage point costs {musd(after)} MUSD on average, against {musd(before)} before"
        )
    return f"{text}."


def _last(report: Report, last: pd.Series) -> str:
    text = (
        f"The most resilient plan found serves {percent(last.resilience_percent)} for {musd(last.extra_cost_musd)} "
        "MUSD more than the cheapest"
    )
    highest = report.manifest.get("highest_resilience_bound")
    if isinstance(highest, (int, float)) and 100 * highest - last.resilience_percent < 100 * NEAR_RESILIENCE:
        text += ", and no plan of this case can serve more"
    return f"{text}."


def _price(one: pd.Series, other: pd.Series) -> float:
    """MUSD for a percentage point of resilience from one plan to another."""
    return float((other.cost_musd - one.cost_musd) / (other.resilience_percent - one.resilience_percent))


# ---- how far it can be trusted --------------------------------------------------------------------


def badges(report: Report) -> list[Badge]:
    """What was checked, what is proven, what the inputs rest on."""
    return [_checked(report), _proven(report), *_not_drawn(report), *_warned(report), *_rests_on(report)]


def _checked(report: Report) -> Badge:
    if report.changed:
        tables = count(len(report.changed), "table").capitalize()
        return Badge("bad", f"{tables} changed since the run was written", "checked")
    if report.verdict is None:
        return Badge("bad", "Not checked", "checked")
    statements = sum(report.verdict["checked"].values())
    if report.verdict["holds"]:
        return Badge("good", f"Checked independently: all {statements:,} statements hold", "checked")
    return Badge(
        "bad", f"Does not hold: {len(report.verdict['failures'])} of {statements:,} statements checked", "checked"
    )


def _proven(report: Report) -> Badge:
    front = report.run.front
    short = front[front["status"] != Status.OPTIMAL]
    if short.empty:
        every = "The plan is" if len(front) == 1 else f"All {len(front)} plans are"
        return Badge("good", f"{every} proven within the gap asked for", "sure")
    largest = float(short["gap_musd"].max())
    some = f"{len(short)} of {len(front)} plans" if len(front) > 1 else "The plan"
    return Badge("mind", f"{some} not fully proven: could cost up to {musd(largest)} MUSD less", "sure")


def _not_drawn(report: Report) -> list[Badge]:
    missing = report.not_drawn
    if not missing:
        return []
    some = count(len(missing), "figure").capitalize() if missing[0].name else "No figure"
    return [Badge("bad", f"{some} could {'not ' if missing[0].name else ''}be drawn", "checked")]


def _warned(report: Report) -> list[Badge]:
    warnings = report.manifest.get("warnings", [])
    return [Badge("mind", count(len(warnings), "input warning").capitalize(), "checked")] if warnings else []


def _rests_on(report: Report) -> list[Badge]:
    rows = tally(report.run)
    number, judged = sum(row.rows for row in rows), sum(row.judged for row in rows)
    if not judged:
        return []
    return [Badge("mind", f"{judged:,} of {number:,} input rows are assumptions or estimates", "sure")]
