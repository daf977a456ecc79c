"""The tables of ``reeplan compare``."""

from __future__ import annotations

from dataclasses import replace

from reeplan.outputs.spec.output import count, musd, number, output, text, yes_no
from reeplan.outputs.spec.plans import FRONT

COMPARE = "compare"
_OF_VALUE = "see `value_unit`"

INPUTS_DIFFERENCES = output(
    "inputs_differences", "One row a cell that differs, from the tables as each run solved them.", "file row column",
    text("file", "table"),
    text("row", "the key of the row"),
    text("column", "column; empty where a whole row is missing in a run"),
    text("what", "`value`; `row` (a run lacks it; the others say what it holds); `how it was solved` (gap, time limit, "
         "points); `source, note or title`"),
    text("<run>", "the value in this run; one column a run"),
    place=COMPARE,
)  # fmt: skip

FRONTS = output(
    "fronts", "The plans of all runs: each row of their `front.csv`, after the name of its run.", "run point",
    text("run", "letter and name"),
    tuple(replace(column, missing=True) for column in FRONT.columns),
    place=COMPARE,
)  # fmt: skip
"""A column that a run of another version does not have is empty there."""

RESULTS = output(
    "results", "Costs, resiliences and figures against those of the first run.", "what level run value_unit",
    text("what", "`cost at equal resilience`, `resilience at equal cost`, or `matching plans`"),
    text("level", "the resilience or the cost that is equal; for matching plans the name of the figure"),
    text("unit", "of `level`"),
    text("run", "letter and name"),
    text("plan", "the plan that counts; empty where none was found"),
    number("value", _OF_VALUE, "its cost, resilience or figure", empty=True),
    text("value_unit", "of `value` and of what follows"),
    number("least_possible most_possible", _OF_VALUE, "the range in which the least cost (or most resilience) at this "
           "level is proven to lie; infinite where nothing is proven, or where no plan can reach the level",
           unbounded=True),
    number("less_first_run", _OF_VALUE, "`value` less that of the first run", empty=True),
    number("less_first_run_at_least less_first_run_at_most", _OF_VALUE,
           "the range of that difference by what is proven of both", unbounded=True),
    yes_no("told_apart_from_first_run", "yes: that range does not hold zero"),
    place=COMPARE,
)  # fmt: skip

BUILDS = output(
    "builds", "A row for each asset that any plan of any run builds, and each run.", "asset run",
    text("asset stage region", "as in the plans' tables; the stage of the chain"),
    text("run plan", "the run and its plan that is compared"),
    number("modules", "modules", "what that plan builds, overnight capital; of a stockpile t of room"),
    number("t_per_year", "t/yr", "what that plan builds, overnight capital; of a stockpile t of room"),
    musd("capital_musd", "what that plan builds, overnight capital; of a stockpile t of room"),
    number("first_decided first_running", "year", "empty where it is not built", empty=True),
    text("paid_by", "partners with their overnight capital"),
    count("plans_that_build_it plans", "how many plans of the run's front build it, of how many"),
    place=COMPARE,
)  # fmt: skip

TABLES = (INPUTS_DIFFERENCES, FRONTS, RESULTS, BUILDS)
"""In the order in which they are described."""
