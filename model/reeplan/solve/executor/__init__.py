"""Who works on what is asked of the solver: this process, its worker processes, a Dask cluster, or MPI.

``pools`` holds the questions that a front asks and the pool of one; ``backend`` hands tasks to the workers of any
``concurrent.futures`` executor; ``worker`` is what a worker does. Where the workers are is said by ``processes``,
``dask_cluster`` and ``mpi_ranks``; the last two are imported only where they are asked for. ``executor`` asks each
question of a study once; ``store`` and ``checkpoint`` keep the answers, all of them by ``answers``.
"""

from reeplan.solve.executor.backend import Task, UnusableError, WorkerLostError, Workforce, Workplace, sweep
from reeplan.solve.executor.executor import Ask, Desk, solve_here
from reeplan.solve.executor.pools import NOT_ASKED, Alone, Crew, Display, Done, Job
from reeplan.solve.executor.processes import LocalProcesses, Team, processors
from reeplan.solve.executor.store import Notebook

__all__ = [
    "NOT_ASKED",
    "Alone",
    "Ask",
    "Crew",
    "Desk",
    "Display",
    "Done",
    "Job",
    "LocalProcesses",
    "Notebook",
    "Task",
    "Team",
    "UnusableError",
    "WorkerLostError",
    "Workforce",
    "Workplace",
    "processors",
    "solve_here",
    "sweep",
]
