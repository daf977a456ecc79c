"""How a search ended, in words: stated here, for every command and every study.

A search that ends without a plan may have run out of time, have been stopped, have proven that there is none, or have
come to nothing because the solver failed. Only the first is helped by more time.
"""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# ---- of one solve ---------------------------------------------------------------------------------------


class Outcome(Enum):
    """How a solve ended."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    LIMIT = "time limit"
    INTERRUPTED = "interrupted"
    UNPROVEN = "bound not proven"
    """There is a plan, and the numbers lie too far apart for the solver to prove that none is better."""
    UNBOUNDED = "unbounded"
    FAILED = "solver failure"

    @property
    def is_final(self) -> bool:
        """Whether what was found is worth keeping: nobody stopped the work, and the solver did not fail."""
        return self not in (Outcome.INTERRUPTED, Outcome.FAILED)

    @property
    def has_a_plan(self) -> bool:
        """Whether the solver says that there is a plan."""
        return self in (Outcome.OPTIMAL, Outcome.UNPROVEN)

    @property
    def if_unproven(self) -> Outcome:
        """The same, if what it is said to prove cannot be relied on."""
        return Outcome.UNPROVEN if self is Outcome.OPTIMAL else self


# ---- of one search, and of a run ---------------------------------------------------------------------


class Status(StrEnum):
    """How a search, a question of a study, or a run ended, as it stands in tables, manifests and JSON."""

    OPTIMAL = "optimal"
    """With a plan, proven within its gap."""
    GAP = "gap not reached"
    """With a plan, not proven in the time given."""
    UNPROVEN = "bound not proven"
    """With a plan, not proven because of its numbers."""
    INEXACT = "inexact"
    """With values that break a rule by more than the solver's last digits."""
    NO_PLAN = "no plan found"
    """Without a plan in the time given."""
    FAILED = "the solver failed"
    """Without a plan because the solver failed."""
    UNBOUNDED = "cost without limit"
    """Without a plan that could not be cheaper still."""
    OUT_OF_REACH = "cannot reach the target"
    """Proven: no plan keeps the target."""
    NOT_SOLVED = "not solved"
    """A question that was not asked before the work was stopped."""
    INTERRUPTED = "interrupted"
    """Stopped on request."""

    DONE = "done"
    """A run: all is answered."""
    AT_LIMIT = "stopped at a limit"
    """A run: time ran out somewhere."""
    NOT_PROVEN = "not proven"
    """A run: only the solver stood in the way of a proof, and more time does not help."""
    INFEASIBLE = "infeasible"
    """A run: the case has no plan."""
    UNFINISHED = "unfinished"
    """A run that is still being made, or was stopped before it was whole."""


def status_of(outcome: Outcome, *, found: bool) -> Status:
    """The status of a search that is neither proven within its gap nor proven to have no plan."""
    if outcome is Outcome.INTERRUPTED:
        return Status.INTERRUPTED
    if found:  # where the solver ended by itself and the gap is open all the same, its arithmetic was not enough
        return Status.GAP if outcome is Outcome.LIMIT else Status.UNPROVEN
    return {Outcome.FAILED: Status.FAILED, Outcome.UNBOUNDED: Status.UNBOUNDED}.get(outcome, Status.NO_PLAN)


def status_of_run(statuses: Iterable[str]) -> Status:
    """The status of a run by those of its searches that are not settled."""
    left = set(statuses)
    if Status.INTERRUPTED in left:
        return Status.INTERRUPTED
    if left & {Status.UNPROVEN, Status.FAILED, Status.UNBOUNDED}:
        return Status.NOT_PROVEN if not left & {Status.GAP, Status.NO_PLAN} else Status.AT_LIMIT
    return Status.AT_LIMIT if left else Status.DONE


# ---- sentences ----------------------------------------------------------------------------------

TOO_FAR_APART = (
    "most likely the numbers of the case lie further apart than the solver can keep apart in one calculation"
)

WHAT_TO_DO = "'reeplan check' warns of numbers that are most likely slips of a unit, each with its file and line."

_WITHOUT_A_PLAN = {
    Outcome.INFEASIBLE: "No plan can satisfy these inputs.",
    Outcome.INTERRUPTED: "Stopped before any plan was found.",
    Outcome.LIMIT: ("No plan was found within the time limit; one may still exist. Give more time with --time-limit."),
    Outcome.UNBOUNDED: (
        "The cost has no lower limit: something can be bought or made for less than it is sold for, without end. "
        "Look at markets and suppliers, and at recipes that make more than they take."
    ),
    Outcome.FAILED: (
        f"The solver failed before any plan was found, and more time would not help: {TOO_FAR_APART}. {WHAT_TO_DO}"
    ),
}


def without_a_plan(outcome: Outcome) -> str:
    """Why there is no plan, and what to do."""
    return _WITHOUT_A_PLAN.get(outcome, _WITHOUT_A_PLAN[Outcome.FAILED])


NOT_PROVEN_BECAUSE = (
    f"bound not proven: the solver could not show how far these plans may be from the best: {TOO_FAR_APART}. "
    f"More time would not help; {WHAT_TO_DO}"
)
"""Of plans whose status is that their bound is not proven."""

NOT_ALL_PROVEN = f"not everything is proven: {TOO_FAR_APART}. {WHAT_TO_DO}"
"""Of a study some of whose searches the solver failed in."""

PRICES_NOT_KNOWN = (
    "the plan could not be solved again with what it builds and runs held fixed, so that prices are not known there "
    "(empty cells in prices.csv)"
)
"""Of the windows (or the undisrupted path) of a plan that could not be solved again."""
