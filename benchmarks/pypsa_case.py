"""One plan of a reduced case, against the same model in PyPSA 1.4.

What PyPSA can state, and how: a process with several inputs and outputs is a ``Process`` (a ``Link`` with many
buses), a stockpile and a deposit's ore are ``Store``, whole modules are ``p_nom_mod``, a decision in a year is an
asset of that ``build_year``, years are investment periods with one snapshot each, modules at once are a
``tech_capacity_expansion_limit`` per plant and period, a shortage is a generator at its value, a surplus one that
takes. Annuities are PyPSA's own.

What it cannot, and is left out of the case (``chain_case.py``):

* windows that branch off the undisrupted path: PyPSA's stochastic scenarios share investment, but each has a whole
  horizon of its own, so there is no undisrupted path whose stocks and ore a disruption inherits, no flow capped at a
  part of the undisrupted path's, no buying back afterwards; and with scenarios ``tech_capacity_expansion_limit`` is
  refused;
* hence resilience and its target (a bound on weighted shedding by window: only by adding constraints by hand);
* who pays: parts of a module by partner at their own interest, ceilings on foreign shares, budgets by year of
  decision, offtake rights earned by finance, dependence caps (shares of a country in one partner's use);
* sites and at most one option of a venture (binaries that link assets), ramps of several years, and the thorium
  cap (``GlobalConstraint`` limits emissions of primary energy, not a by-product of one process in one region);
* the fixed cost of what stands: PyPSA leaves it out of its objective, so the case has none.

A lead time needs no statement of its own in either, for one payer without budget: the case has none.
"""

from __future__ import annotations

import importlib.util
import logging
import tempfile
import time
import warnings
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.chain_case import (
    CONCENTRATE_FREIGHT_USD_PER_T,
    DISCOUNT_RATE,
    FREIGHT_USD_PER_T,
    WACC,
    Chain,
    Technology,
    draw_chain,
    write_case,
)
from benchmarks.harness import Row, median_ratio, table
from reeplan.inputs.load import load_tables
from reeplan.model.build_case import case_from_tables
from reeplan.solve.engine import Controls
from reeplan.solve.planner import Planner
from reeplan.solve.search_options import SearchOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

name = "pypsa"
title = "One plan of a reduced case: against PyPSA"

SEED = 1
SIZES = {"small": (3, 1, 2, 4), "medium": (4, 2, 2, 6), "large": (6, 3, 3, 10)}
"""Elements, deposits, products, years."""
GAP = 1e-4
"""Relative gap of both, in cost; the tests solve the small size to 1e-9, and the costs agree to that."""
LIMIT_S = 300.0
TURNS = 3
MUSD = 1e-6
NEEDED = "pypsa"


class Measured(NamedTuple):
    """One plan: its cost, seconds to build and to solve, and what was solved (a planner, or a PyPSA network)."""

    cost_musd: float
    build_s: float
    solve_s: float
    program: Any


def missing() -> str | None:
    """What to install, where it is missing."""
    if importlib.util.find_spec(NEEDED):
        return None
    return "PyPSA is not installed: pip install -e '.[bench]'"


def run(quick: bool) -> list[Row]:
    """Every size by both in turn; without PyPSA a row that says so."""
    if (lacking := missing()) is not None:
        return [{"size": None, "note": lacking}]
    sizes = {"small": SIZES["small"]} if quick else SIZES
    return [_measured(size, draw_chain(SEED, *counts), 1 if quick else TURNS) for size, counts in sizes.items()]


def _measured(size: str, chain: Chain, turns: int) -> Row:
    ours: list[Measured] = []
    theirs: list[Measured] = []
    with tempfile.TemporaryDirectory() as place:
        folder = write_case(chain, Path(place) / "case")
        for _ in range(turns):
            ours.append(plan_by_reeplan(folder, GAP, LIMIT_S))
            theirs.append(plan_by_pypsa(chain, GAP, LIMIT_S))
    planner, model = ours[0].program, theirs[0].program.model
    row: Row = {
        "size": size,
        "our_size": f"{len(planner.engine.rows):,} × {len(planner.engine.columns):,}",
        "pypsa_size": f"{model.ncons:,} × {model.nvars:,}",
        "our_musd": ours[0].cost_musd,
        "pypsa_musd": theirs[0].cost_musd,
        "agree": abs(ours[0].cost_musd - theirs[0].cost_musd) <= 2 * GAP * abs(ours[0].cost_musd),
    }
    seconds = {
        "build": ([run.build_s for run in ours], [run.build_s for run in theirs]),
        "solve": ([run.solve_s for run in ours], [run.solve_s for run in theirs]),
        "all": ([run.build_s + run.solve_s for run in ours], [run.build_s + run.solve_s for run in theirs]),
    }
    for what, (own, other) in seconds.items():
        row |= {
            f"our_{what}": median(own),
            f"pypsa_{what}": median(other),
            f"{what}_ratio": median_ratio(other, own),
        }
    row["at_limit"] = max(*seconds["solve"][0], *seconds["solve"][1]) >= LIMIT_S
    return row


