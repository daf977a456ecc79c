"""Who works on what is asked of the solver: this process, its worker processes, a Dask cluster, or MPI.

``executor`` asks each question of a run once and takes what is known from ``store``, which keeps answers as
``answers`` writes them, by their ``content_key``. ``backend`` hands tasks to the workers of any ``concurrent.futures``
executor; ``worker`` is what a worker does. Where the workers are is said by ``processes``, ``dask_cluster`` and
``mpi_ranks``; the last two are imported only where they are asked for.
"""

from reeplan.solve.executor.backend import Backend, Silent, Task, TaskDisplay, UnusableError, WorkerLostError
from reeplan.solve.executor.executor import Ask, Executor, Then, solve_here
from reeplan.solve.executor.processes import LocalProcesses, processors
from reeplan.solve.executor.store import AnswerStore

__all__ = [
    "AnswerStore",
    "Ask",
    "Backend",
    "Executor",
    "LocalProcesses",
    "Silent",
    "Task",
    "TaskDisplay",
    "Then",
    "UnusableError",
    "WorkerLostError",
    "processors",
    "solve_here",
]
