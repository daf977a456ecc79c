"""The smallest conflicting set of rules, and the smallest set of rules that must give way together.

Both are a smallest set of which something holds that holds of every larger one: that its rules conflict although
all others are lifted, and that lifting its rules makes the target possible. Nothing is taken from the duals at the
highest resilience, which name only those limits that are tight there; every rule of the tables is a candidate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reeplan.explain.rules import lifted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reeplan.case import Case
    from reeplan.explain.rules import Rule

Ask = "Callable[[Case], bool | None]"
"""Whether a case keeps the target: yes, no, or not known."""


def smallest_conflict(case: Case, rules: Sequence[Rule], kept: Callable[[Case], bool | None]) -> list[Rule] | None:
    """Rules that keep every plan below the target although all others are lifted, none of which can be left out.

    Empty if nothing of the case's rules is to blame: with all of them lifted the target is still out of
    reach. None if the conflict of all rules is not proven. Disruptions are preferred: they are the question.
    """
    preferred = sorted(rules, key=lambda rule: not rule.of_a_disruption)

    def conflicts(held: Sequence[Rule]) -> bool:
        names = {rule.key for rule in held}
        return kept(lifted(case, [rule for rule in rules if rule.key not in names])) is False

    found = smallest_set(preferred, conflicts)
    return None if found is None else sorted(found, key=rules.index)


def smallest_repair(case: Case, rules: Sequence[Rule], kept: Callable[[Case], bool | None]) -> list[Rule] | None:
    """Rules whose widest values together make the target possible, none of which can stay; the first are preferred.

    None if all of them together are not shown to be enough.
    """

    def enough(given: Sequence[Rule]) -> bool:
        return kept(widest(case, given)) is True

    return smallest_set(rules, enough)


def widest(case: Case, rules: Sequence[Rule]) -> Case:
    """The case with every one of these rules at its widest value."""
    for rule in rules:
        assert rule.changed is not None
        case = rule.changed(case, rule.most)
    return case


def smallest_set(items: Sequence[Rule], holds: Callable[[Sequence[Rule]], bool]) -> list[Rule] | None:
    """A set of which a statement holds and of none of its parts, where it holds of every larger set; or None.

    Halves are left out as long as it holds without them (QuickXplain: Junker, AAAI 2004), the last of the items
    first. Every item of what remains is then left out once more by itself.
    """
    if not holds(items):
        return None

    def needed(given: list[Rule], grown: bool, rest: list[Rule]) -> list[Rule]:
        """Those of the rest that are needed besides what is given."""
        if grown and holds(given):
            return []
        if len(rest) == 1:
            return rest
        half = len(rest) // 2
        first, last = rest[:half], rest[half:]
        of_last = needed([*given, *first], True, last)
        of_first = needed([*given, *of_last], bool(of_last), first)
        return [*of_first, *of_last]

    found = [] if not items or holds([]) else needed([], False, list(items))
    for item in list(found):
        without = [other for other in found if other is not item]
        if holds(without):
            found = without
    return found
