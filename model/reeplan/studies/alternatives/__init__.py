"""Near-optimal plans: what every plan needs that costs little more than the cheapest, and what is left to choose."""

from reeplan.studies.alternatives.near_optimal import Work, near_optimal, work_ahead
from reeplan.studies.alternatives.options import BOUNDS, CLASSES, RANGES, AlternativesOptions, Slack
from reeplan.studies.alternatives.questions import CheapestAnswer, cheapest_known
from reeplan.studies.alternatives.result import NearOptimalResult
from reeplan.studies.alternatives.sentences import sentences

__all__ = [
    "BOUNDS",
    "CLASSES",
    "RANGES",
    "AlternativesOptions",
    "CheapestAnswer",
    "NearOptimalResult",
    "Slack",
    "Work",
    "cheapest_known",
    "near_optimal",
    "sentences",
    "work_ahead",
]
