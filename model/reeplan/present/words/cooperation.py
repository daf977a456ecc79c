"""Sentences about cooperation in plain English, right for every outcome: gain, none, uncertain, out of reach."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from reeplan.outputs.spec.cooperation import ALLOCATION
from reeplan.present.charts.page import years_and_money
from reeplan.present.figures.cooperation.data import members
from reeplan.present.words.measures import served_where
from reeplan.studies.cooperation.bands import core_is_certain
from reeplan.studies.cooperation.core import core_extent, in_core
from reeplan.tolerances import SLIGHT
from reeplan.words import capitalised, display_name, join_and, money, percent, signed

if TYPE_CHECKING:
    from reeplan.interval import Interval
    from reeplan.present.figures.cooperation.data import Level
    from reeplan.present.run import Run

MOST_NAMED = 3
"""So many partners are named one by one in a title."""


def between(amount: Interval) -> str:
    """The range that is certain, to stand after 'certainly'.

    >>> from reeplan.interval import Interval
    >>> between(Interval(4.0, 5.0, 8.0)), between(Interval(4.0, 5.0, float("inf"))), between(Interval(5.0, 5.0, 5.0))
    ('between 4.0 and 8.0', 'at least 4.0', 'exactly that')
    """
    low, high = math.isfinite(amount.low), math.isfinite(amount.high)
    if low and high:
        one, other = money(amount.low), money(amount.high)
        return "exactly that" if one == other == money(amount.found) else f"between {one} and {other}"
    if low:
        return f"at least {money(amount.low)}"
    return f"at most {money(amount.high)}" if high else "unknown within any limits"


def ranged(amount: Interval) -> str:
    """The range that is certain, short, to stand in brackets.

    >>> from reeplan.interval import Interval
    >>> ranged(Interval(-4.0, 5.0, 8.0)), ranged(Interval(5.0, 5.0, 5.0)), ranged(Interval(-float("inf"), 1.0, 2.0))
    ('−4.0 to 8.0', 'exactly', 'at most 2.0')
    """
    if not (math.isfinite(amount.low) or math.isfinite(amount.high)):
        return "no bounds known"
    return between(amount).removeprefix("between ").replace(" and ", " to ").removesuffix(" that")


def served(run: Run, target: float) -> str:
    """What a target asks for, to end a clause such as 'with'."""
    if target <= 0:
        return "no resilience asked for"
    return f"at least {percent(100 * target, 0 if _is_whole(100 * target) else 1)} served {served_where(run)}"


def _is_whole(value: float) -> bool:
    return abs(value - round(value)) < SLIGHT


def level_subtitle(run: Run, level: Level) -> str:
    """Target, years and money."""
    return f"{capitalised(served(run, level.target))}. {years_and_money(run)}"


def group_in_words(run: Run, name: str) -> str:
    """A coalition as one phrase; a large one by who is not in it."""
    inside = members(run, name)
    outside = [partner for partner in run.partners if partner not in inside]
    if len(inside) >= MOST_NAMED and len(outside) == 1:
        return f"all but {display_name(outside[0])}"
    return join_and([display_name(partner) for partner in inside])


def several(run: Run, name: str) -> bool:
    """Whether a verb about a coalition stands in the plural."""
    return len(members(run, name)) > 1


# ---- what joining does --------------------------------------------------------------------------


def what_joining_does(level: Level) -> str:
    """What cooperation of all is worth at a target, as a sentence without its full stop."""
    gain = level.gain
    if level.together.cannot:
        return "Even together the partners cannot reach the target"
    if not level.together.cost.known:
        return "No plan of all partners together was found, so no gain can be stated"
    if level.unable:
        who = join_and([display_name(name) for name in level.unable])
        return f"{who} cannot reach the target alone: joining makes it possible"
    if not gain.known:
        return "Not every partner has a plan alone, so no gain can be stated"
    if gain.low > level.noise:
        return f"Together the partners save {money(gain.found)} MUSD"
    if gain.high < -level.noise:
        return f"Together the partners pay {money(-gain.found)} MUSD more than alone"
    if max(abs(gain.low), abs(gain.high)) <= level.noise:
        return "Together the partners pay as much as alone: cooperation saves nothing"
    return "Whether cooperation saves money is not known: " + (
        f"between {money(gain.low)} and {money(gain.high)} MUSD"
        if math.isfinite(gain.low) and math.isfinite(gain.high)
        else f"{signed(gain.found)} MUSD as found, {between(gain)}"
    )


def who_gains(level: Level) -> str:
    """Who gets how much of the gain by the Shapley value; empty where it is not shared or there is none."""
    gains = {partner: level.gain_of(partner).found for partner in level.partners}
    if not level.gain.low > level.noise or any(math.isnan(gain) for gain in gains.values()):
        return ""
    if len({money(gain) for gain in gains.values()}) == 1:
        return f"{money(gains[level.partners[0]])} each"
    order = sorted(gains, key=lambda partner: -gains[partner])
    if len(order) <= MOST_NAMED:
        return join_and([f"{display_name(partner)} {_gains(gains[partner], level.noise)}" for partner in order])
    first, last = order[0], order[-1]
    return f"{display_name(first)} gains most ({money(gains[first])}), {display_name(last)} " + (
        f"least ({money(gains[last])})" if gains[last] >= -level.noise else f"loses {money(-gains[last])}"
    )


def _gains(gain: float, noise: float) -> str:
    if abs(gain) <= noise:
        return "gains nothing"
    return f"gains {money(gain)}" if gain > 0 else f"loses {money(-gain)}"


def who_cannot(level: Level) -> list[str]:
    """How far those get alone who cannot reach the target, a sentence each."""
    said = []
    for partner in level.unable:
        highest = level.alone(partner).highest_resilience
        if not math.isnan(highest):
            said.append(f"{display_name(partner)} alone reaches {percent(100 * highest, 1)} at most.")
    return said


# ---- what the deal is worth -------------------------------------------------------------------------


def what_it_is_worth(run: Run, level: Level) -> list[str]:
    """The gain with its band, how it is shared, who pays whom, and whether all would agree."""
    said = [f"{what_joining_does(level)}. Every plan here keeps {_target(run, level)}."]
    gain = level.gain
    if gain.known and gain.low > level.noise:
        said[0] += f" The saving is certain to be {_range(between(gain))}."
    elif gain.known and gain.high > level.noise:
        said[0] += (
            f" As found, together costs {money(abs(gain.found))} MUSD {'less' if gain.found >= 0 else 'more'}; "
            "a smaller gap or more time can make it certain."
        )
    said[0] += "".join(f" {sentence}" for sentence in who_cannot(level))
    return [*said, *filter(None, (_shares(run, level), would_agree(level)))]


def _range(text: str) -> str:
    return "exactly that" if text == "exactly that" else f"{text} MUSD"


def _target(run: Run, level: Level) -> str:
    return served(run, level.target) if level.target > 0 else "demand served as far as that pays: no target is set"


def _shares(run: Run, level: Level) -> str:
    """Who gains how much by the Shapley value, and the side payments that bring it about."""
    allocation = run.table(ALLOCATION).set_index("partner")
    yearly = allocation["shapley_side_payment_musd_per_year"].dropna()
    if yearly.empty:
        return ""
    gains = who_gains(level)
    text = (
        f"Shared by the Shapley value (what each adds, averaged over all orders of joining): {gains}." if gains else ""
    )
    pays = [(display_name(str(name)), money(musd)) for name, musd in yearly.items() if money(musd) != "0" and musd > 0]
    receives = [
        (display_name(str(name)), money(-musd)) for name, musd in yearly.items() if money(musd) != "0" and musd < 0
    ]
    if not pays or not receives:
        return text or "No side payment is needed to share the cost by the Shapley value."
    said = [f"{name} pays {musd}" for name, musd in pays] + [f"{name} receives {musd}" for name, musd in receives]
    return f"{text} To that end, in MUSD in every year of the plan, {join_and(said)}.".strip()


def would_agree(level: Level) -> str:
    """Whether any group would pay less on its own; empty where that is not known."""
    costs = {who: group.cost.found for who, group in level.groups.items() if group.cost.known}
    bounds = {who: group.cost.low for who, group in level.groups.items() if group.cost.known}
    if len(costs) != 2 ** len(level.partners) - 1 or not all(map(math.isfinite, bounds.values())):
        return ""
    shares = {partner: level.alone(partner).cost.found - level.gain_of(partner).found for partner in level.partners}
    if in_core(costs, shares):
        if core_is_certain(costs, bounds, shares):
            return "Nobody would pay less in a smaller group: that is certain."
        return "Going by the plans found, nobody would pay less in a smaller group; their gaps leave some doubt."
    if core_extent(costs) is not None:
        return "By the Shapley value some group would pay less on its own; by the nucleolus none would."
    return "However the cost is shared, some group would pay less on its own."
