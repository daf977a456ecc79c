"""What ``reeplan cooperate`` says: the coalitions, the sharing and the side payments."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from reeplan.cli.screen import Column, lines, say, table, width
from reeplan.endings import Status
from reeplan.outputs.summary import measure_in_words
from reeplan.tolerances import ROUNDING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reeplan.studies.cooperation.deal import Deal
    from reeplan.studies.cooperation.result import Cooperation

BETWEEN = "certain between"


def print_deal(found: Cooperation) -> None:
    """The tables and sentences on standard output: the deal, and its gain at every level of resilience."""
    deal, by_level, measure = found.deal, found.by_level, measure_in_words(found.deal.case.settings)
    currency = f"MUSD of {deal.case.settings.currency_year}, present value"
    head = f"Every coalition at a resilience of at least {deal.target:.1%} ({measure}); {currency}"
    click.echo()
    say(head)
    for part in (_coalition_lines(deal), _sharing_lines(deal), _sentences(deal), _level_lines(by_level)):
        if part:
            click.echo("\n".join(["", *part]))


def _level_lines(by_level: Mapping[float, Deal]) -> list[str]:
    """One line a level: together, the sum of all alone, and the gain; nothing where there is one level only."""
    if len(by_level) < 2:
        return []
    levels = sorted(by_level.items())
    rows = [_level_row(deal) for _, deal in levels]
    return table(
        [
            Column("served at least", [f"{level:.1%}" for level, _ in levels], 17, left=True),
            *(
                Column(heading, [row[i] for row in rows], wide)
                for i, (heading, wide) in enumerate([("together", 12), ("all alone", 12), ("gain of joining", 17)])
            ),
        ],
        [row[-1] for row in rows],
        BETWEEN,
    )


def _level_row(deal: Deal) -> tuple[str, str, str, str]:
    """What all pay together and alone, the gain, and between what it is certain, or why it is not known."""
    together, gained = deal.costs.get(deal.everyone, math.nan), deal.gain(deal.everyone)
    if gained is None:
        unable = [k for k in deal.partners if deal.status(frozenset([k])) == Status.OUT_OF_REACH]
        why = f"{' and '.join(unable)} alone cannot" if unable else "not every partner's plan is known"
        return _number(together), "", "", why
    gain, band = gained
    return _number(together), _number(together + gain), _number(gain), _between(band.least, band.greatest)


def _between(least: float, greatest: float) -> str:
    return f"{_number(least)} and {_number(greatest)}"


def _coalition_lines(deal: Deal) -> list[str]:
    """One line a coalition: cost, bound, what is served, gain of joining and between which values it is certain."""
    rows = deal.coalition_rows()
    names = [row["coalition"] for row in rows]
    told = [_coalition_row(row) for row in rows]
    heads = (("cost", 11), ("bound", 11), ("served", 9), ("gain of joining", 17))
    return table(
        [
            Column("coalition", names, max(map(len, ["coalition", *names])) + 2, left=True),
            *(Column(heading, [row[i] for row in told], wide) for i, (heading, wide) in enumerate(heads)),
        ],
        [row[-1] for row in told],
        BETWEEN,
    )


def _coalition_row(row: dict[str, Any]) -> tuple[str, str, str, str, str]:
    """Cost, bound, what is served, the gain, and between what it is certain; or why there is no plan."""
    if row["status"] == Status.OUT_OF_REACH:
        reach = row["highest_resilience"]
        most = math.ceil(1000 * (reach - ROUNDING)) / 10 if math.isfinite(reach) else None
        at_most = f"; it reaches at most {most:.1f}%" if most is not None else ""
        return "", "", "", "", f"cannot reach the target {'alone' if row['partners'] == 1 else 'by itself'}{at_most}"
    if not math.isfinite(row["cost_musd"]):
        return "", "", "", "", row["status"]
    mark = "" if row["status"] == Status.OPTIMAL else f"({row['status']})"
    gain, note = "", ""
    if row["partners"] > 1 and not math.isfinite(row["gain_musd"]):
        note = "not stated: a member has no plan alone"
    elif row["partners"] > 1:
        gain, note = _number(row["gain_musd"]), _between(row["gain_least_musd"], row["gain_greatest_musd"])
    figures = _number(row["cost_musd"]), _number(row["bound_musd"]), f"{row['resilience']:.1%}"
    return *figures, gain, "   ".join(filter(None, [note, mark]))


def _sharing_lines(deal: Deal) -> list[str]:
    """One line a partner: alone, by each rule, what falls to it in the plan, and the side payment."""
    if not deal.shares:
        return []
    sides = [deal.side_payment("shapley", k) for k in deal.partners]
    heads = (
        ("alone", 11, [deal.costs[frozenset([k])] for k in deal.partners]),
        ("bears by Shapley", 12, [deal.shares["shapley"][k] for k in deal.partners]),
        ("bears by nucleolus", 12, [deal.shares["nucleolus"][k] for k in deal.partners]),
        ("pays in the plan", 12, [deal.pays_in_plan(k) for k in deal.partners]),
        ("side payment in all", 15, [abs(side) for side in sides]),
        ("by Shapley a year", 12, [abs(deal.a_year(side)) for side in sides]),
    )
    return table(
        [
            Column("partner", deal.partners, max(map(len, ["partner", *deal.partners])) + 2, left=True),
            *(Column(heading, [_number(x) for x in numbers], wide) for heading, wide, numbers in heads),
        ],
        ["pays" if side >= 0 else "receives" for side in sides],
    )


def _sentences(deal: Deal) -> list[str]:
    return [line for text in _texts(deal) for line in lines(text, width())]


def _texts(deal: Deal) -> list[str]:
    """What the numbers mean."""
    texts = []
    gained = deal.gain(deal.everyone)
    unable = [k for k in deal.partners if deal.status(frozenset([k])) == Status.OUT_OF_REACH]
    if deal.status(deal.everyone) == Status.OUT_OF_REACH:
        texts.append("All partners together cannot reach the target: give a lower --target.")
    elif unable:
        texts.append(
            f"{' and '.join(unable)} cannot reach the target alone: joining is what makes it possible at all, so no "
            "gain in money can be stated. A lower --target that each reaches alone gives one."
        )
    if gained is not None:
        gain, band = gained
        told = "" if band.least > 0 else " It is indistinguishable from zero at this gap; a smaller --gap may."
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
