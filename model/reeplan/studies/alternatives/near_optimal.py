"""The search for what stays right in plans that cost a little more: bounds first, then plans where they are needed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from reeplan.endings import Outcome
from reeplan.inputs.names import counted
from reeplan.solve.engine import Controls
from reeplan.solve.executor import Task
from reeplan.studies.alternatives.checks import checks
from reeplan.studies.alternatives.difference import MostDifferent, nearest, sizes
from reeplan.studies.alternatives.options import BOUNDS, CLASSES, RANGES, AlternativesOptions
from reeplan.studies.alternatives.quantities import same_questions, things_of
from reeplan.studies.alternatives.questions import Cheapest, CheapestAnswer, Relaxed, Search
from reeplan.studies.alternatives.ranges import OPEN, Knowledge
from reeplan.studies.alternatives.reprice import Reprice
from reeplan.studies.alternatives.result import NearOptimalResult
from reeplan.studies.alternatives.whole import CHEAPEST, Alternative
from reeplan.tolerances import ROUNDING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reeplan.model.case import Case
    from reeplan.model.measures import Measure
    from reeplan.solve.executor import Ask
    from reeplan.studies.alternatives.difference import Builds
    from reeplan.studies.alternatives.found import FoundPlan


@dataclass(frozen=True)
class Work:
    """How many questions there will be at most: fewer for what the cheapest plan does without, or is settled before."""

    bounds: int
    whole_plans: int
    searches_at_most: int

    def __str__(self) -> str:
        return (
            f"at most {counted(self.bounds, 'question')} for bounds (seconds each), "
            f"{counted(self.whole_plans, 'whole alternative')}, "
            f"and at most {counted(self.searches_at_most, 'search', 'searches')} for what the bounds leave open"
        )


def work_ahead(case: Case, choice: AlternativesOptions) -> Work:
    """How many questions there will be, known before anything is solved."""
    things = things_of(case)
    asked = len({representative for representative, _ in same_questions(things).values()})
    sides = {CLASSES: 1, RANGES: 2, BOUNDS: 0}[choice.search]
    whole = choice.whole_plans * len(choice.slacks) if sizes(case) else 0
    return Work(2 * asked, whole, sides * asked * len(choice.slacks))


def near_optimal(
    case: Case,
    measure: Measure,
    target: float,
    ask: Ask,
    choice: AlternativesOptions | None = None,
    cheapest: CheapestAnswer | None = None,
) -> NearOptimalResult:
    """What plans that keep ``target`` and cost a little more than the cheapest have in common, and how they differ.

    ``cheapest`` is the cheapest plan where it is known already (``cheapest_known``); else it is asked for first.
    """
    choice = choice or AlternativesOptions()
    search = _Search(case, measure, target, ask, choice)
    if cheapest is None:
        cheapest = search.cheapest()
    if cheapest is None or not cheapest.found:
        outcome = Outcome.INTERRUPTED if cheapest is None else cheapest.outcome
        return NearOptimalResult.without_plan(case, target, choice, outcome)
    search.begin(cheapest)
    search.bound()
    search.differ()
    search.reprice()
    search.settle()  # last, as it can take long: whoever stops it has all but these searches
    return search.finding()


class _Search:
    """The state of the search: what is known, the whole alternatives, and how the questions ended."""

    knowledge: Knowledge
    start: FoundPlan
    known: CheapestAnswer

    def __init__(self, case: Case, measure: Measure, target: float, ask: Ask, choice: AlternativesOptions) -> None:
        self.case, self.measure, self.target, self._ask = case, measure, target, ask
        self.choice = choice
        self.controls = Controls(time_limit_s=choice.time_limit_s, seed=choice.seed)
        self.alternatives: list[Alternative] = []
        self.outcomes: list[Outcome] = []
        self.searches = 0

    # ---- asking -----------------------------------------------------------------------------------

    def ask(self, questions: Sequence[tuple[str, Any]]) -> list[Any]:
        """Ask several questions at once, and note how each ended and what plans it gave."""
        limit = self.choice.time_limit_s
        tasks = [Task(what, self.case, self.measure, question, limit) for what, question in questions]
        answers = self._ask(tasks) if tasks else []
        self.outcomes += [Outcome.INTERRUPTED if answer is None else answer.outcome for answer in answers]
        return answers

    @property
    def stopped(self) -> bool:
        """Whether somebody asked to stop."""
        return Outcome.INTERRUPTED in self.outcomes

    # ---- the steps --------------------------------------------------------------------------------

    def cheapest(self) -> CheapestAnswer | None:
        """The cheapest plan, which everything is measured against."""
        [answer] = self.ask([("the cheapest plan", Cheapest(self.target, self.choice.gap, self.controls))])
        return answer  # type: ignore[no-any-return]

    def begin(self, cheapest: CheapestAnswer) -> None:
        """Set the limits from the cost of the cheapest plan."""
        self.known, self.start = cheapest, cheapest.plans[0]
        self.outcomes.append(cheapest.outcome)
        cost = self.start.cost_musd
        self.choice = replace(self.choice, slacks=tuple(sorted(self.choice.slacks, key=lambda s: s.of(cost))))
        self.knowledge = Knowledge(self.case, [cost + slack.of(cost) for slack in self.choice.slacks])
        self.knowledge.learn_plans([self.start])

    def bound(self) -> None:
        """Bounds of everything, with divisible modules; nobody need ask how little can be had of what is not built."""
        limits = self.knowledge.limits_musd
        sides = [
            (key, most)
            for key in self.knowledge.questions
            for most in (False, True)
            if most or self.start.amounts[key] > 0
        ]
        answers = self.ask(
            [
                (f"{_side(most)} of {key}", Relaxed(key, most, self.target, limits, self.start.whole))
                for key, most in sides
            ]
        )
        for (key, most), answer in zip(sides, answers, strict=True):
            if answer is None:
                continue
            self.knowledge.learn_plans(answer.plans)
            for slack, bound in enumerate(answer.bounds):
                self.knowledge.learn_bound(key, slack, bound, most=most)

    def differ(self) -> None:
        """Whole alternatives: at every slack one after the other, at all slacks side by side."""
        most = sizes(self.case)
        chains: dict[int, list[FoundPlan]] = {slack: [self.start] for slack in range(len(self.choice.slacks))}
        for _ in range(self.choice.whole_plans if most else 0):
            if self.stopped:
                break
            going = list(chains)
            answers = self.ask([self._most_different(slack, chains[slack]) for slack in going])
            for slack, answer in zip(going, answers, strict=True):
                if answer is None or not answer.plans or answer.difference <= ROUNDING:
                    del chains[slack]  # no other plan, or none found
                    continue
                [plan] = answer.plans
                chains[slack].append(plan)
                self.knowledge.learn_plans([plan])
                self.alternatives.append(Alternative("", slack, plan, answer.difference, answer.difference_bound))
        self._name_alternatives()

    def _name_alternatives(self) -> None:
        """Number the alternatives, those of the narrowest slack first."""
        in_order = sorted(self.alternatives, key=lambda one: one.slack or 0)
        self.alternatives = [replace(one, name=f"a{number}") for number, one in enumerate(in_order, start=1)]

    def _most_different(self, slack: int, before: list[FoundPlan]) -> tuple[str, MostDifferent]:
        most = sizes(self.case)
        earlier = [plan.modules for plan in before]
        start = max(self.knowledge.plans_within(slack), key=lambda plan: nearest(most, plan.modules, earlier))
        limit = self.knowledge.limits_musd[slack]
        question = MostDifferent(tuple(map(_as_builds, earlier)), self.target, limit, start.whole, self.controls)
        return f"alternative {len(before)} within {self.choice.slacks[slack]}", question

    def settle(self) -> None:
        """Search for whole plans where the bounds leave open what is asked, from the narrowest slack to the widest."""
        if self.choice.search == BOUNDS:
            return
        for slack in range(len(self.choice.slacks)):
            if self.stopped:
                return
            sides = [side for key in self.knowledge.questions for side in self._open_sides(key, slack)]
            self.searches += len(sides)
            answers = self.ask([self._search(key, slack, most=most) for key, most in sides])
            for (key, most), answer in zip(sides, answers, strict=True):
                if answer is None:
                    continue
                self.knowledge.learn_plans(answer.plans)
                self.knowledge.learn_bound(key, slack, answer.amount_bound, most=most)

    def _open_sides(self, key: str, slack: int) -> list[tuple[str, bool]]:
        """The least or the most of a thing, where knowing it would tell more."""
        known = self.knowledge.range(key, slack)
        if self.choice.search == RANGES:
            proven = {False: known.least_is_proven, True: known.most_is_proven}
            return [(key, most) for most in (False, True) if not proven[most]]
        if known.kind != OPEN:
            return []
        return [(key, known.most <= known.thing.nothing)]

    def _search(self, key: str, slack: int, *, most: bool) -> tuple[str, Search]:
        known = self.knowledge.range(key, slack)
        plans = self.knowledge.plans_within(slack)
        best = (max if most else min)(plans, key=lambda plan: plan.amounts[key])
        apart = known.most_bound - known.most if most else known.least - known.least_bound
        limit = self.knowledge.limits_musd[slack]
        apart = apart if math.isfinite(apart) else 0.0
        question = Search(key, most, self.target, limit, best.whole, apart, self.controls)
        return f"{_side(most)} of {key} within {self.choice.slacks[slack]}", question

    def reprice(self) -> None:
        """Every whole alternative and the cheapest plan re-solved, by a plain solve of its whole numbers."""
        first = Alternative(CHEAPEST, None, self.start, 0.0, 0.0)
        plans = [first, *self.alternatives]
        answers = self.ask([(f"price of {one.name}", Reprice(one.plan.whole, self.target)) for one in plans])
        self.alternatives = [
            one if answer is None or not answer.plans else replace(one, repriced=answer.plans[0], builds=answer.builds)
            for one, answer in zip(plans, answers, strict=True)
        ]

    def finding(self) -> NearOptimalResult:
        """What was found."""
        labels = [str(slack) for slack in self.choice.slacks]
        return NearOptimalResult(
            case=self.case,
            target=self.target,
            choice=self.choice,
            outcomes=tuple(self.outcomes),
            cheapest=self.known,
            knowledge=self.knowledge,
            alternatives=tuple(self.alternatives),
            checks=tuple(checks(self.knowledge, self.alternatives, labels, self.target)),
            searches=self.searches,
        )


def _side(most: bool) -> str:
    return "the most" if most else "the least"


def _as_builds(modules: dict[str, int]) -> Builds:
    return tuple(sorted(modules.items()))
