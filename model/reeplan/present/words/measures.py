"""What the resilience of a plan says, by the measure that a run was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reeplan.words import percent

if TYPE_CHECKING:
    from reeplan.present.run import Run


def served_where(run: Run) -> str:
    """In which disruption what is served counts, to end a clause."""
    return {
        "worst_case": "in the worst disruption",
        "weakest_link": "of the worst-served material in any disruption",
        "expected": "on average in a disruption",
        "cvar": f"in the worst {_tail(run)} of disruptions",
    }[run.settings["resilience_measure"]]


def measure_axis(run: Run) -> str:
    """An axis of resilience, in two lines."""
    whose = ", worse-off partner" if len(run.partners) > 1 else ""
    return {
        "worst_case": f"Demand served in the worst disruption\n(% by value{whose})",
        "weakest_link": "Demand served of the worst-served material\nin any disruption (% of tonnes)",
        "expected": f"Demand served on average in a disruption\n(% by value{whose})",
        "cvar": f"Demand served in the worst {_tail(run)} of disruptions\n(% by value{whose})",
    }[run.settings["resilience_measure"]]


def _tail(run: Run) -> str:
    return percent(100 * (1 - float(run.settings["cvar_level"])))
