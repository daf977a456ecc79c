"""Bounds on the cost of a case in parts, by mpi-sppy over MPI: the only file that knows mpi-sppy.

The undisrupted path with all investment is the root of an L-shaped method (Van Slyke and Wets, SIAM Journal
on Applied Mathematics 17 (1969)); each bundle of windows is a linear subproblem that answers a
proposed plan with a cut. Every process holds its own share of the bundles, and the first the root.
The root's bound is a cost that no plan undercuts. What the root proposes, held fixed while every
part is solved, is a plan that holds in all windows, and its cost.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyomo.environ as pyo
from mpi4py import MPI
from mpisppy.opt.lshaped import LShapedMethod
from mpisppy.utils.sputils import attach_root_node
from mpisppy.utils.xhat_eval import Xhat_Eval
from pyomo.contrib.solver.common.util import NoFeasibleSolutionError
from pyomo.core.expr.numeric_expr import LinearExpression
from pyomo.repn import generate_standard_repn

from reeplan.stochastic.parts import BASE_PATH, Decided, Model, Parts, in_order, whole_decisions
from reeplan.tolerances import NOISE

SOLVER = "highs"
"""Pyomo's interface to HiGHS whose duals its cuts can use; mpi-sppy's cuts do not know the older one."""

ROUNDS = 10_000
"""More rounds than any case needs: what ends the search is that no window asks for a cut, or the time."""


class NoPlanInPartsError(Exception):
    """HiGHS finds no plan that keeps the target in every window; raised in one process only."""


@dataclass(frozen=True)
class RoundLimits:
    """How hard to try: the relative gap of the root's whole decisions, and seconds after which no round begins."""

    gap: float = 1e-4
    time_limit_s: float = float("inf")


@dataclass(frozen=True)
class Bounds:
    """What is proven: no plan costs less than ``outer_musd``, and one that holds costs ``inner_musd``.

    ``inner_musd`` is infinite where the time ended before a plan was found that holds in all windows.
    ``decided`` are the whole decisions of that plan; ``rounds`` is how often the root was solved.
    """

    outer_musd: float
    inner_musd: float
    decided: Decided
    rounds: int
    seconds: float

    @property
    def gap_musd(self) -> float:
        """How far the plan may be from the cheapest."""
        return max(0.0, self.inner_musd - self.outer_musd)


def bounds(parts: Parts, effort: RoundLimits | None = None, *, relax: bool = False) -> Bounds:
    """Bound the cost of the cheapest plan that keeps the target in every window; every process calls it.

    First with divisible modules, which is cheap and gives most of the cuts; then with whole ones (not
    if ``relax``); then, with these decided, to the last digit of everything else.
    """
    search = _Search(parts, effort or RoundLimits())
    step = search.step(relax=True)
    outer = step.bound
    decided: Decided | None = None
    if step.converged and not relax:
        step = search.step()
        outer = max(outer, step.bound)
        if step.converged:
            decided = step.decided
            step = search.step(decided=decided)
    inner = search.cost_of(step.agreed, relax=relax, decided=decided) if step.converged else float("inf")
    return Bounds(
        outer_musd=outer + search.constant,
        inner_musd=inner + search.constant,
        decided=decided or {},
        rounds=search.rounds,
        seconds=time.perf_counter() - search.began,
    )


@dataclass(frozen=True)
class _Step:
    """One run of the method: its bound (MUSD, without the constant), and what it proposes."""

    bound: float
    agreed: list[float]
    decided: Decided
    converged: bool


@dataclass(frozen=True)
class _Cut:
    """A cut that holds in every root: ``constant + agreed @ coefficients + sum(windows * expected) <= 0``."""

    constant: float
    agreed: list[tuple[int, float]]
    expected: list[tuple[str, float]]


