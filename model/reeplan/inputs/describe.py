"""The tables described for people and programs: the reference, empty templates, ``datapackage.json``.

All three come from the spec alone. ``python -m reeplan.inputs.describe inputs`` writes the reference
of a folder of cases anew, and the ``datapackage.json`` of every case in it.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reeplan.inputs.names import quoted
from reeplan.inputs.reader import read_sheet
from reeplan.inputs.spec import (
    ALL,
    ANY_YEAR,
    BASE,
    DROP,
    KINDS_OF_GOODS,
    MATERIAL,
    NO_LIMIT,
    SETTINGS,
    SOURCE_AND_NOTE,
    TABLES,
    Column,
    FromColumn,
    FromSetting,
    Table,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_BASKET_COLUMNS = [column.name for column in (*TABLES["baskets"].columns, *SOURCE_AND_NOTE, DROP)]


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


INTRODUCTION = f"""\
# What a case folder holds

A case is a folder of CSV files, one for each table below. `reeplan check FOLDER` reads it and reports everything that
is wrong at once, with file, line, column and how to fix it; `reeplan init FOLDER` writes empty tables to start from.
This page is written from the program's own list of tables.

- Save as CSV in UTF-8. Numbers have a decimal point and no thousands separators; shares are fractions (0.17, not 17%).
  Footnotes, ranges and remarks on a number go into `note` or `ranges.csv`, not into its cell.
- Every column with a unit has it in its name. Flows are tonnes of rare-earth oxide (t REO) a year, or of product;
  money is real USD of the case's `currency_year`: MUSD in totals, USD/t in rates.
- Every table may have the columns `source` (where the numbers come from) and `note`. Rows without a source give a
  warning.
- An empty cell takes the default; a column that would be empty throughout may be left out. The order of columns is
  free.
- A table with a `year` in its key gives values at the years it lists: between them values are interpolated linearly,
  outside them the nearest listed year holds.
- Names may be in any script, with up to 200 characters and without control characters. They may not begin with
  `=`, `+`, `-` or `@` (a spreadsheet would take them for formulas). Where a name becomes part of another (regions,
  countries, ventures, scenarios), `/`, `>` and `@` are refused, and the message says so. Blanks around names are
  ignored. Names such as `NA`, `nan`, `007` or `TRUE` give a warning: they are names here, but pandas and pyam read
  them as missing, as numbers or as yes and no.
- Some names are reserved, because they mean something else where a name stands. No element, product or scrap is called
  {_listed(KINDS_OF_GOODS)} or `{ALL}` (kinds of goods),
  nor like an intermediate of a deposit (`mixed of` its name); no element is called
  {_listed(_BASKET_COLUMNS)} (columns of `baskets.csv` and of overlays); no scenario is called `{BASE}`.
  A name is not an element's and a product's, nor a plant's and a venture's; no two names of a kind differ only in case.
- A country is never a pair with itself: a route of `disruptions.csv`, an offtake cap and a dependence are between two
  different countries, so that lanes within a country are never cut. Ore is not shipped at all.
- Only files that are called like a table, in small letters and with the ending `.csv`, are read, and no folders within.
  What looks like a table in another form (`Budgets.xlsx`, `budget.json`, `budgets (1).csv`, `.budgets.csv`) is refused
  where the table is not there; all other hidden files and lock files of spreadsheets are passed over.
- *Material* means an element, a product or scrap: a name from `elements.csv` or `products.csv`.
- An **overlay** is a folder with some of these tables (`--with FOLDER`). Its rows replace the case's rows of the same
  key, whole, or join them. A row with `{DROP.name}` = yes removes the row of its key, or all rows that match the part
  of the key that is filled.
