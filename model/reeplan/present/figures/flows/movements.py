"""Everything that moves at every place of a plan, as one table that balances, and which window is the worst.

What an operation makes and takes is computed by the network of the case, as in the program.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd

from reeplan.inputs.load import load_tables
from reeplan.model.build_case import case_from_tables
from reeplan.model.network import Network
from reeplan.tolerances import SLIGHT

if TYPE_CHECKING:
    from reeplan.present.run import Run

ENTERING = ("bought", "made", "arriving", "drawn")
LEAVING = ("taken", "leaving", "filled", "sold", "demand", "left over")
PLACE = ["window", "year", "region", "material"]
NAMES = ("asset", "deposit", "other")
"""What a movement may have beside its place and kind; an empty text where it has none."""

COLUMNS = (*PLACE, "kind", *NAMES, "t")


@lru_cache(maxsize=4)
def movements(run: Run, point: str) -> pd.DataFrame:
    """What enters and leaves each place: ``COLUMNS``, also where nothing is bought, made, shipped or stored.

    ``kind`` is one of ``ENTERING`` or ``LEAVING`` (``demand`` is what is served of it); ``other`` the
    supplier or the region at the other end; ``t`` > 0, of the material. What enters and is neither
    used, kept, sent on nor sold is ``left over``, so that both sides are equal.
    """
    table = pd.concat([_whole(part) for part in (*_traded(run, point), *_processed(run, point))], ignore_index=True)
    table = table[table["t"] > SLIGHT]
    signed = table["t"].where(table["kind"].isin(ENTERING), -table["t"])
    rest = signed.groupby([table[name] for name in PLACE]).sum().reset_index(name="t")
    rest = rest[rest["t"] > SLIGHT].assign(kind="left over")
    return pd.concat([table, _whole(rest)], ignore_index=True).astype({"year": int})


def _whole(part: pd.DataFrame) -> pd.DataFrame:
    """The rows with every column and its type, also where there are no rows or no such name."""
    missing = {name: "" for name in NAMES if name not in part}
    texts = dict.fromkeys(("window", "region", "material", "kind", *NAMES), str)
    return part.assign(**missing)[list(COLUMNS)].astype({**texts, "year": float, "t": float})


def _traded(run: Run, point: str) -> list[pd.DataFrame]:
    supply, flows, stock, sales, shortage = (
        run.plan(point, name) for name in ("supply", "flows", "stock", "sales", "shortage")
    )
    names = ["window", "year", "material"]
    return [
        supply[[*PLACE, "t"]].assign(kind="bought", other=supply["supplier"]),
        flows[[*names, "t"]].assign(kind="arriving", region=flows["to_region"], other=flows["from_region"]),
        flows[[*names, "t"]].assign(kind="leaving", region=flows["from_region"], other=flows["to_region"]),
        stock[PLACE].assign(kind="drawn", t=stock["drawn_t"]),
        stock[PLACE].assign(kind="filled", t=stock["filled_t"]),
        sales[[*PLACE, "t"]].assign(kind="sold"),
        shortage[PLACE].assign(kind="demand", t=shortage["demand_t"] - shortage["unmet_t"]),
    ]


def _processed(run: Run, point: str) -> list[pd.DataFrame]:
    network, operation = network_of(run), run.plan(point, "operation")
    rates = pd.DataFrame(
        [
            (what.asset, what.deposit, material, t)
            for what, yielded in network.yields.items()
            for material, t in yielded.items()
        ],
        columns=["asset", "deposit", "material", "t_per_t"],
    )
    table = operation.merge(rates, on=["asset", "deposit"], how="inner")
    table["region"] = table["asset"].map(run.assets["region"])
    table["kind"] = table["t_per_t"].gt(0).map({True: "made", False: "taken"})
    table["t"] = (table["t"] * table["t_per_t"]).abs()
    return [table[[*PLACE, "kind", "asset", "deposit", "t"]]]


@lru_cache(maxsize=2)
def network_of(run: Run) -> Network:
    """The network of the case that was solved. Raises ValueError if the run's inputs are no case any more."""
    loaded = load_tables(run.folder / "inputs")
    if loaded.tables is None:
        raise ValueError(f"the inputs of the run are not a valid case: {loaded.errors[0]}")
    return Network(case_from_tables(loaded.tables))


def reo_of(run: Run) -> dict[str, float]:
    """t of rare-earth oxide in a tonne of each element, product, scrap and intermediate."""
    return {name: material.reo_t_per_t for name, material in network_of(run).materials.items()}


def worth_of(run: Run) -> dict[str, float]:
    """Reference price of each element, product and scrap, USD/t."""
    elements, products = run.inputs("elements"), run.inputs("products")
    return {
        **dict(zip(elements["element"], elements["reference_usd_per_t"], strict=True)),
        **dict(zip(products["product"], products["reference_usd_per_t"], strict=True)),
    }


def worst_window(run: Run, point: str) -> str:
    """The window in which the worse-off partner is served least, by value; empty if there is none.

    One out of the target only where all are. Of several the one in which most value is lost, then the longest, then
    the first.
    """
    metrics, shortage = run.plan(point, "metrics"), run.plan(point, "shortage")
    served = metrics[metrics["metric"] == "served share by value"].groupby("window")["value"].min()
    lost = shortage.groupby("window")["lost_musd"].sum()
    return min(
        run.windows,
        key=lambda window: (
            not run.window_facts[window].in_target,
            round(float(served.get(window, 1.0)), 6),
            -round(float(lost.get(window, 0.0)), 6),
            -len(run.window_years[window]),
        ),
        default="",
    )


def worst_year(run: Run, point: str, window: str) -> int:
    """The year of a window in which most value is lost; the first of several."""
    lost = run.plan(point, "shortage")
    by_year = lost[lost["window"] == window].groupby("year")["lost_musd"].sum().to_dict()
    return max(run.window_years[window], key=lambda year: (round(float(by_year.get(year, 0.0)), 6), -year))


def middle_year(run: Run) -> int:
    """The year in the middle of the plan."""
    return run.years[len(run.years) // 2]
