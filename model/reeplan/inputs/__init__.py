"""The input layer: what a case folder may hold, reading it, checking it, describing it."""

from __future__ import annotations

from reeplan.inputs.load import load_tables

__all__ = ["load_tables"]