"""

EMPTY_HEADING = "if empty"


def reference() -> str:
    """The table reference, as Markdown."""
    return "\n".join([INTRODUCTION, _contents(), *map(_section, TABLES.values())])


def _contents() -> str:
    lines = ["| table | what it holds | needed |", "|---|---|---|"]
    lines += [
        f"| [{table.name}](#{table.name}) | {table.meaning} | {'no: ' + table.if_absent if table.optional else 'yes'} |"
        for table in TABLES.values()
    ]
    return "\n".join(lines) + "\n"


def _section(table: Table) -> str:
    facts = [f"Key: {' + '.join(f'`{name}`' for name in table.key)}."]
    if table.optional:
        facts.append(f"May be absent: {table.if_absent}.")
    if table.by_year:
        facts.append("Values are interpolated between the years listed.")
    facts += [f"Every row fills exactly one of `{one}` and `{other}`." for one, other in table.either]
    if table.wide:
        facts.append(f"Beside these columns it has one for each row of `{table.wide}.csv` that is not 0 throughout.")
    columns = SETTINGS if table.name == "settings" else table.columns
    heading = "setting" if table.name == "settings" else "column"
    lines = [
        f"## {table.name}",
        "",
        table.meaning,
        "",
        " ".join(facts),
        "",
        f"| {heading} | unit | meaning | allowed | {EMPTY_HEADING} |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| `{column.name}` | {column.unit} | {column.meaning} | {_allowed(column)} | {_when_empty(column)} |"
        for column in columns
    ]
    return "\n".join(lines) + "\n"


def _allowed(column: Column) -> str:
    """What may stand in a cell, in words."""
    if column.choices:
        return ", ".join(f"`{choice}`" for choice in column.choices)
    if column.refers_to:
        named = [
            "a material"
            if table == MATERIAL
            else "a country of `regions.csv`"
            if table == "countries"
            else f"from `{table}.csv`"
            for table in column.refers_to
        ]
        return " or ".join([*named, *(f"`{word}`" for word in column.also)])
    if column.unit == "year" and column.kind == "integer" and column.least and column.least > 1:
        return "a year"
    words = {
        "text": "text",
        "number": "number",
        "integer": "whole number",
        "yes_no": "yes or no",
        "years": f"years and spans such as 2029-2038, separated by spaces, or `{ANY_YEAR}`",
        "choice": "",
    }[column.kind]
    bounds = [
        f"above {column.above:g}" if column.above is not None else "",
        f"at least {column.least:g}" if column.least is not None else "",
        f"at most {column.most:g}" if column.most is not None else "",
    ]
    if column.least is not None and column.most is not None:
        bounds = [f"{column.least:g} to {column.most:g}"]
    return ", ".join(filter(None, [words, *bounds]))


def _when_empty(column: Column) -> str:
    default = column.default
    if column.required:
        return "not allowed"
    if isinstance(default, FromColumn):
        return f"as `{default.column}`"
    if isinstance(default, FromSetting):
        return f"the setting `{default.name}`"
    if default is None or default == "":
        return _NOTHING.get(column.name, "none")
    return "no limit" if default == NO_LIMIT else _cell(default)


_NOTHING = {
    "retires": "never",
    "title": "the folder's name",
    "first": "from the start",
    "last": "to the end",
    "deposit": "any that the process treats",
    "claimant": "only all partners together",
    "buyer": "open to all",
    "key": "all rows",
    "input": "named after the table, the key and the column",
}


def _cell(value: object) -> str:
    """A value as it would be written in a table."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def write_templates(folder: Path) -> list[Path]:
    """A new case to fill in: every table with its header, settings with their defaults, and the reference.

    The folder must be new or empty: nothing is ever overwritten.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(f"{quoted(str(folder), 200)} exists already; nothing was written.")
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for table in TABLES.values():
        path = folder / f"{table.name}.csv"
        # With a byte-order mark Excel opens names in any script right. Exclusively: of two that began here one goes on.
        with path.open("x", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([column.name for column in (*table.columns, *SOURCE_AND_NOTE)])
            if table.name == "settings":
                writer.writerows(_setting_rows())
        written.append(path)
    for name, text in (("README.md", reference()), ("datapackage.json", package_text(folder))):
        (folder / name).write_text(text, encoding="utf-8")
        written.append(folder / name)
    return written


def _setting_rows() -> Iterable[list[str]]:
    for setting in SETTINGS:
        stated = not (setting.required or setting.default is None or isinstance(setting.default, FromSetting))
        value = _cell(setting.default) if stated else ""
        yield [setting.name, value, "default of the program" if value else "", setting.meaning]


def package_text(folder: Path) -> str:
    """The case's ``datapackage.json``, as text."""
    return json.dumps(datapackage(folder), indent=2, ensure_ascii=False) + "\n"


def datapackage(folder: Path) -> dict[str, Any]:
    """The tables of this case in the Frictionless Data vocabulary, for other programs to read them by."""
    present = {name: folder / f"{name}.csv" for name in TABLES if (folder / f"{name}.csv").is_file()}
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": re.sub("[^a-z0-9._]+", "-", folder.resolve().name.lower()).strip("-") or "case",
        "description": "Tables of a case of reeplan: joint investment of partner countries in rare earths.",
        "resources": [_resource(TABLES[name], path, set(present)) for name, path in present.items()],
    }


def _resource(table: Table, path: Path, present: set[str]) -> dict[str, Any]:
    known = {column.name: column for column in (*table.columns, *SOURCE_AND_NOTE)}
    wide = Column("", "number", "share of this element in the oxides", "fraction", 0.0, least=0.0, most=1.0)
    names = [name for name in read_sheet(path, path.name).columns if name] or list(known)
    schema: dict[str, Any] = {
        "fields": [_field(name, known.get(name, wide)) for name in names],
        "missingValues": [""],
    }
    # A primary key may have no empty cell; a key with defaults is only unique.
    whole = all(table.column(name).required for name in table.key)
    if set(table.key) <= set(names):
        schema |= {"primaryKey": list(table.key)} if whole else {"uniqueKeys": [list(table.key)]}
    foreign = [_foreign_key(name, known[name]) for name in names if name in known and _is_foreign(known[name], present)]
    if foreign:
        schema["foreignKeys"] = foreign
    return {
        "name": table.name,
        "path": path.name,
        "title": table.meaning,
        "type": "table",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }


def _is_foreign(column: Column, present: set[str]) -> bool:
    """Whether the vocabulary can express what the column refers to: one table, no further words."""
    return (
        len(column.refers_to) == 1
        and not column.also
        and column.refers_to[0] in TABLES
        and column.refers_to[0] in present
    )


def _foreign_key(name: str, column: Column) -> dict[str, Any]:
    table = column.refers_to[0]
    return {"fields": [name], "reference": {"resource": table, "fields": [TABLES[table].key[0]]}}


def _field(name: str, column: Column) -> dict[str, Any]:
    kinds = {"yes_no": "boolean", "number": "number", "integer": "integer"}
    field: dict[str, Any] = {"name": name, "type": kinds.get(column.kind, "string"), "description": column.meaning}
    if column.unit:
        field["unit"] = column.unit
    if column.kind == "yes_no":
        field |= {"trueValues": ["yes", "TRUE", "true"], "falseValues": ["no", "FALSE", "false"]}
    constraints: dict[str, Any] = {}
    if column.required and column.name:
        constraints["required"] = True
    bounds = {"minimum": column.least, "maximum": column.most, "exclusiveMinimum": column.above}
    constraints |= {word: bound for word, bound in bounds.items() if bound is not None}
    if column.choices:
        constraints["enum"] = list(column.choices)
    if column.kind == "years":
        span = r"\d{4}(-\d{4})?"
        constraints["pattern"] = rf"({span}( +{span})*|{ANY_YEAR})"
    if constraints:
        field["constraints"] = constraints
    return field


def main(folder: Path) -> None:
    """Write the reference of a folder of cases, and each case's ``datapackage.json``."""
    (folder / "README.md").write_text(reference(), encoding="utf-8")
    for case in sorted(path for path in folder.iterdir() if (path / "settings.csv").is_file()):
        (case / "datapackage.json").write_text(package_text(case), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
