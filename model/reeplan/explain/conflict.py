"""The smallest conflicting set of rules, and the smallest set of rules that must give way together.

Both are a smallest set of which something holds that holds of every larger one: that its rules conflict although
all others are lifted, and that lifting its rules makes the target possible. Nothing is taken from the duals at the
highest resilience, which name only those limits that are tight there; every rule of the tables is a candidate.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reeplan.explain.rules import lifted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reeplan.explain.asking import Asking
    from reeplan.explain.rules import Rule
    from reeplan.model.case import Case

    Kept = Callable[[Case], bool | None]


def smallest_conflict(case: Case, rules: Sequence[Rule], asking: Asking, *, whole: bool) -> list[Rule] | None:
    """Rules that keep every plan below the target although all others are lifted, none of which can be left out.

    Empty if nothing of the case's rules is to blame: with all of them lifted the target is still out of
    reach. None if the conflict of all rules is not proven. Disruptions are preferred: they are the question.
    """
    kept = asking.whole if whole else asking.divisible
    preferred = sorted(rules, key=lambda rule: not rule.of_a_disruption)

    def conflict_in(case: Case, held: Sequence[Rule]) -> bool:
        names = {rule.key for rule in held}
        return kept(lifted(case, [rule for rule in rules if rule.key not in names])) is False

    # What conflicts in one window conflicts in all of them; that none can be left out is shown with all.
    narrow = case if whole else _with_the_hardest_window(case, asking)
    found = smallest_set(preferred, lambda held: conflict_in(narrow, held))
    if found is None:
        return None
    needed = without_the_needless(found, lambda held: conflict_in(case, held))
    return sorted(needed, key=rules.index)


def _with_the_hardest_window(case: Case, asking: Asking) -> Case:
    """The case with the one window that alone keeps resilience lowest, if it alone is out of reach of the target."""
    if not asking.measure.by_window or asking.target is None or len(case.windows) < 2:
        return case
    cases = [replace(case, windows=[window]) for window in case.windows]
    answers = [(*asking.with_resilience(alone), alone) for alone in cases]
    short = [(resilience, alone) for kept, resilience, alone in answers if kept is False]
    return min(short, key=lambda pair: pair[0])[1] if short else case


def smallest_repair(case: Case, rules: Sequence[Rule], kept: Kept) -> list[Rule] | None:
    """Rules whose widest values together make the target possible, none of which can stay; the first are preferred.

    None if all of them together are not shown to be enough.
    """

    def enough(given: Sequence[Rule]) -> bool:
        return kept(widest(case, given)) is True

    found = smallest_set(rules, enough)
    return None if found is None else without_the_needless(found, enough)


def widest(case: Case, rules: Sequence[Rule]) -> Case:
    """The case with every one of these rules at its widest value."""
    for rule in rules:
        assert rule.changed is not None
        case = rule.changed(case, rule.most)
    return case


def smallest_set(items: Sequence[Rule], holds: Callable[[Sequence[Rule]], bool]) -> list[Rule] | None:
    """A set of which a statement holds and of none of its parts, where it holds of every larger set; or None.

    Halves are left out as long as it holds without them, the last of the items first (QuickXplain: Junker, AAAI 2004).
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

    return [] if not items or holds([]) else needed([], False, list(items))


def without_the_needless(found: list[Rule], holds: Callable[[Sequence[Rule]], bool]) -> list[Rule]:
    """The set without every item that it still holds without: each is left out once by itself."""
    for item in list(found):
        rest = [other for other in found if other is not item]
        if holds(rest):
            found = rest
    return found
