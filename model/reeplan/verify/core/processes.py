"""What a tonne of activity takes, makes, costs and releases, for every asset and deposit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from reeplan.verify.core.vocabulary import MINED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reeplan.verify.core.inputs import Inputs


def activities(inputs: Inputs) -> pd.DataFrame:
    """Each asset with each deposit that it can treat: cost, thorium, carbon and energy per t of activity."""
    processes = inputs["processes"].set_index("process")
    deposits = inputs["deposits"].set_index("deposit")
    rows: list[tuple[str, str, float]] = []
    for asset, process, own in zip(
        inputs.assets["asset"], inputs.assets["process"], inputs.assets["deposit"], strict=True
    ):
        if process not in processes.index:
            continue
        takes, ore = processes.at[process, "takes"], processes.at[process, "ore"]
        if takes == "recipe":
            rows.append((asset, "", 0.0))
            continue
        rows += [
            (asset, deposit, thorium)
            for deposit, kind, thorium in zip(deposits.index, deposits["ore"], deposits["thorium_t_per_t"], strict=True)
            if own in ("", deposit) and ore in ("any", kind)
        ]
    table = pd.DataFrame(rows, columns=["asset", "deposit", "thorium"]).astype({"thorium": float})
    assets = inputs.assets[["asset", "process", "region", "country", "opex_factor", "royalty_usd_per_t"]]
    table = table.merge(assets, on="asset", how="left")
    table = table.merge(inputs["processes"].drop(columns=["source", "note"], errors="ignore"), on="process", how="left")
    table = table.merge(inputs["regions"].drop(columns=["country"]), on="region", how="left")
    table["thorium"] = table["thorium"].where(table["releases_thorium"] == "yes", 0.0)
    table["energy"] = table["energy_mwh_per_t"]
    table["carbon"] = table["co2_t_per_t"] + table["energy"] * table["grid_tco2_per_mwh"]
    table["usd_per_t"] = (
        table["opex_usd_per_t"] * table["opex_factor"]
        + table["royalty_usd_per_t"]
        + table["energy"] * table["power_usd_per_mwh"]
        + table["carbon"] * table["carbon_usd_per_t"]
        + table["thorium"] * table["thorium_usd_per_t"]
    )
    table["mines"] = table["takes"] == MINED
    wanted = ["asset", "deposit", "process", "region", "country", "mines", "thorium", "energy", "carbon", "usd_per_t"]
    return table[wanted]


def yields(inputs: Inputs, table: pd.DataFrame) -> pd.DataFrame:
    """Tonnes of each material made (above 0) and taken (below 0) per t of activity, in long form."""
    processes = inputs["processes"].set_index("process")
    elements = list(inputs["elements"]["element"])
    baskets = inputs["baskets"].set_index("deposit").reindex(columns=elements).astype(float).fillna(0.0)
    baskets = baskets.div(baskets.sum(axis=1), axis=0)
    heavy = [e for e, circuit in zip(elements, inputs["elements"]["circuit"], strict=True) if circuit == "heavy"]
    recipes = inputs["recipes"]
    recoveries = dict(zip(inputs["processes"]["process"], inputs["processes"]["recovery"], strict=True))
    rows: list[tuple[str, str, str, float]] = []
    for asset, deposit, process in zip(table["asset"], table["deposit"], table["process"], strict=True):
        takes, makes = str(processes.at[process, "takes"]), str(processes.at[process, "makes"])
        if takes == "recipe":
            own = recipes[recipes["process"] == process]
            rows += [(asset, "", m, float(t)) for m, t in zip(own["material"], own["t_per_t"], strict=True)]
            continue
        recovery = float(recoveries[process])
        basket = {str(e): float(share) for e, share in baskets.loc[deposit].items()}
        made = _made(basket, heavy, takes, makes, str(deposit))
        rows += [(asset, deposit, material, recovery * share) for material, share in made if share > 0]
        if takes != MINED:
            rows.append((asset, deposit, f"{takes} of {deposit}", -1.0))
    return pd.DataFrame(rows, columns=["asset", "deposit", "material", "t_per_t"]).astype({"t_per_t": float})


def _made(
    basket: dict[str, float], heavy: list[str], takes: str, makes: str, deposit: str
) -> Iterator[tuple[str, float]]:
    """What becomes of a tonne of oxide before losses."""
    heavy_part = sum(basket[element] for element in heavy)
    if makes in ("concentrate", "mixed"):
        yield f"{makes} of {deposit}", 1.0
        return
    for element, share in basket.items():
        if takes == "heavy_mix":
            if element in heavy and heavy_part > 0:
                yield element, share / heavy_part
        elif makes == "oxides" or element not in heavy:
            yield element, share
    if makes == "light_and_heavy_mix":
        yield f"heavy_mix of {deposit}", heavy_part