def render(rows: Sequence[Row]) -> str:
    """The sizes, with seconds and ratios."""
    if rows[0]["size"] is None:
        return f"Not measured. {rows[0]['note']}."
    columns = {
        "size": "size",
        "our_size": "ours: rows × columns",
        "pypsa_size": "PyPSA: rows × columns",
        "our_build": "our build, s",
        "pypsa_build": "PyPSA's build, s",
        "build_ratio": "PyPSA / ours",
        "our_solve": "our solve, s",
        "pypsa_solve": "PyPSA's solve, s",
        "solve_ratio": "PyPSA / ours",
        "all_ratio": "build and solve, PyPSA / ours",
        "cost": "cost, MUSD: ours, PyPSA",
        "agree": "agree",
    }
    shown_rows: list[Row] = [
        row | {"cost": f"{float(row['our_musd'] or 0.0):,.2f}, {float(row['pypsa_musd'] or 0.0):,.2f}"} for row in rows
    ]
    limit = "" if not any(row["at_limit"] for row in rows) else f" A solve was stopped at {LIMIT_S:.0f} s."
    return "\n\n".join(
        [
            "The cheapest plan of a reduced case that both can state (co-production of all elements, stockpiles, whole "
            "modules, one period a year; `benchmarks/pypsa_case.py` says what PyPSA cannot state), by HiGHS on one "
            f"thread to a gap of {GAP:.2%}. *Build* is from tables to the solver's model, or from arrays to linopy's; "
            f"*solve* is what follows, with PyPSA's hand-over. Medians of {TURNS} turns, both in turn." + limit,
            table(shown_rows, columns),
        ]
    )


# ---- ours -----------------------------------------------------------------------------------------------


def plan_by_reeplan(folder: Path, gap: float, limit_s: float) -> Measured:
    """The cheapest plan by us: built is read, built and handed over."""
    began = time.perf_counter()
    tables = load_tables(folder).tables
    assert tables is not None, f"{folder} is no case"
    planner = Planner(case_from_tables(tables), SearchOptions.of(tables.settings).measure)
    built = time.perf_counter()
    relaxed = planner.cheapest_relaxed(0.0)
    solution = planner.cheapest(0.0, Controls(gap * relaxed.objective, limit_s, threads=1))
    return Measured(solution.objective, built - began, time.perf_counter() - built, planner)


# ---- PyPSA ----------------------------------------------------------------------------------------------


