"""What each clause of the cooperation is worth: every coalition is solved again with that clause alone changed.

A worth is what the change saves: positive where it makes things cheaper, in MUSD of present value. Every least cost is
known to lie between a bound and a plan's cost, and so every worth lies in a band.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from reeplan.endings import Status
from reeplan.interval import Interval
from reeplan.outputs.spec.cooperation import LEVERS
from reeplan.solve.executor import Task
from reeplan.studies.cooperation.allocation import coalitions, weights_of_shapley
from reeplan.studies.cooperation.clauses import Variant, variants_of, without_idle_clauses
from reeplan.studies.cooperation.coalition import coalition_case, named
from reeplan.studies.cooperation.question import CoalitionQuestion
from reeplan.tolerances import SMALLEST_GAP

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reeplan.model.case import Case
    from reeplan.model.measures import Measure
    from reeplan.solve.engine import Controls
    from reeplan.solve.executor import Ask
    from reeplan.studies.cooperation.allocation import Coalition
    from reeplan.studies.cooperation.question import CoalitionAnswer

TOGETHER = "all together"
SAVES, COSTS, NOTHING, NOT_CERTAIN = "saves", "costs", "nothing", "not certain"
OUT_BEFORE_AND_AFTER = "cannot reach the target, changed or not"
OUT_AFTER = "cannot reach the target any more"
OUT_BEFORE = "reaches the target only with the change"

Row = dict[str, Any]


class Known(NamedTuple):
    """What is known of a least cost (MUSD): a plan costs ``cost`` (infinite without one), none less than ``bound``.

    Where it is proven that there is no plan both are infinite.
    """

    cost: float
    bound: float

    @property
    def has_plan(self) -> bool:
        """Whether a plan is known, and something of how much better another might be."""
        return math.isfinite(self.cost) and math.isfinite(self.bound)

    @property
    def out_of_reach(self) -> bool:
        """Whether there is no plan."""
        return self.bound == math.inf


def value_levers(
    case: Case,
    measure: Measure,
    target: float,
    gap: float,
    controls: Controls,
    ask: Ask,
    known: Mapping[Coalition, CoalitionAnswer | None] | None = None,
) -> Levers:
    """Every coalition under every variant of the case, at the same target.

    ``known`` are the answers about the case as it is, where they are there already; a coalition whose program a change
    leaves as it is, or makes equal to that of another change, is not solved again.
    """
    variants = variants_of(case)
    problems = {group: _Problems.of(case, variants, group) for group in coalitions(case.partners)}
    known = {group: answer for group, answer in (known or {}).items() if answer is not None}
    question = CoalitionQuestion(target, gap, controls, tuple(case.partners))
    limit_s = controls.time_limit_s if math.isfinite(controls.time_limit_s) else None
    wanted = [
        (group, number)
        for group, of_group in problems.items()
        for number in range(len(of_group.cases))
        if number or group not in known
    ]
    answers = ask(
        [Task(problems[g].name(number), problems[g].cases[number], measure, question, limit_s) for g, number in wanted]
    )
    found: dict[tuple[Coalition, int], CoalitionAnswer | None] = dict(zip(wanted, answers, strict=True))
    found |= {(group, 0): answer for group, answer in known.items()}
    return Levers(case, target, tuple(variants), problems, found)


@dataclass(frozen=True)
class _Problems:
    """The different programs of one coalition. The first is that of the case as it is; ``which`` is by variant."""

    cases: tuple[Case, ...]
    names: tuple[str, ...]
    which: tuple[int, ...]

    @classmethod
    def of(cls, case: Case, variants: Sequence[Variant], group: Coalition) -> _Problems:
        partners = named(case.partners, group)
        cases, names = [coalition_case(case, group)], [partners]
        cores, which = [without_idle_clauses(cases[0])], []
        for variant in variants:
            changed = coalition_case(variant.case, group)
            core = without_idle_clauses(changed)
            if core not in cores:
                cases.append(changed)
                cores.append(core)
                names.append(f"{partners}: {variant.clause}, {variant.about}, {variant.change.split(':')[0]}")
            which.append(cores.index(core))
        return cls(tuple(cases), tuple(names), tuple(which))

    def name(self, number: int) -> str:
        """What a task is called."""
        return self.names[number]


@dataclass(frozen=True)
class Levers:
    """The answers about every coalition's different programs, for the variants of a case at a target."""

    case: Case
    target: float
    variants: tuple[Variant, ...]
    problems: Mapping[Coalition, _Problems]
    answers: Mapping[tuple[Coalition, int], CoalitionAnswer | None]

    @property
    def everyone(self) -> Coalition:
        """The coalition of all partners."""
        return frozenset(self.case.partners)

    @property
    def complete(self) -> bool:
        """Whether every question was answered."""
        return all(answer is not None for answer in self.answers.values())

    def name(self, group: Coalition) -> str:
        """A coalition in words."""
        return named(self.case.partners, group)

    # ---- what is known of every least cost --------------------------------------------------------

    def now(self, group: Coalition) -> Known:
        """A coalition's least cost in the case as it is.

        A plan under a stricter clause is a plan here, and what is proven under an easier one holds here: so it can be
        known better than from its own solve.
        """
        return self._now[group]

    def then(self, variant: Variant, group: Coalition) -> Known:
        """A coalition's least cost under a variant, by its own solve and by those of the same clause's others."""
        chain = [(0, self.now(group)), *((v.ease, self._own(v, group)) for v in self._same_clause(variant))]
        return _at(variant.ease, chain)

    @cached_property
    def _now(self) -> dict[Coalition, Known]:
        found = {}
        for group in coalitions(self.case.partners):
            own = (0, _known(self.answers.get((group, 0))))
            found[group] = _at(0, [own, *((v.ease, self._own(v, group)) for v in self.variants)])
        return found

    def _own(self, variant: Variant, group: Coalition) -> Known:
        return _known(self._answer(variant, group))

    def _answer(self, variant: Variant, group: Coalition) -> CoalitionAnswer | None:
        return self.answers.get((group, self._problem(variant, group)))

    def _problem(self, variant: Variant, group: Coalition) -> int:
        return self.problems[group].which[self._position[id(variant)]]

    @cached_property
    def _position(self) -> dict[int, int]:
        return {id(variant): number for number, variant in enumerate(self.variants)}

    def _same_clause(self, variant: Variant) -> list[Variant]:
        return [v for v in self.variants if (v.clause, v.about) == (variant.clause, variant.about)]

    # ---- what a change is worth -----------------------------------------------------------------

    def worth(self, variant: Variant, group: Coalition) -> Interval | None:
        """What a change saves a coalition by itself; None where there is no plan before or after.

        Exactly nothing where the change leaves its program as it is; and what only makes a clause easier (stricter)
        never costs (saves) anything.
        """
        now, then = self.now(group), self.then(variant, group)
        if not (now.has_plan and then.has_plan):
            return None
        if self._problem(variant, group) == 0:
            return Interval(0.0, 0.0, 0.0)
        saved, low, high = now.cost - then.cost, now.bound - then.cost, now.cost - then.bound
        return Interval(max(0.0, low), saved, high) if variant.ease > 0 else Interval(low, saved, min(0.0, high))

    def worth_to(self, variant: Variant, partner: str) -> Interval | None:
        """What a change saves a partner of what it bears by the Shapley value; None where a coalition has no plan.

        The Shapley value is linear in the costs of the coalitions, and so is its change in theirs: the band is exact
        where each of these may be anywhere in its own.
        """
        weights = weights_of_shapley(self.case.partners, partner)
        changes = {group: self.worth(variant, group) for group in weights}
        found = [(weights[group], change) for group, change in changes.items() if change is not None]
        if len(found) < len(weights):
            return None
        return Interval.weighted(found, math.fsum)

    def share(self, costs: Mapping[Coalition, Known], partner: str) -> float:
        """What a partner bears by the Shapley value of these costs (MUSD), not a number where one has no plan."""
        if not all(known.has_plan for known in costs.values()):
            return math.nan
        weights = weights_of_shapley(self.case.partners, partner)
        return math.fsum(weight * costs[group].cost for group, weight in weights.items())

    # ---- table ------------------------------------------------------------------------------------

    def rows(self) -> list[Row]:
        """One row for all together and one for each partner, variant by variant: ``levers.csv``."""
        return [row for variant in self.variants for row in self._rows(variant)]

    def _rows(self, variant: Variant) -> Iterable[Row]:
        head = {"clause": variant.clause, "about": variant.about, "change": variant.change}
        yield self._row({**head, "partner": TOGETHER, **self._of_group(variant, self.everyone)})
        then = {group: self.then(variant, group) for group in self._now}
        for partner in self.case.partners:
            alone = self._of_group(variant, frozenset([partner]))
            yield self._row(
                {
                    **head,
                    "partner": partner,
                    "status": self._status_of_shares(variant),
                    "now_musd": self.share(self._now, partner),
                    "then_musd": self.share(then, partner),
                    **self._worth_cells(self.worth_to(variant, partner)),
                    **{f"alone_{name}": cell for name, cell in alone.items()},
                    **self._paid_cells(variant, partner),
                }
            )

    def _row(self, cells: Row) -> Row:
        return {name: cells.get(name, "" if name in LEVERS.texts else math.nan) for name in LEVERS.names}

    def _of_group(self, variant: Variant, group: Coalition) -> Row:
        """The cells of a coalition that pays for itself."""
        now, then, answer = self.now(group), self.then(variant, group), self._answer(variant, group)
        return {
            "status": self._status(variant, [group]),
            "now_musd": now.cost if now.has_plan else math.nan,
            "then_musd": then.cost if then.has_plan else math.nan,
            **self._worth_cells(self.worth(variant, group)),
            "highest_resilience": math.nan if answer is None else answer.highest_resilience,
        }

    def _paid_cells(self, variant: Variant, partner: str) -> Row:
        """What falls to a partner in the joint plans found, before and after: there where nothing can be shared too."""
        before, after = (
            math.nan if answer is None or answer.bill is None else answer.bill.total(partner)
            for answer in (self.answers.get((self.everyone, 0)), self._answer(variant, self.everyone))
        )
        return {"paid_now_musd": before, "paid_then_musd": after, "paid_worth_musd": before - after}

    def _worth_cells(self, worth: Interval | None) -> Row:
        if worth is None:
            return {}
        return {
            "worth_musd": worth.found,
            "worth_least_musd": worth.low,
            "worth_greatest_musd": worth.high,
            "sign": self._sign(worth),
        }

    def _sign(self, worth: Interval) -> str:
        """What is certain; differences below what costs are exact to are nothing."""
        noise = SMALLEST_GAP * max((abs(known.cost) for known in self._now.values() if known.has_plan), default=0.0)
        if max(abs(worth.low), abs(worth.high)) <= noise:
            return NOTHING
        if worth.low > noise:
            return SAVES
        return COSTS if worth.high < -noise else NOT_CERTAIN

    def _status_of_shares(self, variant: Variant) -> str:
        """Nothing can be shared where a coalition cannot reach the target: which, before or after."""
        status = self._status(variant, coalitions(self.case.partners))
        if status in (Status.OPTIMAL, Status.GAP, Status.NOT_SOLVED):
            return status
        for when, costs in (
            ("any more", {g: self.then(variant, g) for g in self._now if not self.now(g).out_of_reach}),
            ("as things are", self._now),
        ):
            unable = [self.name(group) for group, known in costs.items() if known.out_of_reach]
            if unable:
                return f"no shares: {' and '.join(unable)} cannot reach the target {when}"
        return Status.NOT_SOLVED

    def _status(self, variant: Variant, groups: Sequence[Coalition]) -> str:
        """How well the worth of a change to some coalitions is known."""
        now, then = [self.now(group) for group in groups], [self.then(variant, group) for group in groups]
        before, after = any(known.out_of_reach for known in now), any(known.out_of_reach for known in then)
        if before or after:
            return OUT_BEFORE_AND_AFTER if before and after else OUT_BEFORE if before else OUT_AFTER
        if not all(known.has_plan for known in (*now, *then)):
            return Status.NOT_SOLVED
        asked = {(group, 0) for group in groups} | {(group, self._problem(variant, group)) for group in groups}
        solved = all(answer is not None and answer.solved for answer in map(self.answers.get, asked))
        return Status.OPTIMAL if solved else Status.GAP


def _known(answer: CoalitionAnswer | None) -> Known:
    if answer is None:
        return Known(math.inf, -math.inf)
    if answer.out_of_reach:
        return Known(math.inf, math.inf)
    return Known(answer.cost_musd, answer.bound_musd) if answer.found else Known(math.inf, -math.inf)


def _at(ease: int, chain: Sequence[tuple[int, Known]]) -> Known:
    """What is known at one place of a chain: plans come from what is stricter, bounds from what is easier."""
    cost = min(known.cost for other, known in chain if other <= ease)
    bound = max(known.bound for other, known in chain if other >= ease)
    return Known(cost, min(bound, cost))
