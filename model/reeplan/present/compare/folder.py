"""A comparison written to a folder: tables, figure and page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reeplan.csv_files import write_table
from reeplan.present.charts.fonts import signs_of
from reeplan.present.charts.style import drawing_style, save
from reeplan.present.compare import figure
from reeplan.present.compare.builds import builds
from reeplan.present.compare.inputs import as_table, differences
from reeplan.present.compare.page import page
from reeplan.present.compare.results import fronts, results
from reeplan.present.compare.runs import Comparison

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from reeplan.present.compare.inputs import Difference


@dataclass(frozen=True)
class Compared:
    """A comparison and what was found."""

    comparison: Comparison
    inputs: list[Difference]
    results: pd.DataFrame
    builds: pd.DataFrame


def compare(runs: Sequence[Path]) -> Compared:
    """Compare finished run folders; raises OSError, ValueError or KeyError where one cannot be read."""
    comparison = Comparison(runs)
    return Compared(comparison, differences(comparison), results(comparison), builds(comparison))


def write(compared: Compared, folder: Path) -> None:
    """Write tables, figure (PNG, SVG and its data) and ``compare.html`` into a folder."""
    comparison = compared.comparison
    write_table(as_table(comparison, compared.inputs), folder / "inputs_differences.csv")
    write_table(fronts(comparison), folder / "fronts.csv")
    write_table(compared.results, folder / "results.csv")
    write_table(compared.builds, folder / "builds.csv")
    write_table(figure.table(comparison), folder / "fronts-figure.csv")
    signs = set().union(*(signs_of(given.run) for given in comparison.runs))
    with drawing_style(signs):
        save(figure.draw(comparison), folder / "fronts", figure.title(comparison), figure.alt(comparison))
    svg = (folder / "fronts.svg").read_text(encoding="utf-8")
    html = page(comparison, compared.inputs, compared.results, compared.builds, svg)
    (folder / "compare.html").write_text(html, encoding="utf-8", newline="\n")
