"""What is left out of the program could only cost: no optimum moves by what leads nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import second_opinion
from reeplan.inputs.spec import BASE
from reeplan.model.network import Lane, Network, Operation, Period, intermediate
from solved import add_rows, cost_of, planner_of, random_case, rows_of
from support import ONE_TOWN, PURE_ORE, write_case, years

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SEEDS = (3, 8, 13, 16, 29)


def network_of(folder: Path) -> Network:
    network = planner_of(folder).model.net
    assert isinstance(network, Network)
    return network


# ---- what is added leads nowhere ----------------------------------------------------------------------


def a_lane_to_nowhere(folder: Path) -> None:
    """To a region where nobody wants anything, and one from where nothing can come."""
    home = rows_of(folder, "regions")[0]["region"]
    for name in ("far", "farther"):
        add_rows(folder, "regions", {"region": name, "country": "Nowhere", "latitude": 0, "longitude": 0})
    add_rows(
        folder,
        "transport",
        {"from_region": home, "to_region": "far", "kind": "all", "usd_per_t": 0},
        {"from_region": "far", "to_region": "farther", "kind": "all", "usd_per_t": 0},
        {"from_region": "farther", "to_region": "far", "kind": "all", "usd_per_t": 0},
    )


def a_plant_without_a_use(folder: Path) -> None:
    """A plant far from everything treats ore of its own and makes oxides that no lane takes away."""
    add_rows(folder, "regions", {"region": "far", "country": "Nowhere", "latitude": 0, "longitude": 0})
    add_rows(folder, "deposits", {"deposit": "lost", "region": "far", "ore": "mud", "resource_t": 1000})
    basket = {column: cell for column, cell in rows_of(folder, "baskets")[0].items() if column != "deposit"}
    add_rows(folder, "baskets", {"deposit": "lost", **basket})
    add_rows(folder, "processes", {"process": "lost making", "takes": "ore", "makes": "oxides", "ore": "mud"})
    add_rows(folder, "plants", {"plant": "lost works", "region": "far", "process": "lost making", "deposit": "lost",
                                "module_t_per_year": 100, "max_modules": 3, "module_musd": 0})  # fmt: skip


def a_plant_without_an_input(folder: Path) -> None:
    """A plant at home could split a mixed compound of a deposit that nobody mines."""
    home = rows_of(folder, "regions")[0]["region"]
    add_rows(folder, "deposits", {"deposit": "unmined", "region": home, "ore": "mud", "resource_t": 1000})
    basket = {column: cell for column, cell in rows_of(folder, "baskets")[0].items() if column != "deposit"}
    add_rows(folder, "baskets", {"deposit": "unmined", **basket})
    add_rows(folder, "processes", {"process": "idle split", "takes": "mixed", "makes": "oxides", "ore": "mud"})
    add_rows(folder, "plants", {"plant": "idle works", "region": home, "process": "idle split", "deposit": "unmined",
                                "module_t_per_year": 100, "max_modules": 3, "module_musd": 0})  # fmt: skip


def a_seller_nobody_can_reach(folder: Path) -> None:
    """A seller far away gives oxide for nothing, but no lane leads from there."""
    add_rows(folder, "regions", {"region": "far", "country": "Nowhere", "latitude": 0, "longitude": 0})
    element = rows_of(folder, "elements")[0]["element"]
    add_rows(folder, "suppliers", {"supplier": "hermit", "material": element, "year": 2030, "region": "far",
                                   "price_usd_per_t": 0, "max_t_per_year": 1000})  # fmt: skip


ADDED = [a_lane_to_nowhere, a_plant_without_a_use, a_plant_without_an_input, a_seller_nobody_can_reach]


@pytest.mark.parametrize("add", ADDED)
@pytest.mark.parametrize("seed", SEEDS)
def test_what_leads_nowhere_is_left_out(seed: int, add: Callable[[Path], None]) -> None:
    with random_case(seed) as folder:
        before = network_of(folder)
        add(folder)
        after = network_of(folder)
    assert after.lanes == before.lanes
    assert after.operations == before.operations
    assert after.supplies == before.supplies


@pytest.mark.parametrize("add", ADDED)
@pytest.mark.parametrize("seed", SEEDS[:3])
def test_leaving_it_out_moves_no_optimum(seed: int, add: Callable[[Path], None]) -> None:
    """The second opinion leaves nothing out."""
    with random_case(seed) as folder:
        add(folder)
        theirs = second_opinion.solve(folder, target=0.5)
        assert cost_of(folder, 0.5) == pytest.approx(theirs.cost_musd, rel=1e-7, abs=1e-7)


def test_a_seller_who_must_be_paid_is_never_left_out(tmp_path: Path) -> None:
    """Take-or-pay costs even where what is bought is of no use: 10 t x 5000 USD."""
    case = write_case(tmp_path, ONE_TOWN.replace("town    A", "town    A\nquay    X"), years(2030, 2030), """
        suppliers
        supplier  material  year  region  price_usd_per_t  max_t_per_year  min_t_per_year
        seller    Nd        2030  quay    5000             20              10

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  0           100000
        """)
    assert cost_of(case) == pytest.approx(0.05)


def test_a_circle_of_recipes_makes_nothing_from_nothing(tmp_path: Path) -> None:
    """Swarf is made of magnets and magnets of swarf; without either there is neither, and demand is lost: 0.5 MUSD."""
    case = write_case(tmp_path, ONE_TOWN, years(2030, 2030), """
        products
        product  kind     reference_usd_per_t  reo_t_per_t
        magnet   product  50000                0.3
        swarf    scrap    5000                 0.3

        processes
        process  takes   makes
        forward  recipe  recipe
        back     recipe  recipe

        recipes
        process  material  t_per_t
        forward  swarf     -1
        forward  magnet    2
        back     magnet    -1
        back     swarf     2

        plants
        plant   region  process  capacity_t_per_year
        first   town    forward  100
        second  town    back     100

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    magnet    2030  10          50000
        """)
    assert cost_of(case) == pytest.approx(0.5)
    assert network_of(case).operations == []


# ---- what the network says ----------------------------------------------------------------------------


@pytest.fixture
def chain(tmp_path: Path) -> Path:
    """Ore to concentrate in one place, concentrate to oxides in another; two deposits, one process for each ore."""
    return write_case(tmp_path, years(2030, 2031), """
        partners
        partner  wacc
        A        0

        regions
        region  country
        mine    A
        town    A

        elements
        element  circuit  reference_usd_per_t
        Nd       light    40000
        Dy       heavy    250000

        deposits
        deposit  region  ore   resource_t  thorium_t_per_t
        pit      mine    rock  1000        0.05
        clay     mine    clay  1000        -

        baskets
        deposit  Nd   Dy
        pit      1    -
        clay     0.6  0.4

        processes
        process  takes        makes        ore   recovery  releases_thorium
        dig      ore          concentrate  any   0.9       yes
        split    concentrate  oxides       clay  0.5       no

        plants
        plant   region  process  deposit  capacity_t_per_year
        digger  mine    dig      pit      100
        washer  mine    dig      clay     100
        works   town    split    -        100

        transport
        from_region  to_region  kind         usd_per_t
        mine         town       all          10
        mine         town       concentrate  7

        scenarios
        scenario  starts  years  probability
        fire      2031    1      0.2

        disruptions
        scenario  kind   target  availability
        fire      plant  works   0.5

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  10          100000
        """)


def test_only_what_leads_to_a_use_is_kept(chain: Path) -> None:
    """The works take clay only, so nothing comes of the pit; concentrate travels, nothing else does."""
    network = network_of(chain)
    assert network.operations == [Operation("washer", "clay"), Operation("works", "clay")]
    assert network.lanes == {Lane("mine", "town", intermediate("concentrate", "clay")): 7.0}
    assert network.can_turn_up("town", "Dy"), "it comes with Nd, wanted or not"


def test_yields_follow_basket_and_recovery(chain: Path) -> None:
    network = network_of(chain)
    assert network.outputs(Operation("washer", "clay")) == pytest.approx({"concentrate of clay": 0.9})
    assert network.inputs(Operation("washer", "clay")) == {}, "ore is no material with a balance"
    assert network.outputs(Operation("works", "clay")) == pytest.approx({"Nd": 0.3, "Dy": 0.2})
    assert network.inputs(Operation("works", "clay")) == {"concentrate of clay": 1.0}
    assert network.thorium_t_per_t(Operation("digger", "pit")) == 0.05
    assert network.thorium_t_per_t(Operation("washer", "clay")) == 0.0


def test_periods_and_what_a_disruption_leaves(chain: Path) -> None:
    network = network_of(chain)
    assert network.periods == [Period(2030, BASE), Period(2031, BASE), Period(2031, "fire@2031")]
    works = network.case.assets["works"]
    assert [network.plant_availability(works, period) for period in network.periods] == [1.0, 1.0, 0.5]
    assert [network.weight(period) for period in network.periods] == pytest.approx([1.0, 0.8, 0.2])


@pytest.mark.parametrize("seed", range(12))
def test_what_is_kept_is_a_part_of_what_there_is(seed: int) -> None:
    """No lane, operation or seller appears that the tables do not name; pure ore has no unit of its own."""
    with random_case(seed) as folder:
        network = network_of(folder)
        pairs = {(row["from_region"], row["to_region"]) for row in rows_of(folder, "transport")}
    assert {(lane.origin, lane.destination) for lane in network.lanes} <= pairs
    assert set(network.operations) <= set(network.yields)
    assert all(lane.material in network.materials for lane in network.lanes)
    for operation in network.operations:
        made = sum(network.outputs(operation).values())
        if operation.deposit:
            assert made <= 1 + 1e-9, "no process makes more oxide than it takes"


def test_pure_ore_of_the_helpers_is_pure(tmp_path: Path) -> None:
    case = write_case(tmp_path, ONE_TOWN, PURE_ORE, years(2030, 2030), """
        plants
        plant  region  process  deposit  capacity_t_per_year
        works  town    refine   pit      10

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  10          100000
        """)
    assert network_of(case).outputs(Operation("works", "pit")) == {"Nd": 1.0}
