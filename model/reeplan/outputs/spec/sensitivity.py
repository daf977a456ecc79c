"""The tables of ``reeplan sensitivity``."""

from __future__ import annotations

from reeplan.outputs.spec.output import ELSEWHERE, PROVEN, RESAMPLED, count, number, output, share, text, year, yes_no

_OF_UNIT = "see `unit`"
_BAND = "± (95\u00a0%)"
_CAPACITY = "t a year (t of a stockpile)"

RANGES_VARIED = output(
    "ranges_varied", "What was varied, a row of `ranges.csv` each.", "input table key column low high",
    text("input", "its name in all tables here"),
    text("table key column change", "which numbers move, and how"),
    number("low high", _OF_UNIT, "its ends"),
    text("unit", "its ends"),
    text("distribution", "how likely what lies between is"),
    count("cells", "how many numbers move"),
    number("present_least present_most", "", "what stands in them", empty=True),
    text("source", "where the range comes from"),
)  # fmt: skip

TORNADO = output(
    "tornado", "One input at a time at its low and its high, all else as stated.", "input output",
    text("input", "what was varied, and to where"),
    number("low high", "see `unit_of_input`", "what was varied, and to where"),
    text("unit_of_input", "what was varied, and to where"),
    text("output unit", "what was looked at"),
    number("at_low at_base at_high", _OF_UNIT, "the output there, and as stated", empty=True,
           title="At its low|As stated|At its high"),
    number("swing swing_least swing_most", _OF_UNIT,
           "at high less at low, and between which values that is proven to lie", empty=True),
    number("span", _OF_UNIT, "the most that any two of the three differ by", empty=True),
    yes_no("within_gap", title="Larger than the gaps"),
    yes_no("divisible"),
    text("status_at_low status_at_high", "how the search ended there"),
)  # fmt: skip

SCREENING = output(
    "screening", "Which inputs matter, all of them varied (Morris).", "input output",
    text("input output unit"),
    number("mu_star", _OF_UNIT, "mean size of the input's effect over its whole range; ± 95 %",
           title="Mean size of the effect (μ*)"),
    number("mu_star_confidence", _OF_UNIT, "mean size of the input's effect over its whole range; ± 95 %", empty=True,
           title=_BAND),
    number("mu", _OF_UNIT, "the same with its sign", title="Mean effect (μ)"),
    number("sigma", _OF_UNIT, "how much the effect differs from place to place: bends, and other inputs", empty=True,
           title="How much it differs (σ)"),
    number("gap_effect", _OF_UNIT, "the largest effect that gaps of that size could make", empty=True,
           title="What could be due to the optimality gap"),
    yes_no("within_gap"),
    count("trajectories trajectories_without_plan", "trajectories whose elementary effect of this input was "
           "valid, and those in which a future beside that step has no such output"),
    yes_no("divisible"),
    count("rank", "among the inputs, for this output; 1 moves it most"),
)  # fmt: skip

INDICES = output(
    "indices", "How much of an output's variance is owed to each of the inputs that matter most (Sobol).",
    "input output",
    text("input output unit"),
    share("first", "part of the variance that the input explains by itself; ± 95 %", title="By itself"),
    share("first_confidence", "part of the variance that the input explains by itself; ± 95 %", empty=True,
          title=_BAND),
    share("total", "with all that it takes part in", title="With all it takes part in"),
    share("total_confidence", "with all that it takes part in", empty=True, title=_BAND),
    number("standard_deviation", _OF_UNIT, "of the output"),
    share("gap_share", "the total that gaps alone could give an input that changes nothing", empty=True,
          title="From the gaps at most"),
    yes_no("within_gap"),
    count("samples samples_without_plan", "base samples that counted, and those left out"),
    yes_no("divisible"),
)  # fmt: skip

BUILT_IN_FUTURES = output(
    "built_in_futures",
    "In how many futures each plant, equity stake and stockpile is built; all ranges drawn at once.", "asset",
    text("asset what", "and whether it is a plant, venture or stockpile"),
    count("futures built_in", "futures with a plan, in how many of them it is built, and which part that is",
          title="|Futures that build it"),
    share("share", "futures with a plan, in how many of them it is built, and which part that is", empty=True,
          title="Of all with a plan"),
    number("mean_t_per_year_if_built least_t_per_year_if_built most_t_per_year_if_built", _CAPACITY,
           "how large, where it is built", empty=True, title="Mean|Least|Most", over="Size where it is built"),
    year("first_decided_earliest", "when first", empty=True, title="Earliest", over="First decided"),
    number("first_decided_median", "year", "when first", empty=True),
    year("first_decided_latest", "when first", empty=True, title="Latest", over="First decided"),
    number("as_stated_t_per_year", _CAPACITY, "in the case as it is", title="As stated"),
    year("as_stated_first_decided", "in the case as it is", empty=True),
    count("futures_without_plan", "drawn futures that have no plan"),
    yes_no("divisible"),
)  # fmt: skip

OUTPUTS_IN_FUTURES = output(
    "outputs_in_futures", "How costs and capital spread over the drawn futures.", "output",
    text("output unit"),
    number("as_stated", _OF_UNIT, "in the case as it is", empty=True),
    number("least tenth median nine_tenths most mean", _OF_UNIT,
           "the least, what a tenth, half and nine tenths of the futures do not exceed, the most, the mean",
           title="|A tenth are below|Half are below|Nine tenths are below"),
    count("futures futures_without", "futures that have it, and that have not"),
    yes_no("divisible"),
)  # fmt: skip

FUTURES = output(
    "futures", "Every future that was solved, in tidy form.", "future what quantity",
    count("future", "its number, what it was solved for, and what it is called"),
    text("stage name", "its number, what it was solved for, and what it is called"),
    text("status", "how the search ended, as in `coalitions.csv`; `cannot reach the target` is proven"),
    yes_no("divisible"),
    text("what", "input, output, bound or problem"),
    text("quantity"),
    number("value", _OF_UNIT, unbounded=True),
    text("unit"),
    number("position", "0 to 1", "of an input in its range", empty=True, missing=True),
)  # fmt: skip

WHOLE_AND_DIVISIBLE = output(
    "whole_and_divisible", "With `--relaxed`: futures that were solved both ways.", "name output",
    text("name output unit", "which future, and what was looked at"),
    number("whole divisible difference", _OF_UNIT,
           "with whole modules, with divisible ones, and the first less the second", empty=True),
)  # fmt: skip

TABLES = (
    RANGES_VARIED, TORNADO, SCREENING, INDICES, BUILT_IN_FUTURES, OUTPUTS_IN_FUTURES, FUTURES, WHOLE_AND_DIVISIBLE,
)  # fmt: skip
"""In the order in which they are described."""

NOT_RECOMPUTED = {
    PROVEN: (FUTURES.cells("value", what="bound"),),
    ELSEWHERE: (
        FUTURES.cells("value", what="output"),
        BUILT_IN_FUTURES.cells("first_decided_earliest first_decided_median first_decided_latest "
                               "as_stated_first_decided"),
    ),
    RESAMPLED: (INDICES.cells("first_confidence total_confidence"),),
}  # fmt: skip
"""Cells that no other number of the run implies, by their kind."""
