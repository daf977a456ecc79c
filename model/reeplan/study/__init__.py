"""Studies: many questions to many cases, each asked once and kept when answered, over whatever workers there are."""

from reeplan.study.desk import Ask, Desk, solve_here
from reeplan.study.notebook import Notebook

__all__ = ["Ask", "Desk", "Notebook", "solve_here"]
