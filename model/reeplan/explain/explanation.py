"""The whole explanation of an infeasible case, and how it is written."""

from __future__ import annotations

import math
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reeplan.explain.arithmetic import Shortfall, highest_by_arithmetic, shortfalls
from reeplan.explain.asking import LIMIT_S, Asking, StoppedError
from reeplan.explain.changes import WHOLE_S, Remedy, highest_target, joint_remedy, single_remedy
from reeplan.explain.conflict import smallest_conflict
from reeplan.explain.rules import LIMITS_IN_WORDS, RuleBook, lifted
from reeplan.model.network import Network
from reeplan.tolerances import CHANGE_ACCURACY, RESILIENCE_GAP
from reeplan.words import beside, exact

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reeplan.explain.rules import Rule
    from reeplan.inputs.rows import Tables
    from reeplan.interrupt import Interrupt
    from reeplan.model.case import Case
    from reeplan.solve.planner import Planner

SHOWN = 10
"""Shortfalls by arithmetic that are listed."""

CONFLICT, CHANGES = "which rules conflict", "changes of limits"
"""Parts of the work, as they are named where they are not tried."""


@dataclass
class Explanation:
    """Why no plan exists, or none keeps a target (None: there is no plan even without one).

    ``ceiling`` is the highest resilience with divisible modules, ``reachable`` a target that a plan with whole
    modules was found for; no plan keeps more than ``bound``. ``only_integers``: divisible modules could keep the
    target. ``conflict`` is None where none was shown and empty where no rule of the tables is to blame: then
    ``nothing_brings`` names demands without a source. ``singles`` are changes that suffice each alone, each of
    ``joint`` is several that must be made together; ``no_single`` says that it is proven that no rule alone is
    enough. ``untried`` is what was left out when the time was up or somebody stopped it; ``shortfalls`` is None and
    ``ceiling`` no number where even these were.
    """

    target: float | None
    measure_in_words: str
    ceiling: float
    by_arithmetic: float
    shortfalls: list[Shortfall] | None
    only_integers: bool
    reachable: float | None = None
    bound: float = 1.0
    conflict: list[Rule] | None = None
    nothing_brings: list[str] = field(default_factory=list)
    singles: list[Remedy] = field(default_factory=list)
    no_single: bool = False
    joint: list[Remedy] = field(default_factory=list)
    untried: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def lines(self) -> list[str]:
        """The explanation for the terminal."""
        text = [self._verdict()]
        text += [f"  {position}. {says}   {place}" for position, (says, place) in enumerate(self._rules(), start=1)]
        text += ["", "Smallest changes that would make it possible:"]
        text += [f"  → {line}" for line in self.change_lines()]
        return [*text, *self._not_tried()]

    def change_lines(self) -> list[str]:
        """Each change that stands alone with how far it is verified; several that go together are one line."""
        lines = [] if self.target is None else [self._other_target(self.target)]
        lines += [_in_one_line(remedy) for remedy in self.singles]
        if not self.singles and self.conflict and self.no_single:
            lines.append(
                f"no {'other ' if self.target is not None else ''}single change is enough: lifting any one of the "
                "limits above leaves another conflict, and lifting anything else leaves this one"
            )
        elif not self.singles and self.conflict:
            lines.append("no other single change was shown to be enough")
        lines += [f"together, none of them can be left out: {_in_one_line(remedy)}" for remedy in self.joint]
        if self.conflict == []:
            lines.append("no limit: a seller, a plant or a lane is missing altogether")
        return lines or ["none was found"]

    def markdown(self, case: str) -> str:
        """``infeasible.md``."""
        sections = {
            "Arithmetic": self._arithmetic(),
            "What conflicts": self._conflict(),
            "Smallest changes that would make it possible": self._changes(),
        }
        if self.target is None:
            del sections["Arithmetic"]
        numbered = [f"## {n}. {title}\n\n{text}" for n, (title, text) in enumerate(sections.items(), start=1)]
        parts = [self._heading(case), *numbered, *map(_text, self._not_tried()), f"Explained in {self.seconds:.0f} s."]
        return "\n\n".join(parts) + "\n"

    def _heading(self, case: str) -> str:
        if self.target is None:
            return (
                f"# No plan can satisfy {_text(case)}\n\nEven without a resilience target some limits contradict each "
                "other."
            )
        found = "" if self.reachable is None else f"; a plan with whole modules was found for {exact(self.reachable)}"
        highest = f" With divisible modules the highest is {beside(self.ceiling, self.target)}{found}."
        return (
            f"# No plan can satisfy {_text(case)} at resilience {exact(self.target)}\n\n"
            f"Resilience is the {self.measure_in_words}.{'' if math.isnan(self.ceiling) else highest}"
        )

    def _arithmetic(self) -> str:
        if self.shortfalls is None:
            return "Stopped before the quantities were counted."
        if not self.shortfalls:
            return "By quantities alone every material could be served in every window."
        listed = "\n".join(f"- {_text(item.sentence)}" for item in self.shortfalls[:SHOWN])
        more = len(self.shortfalls) - SHOWN
        tail = f"\n- and {more} more." if more > 0 else ""
        verdict = (
            f"\n\nThis alone keeps resilience at {beside(self.by_arithmetic, self.target, up=True)} or below."
            if self.target is not None and self.by_arithmetic < self.target
            else ""
        )
        return (
            "Counting every seller that is left, every module that can run by then and full stocks, but neither inputs "
            f"nor money:\n\n{listed}{tail}{verdict}"
        )

    def _verdict(self) -> str:
        """What heads the list of rules, or what there is to say where there is none."""
        whole = f"{self._only_whole()} " if self.only_integers else ""
        if self.conflict is None:
            return whole.strip() or "Which rules conflict was not found."
        if not self.conflict:
            names = f" Nothing makes, sells or brings {', '.join(self.nothing_brings)}." if self.nothing_brings else ""
            return (
                f"{whole}No limit in the tables is to blame: with every one of them lifted there is still no such "
                f"plan. A seller, a plant or a lane is missing altogether, or too much is lost on the way.{names}"
            )
        return (
            f"{whole}These rules cannot all hold at once, even with every other limit in the tables lifted; without "
            "any one of them the others can:"
        )

    def _only_whole(self) -> str:
        if self.target is not None and self.ceiling - self.target <= RESILIENCE_GAP:
            return (
                "With divisible modules the target is only just reached, with whole modules it is not; this close to "
                "the highest resilience the solver's tolerance may be what decides."
            )
        return "Only the whole numbers conflict: with divisible modules there is such a plan, with whole ones none."

    def _rules(self) -> list[tuple[str, str]]:
        """The rules that conflict with their places, the target first; none where nothing was shown."""
        if not self.conflict:
            return []
        asked = None if self.target is None else exact(self.target)
        first = [] if asked is None else [(f"resilience of at least {asked}", f"--target {asked}")]
        return [*first, *((rule.says, rule.place) for rule in self.conflict)]

    def _conflict(self) -> str:
        rules = self._rules()
        table = "\n".join(
            [
                "| | rule | where |",
                "|---|---|---|",
                *(f"| {n} | {_text(says)} | {_text(place)} |" for n, (says, place) in enumerate(rules, start=1)),
            ]
        )
        modules = "whole" if self.only_integers else "divisible"
        shown = (
            f"Shown by solving, with {modules} modules. The limits are {LIMITS_IN_WORDS}. Taken as given are the "
            "network itself (which sellers, plants, deposits, stockpiles and lanes there are), recipes and recoveries, "
            "lives and ramps."
        )
        if self.conflict is None:
            return _text(self._verdict())
        return "\n\n".join([_text(self._verdict()), *([table] if rules else []), shown])

    def _changes(self) -> str:
        listed = "\n".join(f"- {_text(line)}" for line in self.change_lines())
        return (
            f"{listed}\n\nEach line stands alone: everything else stays as it is. Where nothing else is said, a plan "
            "with whole modules was found with the numbers as they are written, and it was shown that a change smaller "
            f"by {CHANGE_ACCURACY:.1%} of itself, or by one where it is a whole number, is not enough."
        )

    def _other_target(self, target: float) -> str:
        if self.reachable is None:
            return "a lower --target: none was found in the time given"
        more = ""
        if self.bound - self.reachable > 2 * RESILIENCE_GAP:
            more = " (perhaps more" + (
                f", but no more than {beside(self.bound, target, up=True)})" if self.bound < target else ")"
            )
        return f"--target {exact(self.reachable)}{more}"

    def _not_tried(self) -> list[str]:
        return [f"Not tried: {'; '.join(self.untried)}."] if self.untried else []


