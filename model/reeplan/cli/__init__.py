"""The command line: what an analyst types, sees and gets back as an exit code."""

from reeplan.cli.commands import reeplan

__all__ = ["reeplan"]
