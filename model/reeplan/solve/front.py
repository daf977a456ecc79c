"""The front of cost against resilience: its two ends, and the cheapest plan at levels between them.

Never a weighted sum, which misses most of a front of whole plants: each level is a cutoff
constraint of its own. What is proven at one level is used at the others: a bound at a lower target
holds at every higher one, and a plan at a higher target is a plan for every lower one. What the levels are and which
plans stay is decided in ``front_steps``, which plan of those within the gap is reported in ``front_nearest``.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from reeplan.endings import Outcome, Status, status_of
from reeplan.solve.executor import Task
from reeplan.solve.front_nearest import Alternative, alternatives_within, nearest_question
from reeplan.solve.front_steps import Knowledge, even_levels, gap_within, real_steps, undominated
from reeplan.solve.planner import refuted, within_gap
from reeplan.solve.questions import NOT_ASKED, CheapestAt, MostResilient
from reeplan.tolerances import (
    INEXACT,
    LAST_DIGITS,
    MISSED,
    RESILIENCE_GAP,
    RESILIENCE_SLACK,
    ROUNDING,
    SAME_RESILIENCE,
    SLIGHT,
    SMALLEST_GAP,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from reeplan.solve.engine import Controls
    from reeplan.solve.executor import Executor, Then
    from reeplan.solve.planner import Plan, Planner
    from reeplan.solve.questions import PlanAnswer, PlanQuestion


@dataclass(frozen=True)
class Point:
    """A plan on the front, ``knee`` where the front bends, ``indistinct`` where the step before it is not proven.

    ``exchangeable``: the assets of which other plans found within its gap have another number of modules.
    """

    name: str
    plan: Plan
    gap_target_musd: float
    knee: bool = False
    indistinct: bool = False
    exchangeable: tuple[Alternative, ...] = ()

    @property
    def solved(self) -> bool:
        """Whether the plan keeps every rule and is proven within its gap."""
        if self.plan.violation > INEXACT:
            return False
        return self.plan.gap_musd <= self.gap_target_musd * (1 + MISSED) + LAST_DIGITS * abs(self.plan.cost_musd)

    @property
    def status(self) -> str:
        """Optimal, inexact (the solver's values break a rule), or in what way it is not proven (see ``endings``)."""
        if self.plan.violation > INEXACT:
            return Status.INEXACT
        return Status.OPTIMAL if self.solved else status_of(self.plan.outcome, found=True)


@dataclass
class Front:
    """The points from the cheapest to the most resilient, and how the search for them ended."""

    points: list[Point] = field(default_factory=list)
    outcome: Outcome = Outcome.OPTIMAL
    highest_resilience_bound: float = 1.0
    complete: bool = True
    unreached: list[float] = field(default_factory=list)
    """Targets asked for that no plan found reaches."""
    levels: list[float] = field(default_factory=list)
    """The resiliences at which the least cost was asked for, from 0 (the cheapest plan of all) upwards."""
    bounds: dict[float, float] = field(default_factory=dict)
    """What no plan can cost less (MUSD), by the resilience it must keep."""

    def at(self, level: float) -> Point | None:
        """The cheapest plan found that is as resilient; None if none is."""
        keeping = [point for point in self.points if point.plan.keeps >= level - RESILIENCE_GAP]
        return min(keeping, key=lambda point: point.plan.cost_musd, default=None)

    def bound_at(self, level: float) -> float:
        """What no plan as resilient can cost less, MUSD: a bound proven at a lower level holds as well."""
        return max((bound for at, bound in self.bounds.items() if at <= level + ROUNDING), default=-math.inf)


def _ask(
    planner: Planner, executor: Executor, questions: Sequence[tuple[str, PlanQuestion]], then: Then | None = None
) -> list[PlanAnswer]:
    """The answers to questions about the program, each with what the user is told of it.

    How far a front is, is counted in levels: the executor is always told what follows, if only that nothing does.
    """
    tasks = [_task(planner, *question) for question in questions]
    answers = executor.ask(tasks, then or (lambda position, answer: ()))
    return [NOT_ASKED if answer is None else answer for answer in answers]


def _task(planner: Planner, what: str, question: PlanQuestion) -> Task:
    return Task(what, planner.case, planner.measure, question, question.controls.time_limit_s)


def solve_single(planner: Planner, executor: Executor, controls: Controls, gap: float, target: float) -> Front:
    """The cheapest plan that keeps a target, as a front of one point; its gap is relative to its cost."""

    def search(controls: Controls) -> PlanAnswer:
        return _ask(planner, executor, [("the plan", CheapestAt(target, controls=controls))])[0]

    relaxed = planner.cheapest_relaxed(target)
    answer, allowed = within_gap(relaxed, gap, controls, search)
    if not answer.found:
        return Front([], answer.outcome)
    plan = planner.report(answer, target, answer.bound)
    plan = replace(plan, bound_musd=min(plan.bound_musd, plan.cost_musd))
    if gap > 0:
        allowed = max(allowed, SMALLEST_GAP * abs(relaxed.objective))
    point = Point("p01", plan, allowed)
    return Front([point], answer.outcome, levels=[target], bounds={target: plan.bound_musd})


def solve_front(
    planner: Planner,
    executor: Executor,
    controls: Controls,
    gap: float,
    levels: int,
    wanted: Sequence[float] = (),
    *,
    on_points: Callable[[list[Point]], None] | None = None,
    on_plan_of_work: Callable[[int, int], None] | None = None,
) -> Front:
    """The front at up to ``levels`` levels, its two ends included, and at the ``wanted`` targets.

    ``gap`` is relative to cost; a point's gap is absolute, as ``gap_in_money`` and ``gap_within`` say. With one level
    only the cheapest plan is sought. ``on_points`` hears of the front so far (its plans still without prices), and
    ``on_plan_of_work`` how many levels there are and how many of them are settled, each time something was learned.
    """
    search = _Search(planner, executor, controls, gap, max(levels, 1), on_points, on_plan_of_work)
    if search.find_ends():
        search.find_between(wanted)
        search.sharpen()
        search.draw_near()
        search.complete()
    reached = max((plan.resilience for plan in search.plans), default=0.0)
    unreached = [target for target in wanted if target > reached + SAME_RESILIENCE]
    complete = search.highest_is_proven and search.every_level_is_settled()
    asked = sorted(search.asked)
    return Front(
        search.points(), search.outcome, search.highest_resilience_bound, complete, unreached, asked, search.bounds
    )


def largest_gap(asked_musd: float, cost_musd: float) -> float:
    """The gap (MUSD) within which a plan of this cost is proven, if so much was asked for."""
    return max(asked_musd, SMALLEST_GAP * abs(cost_musd)) * (1 + MISSED)


def gap_in_money(gap: float, cost: float, cost_range: float, levels: int) -> float:
    """The absolute gap of a point, MUSD: most of the cost is purchases that no plan changes.

    The smaller of ``gap * cost`` and a tenth of the front's cost range per level, never below 1e-7 of the cost.

    >>> gap_in_money(0.001, 18_000.0, 600.0, 12)
    5.0
    >>> gap_in_money(0.001, 1_000.0, 600.0, 12)
    1.0
    """
    return max(min(gap * abs(cost), cost_range / 10 / levels), SMALLEST_GAP * abs(cost))


class _Search:
    """The state of the search: plans found, bounds proven, levels still open.

    Every level is asked once as levels are chosen, and once more at most when all are (``sharpen``): whatever is
    found, the search ends.
    """

    def __init__(
        self,
        planner: Planner,
        executor: Executor,
        controls: Controls,
        gap: float,
        levels: int,
        on_points: Callable[[list[Point]], None] | None,
        on_plan_of_work: Callable[[int, int], None] | None,
    ) -> None:
        self.planner, self.executor, self.controls = planner, executor, controls
        self.on_points, self.on_plan_of_work = on_points, on_plan_of_work
        self.gap, self.levels = gap, levels
        self.plans: list[Plan] = []
        self.chosen: list[Plan] | None = None
        self.bounds: dict[float, float] = {}
        self.lowest_bound = -math.inf
        self.outcome = Outcome.OPTIMAL
        self.highest_resilience_bound = 1.0
        self.gap_target = 0.0
        self.gaps: dict[float, float] = {}
        self.highest: float | None = None
        self.asked = [0.0]
        self.times_asked: Counter[float] = Counter()
        self.answered: set[float] = set()
        self.ended: dict[float, Outcome] = {}
        self.highest_is_proven = True

    # ---- the two ends ---------------------------------------------------------------------------

    def find_ends(self) -> bool:
        """The cheapest plan and the highest resilience; False if there is no plan at all."""
        lowest = self.planner.cheapest_relaxed(0.0)
        if not lowest.found:
            self.outcome = lowest.outcome
            return False
        self.lowest_bound = lowest.bound
        self._learn_bound(0.0, lowest.bound)
        self.gap_target = self._first_gap(lowest.objective)
        ends: list[tuple[str, PlanQuestion]] = [("the cheapest plan", self._at(0.0))]
        if self.levels > 1 and self.planner.case.windows:
            controls = replace(self.controls, absolute_gap=RESILIENCE_GAP)
            ends.append(("the highest resilience", MostResilient(controls=controls)))
        cheapest, *highest = _ask(self.planner, self.executor, ends)
        self._learn(0.0, cheapest)
        if not cheapest.found:
            return False
        self._raise_cheapest(cheapest)
        for answer in highest:
            self._learn_highest(answer)
        return True

    def _first_gap(self, lowest_cost: float) -> float:
        """The gap by the relaxation's cost range, before the ends are known."""
        cost_range = float("inf")
        if self.levels > 1:
            top = self.planner.most_resilient_relaxed()
            self.highest_resilience_bound = min(1.0, top.bound) if top.found else 1.0
            dearest = self.planner.cheapest_relaxed(max(0.0, self.highest_resilience_bound - RESILIENCE_SLACK))
            cost_range = dearest.objective - lowest_cost if dearest.found else cost_range
        return gap_in_money(self.gap, lowest_cost, cost_range, self.levels)

    def _raise_cheapest(self, cheapest: PlanAnswer) -> None:
        """Among plans of the same cost the most resilient one, where the cost is proven to the last digits."""
        plan = self.plans[0]
        if plan.gap_musd > SMALLEST_GAP * abs(plan.cost_musd) or plan.resilience >= self.highest_resilience_bound:
            return
        limit = plan.cost_musd + ROUNDING * abs(plan.cost_musd)
        controls = replace(self.controls, absolute_gap=RESILIENCE_GAP)
        question = MostResilient(limit, controls=controls, start=plan.values)
        [raised] = _ask(self.planner, self.executor, [("the cheapest plan, made resilient", question)])
        if raised.found and raised.objective > plan.resilience + ROUNDING:
            self._keep(replace(raised, objective=cheapest.objective), 0.0)

    def _learn_highest(self, answer: PlanAnswer) -> None:
        self._note_end(answer)
        self.highest_is_proven = answer.outcome is Outcome.OPTIMAL
        if not answer.found:
            return
        self.highest_resilience_bound = min(self.highest_resilience_bound, max(answer.bound, answer.objective))
        if answer.objective > self.plans[0].resilience + RESILIENCE_GAP:
            self.highest = answer.objective - RESILIENCE_SLACK
            self.gaps[self.highest] = self.gap_target
            self._keep(answer, self.highest)

    # ---- the levels -----------------------------------------------------------------------------

    def find_between(self, wanted: Sequence[float]) -> None:
        """The most resilient plan made cheap, even levels below it and targets, and those where the cost is unknown.

        From the highest down: a plan is a plan for every lower level, and on the flat part of the front it settles
        many of them at once.
        """
        if self.highest is None:
            return
        low, high = undominated(self.plans)[0].keeps, self.highest
        self.asked.append(high)
        self._solve_levels([high])
        self._set_gap(high)
        even = [level for level in even_levels(low, high, self.levels) if low < level < high]
        targets = [target for target in wanted if low < target < high and target not in even]
        self.asked += [*even, *targets]
        self._solve_levels(sorted([*even, *targets], reverse=True), low, self.levels - 2)

    def _set_gap(self, high: float) -> None:
        """The gap of the front, once its ends are known; an end that was solved to a wider one is solved again.

        Measured up to what is proven of the costlier end: however cheap that turns out, the gap is not too wide, and
        no level has to be asked again because of it.
        """
        lowest = min(plan.cost_musd for plan in self.plans)
        best = self._best(high)
        if best is None:
            return
        bound = self._bound(high)
        proven = best.cost_musd - bound <= largest_gap(self.gap_target, best.cost_musd)
        top = bound if proven else best.cost_musd
        self.gap_target = gap_in_money(self.gap, lowest, max(0.0, top - lowest), self.levels)
        self.gaps = {0.0: self.gap_target, high: self.gap_target}  # the ends are those of the range
        self._solve_levels([level for level in (high, 0.0) if self.ended.get(level) is Outcome.OPTIMAL])

    def sharpen(self) -> None:
        """Ask once more, and only once, for levels that were solved to a gap that is too wide after all.

        So it is where an answer was kept from before, or where a plan has refuted what the solver called a bound.
        """
        self._solve_levels([level for level in self.asked if self.ended.get(level) is Outcome.OPTIMAL])

    def _solve_levels(self, levels: Sequence[float], low: float = 0.0, further: int = 0) -> None:
        """Solve the levels in their order, each as soon as somebody is free for it, and then ``further`` ones.

        A level that what was learned meanwhile has settled is left out, and then there is one further one more: those
        above ``low`` are chosen where the least cost is least known at that moment.
        """
        waiting, in_hand = deque(levels), []

        def following(number: int) -> Iterator[tuple[str, PlanQuestion]]:
            nonlocal further
            while number and not self.planner.engine.interrupted:
                step = None
                if waiting:
                    level = waiting.popleft()
                elif further > 0 and (chosen := self._known().next_level([low, *self.asked[1:]])) is not None:
                    level, step = chosen
                    self.asked.append(level)
                else:
                    return
                if self._settled(level):
                    continue
                in_hand.append(level)
                number, further = number - 1, further - 1
                yield f"resilience {level:.4f}", self._at(level, step)

        def learn(position: int, answer: PlanAnswer) -> list[Task]:
            self._learn(in_hand[position], answer)
            self.answered.add(in_hand[position])
            self._tell()
            return [_task(self.planner, *question) for question in following(1)]

        self._tell()
        _ask(self.planner, self.executor, list(following(self.executor.size)), learn)

    def _known(self) -> Knowledge:
        return Knowledge(self._cost_at, self._bound, self.gap_target)

    def _cost_at(self, level: float) -> tuple[float, float] | None:
        best = self._best(level)
        return None if best is None else (best.cost_musd, best.keeps)

    def _tell(self) -> None:
        """Say how far the search is to whoever wants to know."""
        if self.on_plan_of_work is not None:
            known = sum(level in self.answered or self._settled(level) for level in self.asked)
            self.on_plan_of_work(max(self.levels if self.highest else 1, len(self.asked)), known)
        if self.on_points is not None:
            self.on_points(self.points())

    # ---- the plans that are reported ------------------------------------------------------------

    def draw_near(self) -> None:
        """Of the plans within each point's gap the nearest to the plan before it, as near as a short search finds."""
        kept = self._chosen()
        self.chosen = kept[:1]
        for number, plan in enumerate(kept[1:], start=1):
            above = self._bound(kept[number + 1].keeps) if number + 1 < len(kept) else math.inf
            self.chosen.append(self._nearest(plan, self.chosen[-1], above))

    def _gap_in(self, step_musd: float) -> float:
        """The gap at a level in a step of cost, MUSD: never wider than what was asked for of the cheapest plan."""
        lowest = min((abs(plan.cost_musd) for plan in self.plans), default=0.0)
        return gap_within(step_musd, self.gap_target, self.gap * lowest)

    def _nearest(self, plan: Plan, before: Plan, above_musd: float) -> Plan:
        """The plan nearest to the one before, within the gap and costing less than the next is proven to."""
        bound, room = self._with_bound(plan).bound_musd, 2 * SMALLEST_GAP * abs(plan.cost_musd)
        limit = min(bound + self._gap_target_of(plan), above_musd - room)
        question = nearest_question(self.planner, plan, before, limit, self.controls)
        if question is None or self.planner.engine.interrupted:
            return plan
        what = f"resilience {plan.keeps:.4f}, nearest to the plan before"
        [answer] = _ask(self.planner, self.executor, [(what, question)])
        if not answer.found or answer.objective >= self.planner.distance(plan.values, before.values) - SLIGHT:
            return plan
        near = self.planner.polish(answer, question.target, bound, raise_resilience=True)
        near = replace(near, target=plan.target, outcome=plan.outcome, seconds=plan.seconds + answer.seconds)
        fits = near.cost_musd <= limit and near.violation <= max(plan.violation, INEXACT)
        if not fits or near.keeps < question.target - ROUNDING:
            return plan
        self.plans.append(near)
        return near

    def complete(self) -> None:
        """Re-run the windows of the plans that stay, and price them."""
        self.chosen = [self.planner.complete(plan) for plan in self._chosen()]

    def _chosen(self) -> list[Plan]:
        return real_steps(self.plans, self._bound, self._is_solved) if self.chosen is None else self.chosen

    def _is_solved(self, plan: Plan) -> bool:
        return Point("", self._with_bound(plan), self._gap_target_of(plan)).solved

    def _with_bound(self, plan: Plan) -> Plan:
        """The plan with the best bound that holds for it."""
        return replace(plan, bound_musd=min(plan.cost_musd, self._bound(plan.keeps)))

    def _at(self, level: float, step_musd: float | None = None) -> CheapestAt:
        """The question for the cheapest plan at a level, beginning from the best one known.

        Asked at once to the gap that it finally needs, by the cost step in which it lies where that is known.
        """
        best, asked_before = self._best(level), self.times_asked[level]
        self.times_asked[level] += 1
        if level not in self.gaps:
            cost = 0.0 if best is None else abs(best.cost_musd)
            unsettled = 0.0 if best is None else best.cost_musd - self._bound(level)
            self.gaps[level] = max(SMALLEST_GAP * cost, self._gap_in(unsettled if step_musd is None else step_musd))
        known = self._bound(level)
        controls = replace(
            self.controls, absolute_gap=self.gaps[level], known_bound=known if math.isfinite(known) else None
        )
        start = None if best is None else best.values
        cheaper = [plan for plan in self.plans if plan.keeps < level - ROUNDING]
        near = max(cheaper, key=lambda plan: (plan.keeps, -plan.cost_musd), default=None)
        below = None if near is None else np.round(near.values[np.flatnonzero(self.planner.engine.integer)])
        return CheapestAt(level, controls=controls, start=start, asked_before=asked_before, below=below)

    # ---- what is known --------------------------------------------------------------------------

    def _learn(self, level: float, answer: PlanAnswer) -> None:
        self._note_end(answer)
        self.ended[level] = answer.outcome
        self._learn_bound(level, answer.bound)
        if answer.found:
            self._keep(answer, level)

    def _keep(self, answer: PlanAnswer, level: float) -> None:
        """Keep what was found as a plan, as resilient as it can be at its cost."""
        plan = self.planner.polish(answer, level, self._bound(level), raise_resilience=True)
        self.plans.append(plan)
        for at, bound in list(self.bounds.items()):
            if plan.keeps >= at - ROUNDING and refuted(bound, plan.cost_musd):
                self.bounds[at] = self.lowest_bound  # what the solver called a bound was none

    def _note_end(self, answer: PlanAnswer) -> None:
        if not (answer.final and answer.found):
            self.outcome = answer.outcome

    def _learn_bound(self, level: float, bound: float) -> None:
        if math.isfinite(bound):
            self.bounds[level] = max(bound, self.bounds.get(level, -float("inf")))

    def _bound(self, level: float) -> float:
        """The best bound that holds at a level: of it or of any lower one."""
        return max((bound for at, bound in self.bounds.items() if at <= level + ROUNDING), default=-float("inf"))

    def _best(self, level: float) -> Plan | None:
        """The cheapest plan known that keeps a level."""
        keeps = [plan for plan in self.plans if plan.keeps >= level - ROUNDING]
        return min(keeps, key=lambda plan: plan.cost_musd, default=None)

    def every_level_is_settled(self) -> bool:
        """Whether every level asked for is answered within the gap, on the front or not."""
        return all(self._settled(level) for level in self.asked)

    def _settled(self, level: float) -> bool:
        """Whether a known plan is already within the gap of a known bound at this level."""
        best = self._best(level)
        if best is None:
            return False
        gap = self.gaps.get(level, self.gap_target)
        return best.cost_musd - self._bound(level) <= largest_gap(gap, best.cost_musd)

    def _gap_target_of(self, plan: Plan) -> float:
        """The gap (MUSD) within which a plan is to be proven: that of the level at which it was found."""
        return max(self.gaps.get(plan.target, self.gap_target), SMALLEST_GAP * abs(plan.cost_musd))

    def points(self) -> list[Point]:
        """The front's points, with the best bound of each, knees, and what could be exchanged within their gaps."""
        plans = [self._with_bound(plan) for plan in self._chosen()]
        if not plans:
            return []
        knees = knees_of([(plan.cost_musd, plan.resilience) for plan in plans])
        width = len(str(len(plans)))
        points = []
        for number, plan in enumerate(plans):
            smallest = SMALLEST_GAP * abs(plan.cost_musd)
            hidden = number > 0 and plan.bound_musd <= plans[number - 1].cost_musd + 0.5 * smallest
            name = f"p{number + 1:0{max(2, width)}d}"
            gap = self._gap_target_of(plan)
            within = plan.bound_musd + gap * (1 + MISSED)
            others = [] if self.chosen is None else [other for other in self.plans if other.cost_musd <= within]
            swaps = alternatives_within(self.planner, plan, others) if others else ()
            point = Point(name, plan, gap, number in knees, hidden, swaps)
            points.append(point if point.solved else replace(point, plan=self._as_it_ended(plan)))
        return points

    def _as_it_ended(self, plan: Plan) -> Plan:
        """The plan with how the last search at its level ended: at a smaller gap than the one that found it."""
        if plan.outcome is not Outcome.OPTIMAL:
            return plan
        ended = Outcome.INTERRUPTED if self.planner.engine.interrupted else self.ended.get(plan.target, plan.outcome)
        return replace(plan, outcome=ended)


def knees_of(front: Sequence[tuple[float, float]], prominence: float = 0.05) -> set[int]:
    """Where the front bends: peaks of resilience gained less cost spent, both as shares of the front's range.

    After Satopaa et al., 'Finding a "Kneedle" in a Haystack' (2011); a peak counts if it stands out by
    ``prominence`` on both sides. Ends are never knees.

    >>> knees_of([(0, 0.0), (1, 0.8), (5, 0.9), (10, 1.0)])
    {1}
    >>> knees_of([(0, 0.0), (1, 0.5), (2, 1.0)])
    set()
    """
    if len(front) < 3:
        return set()
    (first_cost, first_share), (last_cost, last_share) = front[0], front[-1]
    rises = [
        (share - first_share) / (last_share - first_share) - (cost - first_cost) / (last_cost - first_cost)
        for cost, share in front
    ]
    knees = set()
    for i in range(1, len(front) - 1):
        left, right = _foot(rises[:i][::-1], rises[i]), _foot(rises[i + 1 :], rises[i])
        if rises[i] > 0 and rises[i] - max(left, right) >= prominence:
            knees.add(i)
    return knees


def _foot(side: Sequence[float], peak: float) -> float:
    """The lowest value on one side of a peak before anything rises above it."""
    lowest = peak
    for value in side:
        if value > peak:
            break
        lowest = min(lowest, value)
    return lowest
