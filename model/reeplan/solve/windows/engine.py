"""An engine that holds only the windows that bind, and asks all others.

A case may have hundreds of windows, of which few decide what is built. With investment and undisrupted path given the
windows are separate linear programs. So the program holds what all windows share, the windows that bind, and for every
other window what it has said so far: cuts, from below, of what it adds to the cost and of what it needs to keep its
share (Benders, *Numerische Mathematik* 4, 1962; Laporte and Louveaux, *Operations Research Letters* 13, 1993). Then all
others are asked: who does not keep the plan joins the program or hands in another cut. The answer is that of the whole
program: in the end every window keeps the plan, and the bound is one of a program with fewer rules.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from reeplan.endings import Outcome
from reeplan.solve.engine import STOPPED, Controls, Engine, Matrices, Progress, Question, Solution
from reeplan.solve.windows.knowledge import Knowledge, Lesson, Lessons
from reeplan.solve.windows.master import COST, Master, MasterEnd
from reeplan.solve.windows.window import Cut, Outlook, WindowProgram, cut_from
from reeplan.tolerances import INEXACT, LIMIT_ROOM, ROUNDING, SMALLEST_GAP

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from reeplan.interrupt import Interrupt
    from reeplan.solve.basis import Basis
    from reeplan.solve.windows.partition import Partition

Vector = Any

WINDOWS_COST = "windows_cost"

JOIN_AT_ONCE = 4
"""How many of the windows that miss their share join in a round: those that miss most. The rest hand in cuts, and more
often than not keep the next plan."""

MISSES_BEFORE_JOINING = 12

ROUNDS_BEFORE_ALL_JOIN = 40
"""After so many rounds of cuts every window that is still not agreed on joins."""

ROOM_FOR_MORE = 20
"""The linear program in the solver is made anew where it holds so many more than twice the windows that bind."""

SEARCH_GAP = 0.25
"""Part of the gap asked for to which the search itself goes: what windows outside it add must fit into the rest."""


@dataclass(frozen=True)
class _Part:
    """The program of the windows held, with what the others have said."""

    engine: Engine
    held: frozenset[int]
    columns: Vector
    rows: Vector
    outside: list[int]
    """The windows not held whose cost is a column, in the order of these."""
    cuts: list[Cut]

    def full(self, values: Vector, size: int) -> Vector:
        """The values of the whole program's columns; those of windows outside are nothing."""
        everything = np.zeros(size)
        everything[self.columns] = values[: len(self.columns)]
        return everything


