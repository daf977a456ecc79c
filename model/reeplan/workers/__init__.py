"""Who solves: this process alone, worker processes of this machine, a Dask cluster, or MPI.

``jobs`` holds the questions that a front asks and the crew of one; ``workplace`` hands tasks to the workers of any
``concurrent.futures`` executor; ``bench`` is what a worker does. Where the workers are is said by ``processes``,
``dask_cluster`` and ``mpi_ranks``; the last two are imported only where they are asked for.
"""

from reeplan.workers.jobs import NOT_ASKED, Alone, Crew, Display, Done, Job
from reeplan.workers.processes import LocalProcesses, Team, processors
from reeplan.workers.workplace import Task, UnusableError, WorkerLostError, Workforce, Workplace, sweep

__all__ = [
    "NOT_ASKED",
    "Alone",
    "Crew",
    "Display",
    "Done",
    "Job",
    "LocalProcesses",
    "Task",
    "Team",
    "UnusableError",
    "WorkerLostError",
    "Workforce",
    "Workplace",
    "processors",
    "sweep",
]