class _Search:
    """The steps of the method, run by every process alike; cuts are kept from one step to the next."""

    def __init__(self, parts: Parts, effort: RoundLimits) -> None:
        self.began = time.perf_counter()
        self.parts = parts
        self.gap = effort.gap
        self.deadline = self.began + effort.time_limit_s
        self.constant = parts.constant_musd()
        self.rounds = 0
        world = MPI.COMM_WORLD
        mine = parts.names[world.rank :: world.size]
        self._shared = in_order(set().union(*world.allgather(parts.seen(mine))))
        self._cuts: list[_Cut] = []
        self._known: dict[str, Any] = {}

    def step(self, *, relax: bool = False, decided: Decided | None = None) -> _Step:
        """Run the method until no window asks for a cut, or the time is up."""
        options = {
            "root_solver": SOLVER,
            "root_solver_options": {"threads": 1, "mip_rel_gap": self.gap},
            "sp_solver": SOLVER,
            "sp_solver_options": {"threads": 1},
            "root_scenarios": [BASE_PATH],
            "max_iter": ROUNDS,
            "tol": NOISE,
            "verbose": False,
            **self._known,
        }
        method = _WithKnownCuts(options, self.parts.names, self._creator(relax=relax, decided=decided))
        method.known_cuts = self._cuts
        clock = _Clock(self.deadline)
        try:
            method.lshaped_algorithm(converger=clock)
        except NoFeasibleSolutionError as error:
            raise NoPlanInPartsError from error
        self.rounds += method.iter + 1
        self._known = {"valid_eta_lb": method.valid_eta_lb}
        first = method.cylinder_rank == 0
        self._cuts = method.all_cuts() if first else []
        return _Step(
            bound=method._LShaped_bound,
            agreed=[variable.value for variable in method.root_vars],
            decided=method.mpicomm.bcast(whole_decisions(method.root) if first and not relax else {}),
            converged=not clock.rang,
        )

    def cost_of(self, agreed: list[float], *, relax: bool, decided: Decided | None) -> float:
        """The cost of what is proposed (MUSD, without the constant): every part solved with it fixed."""
        options = {"solver_name": SOLVER, "verbose": False, "solver_options": {"threads": 1}}
        evaluation = Xhat_Eval(options, self.parts.names, self._creator(relax=relax, decided=decided))
        return float(evaluation.evaluate({"ROOT": np.array(agreed)}))

    def _creator(self, *, relax: bool, decided: Decided | None) -> Any:
        def program(name: str) -> Model:
            m = self.parts.program(name, self._shared, relax=relax, decided=decided)
            m._mpisppy_probability = self.parts.weight
            attach_root_node(m, 0.0, m.agreed)
            return m

        return program


class _WithKnownCuts(LShapedMethod):  # type: ignore[misc]
    """The L-shaped method with a root that begins with the cuts of an earlier run."""

    known_cuts: list[_Cut]

    def create_root(self) -> None:
        """The root, and in the first process the known cuts."""
        super().create_root()
        if self.cylinder_rank == 0:
            self.root.known = pyo.ConstraintList()
            for cut in self.known_cuts:
                terms = [(coefficient, self.root_vars[position]) for position, coefficient in cut.agreed]
                terms += [(coefficient, self.root.eta[name]) for name, coefficient in cut.expected]
                coefficients, variables = zip(*terms, strict=True)
                body = LinearExpression(
                    constant=cut.constant, linear_coefs=list(coefficients), linear_vars=list(variables)
                )
                self.root.known.add(body <= 0)

    def all_cuts(self) -> list[_Cut]:
        """The cuts of this run and of those before, in the first process."""
        position = {id(variable): j for j, variable in enumerate(self.root_vars)}
        expected = {id(eta): name for name, eta in self.root.eta.items()}
        cuts = list(self.known_cuts)
        for row in self.root.bender.cuts.values():
            linear = generate_standard_repn(row.body)
            terms = list(zip(linear.linear_vars, linear.linear_coefs, strict=True))
            cuts.append(
                _Cut(
                    linear.constant - row.upper,
                    [(position[id(v)], float(c)) for v, c in terms if id(v) in position],
                    [(expected[id(v)], float(c)) for v, c in terms if id(v) in expected],
                )
            )
        return cuts


class _Clock:
    """Ends the method when its time is up; mpi-sppy makes it from the method, its rank and its size."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.rang = False
        self._world = MPI.COMM_WORLD

    def __call__(self, method: Any, rank: int, size: int) -> _Clock:
        """What mpi-sppy calls a converger."""
        return self

    def convergence_value(self) -> None:
        """Ask the first process, whose clock counts."""
        self.rang = self._world.bcast(time.perf_counter() > self.deadline)

    def is_converged(self) -> bool:
        """Whether no further round begins."""
        return self.rang