class WindowsEngine(Engine):
    """A program handed over to the solver window by window.

    ``partition`` tells whose each column and row is.
    """

    def __init__(
        self, model: Any, partition: Any, log_file: Path | None = None, interrupt: Interrupt | None = None
    ) -> None:
        super().__init__(model, log_file, interrupt)
        self.partition: Partition = partition(self)
        self.knowledge = Knowledge(set(self.partition.tied), self.likely)
        self._programs: dict[int, WindowProgram] = {}
        self._master: Master | None = None

    # ---- the door ---------------------------------------------------------------------------------

    def solve(
        self,
        objective: str | Vector,
        controls: Controls | None = None,
        *,
        at_least: Mapping[int, float] | None = None,
        fixed: Mapping[int, float] | None = None,
        room: float = 0.0,
        no_more: Mapping[int, float] | None = None,
        at_most: Mapping[str, float] | None = None,
        relax: bool = False,
        maximise: bool = False,
        start: Vector | None = None,
        begin_at: Basis | None = None,
        keep_basis: bool = False,
    ) -> Solution:
        """As that of the whole program (see ``Engine.solve``), with few of its windows at a time."""
        given, bounded = fixed or {}, {**(at_least or {}), **(no_more or {})}

        def whole() -> Solution:
            return super(WindowsEngine, self).solve(
                objective, controls, at_least=at_least, fixed=fixed, room=room, no_more=no_more, at_most=at_most,
                relax=relax, maximise=maximise, start=start, begin_at=begin_at, keep_basis=keep_basis,
            )  # fmt: skip

        if not self._goes_by_windows(objective, bounded, given, at_most or {}):
            alone = isinstance(objective, str) and objective == WINDOWS_COST
            if alone and not at_most and self._decided(given):
                return self._each_alone(given, at_least or {}, room)
            return whole()
        question = self._question(
            objective, at_least or {}, given, room, no_more or {}, at_most or {}, relax=relax, maximise=maximise
        )
        if question.may_stop and self.interrupted:
            return STOPPED
        if np.any(question.lower > question.upper):
            return Solution(Outcome.INFEASIBLE, None, np.nan, np.nan, 0.0)
        seek = _Rounds(self, question, controls or Controls())
        found = seek.search(start) if question.integer.any() else seek.relaxed()
        return whole() if found is None else found  # without a word of all windows the whole program is asked

    def _goes_by_windows(
        self,
        objective: str | Vector,
        at_least: Mapping[int, float],
        fixed: Mapping[int, float],
        at_most: Mapping[str, float],
    ) -> bool:
        """Whether a question leaves the columns of windows alone, but for what they add to the cost."""
        if any(name != COST for name in at_most):
            return False
        whose = self.partition.columns
        weights = self._objective(objective)[0]
        if not (isinstance(objective, str) and objective == COST) and np.any(weights[whose >= 0]):
            return False
        named = np.fromiter((*at_least, *fixed), dtype=int)
        return not np.any(whose[named] >= 0)

    def _decided(self, fixed: Mapping[int, float]) -> bool:
        """Whether all that windows share is given, but for the columns that hold them to a resilience."""
        told = np.zeros(len(self.integer), dtype=bool)
        told[np.fromiter(fixed, dtype=int, count=len(fixed))] = True
        shared = self.partition.columns < 0
        return bool(not np.any(told & ~shared) and np.all(told | ~shared | self._says_nothing))

    @cached_property
    def _says_nothing(self) -> Vector:
        """The shared columns that a window may only be held to, and such as no window touches."""
        touched = np.zeros(len(self.integer), dtype=bool)
        rows = self._data.A[np.flatnonzero(self.partition.rows >= 0)]
        touched[np.unique(rows.indices)] = True
        touched[self.partition.measured] = False
        return ~touched

    # ---- what is passed on ------------------------------------------------------------------------

    def lessons(self) -> Lessons:
        """What was learned of windows since this was last asked."""
        labels, news = self.partition.labels, self.knowledge.news
        told = tuple(Lesson(labels[cut.window], cut.priced, cut.duals) for cut in news)
        self.knowledge.news = []
        return Lessons(frozenset(labels[window] for window in self.knowledge.held), told)

    def take(self, lessons: Lessons) -> None:
        """Learn what was learned elsewhere, as far as there are the same windows here."""
        number = {label: window for window, label in enumerate(self.partition.labels)}
        self.knowledge.held |= {number[label] for label in lessons.held if label in number}
        before = self.knowledge.news
        for lesson in lessons.told:
            window = number.get(lesson.window)
            if window is None:
                continue
            program = self.program(window)
            if len(lesson.duals) == len(program.rows):
                weights = self.weights(COST, window) if lesson.priced else np.zeros(len(program.columns))
                self.knowledge.learn(cut_from(program, lesson.duals, weights, priced=lesson.priced))
        self.knowledge.news = before  # what came from elsewhere is known there

    # ---- windows ----------------------------------------------------------------------------------

    def program(self, window: int) -> WindowProgram:
        """The linear program of a window, made when it is first asked."""
        if window not in self._programs:
            scale = self._row_scale, self._column_scale
            self._programs[window] = WindowProgram(window, self._data, self.partition, scale, self._reach)
        return self._programs[window]

    def weights(self, objective: str, window: int) -> Vector:
        """What the columns of a window cost."""
        return self._data.objectives[objective][0][self.program(window).columns]

    @cached_property
    def likely(self) -> set[int]:
        """The windows that add to the cost."""
        cost, whose = self._data.objectives[COST][0], self.partition.columns
        return {int(w) for w in np.unique(whose[(cost != 0) & (whose >= 0)])}

    @property
    def windows(self) -> range:
        """The windows by their number."""
        return range(len(self.partition.labels))

    def _each_alone(self, fixed: Mapping[int, float], at_least: Mapping[int, float], room: float) -> Solution:
        """Every window at its own least cost, given what they share."""
        began = time.perf_counter()
        lower, _ = self._bounds(at_least, fixed)
        values = np.where(np.isfinite(lower), lower, 0.0)
        row_duals = np.zeros(self._data.A.shape[0])
        for window in self.windows:
            program = self.program(window)
            answer = program.ask(values, self.weights(WINDOWS_COST, window), room)
            if not answer.keeps or answer.cut is None:
                return Solution(Outcome.INFEASIBLE, None, np.nan, np.nan, time.perf_counter() - began)
            values[program.columns] = answer.values
            row_duals[program.rows] = answer.cut.duals
        value = self.value(WINDOWS_COST, values)
        seconds = time.perf_counter() - began
        return Solution(Outcome.OPTIMAL, values, value, value, seconds, self.violation(values), row_duals)

    # ---- what the program in the solver is made of --------------------------------------------------

    @property
    def data(self) -> Matrices:
        """The whole program as arrays."""
        return self._data

    @property
    def scales(self) -> tuple[Vector, Vector]:
        """The factors (powers of two) of rows and columns."""
        return self._row_scale, self._column_scale

    def objective(self, objective: str | Vector) -> tuple[Vector, float]:
        """The weights of an objective, and its constant."""
        return self._objective(objective)

    def master(self, held: Collection[int]) -> Master:
        """The linear program in the solver; a new one where it has come to hold far more windows than bind."""
        if self._master is None or len(self._master.held) > 2 * len(held) + ROOM_FOR_MORE:
            self._master = Master(self)
        return self._master

    def tidy(self) -> None:
        """Leave out what has said nothing for long."""
        if self.knowledge.forget():
            self._master = None

    def cut_scale(self, cut: Cut) -> float:
        """The factor of a cut's row: a power of two that brings its coefficients towards 1."""
        sizes = np.abs(cut.weights * self._column_scale[cut.columns])
        sizes = np.append(sizes[sizes > 0], [1.0] * cut.priced)
        return float(2.0 ** -np.round(np.log2(sizes).mean())) if len(sizes) else 1.0

    # ---- the program of some windows ---------------------------------------------------------------

    def part_of(self, held: Iterable[int], plans: Sequence[Vector]) -> _Part:
        """The program of what is shared, the windows held, and what the others have said that matters at some plans."""
        inside = frozenset(held)
        keeps = np.array([window in inside for window in self.windows], dtype=bool)
        keeps = np.append(keeps, True)  # the last, -1, is what is shared
        columns = np.flatnonzero(keeps[self.partition.columns])
        rows = np.flatnonzero(keeps[self.partition.rows])
        outside = [window for window in sorted(self.likely) if window not in inside]
        place = {window: i for i, window in enumerate(outside)}
        cuts = self.knowledge.telling((w for w in self.windows if w not in inside), plans)
        more, scales = self._said(columns, place, cuts)
        reach = np.array([self.most_cost(w) - self.least_cost(w) for w in outside], dtype=float)
        names = [f"cost of window {w}" for w in outside], [f"cut {i}" for i in range(len(cuts))]
        return _Part(self.part(columns, rows, more, scales, names, reach), inside, columns, rows, outside, cuts)

    def _said(
        self, columns: Vector, place: Mapping[int, int], cuts: Sequence[Cut]
    ) -> tuple[Matrices, tuple[Vector, Vector]]:
        """What windows outside have said: a column for the cost of each, and a row for each cut."""
        where = np.full(self._data.A.shape[1], -1)
        where[columns] = np.arange(len(columns))
        width = len(columns) + len(place)
        indices, data, starts, factors = [], [], [0], []
        for cut in cuts:
            own = where[cut.columns]
            at, weights = own, -cut.weights
            if cut.priced:
                at, weights = np.append(at, len(columns) + place[cut.window]), np.append(weights, 1.0)
            indices.append(at)
            data.append(weights)
            starts.append(starts[-1] + len(at))
            factors.append(self.cut_scale(cut))
        flat = (np.concatenate(data), np.concatenate(indices)) if cuts else (np.empty(0), np.empty(0, dtype=int))
        matrix = sp.csr_array((*flat, np.asarray(starts)), shape=(len(cuts), width))
        least = np.array([self.least_cost(window) for window in place], dtype=float)
        more = Matrices(
            A=matrix,
            row_lower=np.array([cut.constant for cut in cuts], dtype=float),
            row_upper=np.full(len(cuts), np.inf),
            lower=least,
            upper=np.full(len(place), np.inf),
            integer=np.zeros(len(place), dtype=bool),
            objectives={
                name: (np.full(len(place), 1.0 if name == COST else 0.0), 0.0) for name in self._data.objectives
            },
        )
        return more, (np.asarray(factors, dtype=float), np.ones(len(place)))

    def most_cost(self, window: int) -> float:
        """The most that a window could ever add to the cost."""
        program = self.program(window)
        return -program.least(-self.weights(COST, window), np.zeros(len(program.rows)))

    def least_cost(self, window: int) -> float:
        """The least that a window could ever add to the cost, whatever is decided."""
        program = self.program(window)
        return program.least(self.weights(COST, window), np.zeros(len(program.rows)))


