"""The report of a run: one page without network, made from the files of its folder alone."""

from reeplan.report.page import write_report

__all__ = ["write_report"]
