"""The pages in ``docs`` say what the program does: no name on them is missing or stale, every link leads somewhere."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyomo.environ as pyo
import pytest

from reeplan.model.build_case import case_from_tables
from reeplan.model.measures import Measure
from reeplan.model.program import build_program
from reeplan.model.program.cost import PARTS
from reeplan.outputs.describe import page_with_tables
from reeplan.outputs.spec import OUTPUTS
from support import read

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
HOUSE = ROOT / "model" / "reeplan"
FOR_MAKERS = [ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md"]
PAGES = sorted([ROOT / "README.md", ROOT / "inputs" / "README.md", *FOR_MAKERS, *DOCS.glob("*.md")])
MEASURES = ("worst_case", "weakest_link", "expected", "cvar")

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
HEADING = re.compile(r"^#{1,6} +(.*)$", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


# ---- the formulation ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def programs(small_case: Path) -> list[Any]:
    """The program of the small case under every measure: together they have every rule there is."""
    case = case_from_tables(read(small_case))
    return [build_program(case, Measure(name, 0.9)) for name in MEASURES]


def components(programs: Iterable[Any], kind: type) -> set[str]:
    return {part.local_name for program in programs for part in program.component_objects(kind)}


def section(page: str, heading: str) -> str:
    """The text of a page from one heading to the next of the same or a higher rank."""
    start = re.search(rf"^(#+) {re.escape(heading)}$", page, re.MULTILINE)
    assert start is not None, f"there is no heading {heading!r}"
    end = re.compile(rf"^#{{1,{len(start[1])}}} ", re.MULTILINE).search(page, start.end())
    return page[start.end(): end.start() if end else None]


def first_cells(text: str) -> list[str]:
    """The names in backticks in the first column of the tables of a text, in order."""
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    return [name for cell in rows for name in re.findall(r"`([^`]+)`", cell)]


def formulation() -> str:
    return (DOCS / "FORMULATION.md").read_text(encoding="utf-8")


def test_every_rule_of_the_program_has_its_section_and_no_other_has(programs: list[Any]) -> None:
    headed = re.findall(r"^#### `([^`]+)`$", formulation(), re.MULTILINE)
    assert len(headed) == len(set(headed))
    assert set(headed) == components(programs, pyo.Constraint)


def test_every_rule_has_a_formula() -> None:
    sections = re.split(r"^#### ", formulation(), flags=re.MULTILINE)[1:]
    assert [text.split("\n")[0] for text in sections if text.count("$$") < 2] == []


def test_every_variable_is_in_the_table_of_variables_and_no_other_is(programs: list[Any]) -> None:
    assert set(first_cells(section(formulation(), "Variables"))) == components(programs, pyo.Var)


def test_every_objective_and_every_part_of_the_cost_is_named(programs: list[Any]) -> None:
    page = formulation()
    assert set(first_cells(section(page, "The three objectives"))) == components(programs, pyo.Objective)
    assert tuple(first_cells(section(page, "Cost"))) == PARTS
    assert tuple(first_cells(section(page, "The four measures"))) == MEASURES


# ---- the pages for who carries it on ----------------------------------------------------------------


@pytest.mark.parametrize("page", FOR_MAKERS, ids=lambda page: page.name)
def test_every_file_named_for_makers_is_there(page: Path) -> None:
    named = re.findall(r"`((?:\w+/)+(?:\w+\.(?:py|md))?|[a-z_]+/\w+\.py)`", page.read_text(encoding="utf-8"))
    places = [ROOT, HOUSE, *(path for path in HOUSE.iterdir() if path.is_dir())]
    assert [name for name in named if not any((place / name).exists() for place in places)] == []


def test_every_room_has_its_line() -> None:
    rooms = {path.name for path in HOUSE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert rooms <= set(re.findall(r"`(\w+)/`", section(page, "The order")))


# ---- the run folder -----------------------------------------------------------------------------


def run_page() -> str:
    return (DOCS / "RUN_FOLDER.md").read_text(encoding="utf-8")


def header(path: Path) -> list[str]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return next(csv.reader(file))


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.md")), ids=lambda path: path.stem)
def test_the_tables_of_columns_are_those_of_the_spec(path: Path) -> None:
    """If this fails: ``python -m reeplan.outputs.describe docs``."""
    page = path.read_text(encoding="utf-8")
    assert page == page_with_tables(page)


def test_every_table_is_described_under_its_name() -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in DOCS.glob("*.md"))
    found = re.findall(r"^### `([\w-]+)\.csv`\n\n<!-- table (\S+) -->$", pages, re.MULTILINE)
    assert sorted(table for _, table in found) == sorted(OUTPUTS)
    assert [(heading, table) for heading, table in found if heading != OUTPUTS[table].name] == []


def test_a_run_has_the_tables_of_the_spec_with_their_columns(small_run: Path) -> None:
    """Each column in its place; one for each partner or year stands for several."""
    written = {f"plans/{path.stem}": header(path) for path in (small_run / "plans" / "p01").glob("*.csv")}
    written["front"] = header(small_run / "front.csv")
    assert set(written) == {name for name in OUTPUTS if name == "front" or OUTPUTS[name].place == "plans"}
    for name, columns in written.items():
        meant = dict.fromkeys(OUTPUTS[name].column(column).name for column in columns)
        assert list(meant) == [column.name for column in OUTPUTS[name].columns], name


def test_every_metric_that_is_written_is_named_on_both_pages(small_run: Path) -> None:
    with (small_run / "plans" / "p01" / "metrics.csv").open(newline="", encoding="utf-8-sig") as file:
        written = {row["metric"] for row in csv.DictReader(file)}
    assert written <= set(first_cells(section(run_page(), "`metrics.csv`")))
    assert written <= set(first_cells(section(formulation(), "Metrics")))


def test_everything_in_the_manifest_is_named(small_run: Path) -> None:
    manifest = json.loads((small_run / "manifest.json").read_text(encoding="utf-8"))
    assert set(first_cells(section(run_page(), "`manifest.json`"))) == set(manifest)


def test_every_file_of_a_run_is_in_the_list_of_files(small_run: Path) -> None:
    listed = {re.sub(r"/.*", "", name) for name in re.findall(r"^\| \[?`([^`]+)`", run_page(), re.MULTILINE)}
    assert {path.name for path in small_run.iterdir()} <= listed


@pytest.mark.parametrize("code", re.findall(r"^```python\n(.*?)^```$", run_page(), re.MULTILINE | re.DOTALL)[1:])
def test_the_lines_of_python_on_the_page_run(code: str, small_run: Path) -> None:
    beginning = re.findall(r"^```python\n(.*?)^```$", run_page(), re.MULTILINE | re.DOTALL)[0]
    exec(beginning.replace("runs/my-run", small_run.as_posix()) + code, {})


# ---- links --------------------------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings: lower case, without marks, blanks as hyphens."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in HEADING.findall(text)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_link_on_a_page_is_broken(page: Path) -> None:
    broken = []
    for link in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []
