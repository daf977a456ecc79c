"""Names: every one that is used must be declared, and declared ones must not be mistaken for others."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from reeplan.inputs.names import also_on, did_you_mean, listing, looks_like, quoted
from reeplan.inputs.rows import Problem
from reeplan.inputs.spec import ALL, BASE, DROP, KINDS_OF_GOODS, MATERIAL, SOURCE_AND_NOTE, TABLES, Column

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reeplan.inputs.columns import RawRow
    from reeplan.inputs.partial_case import PartialCase

DECLARED = (
    ("partners", "partner"),
    ("regions", "region"),
    ("regions", "country"),
    ("elements", "element"),
    ("products", "product"),
    ("deposits", "deposit"),
    ("deposits", "ore"),
    ("processes", "process"),
    ("plants", "plant"),
    ("ventures", "venture"),
    ("ventures", "option"),
    ("suppliers", "supplier"),
    ("scenarios", "scenario"),
)
"""Where names are declared: table and column."""

FORBIDDEN = {
    ("partners", "partner"): "/\\>",
    ("regions", "country"): "/\\>",
    ("regions", "region"): "/\\>",
    ("elements", "element"): "/\\",
    ("products", "product"): "/\\",
    ("plants", "plant"): "/\\",
    ("ventures", "venture"): "/\\",
    ("ventures", "option"): "/\\",
    ("scenarios", "scenario"): "/\\@",
}
"""Marks that join names in results (venture/option, scenario@year) and in routes (A>B)."""

MOST_UNKNOWN = 50
"""So many unknown names of a column are told of one by one: each is compared with every valid name."""


def references(draft: PartialCase) -> None:
    """A name that refers to another table is listed there."""
    for table in TABLES.values():
        for column in table.columns:
            if column.refers_to and all(draft.known(target) for target in column.refers_to):
                _check_column(draft, table.name, column)


def _check_column(draft: PartialCase, table: str, column: Column) -> None:
    valid = set(column.also).union(*(draft.valid_names(target) for target in column.refers_to))
    unknown: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in draft.raw[table]:
        name = row.cells.get(column.name)
        if name is not None and name not in valid:
            unknown[row.file, name].append(row.line)
    for (file, name), lines in list(unknown.items())[:MOST_UNKNOWN]:
        message, hint = _unknown(name, column.refers_to, valid)
        draft.errors.append(Problem(file, lines[0], column.name, f"{message}{also_on(lines)}.", hint))
    for (file, _), lines in list(unknown.items())[MOST_UNKNOWN : MOST_UNKNOWN + 1]:
        message = f"{len(unknown) - MOST_UNKNOWN} more names in this column are unknown."
        draft.errors.append(Problem(file, lines[0], column.name, message, "fix those above first."))


def _unknown(name: str, tables: Iterable[str], valid: set[str]) -> tuple[str, str]:
    if "countries" in tables:
        return (
            f"no region of regions.csv lies in {quoted(name)}",
            did_you_mean(name, valid) or f"countries are {listing(sorted(valid))}.",
        )
    files = ["elements", "products"] if MATERIAL in tables else list(tables)
    where = " or ".join(f"{file}.csv" for file in files)
    add = f"add {quoted(name)} to {where}."
    guess = did_you_mean(name, valid)
    return f"{quoted(name)} is not listed in {where}", f"{guess} Or {add}" if guess else add


def targets(draft: PartialCase) -> None:
    """What a disruption hits exists: a country, supplier, plant or venture, deposit, or route between countries."""
    needs = {
        "country": ("countries",),
        "route": ("countries",),
        "supplier": ("suppliers",),
        "plant": ("plants", "ventures"),
        "deposit": ("deposits",),
    }
    for row in draft.raw["disruptions"]:
        kind, target = row.cells.get("kind"), row.cells.get("target")
        if kind is None or target is None or not all(draft.known(table) for table in needs[kind]):
            continue
        valid = set().union(*(draft.valid_names(table) for table in needs[kind]))
        for problem in _target_problems(kind, target, valid):
            draft.errors.append(Problem(row.file, row.line, "target", *problem))


def _target_problems(kind: str, target: str, valid: set[str]) -> Iterator[tuple[str, str]]:
    if kind != "route":
        if target not in valid:
            what = {
                "country": "country of regions.csv",
                "supplier": "supplier of suppliers.csv",
                "plant": "plant of plants.csv or venture of ventures.csv",
                "deposit": "deposit of deposits.csv",
            }[kind]
            yield f"{quoted(target)} is no {what}.", _target_hint(kind, target, valid)
        return
    ends = target.split(">")
    if len(ends) != 2:
        yield f"{quoted(target)} is no route.", "write two countries with > between them: A>B"
        return
    for end in ends:
        if end not in valid:
            hint = "write it without blanks: A>B" if end.strip() in valid else did_you_mean(end, valid)
            yield f"{quoted(end)} in {quoted(target)} is no country of regions.csv.", hint
    if ends[0] == ends[1]:
        yield f"{quoted(target)} leads from a country to itself.", "a route joins two countries."


def _target_hint(kind: str, target: str, valid: set[str]) -> str:
    if kind == "plant" and target.split("/")[0] in valid:
        return f"a disruption hits all options of a venture: write {quoted(target.split('/')[0])}."
    return did_you_mean(target, valid) or f"there are: {listing(sorted(valid))}." if valid else "there is none."


def reserved_words(draft: PartialCase) -> None:
    """A name is no word that means something else in the same place."""
    goods = dict.fromkeys(KINDS_OF_GOODS, "a kind of goods") | {ALL: "the word for all materials"}
    stages = {
        f"{kind} of {deposit}": f"the {kind} of a deposit"
        for kind in ("concentrate", "mixed", "heavy_mix")
        for deposit in draft.names["deposits"]
    }
    columns = {
        column.name: "a column of baskets.csv" for column in (*TABLES["baskets"].columns, *SOURCE_AND_NOTE, DROP)
    }
    reserved = {
        "elements": goods | columns | stages,
        "products": goods | stages,
        "scenarios": {BASE: "the undisrupted path itself: a disruption of 'base' needs no scenario"},
    }
    for table, words in reserved.items():
        key = TABLES[table].key[0]
        for row in draft.raw[table]:
            name = row.cells.get(key)
            if name in words:
                draft.errors.append(
                    Problem(
                        row.file,
                        row.line,
                        key,
                        f"{quoted(name)} is reserved: it is {words[name]}.",
                        "choose another name.",
                    )
                )


def marks(draft: PartialCase) -> None:
    """Names are free of the marks that join names."""
    for (table, column), forbidden in FORBIDDEN.items():
        for name, row in _first_use(draft, table, column).items():
            found = [mark for mark in forbidden if mark in name]
            if found:
                draft.errors.append(
                    Problem(
                        row.file,
                        row.line,
                        column,
                        f"{quoted(name)} has {quoted(found[0])} in it.",
                        "this mark joins names in routes, results and file names; write - instead.",
                    )
                )


def clashes(draft: PartialCase) -> None:
    """No two names differ only in case, no element is also a product, no plant also a venture."""
    for table, column in DECLARED:
        _report_clashes(draft, table, column, _first_use(draft, table, column), same_table=True)
    for table, other in (("products", "elements"), ("ventures", "plants")):
        _report_clashes(draft, table, TABLES[table].key[0], _first_use(draft, other, TABLES[other].key[0]), False)


def _report_clashes(draft: PartialCase, table: str, column: str, taken: dict[str, RawRow], same_table: bool) -> None:
    by_plain = {looks_like(name): (name, row) for name, row in reversed(taken.items())}
    for name, row in _first_use(draft, table, column).items():
        other, where = by_plain.get(looks_like(name), (name, row))
        if same_table and other != name:
            draft.errors.append(
                Problem(
                    row.file,
                    row.line,
                    column,
                    f"{quoted(name)} and {quoted(other)} (line {where.line}) differ only in "
                    f"{'case' if name.casefold() == other.casefold() else 'blanks, or in how letters are written'}.",
                    "write them the same, or give one another name.",
                )
            )
        elif not same_table and where is not row:
            draft.errors.append(
                Problem(
                    row.file,
                    row.line,
                    column,
                    f"the name {quoted(name)} is taken by {where.file}, line {where.line}.",
                    "choose another name.",
                )
            )


def _first_use(draft: PartialCase, table: str, column: str) -> dict[str, RawRow]:
    found: dict[str, RawRow] = {}
    for row in draft.raw[table]:
        if column in row.cells:
            found.setdefault(row.cells[column], row)
    return found


def missing_content(draft: PartialCase) -> None:
    """The tables without which there is nothing to plan have at least one row."""
    for table, what in (
        ("partners", "who plans?"),
        ("regions", "where?"),
        ("elements", "what is followed?"),
        ("demand", "what must be served?"),
    ):
        if not draft.raw[table] and table not in draft.doubtful:
            draft.errors.append(
                Problem(draft.files[table], 0, "", f"this table has no rows: {what}", TABLES[table].meaning)
            )
