"""What cooperation is worth in plain sentences, with how sure it is, computed from the tables of the run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from reeplan.outputs.spec.cooperation import ALLOCATION
from reeplan.present.figures.cooperation.data import Level
from reeplan.present.words import display_name, join_and, money
from reeplan.present.words.cooperation import between, served, what_joining_does, who_cannot, who_gains
from reeplan.studies.cooperation.bands import core_is_certain
from reeplan.studies.cooperation.core import core_extent, in_core

if TYPE_CHECKING:
    from reeplan.present.figures.cooperation.data import Level
    from reeplan.present.run import Run


def what_it_is_worth(run: Run, level: Level) -> list[str]:
    """The gain with its band, how it is shared, who pays whom, and whether all would agree."""
    said = [f"{_sentence(what_joining_does(level))} Every plan here keeps {_target(run, level)}."]
    gain = level.gain
    if gain.known and gain.low > level.noise:
        said[0] += f" The saving is certain to be {_range(between(gain))}."
    elif gain.known and gain.high > level.noise:
        said[0] += (
            f" As found, together costs {money(abs(gain.found))} MUSD {'less' if gain.found >= 0 else 'more'}; "
            "a smaller gap or more time can make it certain."
        )
    said[0] += "".join(f" {sentence}" for sentence in who_cannot(level))
    shared = _shares(run, level)
    if shared:
        said.append(shared)
    agreed = would_agree(level)
    if agreed:
        said.append(agreed)
    return said


def _sentence(text: str) -> str:
    return f"{text}."


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
