"""What the front's figure shows, as tables, tested without drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from reeplan.endings import Status
from reeplan.outputs.run import STAGES
from reeplan.outputs.spec.plans import EXCHANGEABLE
from reeplan.present.words.steps import PARTS
from reeplan.tolerances import SLIGHT

if TYPE_CHECKING:
    from reeplan.present.run import Run

MOST_ROWS = 14
MOST_LETTERS = 5
BUILD_COLUMNS = ("point", "asset", "stage", "place", "modules", "t", "module_t", "option", "capex_musd")


@dataclass(frozen=True)
class FrontData:
    """All that is drawn.

    ``points``: one row a plan, cheapest first. ``builds``: one row for each plan and asset that it
    builds; a venture is one asset whatever its option, and the stockpiles of a country are one. ``exchangeable``: the
    assets by these names, and the point, of which other plans within the gap have another number.
    """

    points: pd.DataFrame
    builds: pd.DataFrame
    exchangeable: pd.DataFrame
    run: Run

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of the case."""
        return self.run.settings


@dataclass(frozen=True)
class Strip:
    """The rows under the front: what differs between plans, what was left out, what every plan builds."""

    rows: list[str]
    more: list[str]
    everywhere: list[str]


def read_front(run: Run) -> FrontData:
    """Everything that the figure shows."""
    return FrontData(_points(run.front), _builds(run), _exchangeable(run), run)


def strip_of(data: FrontData) -> Strip:
    """Which assets get a row: those not built alike in all plans, the dearest differences if there are many.

    A single plan has nothing to differ from, so all that it builds gets a row.
    """
    plans = len(data.points)
    differing: list[str] = []
    everywhere: list[str] = []
    spread: dict[str, tuple[bool, float]] = {}
    for asset, built in data.builds.groupby("asset", sort=False):
        name = str(asset)
        capex = [*built["capex_musd"], *([0.0] * (plans - len(built)))]
        spread[name] = (built["stage"].iloc[0] == "stockpile", max(capex) - min(capex) if plans > 1 else max(capex))
        (everywhere if plans > 1 and _built_alike(built, plans) else differing).append(name)
    kept = set(sorted(differing, key=lambda name: spread[name], reverse=True)[:MOST_ROWS])
    order = _reading_order(data)
    return Strip(
        rows=[name for name in order if name in kept],
        more=[name for name in order if name in differing and name not in kept],
        everywhere=[name for name in order if name in everywhere],
    )


def table_of(data: FrontData) -> pd.DataFrame:
    """The figure's data as one table: a row a plan, and what it builds of every asset."""
    table = data.points.drop(columns="rise")
    for flag in ("gap_reached", "knee", "not_distinguished"):
        table[flag] = table[flag].map({True: "yes", False: "no"})
    swaps = data.exchangeable
    table["exchangeable"] = ["; ".join(swaps[swaps["point"] == point]["asset"]) for point in table["point"]]
    for asset in _reading_order(data):
        built = data.builds[data.builds["asset"] == asset].set_index("point")
        stage = built["stage"].iloc[0]
        if stage == "stockpile":
            table[f"{asset}: room added, t"] = table["point"].map(built["t"]).fillna(0.0)
            continue
        if stage == "venture":
            table[f"{asset}: option"] = table["point"].map(built["option"]).fillna("")
        else:
            table[f"{asset}: modules"] = table["point"].map(built["modules"]).fillna(0.0)
        table[f"{asset}: t/yr"] = table["point"].map(built["t"]).fillna(0.0)
    return table


# ---- the plans ----------------------------------------------------------------------------------


def _points(front: pd.DataFrame) -> pd.DataFrame:
    hidden = front.get("not_distinguished_from_previous", pd.Series("", index=front.index))
    table = pd.DataFrame(
        {
            "point": front["point"],
            "letter": "",
            "cost_musd": front["cost_musd"],
            "extra_cost_musd": front["cost_musd"] - front["cost_musd"].min(),
            "resilience_percent": 100 * front["resilience"],
            "bound_musd": front["bound_musd"],
            "gap_reached": front["status"] == Status.OPTIMAL,
            "knee": front["knee"] == "yes",
            "rise": 0.0,
            "not_distinguished": hidden == "yes",
            **{column: front.get(column, pd.Series(0.0, index=front.index)) for column in PARTS},
        }
    )
    table["rise"] = _rise(table)
    for letter, row in zip("ABCDEFGH", _labelled(table), strict=False):
        table.loc[row, "letter"] = letter
    return table