class _Rounds:
    """One question, asked of few windows at a time until all agree."""

    def __init__(self, engine: WindowsEngine, question: Question, controls: Controls) -> None:
        self.engine, self.question, self.controls = engine, question, controls
        self.began = time.perf_counter()
        self.knowledge = engine.knowledge
        self.held = set(self.knowledge.held)
        self.misses: Counter[int] = Counter()

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.perf_counter() - self.began

    # ---- a linear program -------------------------------------------------------------------------

    def relaxed(self) -> Solution | None:
        """The question for divisible modules; None where the windows do not come to agree."""
        master, rounds = self.engine.master(self.held), 0
        while True:
            rounds += 1
            master.join(self.held)
            master.hear(self.knowledge.of(w for w in self.engine.windows if w not in master.held))
            found = master.solve(self.question)
            if found.infeasible:
                return Solution(Outcome.INFEASIBLE, None, np.nan, np.nan, self.seconds)
            if found.interrupted or (self.engine.interrupted and self.question.may_stop):
                return replace(STOPPED, seconds=self.seconds)
            if not found.optimal:
                return None
            values, answers = self.look(found.values, master.held)
            missed = [w for w, answer in answers.items() if not answer.keeps]
            self._tell(len(master.held), len(missed))
            short = self._short(found.thought, answers)
            if not missed and sum(short.values()) <= ROUNDING * max(1.0, abs(self.engine.value(COST, values))):
                self.knowledge.held = self._binding(master, found)
                self.knowledge.used(found.active)
                self.engine.tidy()
                return self._whole_solution(found, values)
            if not self._learn(answers, missed, short, rounds):
                return None

    def _tell(self, held: int, missed: int) -> None:
        """Say how many windows are in the program, and how many of the others do not keep the plan."""
        if self.controls.watch is not None:
            nothing = -np.inf if not self.question.maximise else np.inf
            windows = len(self.engine.windows)
            self.controls.watch(Progress(self.seconds, np.inf, nothing, 0, windows, held, missed))

    def _in_part(self, part: _Part) -> Question:
        own, extra = self.question, part.engine._data
        count = len(part.columns)
        objective = own.objective if isinstance(own.objective, str) else np.append(
            own.objective[part.columns], np.zeros(len(part.outside))
        )  # fmt: skip
        return own._replace(
            objective=objective,
            lower=np.append(own.lower[part.columns], extra.lower[count:]),
            upper=np.append(own.upper[part.columns], extra.upper[count:]),
            integer=np.append(own.integer[part.columns], extra.integer[count:]),
        )

    def look(self, everything: Vector, held: Collection[int]) -> tuple[Vector, dict[int, Outlook]]:
        """The values of the whole program, and what every window outside says of them."""
        engine, answers = self.engine, {}
        for window in engine.windows:
            if window in held:
                continue
            program = engine.program(window)
            answer = answers[window] = program.ask(everything, engine.weights(COST, window))
            if answer.keeps:
                everything[program.columns] = answer.values
        return everything, answers

    def _short(self, thought: Mapping[int, float], answers: Mapping[int, Outlook]) -> dict[int, float]:
        """By how much the cost of each window outside was thought too low, where the cost matters."""
        if not self._cost_matters:
            return {}
        return {w: max(0.0, answers[w].cost - cost) for w, cost in thought.items() if answers[w].keeps}

    @property
    def _cost_matters(self) -> bool:
        return bool(self.question.at_most) or (
            isinstance(self.question.objective, str) and self.question.objective == COST
        )

    def _learn(
        self, answers: Mapping[int, Outlook], missed: Sequence[int], short: Mapping[int, float], rounds: int
    ) -> bool:
        """Cuts and windows that join; False where nothing new was learned."""
        before = len(self.held), self.knowledge.size
        worst = sorted(missed, key=lambda w: (-answers[w].shortfall, w))
        self.misses.update(missed)
        often = [w for w in worst if self.misses[w] >= MISSES_BEFORE_JOINING]
        joining = set(often[:JOIN_AT_ONCE]) | {w for w in missed if answers[w].cut is None}
        agreed = sum(short.values()) * ROUNDING
        if rounds >= ROUNDS_BEFORE_ALL_JOIN:
            joining |= {*missed, *(w for w, amount in short.items() if amount > agreed)}
        self.held |= joining
        for window, answer in answers.items():
            useful = window in missed or short.get(window, 0.0) > agreed
            if answer.cut is not None and window not in joining and useful:
                self.knowledge.learn(answer.cut)
        return before != (len(self.held), self.knowledge.size)

    def _binding(self, master: Master, found: MasterEnd) -> set[int]:
        """The windows whose share decides something: a row by which they are held to it has a dual.

        What others cost that have joined, their duals say.
        """
        size = np.abs(found.row_duals).max(initial=0.0)
        binding = set(self.engine.partition.tied)
        by_cost = isinstance(self.question.objective, str) and self.question.objective == COST
        for window in self.engine.windows:
            program = self.engine.program(window)
            duals = found.row_duals[program.rows]
            if np.any(np.abs(duals * program.missed) > ROUNDING * size):
                binding.add(window)
            elif by_cost and window in master.held and window in self.engine.likely:
                self.knowledge.learn(cut_from(program, duals, self.engine.weights(COST, window), priced=True))
        return binding

    def _whole_solution(self, found: MasterEnd, values: Vector) -> Solution:
        """The answer as the whole program would give it: its bound is that of the duals, of all rows."""
        engine, question = self.engine, self.question
        nothing_proven = np.inf if question.maximise else -np.inf
        if any(engine._exceeds(name, limit, values) for name, limit in question.at_most.items()):
            return Solution(Outcome.FAILED, None, np.nan, nothing_proven, self.seconds)
        value = engine.value(question.objective, values)
        limit_duals = np.full(len(question.at_most), found.limit_dual)
        bound, size = engine._dual_bound(question, found.row_duals, limit_duals)
        proven = abs(value - bound) <= SMALLEST_GAP * max(size, engine._size(question.objective, values))
        return Solution(
            Outcome.OPTIMAL if proven else Outcome.UNPROVEN,
            values,
            value,
            value if proven else bound,
            self.seconds,
            engine.violation(values),
            found.row_duals,
        )

    # ---- a search over whole numbers ---------------------------------------------------------------

    def search(self, start: Vector | None) -> Solution | None:
        """The question for whole modules: to its gap among all windows; None where the windows do not come to agree."""
        engine, question, controls = self.engine, self.question, self.controls
        divisible = replace_integers(self, question)
        first = divisible.relaxed()
        if first is None:
            return None
        if not first.found:
            return first
        self.held = set(self.knowledge.held)
        assert first.values is not None
        judge = _Judge(self, controls.absolute_gap, question.maximise)
        judge.plans.append(first.values)
        bound = first.bound
        if controls.known_bound is not None:
            bound = judge.better(bound, controls.known_bound)
        judge.bound = bound
        if start is not None:
            judge.begin(start)
        while True:
            part = engine.part_of(self.held, judge.plans)
            judge.part = part
            left = replace(
                controls,
                time_limit_s=max(1.0, controls.time_limit_s - self.seconds),
                absolute_gap=controls.absolute_gap * SEARCH_GAP,
                watch=judge.watch if controls.watch is not None else None,
            )
            begin = judge.best if judge.best is not None else start
            found = part.engine._attempt(self._in_part(part), left, self._start(part, begin), None, False, judge)
            if np.isfinite(found.bound):
                bound = judge.bound = judge.better(bound, found.bound)
            if found.outcome is Outcome.INFEASIBLE:
                if judge.best is None:
                    return Solution(Outcome.INFEASIBLE, None, np.nan, np.nan, self.seconds)
                return None
            if found.found:
                judge.plan(found.values)
                if judge.missed_last:
                    judge.repair(found.values)
            if judge.enough(bound):
                return judge.solution(Outcome.OPTIMAL, bound)
            if found.outcome in (Outcome.FAILED, Outcome.UNPROVEN) and not engine.interrupted:
                return None
            out_of_time = self.seconds >= controls.time_limit_s
            if engine.interrupted or out_of_time:
                return judge.solution(Outcome.INTERRUPTED if engine.interrupted else Outcome.LIMIT, bound)
            if not judge.learned():
                return None

    def _start(self, part: _Part, values: Vector | None) -> Vector | None:
        """A plan as the part's search begins from it."""
        if values is None:
            return None
        engine = self.engine
        costs = [float(engine.weights(COST, w) @ values[engine.program(w).columns]) for w in part.outside]
        return np.append(values[part.columns], costs)


