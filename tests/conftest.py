"""What several tests share: one small case, and its run folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from solved import draw_nothing, run_command
from support import write_case

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


@pytest.fixture(scope="session")
def small_case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case with a front; not to be changed."""
    return write_case(tmp_path_factory.mktemp("case") / "small", TOWN_AND_PORT)


@pytest.fixture(scope="session")
def small_run(small_case: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of the small case; not to be changed."""
    place = tmp_path_factory.mktemp("runs") / "small"
    result = run_command("solve", small_case, "--out", place, "--workers", 1)
    assert result.exit_code == 0, result.output
    return place


@pytest.fixture(scope="session")
def tutorial_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the tutorial case without its figures; not to be changed."""
    place = tmp_path_factory.mktemp("runs") / "tutorial"
    case = Path(__file__).parents[1] / "inputs" / "tutorial"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reeplan.cli.solve.draw_figures", draw_nothing)
        result = run_command("solve", case, "--points", 3, "--workers", 1, "--out", place)
    assert result.exit_code == 0, result.output
    return place


@pytest.fixture
def own_case(tmp_path: Path) -> Path:
    """The small case once more, to be changed."""
    return write_case(tmp_path / "own", TOWN_AND_PORT)


@pytest.fixture
def no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs draw nothing: what a test asks of a run's tables it has in half the time."""
    monkeypatch.setattr("reeplan.cli.solve.draw_figures", draw_nothing)
