"""What is asked of a case, and how hard is searched for the answer: no part of what the case is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from reeplan.model.measures import Measure
from reeplan.solve.engine import Controls

if TYPE_CHECKING:
    from collections.abc import Mapping

SETTINGS = {
    "target": "resilience_target",
    "gap": "mip_gap",
    "time_limit_s": "time_limit_s",
    "points": "front_points",
}
"""What ``settings.csv`` calls them, the measure apart."""


@dataclass(frozen=True)
class SearchOptions:
    """A question to a case.

    ``measure`` is that of resilience, ``target`` the resilience (share) that every plan keeps, None for none; ``gap``
    the relative gap at which a solve counts as done, ``time_limit_s`` seconds of each, ``points`` the levels of a
    front, ``seed`` the solver's.
    """

    measure: Measure
    target: float | None
    gap: float
    time_limit_s: float
    points: int
    seed: int = 0

    @classmethod
    def of(cls, settings: Mapping[str, Any], seed: int = 0) -> Self:
        """Those that the settings of a case state."""
        measure = Measure(settings["resilience_measure"], settings["cvar_level"])
        return cls(measure, **{name: settings[setting] for name, setting in SETTINGS.items()}, seed=seed)

    @property
    def as_settings(self) -> dict[str, Any]:
        """The same as ``settings.csv`` states them."""
        measured = {"resilience_measure": self.measure.name, "cvar_level": self.measure.cvar_level}
        return measured | {setting: getattr(self, name) for name, setting in SETTINGS.items()}

    @property
    def controls(self) -> Controls:
        """How hard the solver tries."""
        return Controls(time_limit_s=self.time_limit_s, seed=self.seed)
