"""What keeps runs from being compared like with like, said plainly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reeplan.endings import Status
from reeplan.words import display_name, join_and, measure_in_words, number, span

if TYPE_CHECKING:
    from collections.abc import Callable

    from reeplan.present.compare.runs import ComparedRun, Comparison


def warnings(comparison: Comparison) -> list[str]:
    """Sentences, the gravest first; none where costs and resiliences of all runs mean the same and were all checked."""
    said = [
        _differ(comparison, lambda given: given.run.currency_year,
                "Costs are not comparable: they are in money of different years: {}. No inflation is added here."),
        _differ(comparison, lambda given: span(*_years(given)),
                "Costs are not comparable: the runs plan for different years: {}. More years cost more."),
        _differ(comparison, lambda given: f"{100 * given.run.settings['discount_rate']:g} %",
                "Costs are not comparable: later years are discounted differently: {} a year."),
        _differ(comparison, _measure,
                "Resiliences are not comparable: they are measured differently: {}."),
        _differ(comparison, lambda given: join_and([display_name(name) for name in sorted(given.run.partners)]),
                "Different partners plan together, so costs and resilience are those of different countries: {}."),
        _differ(comparison, _windows,
                "The disruptions are not the same, so equal shares served do not mean equal security: {}."),
    ]  # fmt: skip
    for given in comparison.runs:
        said += _own(given)
    said.append(
        _differ(comparison, lambda given: given.run.manifest.get("versions", {}).get("reeplan", "unknown"),
                "The runs were made by different versions of reeplan ({}): a difference may come from that.")
    )  # fmt: skip
    return [sentence for sentence in said if sentence]


def _own(given: ComparedRun) -> list[str]:
    """What a run says against itself."""
    report, name = given.report, given.heading
    said = []
    if report.changed:
        number_of = len(report.changed)
        tables = f"{number_of} of its tables have" if number_of > 1 else "one of its tables has"
        said.append(f"{name}: {tables} been changed since the run was written ({report.changed[0]} first).")
    if report.verdict is None:
        said.append(f"{name}: it was never checked; reeplan verify checks it.")
    elif not report.verdict.get("holds"):
        said.append(f"{name}: its check does not hold. Do not use this run.")
    open_plans = int((given.front["status"] != Status.OPTIMAL).sum())
    if open_plans:
        which = f"{number(open_plans)} of {number(len(given.front))} plans" if len(given.front) > 1 else "its plan"
        said.append(
            f"{name}: the search stopped before {which} reached the gap asked for; their costs are upper ends, "
            "and how far they may lie above the least is given beside them."
        )
    return said


def _differ(comparison: Comparison, of: Callable[[ComparedRun], Any], sentence: str) -> str:
    """The sentence with each run's value, if they are not all the same."""
    values = [of(given) for given in comparison.runs]
    if all(value == values[0] for value in values):
        return ""
    return sentence.format(
        join_and([f"{value} ({given.letter})" for given, value in zip(comparison.runs, values, strict=True)])
    )


def _years(given: ComparedRun) -> tuple[int, int]:
    return given.run.years[0], given.run.years[-1]


def _measure(given: ComparedRun) -> str:
    return measure_in_words(given.run.settings["resilience_measure"], given.run.settings["cvar_level"])


def _windows(given: ComparedRun) -> str:
    """The disruptions and their years, in a few words."""
    run = given.run
    starts: dict[str, list[str]] = {}
    lost: dict[str, list[str]] = {}
    for window in run.window_facts.values():
        if window.lost:
            lost.setdefault(window.scenario, []).append(display_name(window.lost))
        else:
            starts.setdefault(window.scenario, []).append(run.when_in_words(window))
    said = [
        f"{display_name(name)} {', '.join(when)}"
        + (f" (also with the loss of one of {join_and(list(dict.fromkeys(lost[name])))})" if name in lost else "")
        for name, when in starts.items()
    ]
    return join_and(said) if said else "none"