def explain(
    planner: Planner,
    tables: Tables,
    target: float | None,
    measure_in_words: str,
    interrupt: Interrupt,
    tried: Callable[[str], None],
) -> Explanation:
    """Explain why no plan keeps the target, or why there is none at all (also without a target: None)."""
    began = time.monotonic()
    case = planner.case
    asking = Asking(planner.measure, None, interrupt, began + LIMIT_S)
    if target is not None and planner.cheapest_relaxed(0.0).found:
        asking = asking.to(target)
    divisible, ceiling = asking.of_planner(planner)
    found = Explanation(
        target=asking.target,
        measure_in_words=measure_in_words,
        ceiling=ceiling,
        by_arithmetic=highest_by_arithmetic(planner.model.net, planner.measure),
        shortfalls=shortfalls(planner.model.net),
        only_integers=divisible is True,
    )
    try:
        _find_reason(found, case, RuleBook(case, tables).all(), asking, tried)
    except KeyboardInterrupt:  # a second Ctrl-C: what is known by now is kept
        found.untried += [what for what in (CONFLICT,) if found.conflict is None and what not in found.untried]
    if found.conflict is None and found.untried:
        found.untried.append(CHANGES)
    found.seconds = time.monotonic() - began
    return found


def not_explained(target: float | None, measure_in_words: str) -> Explanation:
    """That no plan keeps the target (None: that there is none at all), where all that would say why was stopped."""
    return Explanation(target, measure_in_words, math.nan, 1.0, None, False, untried=[CONFLICT, CHANGES])