def replace_integers(rounds: _Rounds, question: Question) -> _Rounds:
    """The same question for divisible modules, which what it learns is learned for."""
    controls = replace(rounds.controls, absolute_gap=0.0)
    return _Rounds(rounds.engine, question._replace(integer=np.zeros_like(question.integer)), controls)


class _Judge:
    """Shows the plans that a search finds to the windows outside it, and keeps the best that all keep."""

    def __init__(self, rounds: _Rounds, gap: float, maximise: bool) -> None:
        self.rounds, self.gap, self.sign = rounds, gap, -1.0 if maximise else 1.0
        self.part: _Part | None = None
        self.bound = -self.sign * np.inf
        self.plans: list[Vector] = []
        """Where what windows have said is to be known: the relaxation's plan, that begun from, the best ones found."""
        self.best: Vector | None = None
        self.objective = np.nan
        self.missed_last = 0
        self._news = 0
        self._seen = 0
        self._joining: set[int] = set()

    def better(self, one: float, other: float) -> float:
        """The tighter of two bounds."""
        return self.sign * max(self.sign * one, self.sign * other)

    def begin(self, values: Vector) -> None:
        """Begin from a plan that every window keeps, if it is one of this question."""
        question, engine = self.rounds.question, self.rounds.engine
        within = np.all(values >= question.lower - INEXACT) and np.all(values <= question.upper + INEXACT)
        kept = all(not engine._exceeds(name, limit, values) for name, limit in question.at_most.items())
        if within and kept and engine.violation(values) <= INEXACT:
            self._keep(values)
            self._hear(values)

    def _hear(self, values: Vector) -> None:
        """Cuts of the windows outside at a plan: so the search knows what it really costs."""
        engine = self.rounds.engine
        for window in sorted(engine.likely - self.rounds.held):
            answer = engine.program(window).ask(values, engine.weights(COST, window))
            if answer.keeps and answer.cut is not None:
                self.rounds.knowledge.learn(answer.cut)

    def _keep(self, values: Vector) -> None:
        value = self.rounds.engine.value(self.rounds.question.objective, values)
        if self.best is None or self.sign * value < self.sign * self.objective:
            self.best, self.objective = values, value
            self.plans = [self.plans[0], *self.plans[1:][-2:], values]

    def plan(self, values: Vector) -> None:
        """Show a plan to all windows outside."""
        assert self.part is not None
        rounds, knowledge = self.rounds, self.rounds.knowledge
        part = self.part
        everything, answers = rounds.look(part.full(values, len(rounds.engine.integer)), part.held)
        missed = [w for w, answer in answers.items() if not answer.keeps]
        self.missed_last = len(missed)
        if missed:
            self.plans = [self.plans[0], *self.plans[1:][-2:], everything]
        self._news += sum(knowledge.learn(answer.cut) for answer in answers.values() if answer.cut is not None)
        worst = sorted(missed, key=lambda w: (-answers[w].shortfall, w))
        joining = set(worst[:JOIN_AT_ONCE]) | {w for w in missed if answers[w].cut is None}
        self._joining |= joining
        limits = rounds.question.at_most.items()
        if not missed and not any(rounds.engine._exceeds(name, limit, everything) for name, limit in limits):
            self._keep(everything)

    def repair(self, values: Vector) -> None:
        """The best plan with these whole numbers that all windows keep, if there is one."""
        rounds = self.rounds
        assert self.part is not None
        engine, question = rounds.engine, rounds.question
        everything = self.part.full(values, len(engine.integer))
        whole = np.flatnonzero(question.integer)
        lower, upper = question.lower.copy(), question.upper.copy()
        lower[whole] = upper[whole] = np.round(everything[whole])
        fixed = question._replace(lower=lower, upper=upper, integer=np.zeros_like(question.integer))
        again = _Rounds(engine, fixed, replace(rounds.controls, absolute_gap=0.0, watch=None))
        held = set(rounds.knowledge.held)
        found = again.relaxed()
        rounds.knowledge.held = held  # who binds for these whole numbers need not bind for others
        if found is not None and found.outcome is Outcome.OPTIMAL:
            self._keep(found.values)

    def enough(self, bound: float) -> bool:
        """Whether the best plan that all windows keep is proven to the gap."""
        if self.best is None:
            return False
        bound = self.better(bound, self.bound)
        return self.sign * (self.objective - bound) <= max(self.gap, LIMIT_ROOM * max(1.0, abs(self.objective)))

    def learned(self) -> bool:
        """Whether another search would know more: windows that were missed join it, cuts were handed in."""
        more = self._news > 0 or bool(self._joining - self.rounds.held)
        self.rounds.held |= self._joining
        self.rounds.knowledge.held |= self._joining
        self._news, self._joining = 0, set()
        return more

    def watch(self, progress: Any) -> None:
        """Pass on how far the search is, with the plan that all windows keep."""
        watch = self.rounds.controls.watch
        assert watch is not None
        best = self.objective if self.best is not None else (-np.inf * -self.sign)
        windows, held = len(self.rounds.engine.windows), len(self.rounds.held)
        watch(replace(progress, incumbent=best, windows=windows, held=held, missed=self.missed_last))

    def solution(self, outcome: Outcome, bound: float) -> Solution:
        """The best plan that all windows keep, with what is proven."""
        rounds = self.rounds
        if self.best is None:
            return Solution(outcome, None, np.nan, bound, rounds.seconds)
        bound = self.sign * min(self.sign * bound, self.sign * self.objective)
        return Solution(outcome, self.best, self.objective, bound, rounds.seconds, rounds.engine.violation(self.best))
