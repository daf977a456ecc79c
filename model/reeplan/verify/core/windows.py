"""Every window that the scenarios make: one a start year, and one for every single thing that may be lost beside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reeplan.inputs.spec import ALL, ANY_YEAR, BASE, MONTHS_OF_A_YEAR
from reeplan.verify.core.vocabulary import NO

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS = ["window", "scenario", "start", "end", "probability", "of_year", "in_target", "lost_kind", "lost"]


def expanded(scenarios: pd.DataFrame, years: Sequence[int], losable: Losable) -> pd.DataFrame:
    """Each window: scenario, first and last year, probability, ``of_year``, whether it is ``in_target``.

    ``of_year`` is the part of each of its years that it takes: below 1 where its length is in months. ``lost_kind`` and
    ``lost`` say what is taken away beside what the scenario takes; such a window has no probability, and stands after
    that of its start.
    """
    rows = []
    for row in scenarios.to_dict("records"):
        in_months = not np.isnan(row["months"])
        length = 1 if in_months else int(row["years"])
        of_year = float(row["months"]) / MONTHS_OF_A_YEAR if in_months else 1.0
        starts = starts_of(str(row["starts"]), length, years)
        likely = float(row["probability_per_year"])
        if np.isnan(likely):
            likely = float(row["probability"]) / max(1, len(starts))
        name, kind, in_target = str(row["scenario"]), str(row["with_loss_of"]), row["in_target"] != NO
        for start in starts:
            end = start + length - 1
            rows.append((f"{name}@{start}", name, start, end, likely, of_year, in_target, "", ""))
            rows += [
                (f"{name}@{start}+{lost}", name, start, end, 0.0, of_year, in_target, kind, lost)
                for lost in losable.left(name, start, end, kind)
            ]
    return pd.DataFrame(rows, columns=COLUMNS) if rows else pd.DataFrame(columns=COLUMNS)


def starts_of(text: str, length: int, years: Sequence[int]) -> list[int]:
    """The start years that a cell names: one by one, by spans, or any from which the whole window fits.

    >>> starts_of("2030 2032-2034", 1, [2030, 2031])
    [2030, 2032, 2033, 2034]
    >>> starts_of("any", 2, [2030, 2031, 2032])
    [2030, 2031]
    """
    if text.strip().lower() == ANY_YEAR:
        return [year for year in years if year + length - 1 <= years[-1]]
    ends = [word.split("-") for word in text.split()]
    return [year for words in ends for year in range(int(words[0]), int(words[-1]) + 1)]


@dataclass(frozen=True)
class Losable:
    """What a window may take away beside what its scenario takes.

    ``sellers``: each supplier's materials with their kind of goods and the seller's country. ``assets``: plants and the
    options of ventures, with ``ore``, the deposit that they dig.
    """

    disruptions: pd.DataFrame
    sellers: pd.DataFrame
    assets: pd.DataFrame

    def left(self, scenario: str, start: int, end: int, kind: str) -> list[str]:
        """All of a kind that the scenario leaves in part or in some year, in the order of their table."""
        targets = self._targets(kind)
        rows = self.disruptions
        rows = rows[(rows["availability"] == 0) & rows["scenario"].isin([scenario, BASE])]
        first, last = rows["first"].astype(float).fillna(-np.inf), rows["last"].astype(float).fillna(np.inf)
        gone = [True] * len(targets)
        for year in range(start, end + 1):
            count = np.where(rows["scenario"] == BASE, year, year - start + 1)
            acts = rows[(count >= first) & (count <= last)]
            hits = set(zip(acts["kind"], acts["target"], acts["material"], strict=True))
            gone = [was and bool(hits & ways) for was, (_, ways) in zip(gone, targets, strict=True)]
        parts = zip(targets, gone, strict=True)
        return list(dict.fromkeys(name for (name, _), it_is in parts if not it_is))

    def _targets(self, kind: str) -> list[tuple[str, set[tuple[str, str, str]]]]:
        """Each part of each of a kind, with all rows of ``disruptions`` that can take it: a material, an option."""
        if kind == "supplier":
            columns = (self.sellers[name] for name in ("supplier", "material", "kind", "country"))
            return [
                (supplier, {(*whom, hit) for whom in (("supplier", supplier), ("country", country)) for hit in hits})
                for supplier, *hits, country in ((s, ALL, m, k, c) for s, m, k, c in zip(*columns, strict=True))
            ]
        assets = self.assets[(self.assets["venture"] != "") == (kind == "venture")]
        if kind not in ("venture", "plant"):
            return []
        names = assets["venture" if kind == "venture" else "asset"]
        return [
            (name, {("plant", name, ALL), ("country", country, ALL), ("deposit", ore, ALL)})
            for name, country, ore in zip(names, assets["country"], assets["ore"], strict=True)
        ]