def _find_reason(
    found: Explanation, case: Case, rules: list[Rule], asking: Asking, tried: Callable[[str], None]
) -> None:
    """The highest target, the rules that conflict, and the changes that would resolve it."""
    if found.target is not None:
        with _step(found, "the highest target that can be kept", tried):
            found.reachable, found.bound = highest_target(case, asking)
    with _step(found, CONFLICT, tried):
        found.conflict = smallest_conflict(case, rules, asking, whole=found.only_integers)
        if found.conflict == []:
            found.nothing_brings = _without_source(lifted(case, rules))
    if found.conflict:
        _find_changes(found, case, rules, asking, tried)


def _find_changes(
    found: Explanation, case: Case, rules: list[Rule], asking: Asking, tried: Callable[[str], None]
) -> None:
    """Changes of one rule: it is one of those that conflict, or the conflict would remain. Else of several."""
    conflict = found.conflict or []
    kept = asking.whole if found.only_integers else asking.divisible
    ends = dict.fromkeys((rule.key for rule in conflict), None)
    for rule in conflict:
        with _step(found, f"the smallest change of: {rule.says}", tried):
            ends[rule.key] = kept(lifted(case, [rule]))
            if ends[rule.key] is False:
                continue
            remedy = single_remedy(case, rule, asking, only_whole=found.only_integers)
            if remedy is not None and remedy.whole is not False:
                found.singles.append(remedy)
    found.no_single = all(end is False for end in ends.values())
    if any(remedy.whole and remedy.of_a_number for remedy in found.singles):
        return
    named = {rule.key for rule in conflict}
    in_order = sorted(
        (rule for rule in rules if rule.changed is not None),
        key=lambda rule: (rule.of_a_disruption, rule.key not in named),
    )
    with _step(found, "changes of several limits together", tried):
        settled = [rule for rule in in_order if not rule.of_a_disruption]
        for given in (settled, in_order[::-1]):
            remedy = joint_remedy(case, given, asking, only_whole=found.only_integers)
            if remedy is not None and not remedy.whole:
                with suppress(StoppedError):  # other rules may have to give way with whole modules
                    remedy = joint_remedy(case, given, asking.within(WHOLE_S), only_whole=True) or remedy
            if remedy is None or remedy.whole is False:
                continue
            if all(len(remedy.changes) < len(other.changes) for other in found.joint):
                found.joint.append(remedy)


@contextmanager
def _step(found: Explanation, what: str, tried: Callable[[str], None]) -> Iterator[None]:
    """A part of the work, which is noted as not tried if somebody stops it or the time is up."""
    tried(what)
    try:
        yield
    except StoppedError:
        found.untried.append(what)
    except KeyboardInterrupt:
        found.untried.append(what)
        raise


def _without_source(case: Case) -> list[str]:
    """What is demanded where no chain of sellers, plants and lanes brings it, whatever the limits."""
    net = Network(case)
    return [
        f"{demand.material} to {demand.region}"
        for demand in case.demands
        if any(demand.t.values()) and not net.can_turn_up(demand.region, demand.material)
    ]


def _in_one_line(remedy: Remedy) -> str:
    """Changes with the cells they are made in, and what was not shown of them."""
    tail = "" if remedy.smallest else "; that less is not enough was not shown"
    if remedy.whole is None:
        tail = "; enough with divisible modules, with whole ones not shown"
    return "; ".join(f"{change.says} ({change.place})" for change in remedy.changes) + tail


_MARKUP = {ord(mark): f"&#{ord(mark)};" for mark in "&<|`*[]\\"} | {ord("\n"): " "}


def _text(text: str) -> str:
    """Text that is shown as it is: a name must not become a table's edge, a tag or a link."""
    return text.translate(_MARKUP)
