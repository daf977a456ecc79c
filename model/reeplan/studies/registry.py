"""The studies. Whatever has a part for each of them goes through this list, in this order."""

from __future__ import annotations

from reeplan.studies.alternatives import ALTERNATIVES
from reeplan.studies.cooperation import COOPERATION
from reeplan.studies.sensitivity import SENSITIVITY
from reeplan.studies.uncertainty import UNCERTAINTY

STUDIES = {study.command: study for study in (COOPERATION, ALTERNATIVES, UNCERTAINTY, SENSITIVITY)}
"""Every study by its command."""
