"""The tables of a run folder: which columns they have, what identifies a row, which columns are numbers."""

from __future__ import annotations

from dataclasses import dataclass

BASE = "base"
PARTS = ("annuities", "fixed", "process", "purchases", "transport", "sales", "holding", "shortage", "restock")


@dataclass(frozen=True)
class Shape:
    """Columns of a table: key, other texts, numbers.

    ``may_be_empty`` are numbers that a row may lack, ``may_be_missing`` numbers that not every run has.
    """

    key: tuple[str, ...]
    numbers: tuple[str, ...]
    texts: tuple[str, ...] = ()
    may_be_empty: tuple[str, ...] = ()
    may_be_missing: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns, each once."""
        return tuple(dict.fromkeys((*self.key, *self.texts, *self.numbers)))


def _shape(key: str, numbers: str, texts: str = "", may_be_empty: str = "", may_be_missing: str = "") -> Shape:
    return Shape(*(tuple(names.split()) for names in (key, numbers, texts, may_be_empty, may_be_missing)))


PLAN: dict[str, Shape] = {
    "builds": _shape("asset partner decided what", "decided running modules t_per_year capex_musd"),
    "capacity": _shape("asset year", "year existing_t_per_year modules_running t_per_year"),
    "operation": _shape("window year asset deposit", "year t"),
    "flows": _shape("window year from_region to_region material", "year t"),
    "supply": _shape("window year supplier material", "year t price_usd_per_t", "region"),
    "sales": _shape("window year region material", "year t price_usd_per_t"),
    "stock": _shape("window year region material", "year level_t filled_t drawn_t room_t"),
    "shortage": _shape("window year region material", "year demand_t unmet_t lost_musd", "partner"),
    "surplus": _shape("window year region material", "year t"),
    "costs": _shape("part item partner year window", "year musd weight expected_musd"),
    "metrics": _shape("metric partner window year material subject", "year value", "unit", "year"),
    "prices": _shape("window year region material", "year usd_per_t", may_be_empty="usd_per_t"),
}
"""The tables of a plan by file name."""

EXCHANGE = "iamc"
"""A plan's table in exchange format, whose columns are years: by file name."""

FAILED, UNBOUNDED, UNPROVEN = "the solver failed", "cost without limit", "bound not proven"
"""How a search may end, whatever is sought: with no plan in the first two, and a plan without a proof in the third."""

WHOLE_NUMBERS = ("year", "decided", "running", "future")

FRONT = _shape(
    "point",
    "cost_musd resilience bound_musd gap gap_musd gap_target_musd target seconds capital_musd modules_decided "
    "base_path_unmet_t " + " ".join(f"{part}_musd" for part in PARTS),
    "status knee not_distinguished_from_previous",
    may_be_missing="largest_violation",
)
"""``front.csv``, without the column of each partner."""

SERVED = "worst_window_served_"
"""Begins the name of each partner's column of ``front.csv``."""
