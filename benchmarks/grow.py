"""A larger case out of a given one: more elements, deposits, windows or years.

What is cloned is split: n copies of an element share its demand, supply, baskets and recipes; n copies
of a deposit share its ore and plants; n copies of a scenario share its probability. So the grown case
is the same problem n times as finely written: its relaxation, in which modules are divisible, costs
what the given case's does, to the last digit that a solver can tell. More years are a longer horizon.
"""

from __future__ import annotations

import csv
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

Line = dict[str, str]
Folder = dict[str, list[Line]]


def grow_case(
    source: Path, target: Path, *, elements: int = 1, deposits: int = 1, windows: int = 1, years: int = 1
) -> Path:
    """Write the case of ``source``, each part multiplied by its factor, into the folder ``target``."""
    tables = _read(source)
    if elements > 1:
        _split_elements(tables, elements)
    if deposits > 1:
        _split_deposits(tables, deposits)
    if windows > 1:
        _split_scenarios(tables, windows)
    if years > 1:
        _lengthen(tables, years)
    target.mkdir(parents=True, exist_ok=True)
    for path in source.glob("*.csv"):
        if path.stem not in tables:
            shutil.copy(path, target)
    for name, lines in tables.items():
        with (target / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(lines[0]))
            writer.writeheader()
            writer.writerows(lines)
    return target


def _read(folder: Path) -> Folder:
    """The tables as text, those with rows: there is nothing to grow in the others."""
    tables: Folder = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            if lines := list(csv.DictReader(file)):
                tables[path.stem] = lines
    return tables


# ---- elements -------------------------------------------------------------------------------------

_PER_MATERIAL = {
    "recipes": ("t_per_t",),
    "suppliers": ("max_t_per_year", "min_t_per_year"),
    "markets": ("max_t_per_year",),
    "demand": ("t_per_year",),
    "stockpiles": ("initial_t", "capacity_t", "max_capacity_t"),
    "dependence": (),
    "disruptions": (),
}
"""Tables with a material, and their columns in tonnes, which the copies share; prices and parts stay."""


def _split_elements(tables: Folder, copies: int) -> None:
    elements = [line["element"] for line in tables["elements"]]
    tables["elements"] = _cloned(tables["elements"], copies, "element", (), lambda line: True)
    for name, shared in _PER_MATERIAL.items():
        if name in tables:
            tables[name] = _cloned(
                tables[name], copies, "material", shared, lambda line: line.get("material") in elements
            )
    for line in tables.get("baskets", ()):
        for element in elements:
            parts = _part(line.get(element, ""), copies)
            line.update({_copy(element, copy): parts for copy in range(copies)})


# ---- deposits -------------------------------------------------------------------------------------

_PLANT_SIZES = ("capacity_t_per_year", "module_t_per_year", "site_musd", "module_musd")
_VENTURE_SIZES = ("plant_t_per_year", "plant_musd")


def _split_deposits(tables: Folder, copies: int) -> None:
    if "deposits" not in tables:
        return
    own = {line["plant"] for line in tables.get("plants", ()) if line.get("deposit")}
    own |= {line["venture"] for line in tables.get("ventures", ()) if line.get("deposit")}
    tables["deposits"] = _cloned(tables["deposits"], copies, "deposit", ("resource_t",), lambda line: True)
    tables["baskets"] = _cloned(tables["baskets"], copies, "deposit", (), lambda line: True)
    for table, asset, shared in (("plants", "plant", _PLANT_SIZES), ("ventures", "venture", _VENTURE_SIZES)):
        if table in tables:
            tables[table] = _cloned(
                tables[table], copies, (asset, "deposit"), shared, lambda line: bool(line.get("deposit"))
            )
    if "disruptions" in tables:
        tables["disruptions"] = _cloned(
            tables["disruptions"],
            copies,
            "target",
            (),
            lambda line: line["kind"] == "plant" and line["target"].split("/")[0] in own,
        )


# ---- windows and years ----------------------------------------------------------------------------


def _split_scenarios(tables: Folder, copies: int) -> None:
    scenarios = {line["scenario"] for line in tables.get("scenarios", ())}
    for name, shared in (("scenarios", ("probability",)), ("disruptions", ())):
        if name in tables:
            tables[name] = _cloned(tables[name], copies, "scenario", shared, lambda line: line["scenario"] in scenarios)


def _lengthen(tables: Folder, times: int) -> None:
    """Years after the last: what the tables give for the last year they list holds on, and so do the budgets."""
    settings = {line["name"]: line for line in tables["settings"]}
    first, last = (int(settings[name]["value"]) for name in ("first_year", "last_year"))
    added = (last - first + 1) * (times - 1)
    settings["last_year"]["value"] = str(last + added)
    for line in tables.get("budgets", ()):
        if int(line["last_year"]) == last:
            line["last_year"] = str(last + added)


# ---- cloning --------------------------------------------------------------------------------------


def _cloned(
    lines: Iterable[Line],
    copies: int,
    named: str | tuple[str, ...],
    shared: tuple[str, ...],
    chosen: Callable[[Line], bool],
) -> list[Line]:
    """The lines, each chosen one in copies: another name in the ``named`` columns, a part of the ``shared`` ones."""
    names = (named,) if isinstance(named, str) else named
    grown = []
    for line in lines:
        if not chosen(line):
            grown.append(line)
            continue
        for copy in range(copies):
            parts = {column: _part(line[column], copies) for column in shared if column in line}
            grown.append({**line, **parts, **{column: _copy(line[column], copy) for column in names}})
    return grown


def _copy(name: str, copy: int) -> str:
    """The name of a copy: the first keeps the name. An option of a venture is named after the venture."""
    head, slash, tail = name.partition("/")
    return name if copy == 0 else f"{head} ({copy + 1}){slash}{tail}"


def _part(cell: str, copies: int) -> str:
    """A cell's part: nothing of nothing, else the number divided."""
    return repr(float(cell) / copies) if cell.strip() else cell
