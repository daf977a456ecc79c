"""Plans that run, buy, ship, store or lack nothing: every figure, the report, comparisons and the documented examples.

A table without rows shows no program the types of its columns; what is read from it must have them all the same.
"""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from random_cases import write_random_case
from reeplan.api import Extras
from reeplan.inputs.spec import TABLES
from reeplan.present.figures import Drawing, catalogue, draw_figures
from reeplan.present.figures.flows.movements import COLUMNS, movements
from reeplan.present.report import write_report
from reeplan.present.run import Run
from report_support import Page
from solved import rows_of, run_command, write_rows
from studies_support import TRIED
from support import ONE_TOWN, PURE_ORE, write_case, years

if TYPE_CHECKING:
    from collections.abc import Callable

TESTS = Path(__file__).parent
DOCS = TESTS.parent / "docs"

DEMAND = """
    demand
    region  material  year  t_per_year  shortage_usd_per_t
    town    Nd        2030  100         100000
"""

BOUGHT = """
    suppliers
    supplier  material  year  region  price_usd_per_t  max_t_per_year
    trader    Nd        2030  town    50               1000
"""

DUG = """
    plants
    plant  region  process  deposit  capacity_t_per_year
    works  town    refine   pit      1000
"""

TAKEN_OR_PAID = """
    suppliers
    supplier  material  year  region  price_usd_per_t  min_t_per_year  max_t_per_year
    trader    Nd        2030  town    50               10              1000
"""

NO_DEMAND = DEMAND.replace("  100 ", "  0   ")

CASES: dict[str, tuple[str, ...]] = {
    "bought": (years(2030, 2031), ONE_TOWN, DEMAND, BOUGHT),
    "dug": (years(2030, 2031), ONE_TOWN, PURE_ORE, DUG, DEMAND),
    "missing": (years(2030, 2031), ONE_TOWN, DEMAND),
    "unwanted": (years(2030, 2030), ONE_TOWN, TAKEN_OR_PAID, NO_DEMAND),
}
"""Cases of one partner, place and element: the plan only buys, only digs, does nothing, or buys what nobody wants."""


def without(*tables: str) -> Callable[[Path], None]:
    """Optional tables go, of others the rows."""

    def empty(case: Path) -> None:
        for name in tables:
            path = case / f"{name}.csv"
            if TABLES[name].optional:
                path.unlink(missing_ok=True)
            else:
                path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")

    return empty


def every(table: str, **cells: str) -> Callable[[Path], None]:
    """The same cells in every row."""
    return lambda case: write_rows(case, table, [{**row, **cells} for row in rows_of(case, table)])


def of_one_year(case: Path) -> None:
    rows = rows_of(case, "settings")
    first = next(row["value"] for row in rows if row["name"] == "first_year")
    write_rows(case, "settings", [{**row, "value": first} if row["name"] == "last_year" else row for row in rows])
    without("scenarios", "disruptions")(case)


EMPTIED: dict[str, Callable[[Path], None]] = {
    "as it is": lambda case: None,
    "no windows": without("scenarios", "disruptions"),
    "no disruption": without("disruptions"),
    "no stockpiles": without("stockpiles"),
    "no sellers": without("suppliers"),
    "no plants": without("plants", "ventures", "offtakes", "scenarios", "disruptions"),
    "no lanes": without("transport"),
    "nothing wanted": every("demand", t_per_year="0"),
    "nothing missed": every("demand", shortage_usd_per_t="0"),
    "nothing affordable": every("suppliers", price_usd_per_t="9e9"),
    "one year": of_one_year,
    "nothing at all": without(
        "plants", "suppliers", "transport", "ventures", "stockpiles", "markets", "budgets", "offtakes", "dependence",
        "scenarios", "disruptions",
    ),
}  # fmt: skip
"""What is taken from a case."""


def solved(case: Path, place: Path, *options: object) -> Path | None:
    """The run of a case without its figures; nothing where the case allows no plan, or is no case any more."""
    given = (*(options or ("solve",)), case, "--points", 3, "--workers", 1, "--out", place)
    result = run_command(*given, extras=Extras(figures=False, report=False))
    assert result.exit_code in (0, 2, 3), result.output
    return place if result.exit_code == 0 else None


