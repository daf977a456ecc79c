"""The plans as the picker offers them, and how each differs from the one before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reeplan.present.figures.front.words import built_in_words, changes, heading
from reeplan.tolerances import SHOWN_MUSD
from reeplan.words import display_name, musd, percent, tonnes

if TYPE_CHECKING:
    import pandas as pd

    from reeplan.present.report.content import Report

MOST_CARDS = 12


@dataclass(frozen=True)
class PlanCard:
    """A plan in few words. ``tag``: what stands out about it; ``carded``: whether it has a card of its own."""

    point: str
    letter: str
    tag: str
    money: str
    served: str
    carded: bool
    before: str
    added: list[str]
    dropped: list[str]
    facts: list[tuple[str, str]]

    @property
    def in_words(self) -> str:
        """The plan in one line."""
        return f"Plan {self.point}: {self.money}{f', {self.served} served' if self.served else ''}"


def plan_cards(report: Report) -> list[PlanCard]:
    """All plans, cheapest first."""
    points = report.points
    carded = _carded(report)
    lettered = list(points[points["letter"] != ""]["point"])
    cards = []
    for number, row in enumerate(points.to_dict("records")):
        point = str(row["point"])
        before = str(points["point"].iloc[number - 1]) if number else ""
        added, dropped = _differs(report, before, point)
        cards.append(
            PlanCard(
                point=point,
                letter=str(row["letter"]),
                tag=heading(report.front, lettered.index(point)) if point in lettered else "",
                money=f"+{musd(row['extra_cost_musd'])} MUSD" if number else f"{musd(row['cost_musd'])} MUSD",
                served=percent(row["resilience_percent"]) if report.disrupted else "",
                carded=point in carded,
                before=before,
                added=added,
                dropped=dropped,
                facts=_facts(report, point),
            )
        )
    return cards


def _carded(report: Report) -> set[str]:
    """All plans, or those with letters and some evenly between if there are too many."""
    points = report.points
    names = [str(name) for name in points["point"]]
    if len(names) <= MOST_CARDS:
        return set(names)
    chosen = {*points[points["letter"] != ""]["point"], report.shown_first}
    others = [name for name in names if name not in chosen]
    room = MOST_CARDS - len(chosen)
    return chosen | {others[int((i + 0.5) * len(others) / room)] for i in range(room)}


def _differs(report: Report, before: str, point: str) -> tuple[list[str], list[str]]:
    """What a plan builds beyond the one before (the cheapest: beyond nothing), and what it leaves out."""
    builds = report.front.builds
    here = builds[builds["point"] == point]
    if not before:
        order = here.sort_values(["capex_musd", "asset"], ascending=[False, True])
        return [built_in_words(row) for _, row in order.iterrows()], []
    there = builds[builds["point"] == before]
    added, dropped = changes(there, here)
    more = _room(here) - _room(there)
    if abs(more) >= 0.5:
        (added if more > 0 else dropped).append(f"{tonnes(abs(more))} t of stockpile room")
    return added, dropped


def _room(builds: pd.DataFrame) -> float:
    return float(builds[builds["stage"] == "stockpile"]["t"].sum())


def _facts(report: Report, point: str) -> list[tuple[str, str]]:
    """The figures that sum a plan up."""
    run = report.run
    row = run.row(point)
    gap = float(row["gap_musd"])
    facts = [
        ("Total cost", f"{row['cost_musd']:,.1f} MUSD"),
        ("Proven to be at least", f"{row['bound_musd']:,.1f} MUSD" if row["bound_musd"] == row["bound_musd"] else "–"),
        ("Could still be cheaper by", f"{gap:,.1f} MUSD at most" if gap > SHOWN_MUSD else "nothing"),
        ("Capital decided", f"{row['capital_musd']:,.0f} MUSD"),
        ("Value of supply lost, expected", f"{row['shortage_musd']:,.0f} MUSD"),
    ]
    for partner in run.partners:
        column = f"worst_window_served_{partner}"
        if column in row.index and report.disrupted:
            served = percent(100 * float(row[column]), 1)
            facts.append((f"{display_name(partner)}: served in its worst disruption", served))
    return facts
