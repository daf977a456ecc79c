"""Near-optimal plans: what every plan needs that costs little more than the cheapest, and what is left to choose."""

from reeplan.alternatives.choice import BOUNDS, CLASSES, RANGES, Choice, Slack
from reeplan.alternatives.finding import Finding
from reeplan.alternatives.near_optimal import Work, near_optimal, work_ahead
from reeplan.alternatives.questions import CheapestAnswer, cheapest_known
from reeplan.alternatives.sentences import sentences

__all__ = [
    "BOUNDS",
    "CLASSES",
    "RANGES",
    "CheapestAnswer",
    "Choice",
    "Finding",
    "Slack",
    "Work",
    "cheapest_known",
    "near_optimal",
    "sentences",
    "work_ahead",
]