def show(run: Path, *, whole: bool) -> None:
    """Draw every figure (as far as the places of its letters if ``whole``) and write the report."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "save", lambda figure, *_: FigureCanvasAgg(figure).draw() if whole else None)
        assert catalogue.draw_all(run, processes=1) == Drawing()
    write_report(run)
    Page(run)


def examples(run: Path) -> None:
    """Run every example of the page on the run folder, as it stands there."""
    known: dict[str, object] = {}
    text = (DOCS / "RUN_FOLDER.md").read_text(encoding="utf-8")
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(block.replace('"runs/my-run"', repr(str(run))), known)


@pytest.fixture(scope="module", params=CASES)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("empty")
    found = solved(write_case(place / "case", *CASES[request.param]), place / request.param)
    assert found is not None
    return found


def test_every_figure_of_a_plan_that_does_next_to_nothing_is_drawn(run: Path) -> None:
    show(run, whole=False)


def test_what_moves_has_every_column_also_where_nothing_does(run: Path) -> None:
    moved = movements(Run(run), "p01")
    assert list(moved.columns) == list(COLUMNS)
    assert moved["year"].dtype.kind == "i"
    assert moved["t"].dtype.kind == "f"


def test_the_examples_of_the_run_folder_read_tables_without_rows(run: Path) -> None:
    examples(run)


def test_runs_that_do_next_to_nothing_are_compared(run: Path, small_run: Path, tmp_path: Path) -> None:
    result = run_command("compare", small_run, run, "--out", tmp_path / "compared")
    assert result.exit_code == 0, result.output


def test_a_place_that_nothing_reaches_is_in_the_flow_diagram(tmp_path: Path) -> None:
    found = solved(write_case(tmp_path / "case", *CASES["missing"]), tmp_path / "run")
    assert found is not None
    draw_figures(found, ["material-flow"])
    table = pd.read_csv(found / "figures/p01/material-flow-expected.csv", encoding="utf-8-sig")
    assert table[["from_stage", "to_place", "t_reo"]].values.tolist() == [["not met", "demand in A", 100.0]]
    picture = (found / "figures/p01/material-flow-expected.svg").read_text(encoding="utf-8")
    assert "No rare earths reach any user in 2031" in picture


# ---- very many ------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(24))
def test_whatever_a_random_case_lacks_is_drawn_reported_and_compared(tmp_path: Path, seed: int) -> None:
    first: Path | None = None
    for what in ["as it is", *random.Random(seed).sample(list(EMPTIED)[1:], 4)]:
        case = tmp_path / what / "case"
        write_random_case(case, seed)
        EMPTIED[what](case)
        found = solved(case, tmp_path / what / "run")
        if found is None:
            continue
        show(found, whole=True)
        examples(found)
        if first is not None:
            result = run_command("compare", first, found, "--out", tmp_path / what / "compared")
            assert result.exit_code == 0, result.output
        first = first or found


@pytest.mark.slow
@pytest.mark.parametrize("what", EMPTIED)
@pytest.mark.parametrize("case", sorted((TESTS / "hand_cases").glob("*/")), ids=lambda path: path.name)
def test_whatever_a_case_on_paper_lacks_is_drawn_and_reported(tmp_path: Path, case: Path, what: str) -> None:
    for path in case.glob("*.csv"):
        (tmp_path / "case").mkdir(exist_ok=True)
        (tmp_path / "case" / path.name).write_bytes(path.read_bytes())
    EMPTIED[what](tmp_path / "case")
    if found := solved(tmp_path / "case", tmp_path / "run"):
        show(found, whole=False)
        examples(found)


STUDIES = [(command, *tried.bare) for command, tried in TRIED.items() if tried.bare is not None]


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("study", STUDIES, ids=lambda study: str(study[0]))
def test_studies_of_plans_that_do_next_to_nothing_are_drawn(tmp_path: Path, name: str, study: tuple[str, ...]) -> None:
    if found := solved(write_case(tmp_path / "case", *CASES[name]), tmp_path / "run", *study):
        show(found, whole=False)
