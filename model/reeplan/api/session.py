"""One run: what is to be solved and where it is written."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reeplan.api.request import SOLVE
from reeplan.inputs.load import load_tables
from reeplan.outputs.asked import FINGERPRINT
from reeplan.outputs.places import unfinished_place
from reeplan.outputs.run_folder import INPUTS
from reeplan.studies.base import StudyInputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reeplan.inputs.rows import Loaded
    from reeplan.model.case import Case
    from reeplan.outputs.asked import Asked
    from reeplan.solve.search_options import SearchOptions


@dataclass(frozen=True)
class Session:
    """One run: its case, how it is solved, where it goes, and what its manifest says from the start.

    ``single``: one plan and not a front. ``retry_limits``: points that ended at a time limit are tried again. ``asked``
    is all that is asked, ``source`` where a run lies that is resumed, ``reworded`` where its tables have other words.
    """

    name: str
    loaded: Loaded
    case: Case
    place: Path
    single: bool
    search: SearchOptions
    workers: int | None
    facts: dict[str, Any]
    asked: Asked
    retry_limits: bool = False
    source: Path | None = None
    reworded: Sequence[str] = ()

    @property
    def resumed(self) -> bool:
        """Whether the run was started before."""
        return self.source is not None

    @property
    def fingerprint(self) -> str:
        """The fingerprint of all that is asked: answers of the run are found by it."""
        return str(self.facts[FINGERPRINT])

    @property
    def one_plan(self) -> bool:
        """Whether the front is one plan: that is asked, or the case has no disruptions and so no trade-off."""
        return self.single or self.search.points == 1 or not self.case.windows

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of the case with what is asked instead, by their names in ``settings.csv``."""
        return {**asdict(self.case.settings), **self.search.as_settings}

    @property
    def command(self) -> str:
        """Which command this is a run of."""
        return str(self.facts.get("command", SOLVE))

    @property
    def study_inputs(self) -> StudyInputs:
        """What a study is about."""
        assert self.loaded.tables is not None
        return StudyInputs(
            self.place, self.loaded.tables, self.case, self.single, self.search, self.facts, self._with_overlay
        )

    def _with_overlay(self, overlay: Path) -> Loaded:
        """The tables with an overlay more, as they were given; of a resumed run, those that it keeps."""
        if self.source is not None:
            return load_tables(self.source / INPUTS, [overlay])
        return load_tables(Path(self.facts["case"]), [*map(Path, self.facts["overlays"]), overlay])

    @property
    def unfinished(self) -> Path:
        """Where the run is written until it is whole."""
        return unfinished_place(self.place)
