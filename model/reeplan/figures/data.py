"""What the front's figure shows, as tables: read from a run folder, tested without drawing.

Stages are told from what a process takes and makes, never from names.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from reeplan.tables.spec import SETTINGS, FromSetting

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

STAGES = ("mine", "cracking", "separation", "products", "recycling", "venture", "stockpile")
"""The order of the chain, and of the rows of the strip."""

MOST_ROWS = 14
MOST_LETTERS = 5
SAME = 1e-6
"""Amounts that differ by less (relative) are one."""

BUILD_COLUMNS = ("point", "asset", "stage", "place", "modules", "t", "module_t", "option", "capex_musd")


@dataclass(frozen=True)
class FrontData:
    """All that is drawn.

    ``points``: one row a plan, cheapest first. ``builds``: one row for each plan and asset that it
    builds; a venture is one asset whatever its option, and the stockpiles of a country are one.
    """

    points: pd.DataFrame
    builds: pd.DataFrame
    settings: dict[str, Any]
    manifest: dict[str, Any]
    partners: int
    disruptions: int
    name: str


@dataclass(frozen=True)
class Strip:
    """The rows under the front: what differs between plans, what was left out, what every plan builds."""

    rows: list[str]
    more: list[str]
    everywhere: list[str]


def read_run(run: Path) -> FrontData:
    """Everything that the figure shows, from the files of a run folder."""
    points = _points(run)
    manifest_file = run / "manifest.json"
    manifest = json.loads(manifest_file.read_text(encoding="utf-8")) if manifest_file.exists() else {}
    return FrontData(
        points=points,
        builds=_builds(run, list(points["point"])),
        settings=_settings(run / "inputs"),
        manifest=manifest,
        partners=len(_table(run / "inputs", "partners", ["partner"])),
        disruptions=len(_table(run / "inputs", "scenarios", ["scenario"])),
        name=_run_name(run),
    )


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


def _points(run: Path) -> pd.DataFrame:
    front = pd.read_csv(run / "front.csv", encoding="utf-8-sig", dtype=str, keep_default_na=False)
    cost, resilience = _numbers(front["cost_musd"]), _numbers(front["resilience"])
    bound = _numbers(front["bound_musd"]).where(lambda values: values > -math.inf)
    table = pd.DataFrame(
        {
            "point": front["point"],
            "letter": "",
            "cost_musd": cost,
            "extra_cost_musd": cost - cost.min(),
            "resilience_percent": 100 * resilience,
            "bound_musd": bound,
            "gap_reached": front["status"] == "optimal",
            "knee": front["knee"] == "yes",
            "rise": 0.0,
            "not_distinguished": _optional(front, "not_distinguished_from_previous") == "yes",
        }
    ).sort_values(["cost_musd", "resilience_percent"], ignore_index=True)
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


def _builds(run: Path, points: Iterable[str]) -> pd.DataFrame:
    """What each plan builds, partners' parts and years added up."""
    inputs = run / "inputs"
    known = {**_plants(inputs), **_ventures(inputs), **_stockpiles(inputs)}
    rows = []
    for point in points:
        path = run / "plans" / point / "builds.csv"
        text = pd.read_csv(path, encoding="utf-8-sig", dtype=str, keep_default_na=False)
        for raw in text.to_dict("records"):
            name = str(raw["asset"])
            what = known.get(name, {"asset": name, "stage": "products", "place": "", "module_t": 0.0, "option": ""})
            amounts = {column: float(raw[column] or 0) for column in ("modules", "t_per_year", "capex_musd")}
            rows.append(
                {
                    "point": point,
                    **what,
                    "modules": amounts["modules"],
                    "t": amounts["t_per_year"],
                    "capex_musd": amounts["capex_musd"],
                }
            )
    table = pd.DataFrame(rows, columns=list(BUILD_COLUMNS))
    keys = ["point", "asset", "stage", "place", "option", "module_t"]
    summed = table.groupby(keys, sort=False, as_index=False)[["modules", "t", "capex_musd"]].sum()
    return summed[(summed["modules"] > SAME) | (summed["t"] > SAME)][list(BUILD_COLUMNS)].reset_index(drop=True)


