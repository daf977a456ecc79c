"""The mixed-integer linear program: ``contents`` lists it, one file per topic holds its rules."""

from reeplan.model.program.contents import build_program

__all__ = ["build_program"]
