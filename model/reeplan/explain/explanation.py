"""The whole explanation of an infeasible target, and how it is written."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reeplan.explain.arithmetic import Shortfall, highest_by_arithmetic, shortfalls
from reeplan.explain.changes import Change, highest_target, smallest_changes
from reeplan.explain.conflict import REACHED, smallest_conflict
from reeplan.explain.rules import RuleBook

if TYPE_CHECKING:
    from collections.abc import Callable

    from reeplan.explain.rules import Rule
    from reeplan.interrupt import Interrupt
    from reeplan.plan import Planner
    from reeplan.tables.rows import Tables

SHOWN = 10
"""Shortfalls by arithmetic that are listed."""


@dataclass
class Explanation:
    """Why no plan keeps a target.

    ``ceiling`` is the highest resilience with divisible modules, ``reachable`` the highest target that
    a plan with whole modules was found for (rounded down to a thousandth); ``only_integers`` says that
    divisible modules could keep the target.
    """

    target: float
    measure_in_words: str
    ceiling: float
    by_arithmetic: float
    shortfalls: list[Shortfall]
    reachable: float
    reachable_is_highest: bool
    only_integers: bool
    conflict: list[Rule] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    seconds: float = 0.0

    def lines(self) -> list[str]:
        """The explanation for the terminal."""
        text = [
            "These rules cannot all hold at once (no smaller set of them conflicts):",
            f"  1. resilience of at least {self.target:g}   --target {self.target:g}",
        ]
        text += [f"  {number}. {rule.says}   {rule.place}" for number, rule in enumerate(self.conflict, start=2)]
        if self.only_integers:
            text = [
                f"With divisible modules the target {self.target:g} could be kept, with whole modules it cannot: "
                "only the whole numbers conflict."
            ]
        text += ["", "Smallest single changes that would make it possible:"]
        text += [f"  → {change}" for change in self.change_lines()]
        return text

    def change_lines(self) -> list[str]:
        """Each change with how far it is verified."""
        first = f"--target {self.reachable:g}" + ("" if self.reachable_is_highest else " (perhaps a little more)")
        rest = [
            f"{change.says} ({change.place})"
            + ("" if change.verified else "; enough with divisible modules, with whole ones not shown")
            for change in self.changes
        ]
        if not rest and not self.only_integers:
            rest = [
                "no other single change is enough: the target conflicts with more than one rule at once, or in several "
                "windows; mend these and ask again"
                if self.conflict
                else "no limit in the tables holds the target back: a seller, a plant or a lane is missing altogether"
            ]
        return [first, *rest]

    def markdown(self, case: str) -> str:
        """``infeasible.md``."""
        parts = [
            f"# No plan can satisfy {_text(case)} at resilience {self.target:g}",
            f"Resilience is the {self.measure_in_words}. With divisible modules the highest is {self.ceiling:.4f}; "
            f"a plan with whole modules was found for {self.reachable:g}.",
            "## 1. Arithmetic",
            self._arithmetic(),
            "## 2. What conflicts",
            self._conflict(),
            "## 3. Smallest single changes that would make it possible",
            "\n".join(f"- {_text(line)}" for line in self.change_lines()),
            "Each change stands alone: everything else stays as it is. Where nothing else is said, a plan with whole "
            "modules was found under it.",
            f"Explained in {self.seconds:.0f} s.",
        ]
        return "\n\n".join(parts) + "\n"

    def _arithmetic(self) -> str:
        if not self.shortfalls:
            return "By quantities alone every material could be served in every window."
        listed = "\n".join(f"- {_text(item.sentence)}" for item in self.shortfalls[:SHOWN])
        more = len(self.shortfalls) - SHOWN
        tail = f"\n- and {more} more." if more > 0 else ""
        verdict = (
            f"\n\nThis alone keeps resilience at {self.by_arithmetic:.4f} or below."
            if self.by_arithmetic < self.target
            else ""
        )
        return (
            "Counting every seller that is left, every module that can run by then and full stocks, but neither inputs "
            f"nor money:\n\n{listed}{tail}{verdict}"
        )

    def _conflict(self) -> str:
        if self.only_integers:
            return "Only the whole numbers conflict: with divisible modules the target could be kept."
        rows = [f"| 1 | resilience of at least {self.target:g} | --target {self.target:g} |"]
        rows += [
            f"| {number} | {_text(rule.says)} | {_text(rule.place)} |"
            for number, rule in enumerate(self.conflict, start=2)
        ]
        table = "\n".join(["| | rule | where |", "|---|---|---|", *rows])
        return (
            "These rules cannot all hold at once, and without any one of them the others can (the network itself, "
            f"balances and recipes, is taken as given):\n\n{table}"
        )


def explain(
    planner: Planner,
    tables: Tables,
    target: float,
    measure_in_words: str,
    interrupt: Interrupt,
    tried: Callable[[str], None],
) -> Explanation:
    """Explain why no plan keeps the target."""
    began = time.perf_counter()
    case, measure, net = planner.case, planner.measure, planner.model.net
    top = planner.most_resilient_relaxed()
    tried("the highest target that can be kept")
    reachable, proven = highest_target(case, measure, interrupt)
    found = Explanation(
        target=target,
        measure_in_words=measure_in_words,
        ceiling=top.objective,
        by_arithmetic=highest_by_arithmetic(net, measure),
        shortfalls=shortfalls(net),
        reachable=reachable,
        reachable_is_highest=proven,
        only_integers=top.objective >= target - REACHED,
    )
    if not found.only_integers:
        found.conflict = smallest_conflict(planner, RuleBook(case, tables), top, target, tried)
        found.changes = smallest_changes(case, measure, target, found.conflict, interrupt, tried)
    found.seconds = time.perf_counter() - began
    return found


_MARKUP = {ord(mark): f"&#{ord(mark)};" for mark in "&<|`*[]\\"} | {ord("\n"): " "}


def _text(text: str) -> str:
    """Text that is shown as it is: a name must not become a table's edge, a tag or a link."""
    return text.translate(_MARKUP)
