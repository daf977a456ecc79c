"""What the folder of a run, or of a comparison, holds: every table, column, unit, key and meaning, stated once.

Writing and reading of tables, the shapes that ``verify`` expects and the tables of columns in the docs follow from
these pages. They say what a column is, never how its values are computed.
"""

from importlib import import_module
from pkgutil import iter_modules

from reeplan.outputs.spec.output import Output, OutputColumn, WrongColumnsError

__all__ = ["OUTPUTS", "PAGES", "Output", "OutputColumn", "WrongColumnsError"]

PAGES = [import_module(f"{__name__}.{page.name}") for page in iter_modules(__path__) if page.name != "output"]
"""Every page beside this one: its ``TABLES``, and of a study what of them is ``NOT_RECOMPUTED``, by its kind."""

OUTPUTS: dict[str, Output] = {
    f"{table.place}/{table.name}".lstrip("/"): table for page in PAGES for table in page.TABLES
}
"""Every table by its folder and name."""