def _labelled(points: pd.DataFrame) -> list[int]:
    """The plans that get a letter: the cheapest, the knees that stand out most, the most resilient."""
    last = len(points) - 1
    knees = points.iloc[1:last][points["knee"].iloc[1:last]].sort_values("rise", ascending=False)
    return sorted({0, last, *[int(str(row)) for row in knees.index[: MOST_LETTERS - 2]]})


def _rise(points: pd.DataFrame) -> pd.Series[float]:
    """Resilience gained less cost spent, both as shares of the front's range: how far a knee stands out."""
    cost, share = points["extra_cost_musd"], points["resilience_percent"] - points["resilience_percent"].iloc[0]
    gained, spent = float(share.iloc[-1]) or 1.0, float(cost.iloc[-1]) or 1.0
    rise: pd.Series[float] = share / gained - cost / spent
    return rise


# ---- what they build ----------------------------------------------------------------------------


def _builds(run: Run) -> pd.DataFrame:
    """What each plan builds, partners' parts and years added up.

    A venture is one asset under all its options and its place is the country it lies in; all stockpiles of a
    country are one asset.
    """
    known = {str(name): _as_one(str(name), row) for name, row in run.assets.iterrows()}
    rows = [
        {
            "point": point,
            **known.get(
                row["asset"], {"asset": row["asset"], "stage": "products", "place": "", "module_t": 0.0, "option": ""}
            ),
            "modules": row["modules"],
            "t": row["t_per_year"],
            "capex_musd": row["capex_musd"],
        }
        for point in run.points
        for row in run.plan(point, "builds").to_dict("records")
    ]
    table = pd.DataFrame(rows, columns=list(BUILD_COLUMNS))
    keys = ["point", "asset", "stage", "place", "option", "module_t"]
    summed = table.groupby(keys, sort=False, as_index=False)[["modules", "t", "capex_musd"]].sum()
    return summed[(summed["modules"] > SLIGHT) | (summed["t"] > SLIGHT)][list(BUILD_COLUMNS)].reset_index(drop=True)


def _as_one(name: str, row: pd.Series[Any]) -> dict[str, Any]:
    stage, country = row["stage"], row["country"]
    if stage == "stockpile":
        return {"asset": f"stockpiles in {country}", "stage": stage, "place": country, "module_t": 0.0, "option": ""}
    if stage == "venture":
        return {"asset": row["name"], "stage": stage, "place": country, "module_t": 0.0, "option": row["option"]}
    return {"asset": name, "stage": stage, "place": row["region"], "module_t": row["module_t"], "option": ""}


def _exchangeable(run: Run) -> pd.DataFrame:
    """Points and assets, as the strip names them."""
    known = {str(name): _as_one(str(name), row)["asset"] for name, row in run.assets.iterrows()}
    table = run.table(EXCHANGEABLE)[["point", "asset"]]
    return table.assign(asset=[known.get(name, name) for name in table["asset"]]).drop_duplicates(ignore_index=True)


def _built_alike(built: pd.DataFrame, plans: int) -> bool:
    """Whether every plan builds it, in the same size and option (years may differ)."""
    tonnes, options = built["t"], built["option"]
    alike = tonnes.max() - tonnes.min() <= SLIGHT * max(tonnes.max(), 1.0)
    return built["point"].nunique() == plans == len(built) and bool(alike) and options.nunique() == 1


def _reading_order(data: FrontData) -> list[str]:
    """Assets along the chain; within a stage those that more plans build, then the larger, come first."""
    builds = data.builds
    if builds.empty:
        return []
    place = {point: number for number, point in enumerate(data.points["point"])}

    def key(name: str) -> tuple[int, int, float, str]:
        built = builds[builds["asset"] == name]
        return (
            STAGES.index(built["stage"].iloc[0]),
            min(place[point] for point in built["point"]),
            -float(built["t"].sum()),
            name,
        )

    return sorted(builds["asset"].unique(), key=key)