def plan_by_pypsa(chain: Chain, gap: float, limit_s: float) -> Measured:
    """The cheapest plan by PyPSA: built is the network and its linopy model, solved with the hand-over."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own dependencies
        import pypsa  # noqa: F401  (seconds that are not to be counted)

        for talker in ("pypsa", "linopy"):
            logging.getLogger(talker).setLevel(logging.ERROR)
        began = time.perf_counter()
        network = pypsa_network(chain)
        network.optimize.create_model(multi_investment_periods=True, include_objective_constant=False)
        built = time.perf_counter()
        status, condition = network.optimize.solve_model(
            solver_name="highs",
            solver_options={"mip_rel_gap": gap, "time_limit": limit_s, "threads": 1, "output_flag": False},
        )
        seconds = time.perf_counter() - built
    if status != "ok":
        raise RuntimeError(f"PyPSA ended with {status}: {condition}")
    return Measured(float(network.objective), built - began, seconds, network)


def pypsa_network(chain: Chain) -> Any:
    """The chain as a PyPSA network. Costs are in MUSD."""
    import pandas as pd
    import pypsa

    network = pypsa.Network()
    network.set_snapshots(pd.MultiIndex.from_product([chain.years, [0]], names=["period", "timestep"]))
    network.investment_periods = chain.years
    network.investment_period_weightings["years"] = 1
    network.investment_period_weightings["objective"] = [
        (1 + DISCOUNT_RATE) ** -(t - chain.years[0]) for t in chain.years
    ]
    _trade(network, chain)
    for deposit in chain.deposits:
        network.add("Bus", [f"{deposit.name} {stage}" for stage in ("ore", "concentrate at the field", "concentrate")])
        network.add(
            "Store",
            f"{deposit.name} in the ground",
            bus=f"{deposit.name} ore",
            e_nom=deposit.resource_t,
            e_initial=deposit.resource_t,
        )
        network.add(
            "Link",
            f"{deposit.name} to town",
            bus0=f"{deposit.name} concentrate at the field",
            bus1=f"{deposit.name} concentrate",
            p_nom=deposit.resource_t,
            marginal_cost=CONCENTRATE_FREIGHT_USD_PER_T * MUSD,
        )
        mined = {f"{deposit.name} ore": -1.0, f"{deposit.name} concentrate at the field": 1.0}
        _plant(network, chain, deposit.mine, mined)
        oxides = {element: share * deposit.recovery for element, share in deposit.basket.items()}
        _plant(network, chain, deposit.separation, {f"{deposit.name} concentrate": -1.0, **oxides})
    for product in chain.products:
        taken = {element: -amount for element, amount in product.takes.items()}
        _plant(network, chain, product.factory, {**taken, product.name: 1.0})
    for element in chain.elements:
        _stockpile(network, chain, element)
    return network


def _trade(network: Any, chain: Chain) -> None:
    """What is bought, asked for, missing and given away. Freight is on the price: there is one lane."""
    import pandas as pd

    def by_year(values: dict[int, float]) -> Any:
        return pd.Series([values[t] for t in chain.years], index=network.snapshots)

    materials = [*chain.elements, *(product.name for product in chain.products)]
    network.add("Bus", materials)
    everything = sum(deposit.resource_t for deposit in chain.deposits) + sum(
        max(tonnes.values()) for tonnes in chain.supply_t.values()
    )
    for material in materials:
        supply = chain.supply_t[material]
        network.add(
            "Generator",
            f"{material} bought",
            bus=material,
            p_nom=max(supply.values()),
            p_max_pu=by_year(supply) / max(supply.values()),
            marginal_cost=(chain.prices[material] + FREIGHT_USD_PER_T) * MUSD,
        )
        network.add("Generator", f"{material} given away", bus=material, sign=-1, p_nom=everything)
    for product in chain.products:
        demand = by_year(product.demand_t)
        network.add("Load", f"{product.name} demand", bus=product.name, p_set=demand)
        network.add(
            "Generator",
            f"{product.name} missing",
            bus=product.name,
            p_nom=demand.max(),
            p_max_pu=demand / demand.max(),
            marginal_cost=product.shortage_usd_per_t * MUSD,
        )


def _plant(network: Any, chain: Chain, plant: Technology, rates: dict[str, float]) -> None:
    """What stands, and one asset for each year in which modules can be decided; together at most so many modules."""
    buses = {f"bus{i}": bus for i, bus in enumerate(rates)} | {
        f"rate{i}": rate for i, rate in enumerate(rates.values())
    }
    running = {**buses, "marginal_cost": plant.running_usd_per_t * MUSD}
    most = plant.max_modules * plant.module_t
    network.add("Process", f"{plant.name} old", p_nom=plant.capacity_t, **running)
    network.add(
        "Process",
        [f"{plant.name} of {t}" for t in chain.years],
        carrier=plant.name,
        build_year=chain.years,
        lifetime=plant.life_years,
        p_nom_extendable=True,
        p_nom_mod=plant.module_t,
        p_nom_max=most,
        capital_cost=_yearly(plant.module_musd / plant.module_t, plant.life_years) + plant.fixed_usd_per_t * MUSD,
        **running,
    )
    _limit(network, chain, plant.name, plant.life_years, most)


def _stockpile(network: Any, chain: Chain, element: str) -> None:
    """The room that stands, at the end as full as at the start, and room bought in any year."""
    import pandas as pd

    stock = chain.stockpiles[element]
    room, most = f"room for {element}", stock.max_capacity_t - stock.capacity_t
    if not stock.max_capacity_t:
        return
    full = stock.initial_t / stock.capacity_t
    network.add(
        "Store",
        f"{element} stock",
        bus=element,
        e_nom=stock.capacity_t,
        e_initial=stock.initial_t,
        e_min_pu=pd.Series([0.0] * (len(chain.years) - 1) + [full], index=network.snapshots),
        marginal_cost_storage=stock.holding_usd_per_t * MUSD,
    )
    network.add(
        "Store",
        [f"{room} of {t}" for t in chain.years],
        bus=element,
        carrier=room,
        build_year=chain.years,
        lifetime=stock.life_years,
        e_nom_extendable=True,
        e_nom_max=most,
        capital_cost=_yearly(stock.capacity_usd_per_t * MUSD, stock.life_years),
        marginal_cost_storage=stock.holding_usd_per_t * MUSD,
    )
    _limit(network, chain, room, stock.life_years, most)


def _yearly(overnight: float, life_years: int) -> float:
    """PyPSA's own annuity.

    Not ``overnight_cost``: PyPSA scales that by the hours of the snapshots, and a snapshot that stands for a year of
    flows in t a year is to it an hour of a year.
    """
    import pypsa

    return float(overnight * pypsa.costs.annuity(WACC, life_years))


def _limit(network: Any, chain: Chain, carrier: str, life_years: int, most: float) -> None:
    """What runs at once: stated for the last period, and for those after which something retires (a kindness)."""
    network.add("Carrier", carrier)
    last = chain.years[-1]
    periods = sorted({last} | {t + life_years - 1 for t in chain.years if t + life_years - 1 < last})
    network.add(
        "GlobalConstraint",
        [f"{carrier} in {t}" for t in periods],
        type="tech_capacity_expansion_limit",
        carrier_attribute=carrier,
        sense="<=",
        constant=most,
        investment_period=periods,
    )
