"""What the folder of a run, or of a comparison, holds: every table, column, unit, key and meaning, stated once.

Writing and reading of tables, the shapes that ``verify`` expects and the tables of columns in the docs follow from
these pages. They say what a column is, never how its values are computed.
"""

from reeplan.outputs.spec import alternatives, comparison, cooperation, plans, sensitivity, uncertainty
from reeplan.outputs.spec.output import Output, OutputColumn, WrongColumnsError

__all__ = ["OUTPUTS", "Output", "OutputColumn", "WrongColumnsError"]

OUTPUTS: dict[str, Output] = {
    f"{table.place}/{table.name}".lstrip("/"): table
    for table in (
        plans.FRONT, plans.SO_FAR, *plans.PLAN_TABLES.values(), plans.IAMC, *cooperation.TABLES, *alternatives.TABLES,
        *sensitivity.TABLES, *uncertainty.TABLES, *comparison.TABLES,
    )
}  # fmt: skip
"""Every table by its folder and name."""
