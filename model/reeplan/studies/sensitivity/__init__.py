"""What if the numbers are wrong: which inputs move cost and decisions, and which decisions hold in most futures.

``inputs`` reads the ranges, ``futures`` makes a case of each point in them, ``question`` is what is asked of the
solver, ``design`` and ``indices`` are the methods (SALib's), ``outputs`` what is looked at, ``study`` the order of the
work, and ``tornado``, ``effects``, ``robust`` and ``result`` put the answers together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reeplan.studies.base import Option, Study

if TYPE_CHECKING:
    from reeplan.studies.base import Options


def _conflict(given: Options) -> str:
    samples, leading = given["samples"], given["leading"]
    if samples is not None and samples & (samples - 1):
        return f"--samples {samples} is no power of 2: give {2 ** (samples.bit_length() - 1)}."
    if given["relaxed"] and given["all_relaxed"]:
        return "--relaxed has no effect with --all-relaxed, which includes it: give one of them."
    if given["relaxed"] and given["trajectories"] == 0 and samples == 0:
        return "--relaxed has no effect without screening (--trajectories) and indices (--samples)."
    if (leading and samples == 0) or (samples and leading == 0):
        idle, missing = ("--leading", "--samples") if leading else ("--samples", "--leading")
        return f"{idle} has no effect with {missing} 0: then nothing gets indices."
    return ""


SENSITIVITY = Study(
    name="sensitivity",
    command="sensitivity",
    about="""Which assumptions of CASE matter, and which decisions stay right whatever they are: its table ranges, \
varied.

    At --target, or the resilience_target of the settings.""",
    results="tornado",
    unit="futures",
    single=True,
    options=(
        Option("trajectories", int, "Walks of the screening that tells which inputs matter [6].", 0, 1000),
        Option("leading", int, "How many that matter most get indices [4].", 0, 100),
        Option("samples", int, "Base samples of the indices, a power of 2; 0: no indices [32].", 0, 2**16),
        Option("futures", int, "Futures drawn from all ranges at once [32].", 0, 10**6),
        Option(
            "relaxed",
            bool,
            "Screening and indices with divisible modules, in a fraction of the time; a few are checked with whole "
            "ones.",
        ),
        Option("all_relaxed", bool, "The same for everything."),
    ),
    outputs={
        "tornado.csv": "what each range alone does, from its low to its high end",
        "screening.csv": "which inputs matter at all, all of them varied",
        "indices.csv": "how much of what varies is owed to each of those that matter most",
        "built_in_futures.csv": "in how many futures each plant is built, and how large",
        "futures.csv": "every future that was solved: its inputs, and what came out",
    },
    figures=("tornado", "screening", "indices", "built-in-futures"),
    conflict=_conflict,
    extra="sensitivity",
)