def _plants(inputs: Path) -> dict[str, dict[str, Any]]:
    stages = _stages(inputs)
    plants = _table(inputs, "plants", ["plant", "process", "region", "module_t_per_year"])
    return {
        row["plant"]: {
            "asset": row["plant"],
            "stage": stages.get(row["process"], "products"),
            "place": row["region"],
            "module_t": float(row["module_t_per_year"] or 0),
            "option": "",
        }
        for row in plants
    }


def _ventures(inputs: Path) -> dict[str, dict[str, Any]]:
    """A venture is one asset under all its options; its place is the country it lies in."""
    country = _countries(inputs)
    return {
        f"{row['venture']}/{row['option']}": {
            "asset": row["venture"],
            "stage": "venture",
            "place": country.get(row["region"], row["region"]),
            "module_t": 0.0,
            "option": row["option"],
        }
        for row in _table(inputs, "ventures", ["venture", "option", "region"])
    }


def _stockpiles(inputs: Path) -> dict[str, dict[str, Any]]:
    """All stockpiles of a country are one asset."""
    country = _countries(inputs)
    return {
        f"stockpile {row['region']}/{row['material']}": {
            "asset": f"stockpiles in {country.get(row['region'], row['region'])}",
            "stage": "stockpile",
            "place": country.get(row["region"], row["region"]),
            "module_t": 0.0,
            "option": "",
        }
        for row in _table(inputs, "stockpiles", ["region", "material"])
    }


def _countries(inputs: Path) -> dict[str, str]:
    return {row["region"]: row["country"] for row in _table(inputs, "regions", ["region", "country"])}


def _stages(inputs: Path) -> dict[str, str]:
    """The stage of every process, by what goes in and what comes out."""
    scrap = {row["product"] for row in _table(inputs, "products", ["product", "kind"]) if row["kind"] == "scrap"}
    recycling = {
        row["process"]
        for row in _table(inputs, "recipes", ["process", "material", "t_per_t"])
        if row["material"] in scrap and float(row["t_per_t"]) < 0
    }
    stages = {}
    for row in _table(inputs, "processes", ["process", "takes", "makes"]):
        if row["takes"] == "recipe":
            stages[row["process"]] = "recycling" if row["process"] in recycling else "products"
        elif row["takes"] == "ore":
            stages[row["process"]] = "mine"
        else:
            stages[row["process"]] = "cracking" if row["makes"] == "mixed" else "separation"
    return stages


def _built_alike(built: pd.DataFrame, plans: int) -> bool:
    """Whether every plan builds it, in the same size and option (years may differ)."""
    tonnes, options = built["t"], built["option"]
    alike = tonnes.max() - tonnes.min() <= SAME * max(tonnes.max(), 1.0)
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


# ---- files --------------------------------------------------------------------------------------


def _table(inputs: Path, name: str, columns: list[str]) -> list[dict[str, str]]:
    """The rows of an input table as text; none if the case does without it."""
    path = inputs / f"{name}.csv"
    if not path.exists():
        return []
    frame = pd.read_csv(path, encoding="utf-8-sig", dtype=str, keep_default_na=False)
    return [{column: str(row.get(column, "")) for column in columns} for row in frame.to_dict("records")]


def _settings(inputs: Path) -> dict[str, Any]:
    """The settings with their defaults, numbers as numbers."""
    stated = {row["name"]: row["value"] for row in _table(inputs, "settings", ["name", "value"]) if row["value"] != ""}
    settings: dict[str, Any] = {}
    for column in SETTINGS:
        default = None if column.required else column.default
        text = stated.get(column.name)
        if text is None:
            settings[column.name] = settings.get(default.name) if isinstance(default, FromSetting) else default
        else:
            settings[column.name] = float(text) if column.kind in ("number", "integer") else text
    return settings


def _run_name(run: Path) -> str:
    """The folder's name, also while it is still being written under a hidden one."""
    name = run.resolve().name
    return name.removeprefix(".").removesuffix(".unfinished") if name.endswith(".unfinished") else name


def _numbers(cells: pd.Series[str]) -> pd.Series[float]:
    return pd.to_numeric(cells, errors="coerce").astype(float)


def _optional(frame: pd.DataFrame, column: str) -> pd.Series[str]:
    return frame[column] if column in frame else pd.Series("", index=frame.index)
