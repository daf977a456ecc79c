"""What several tests share: one small case, and its run folder."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from golden_pages import RUN, solve_tutorial
from solved import random_case, run_command, run_without_figures
from studies_support import STUDIES, TO_VERIFY, StudyRun, StudyRuns, run_study
from support import write_case

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

UNIT = frozenset((
    "test_constraints_covered", "test_csv_files", "test_docs", "test_finance", "test_hand_cases",
    "test_import_order", "test_numbers", "test_order_of_work", "test_outputs_spec", "test_overlays_partners",
    "test_paper_investment", "test_paper_more", "test_paper_operation", "test_paper_windows",
    "test_published_optima", "test_solver", "test_tables_case", "test_tables_described", "test_tables_files",
    "test_tables_forms", "test_tables_names", "test_tables_overlays", "test_tables_ranges", "test_tables_rules",
    "test_trust", "test_verify_ledger", "test_warnings", "test_warnings_omissions", "test_warnings_years",
))  # fmt: skip
"""Modules whose tests together take less than a minute on two processors: ``pytest -m unit``."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of those modules, but for their slow ones."""
    for item in items:
        if item.path.stem in UNIT and item.get_closest_marker("slow") is None:
            item.add_marker(pytest.mark.unit)


TOWN_AND_PORT = """
    settings
    name           value
    first_year     2030
    last_year      2032
    discount_rate  0.05
    front_points   4

    partners
    partner  wacc
    A        0.04
    B        0.08

    regions
    region  country
    town    A
    port    B
    quay    X

    elements
    element  circuit  reference_usd_per_t
    Nd       light    60000
    Dy       heavy    250000

    deposits
    deposit  region  ore   resource_t
    pit      town    rock  5000

    baskets
    deposit  Nd   Dy
    pit      0.8  0.2

    processes
    process  takes  makes   opex_usd_per_t  energy_mwh_per_t  co2_t_per_t
    refine   ore    oxides  4000            2                 1

    plants
    plant  region  process  deposit  module_t_per_year  max_modules  module_musd  site_musd  lead_years  ramp_years
    works  town    refine   pit      40                 4            9            3          1           1

    suppliers
    supplier  material  year  region  price_usd_per_t  max_t_per_year
    trader    Nd        2030  quay    50000            500
    trader    Dy        2030  quay    200000           100

    transport
    from_region  to_region  kind  usd_per_t
    quay         town       all   100
    quay         port       all   150
    town         port       all   50
    port         town       all   50

    stockpiles
    region  material  capacity_t  initial_t  max_capacity_t  capacity_usd_per_t  holding_usd_per_t_year
    port    Nd        5           2          60              1000                500

    scenarios
    scenario  starts     years  probability
    cutoff    2031 2032  1      0.04

    disruptions
    scenario  kind     target  availability
    cutoff    country  X       0

    demand
    region  material  year  t_per_year  shortage_usd_per_t
    town    Nd        2030  40          150000
    port    Nd        2030  60          150000
    port    Dy        2030  6           600000
    """
"""Two partners, one works that can be built, a seller that may stop selling: a front of several plans."""


class Once:
    """Folders that are made once for all processes of a run of the tests, by the first that asks; not to be changed."""

    def __init__(self, place: Path) -> None:
        self._place = place
        place.mkdir(exist_ok=True)

    def __call__(self, name: str, make: Callable[[Path], object]) -> Path:
        """The folder of this name; ``make`` fills it (it is there, and empty)."""
        folder, made = self._place / name, self._place / f"{name}.made"
        with FileLock(self._place / f"{name}.lock"):
            if not made.exists():
                shutil.rmtree(folder, ignore_errors=True)  # of one that failed
                folder.mkdir()
                make(folder)
                made.touch()
        return folder


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """What all processes of this run of the tests share."""
    here = tmp_path_factory.getbasetemp()
    return Once((here.parent if "PYTEST_XDIST_WORKER" in os.environ else here) / "once")


@pytest.fixture(scope="session")
def small_case(made_once: Once) -> Path:
    """A case with a front; not to be changed."""
    return made_once("case", lambda place: write_case(place / "small", TOWN_AND_PORT)) / "small"


@pytest.fixture(scope="session")
def small_run(made_once: Once, small_case: Path) -> Path:
    """The run folder of the small case; not to be changed."""

    def solve(place: Path) -> None:
        result = run_command("solve", small_case, "--out", place / "small", "--workers", 1)
        assert result.exit_code == 0, result.output

    return made_once("run", solve) / "small"


@pytest.fixture(scope="session")
def selling_run(made_once: Once) -> Path:
    """A run of one plan of a random case with markets, without its figures; not to be changed."""

    def solve(place: Path) -> None:
        with random_case(9) as case:
            result = run_without_figures("solve", case, "--out", place / "selling", "--workers", 1, "--target", 0)
        assert result.exit_code == 0, result.output

    return made_once("selling", solve) / "selling"


@pytest.fixture(scope="session")
def solved_tutorial(made_once: Once) -> Callable[[str], Path]:
    """By command the place of a run of the tutorial without its figures, and of what was said; not to be changed."""
    return lambda command: made_once(f"tutorial-{command}", lambda place: solve_tutorial(command, place))


@pytest.fixture(scope="session")
def tutorial_run(solved_tutorial: Callable[[str], Path]) -> Path:
    """A run of the tutorial case without its figures; not to be changed."""
    return solved_tutorial("solve") / RUN


@pytest.fixture(scope="session")
def small_study(made_once: Once, small_case: Path) -> Callable[[str], StudyRun]:
    """By command a run of a study of the small case without its figures, and what it said; not to be changed."""

    def run(command: str) -> StudyRun:
        def solve(place: Path) -> None:
            result = run_study(small_case, command, place / command, "--json")
            assert result.exit_code == 0, result.output
            (place / "said.json").write_text(result.stdout, encoding="utf-8")

        place = made_once(f"small-{command}", solve)
        return StudyRun(place / command, json.loads((place / "said.json").read_text(encoding="utf-8")))

    return run


@pytest.fixture(scope="session")
def small_studies(small_study: Callable[[str], StudyRun]) -> StudyRuns:
    """A run of each study of the small case; not to be changed."""
    return {command: small_study(command) for command in STUDIES}


@pytest.fixture(scope="session")
def run_to_verify(made_once: Once, small_case: Path, small_study: Callable[[str], StudyRun]) -> Callable[[str], Path]:
    """By its name in ``TO_VERIFY`` a run of a study of the small case without its figures; not to be changed."""

    def run(name: str) -> Path:
        command, options = TO_VERIFY[name]

        def solve(place: Path) -> None:
            result = run_study(small_case, command, place / name, options=options)
            assert result.exit_code == 0, result.output

        return small_study(name).run if options == STUDIES.get(name) else made_once(f"verify-{name}", solve) / name

    return run


@pytest.fixture
def own_case(tmp_path: Path) -> Path:
    """The small case once more, to be changed."""
    return write_case(tmp_path / "own", TOWN_AND_PORT)
