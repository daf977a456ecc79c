"""Who works on what is asked of the solver: this process, its worker processes, a Dask cluster, or MPI.

``pools`` holds the questions that a front asks and the pool of one; ``backend`` hands tasks to the workers of any
``concurrent.futures`` executor; ``worker`` is what a worker does. Where the workers are is said by ``processes``,
``dask_cluster`` and ``mpi_ranks``; the last two are imported only where they are asked for. ``executor`` asks each
question of a study once; ``store`` and ``checkpoint`` keep the answers, all of them by ``answers``.
"""

from reeplan.solve.executor.backend import Backend, RemotePool, Task, UnusableError, WorkerLostError, sweep
from reeplan.solve.executor.executor import Ask, Executor, solve_here
from reeplan.solve.executor.pools import CANCELLED, Display, Done, Job, Pool, SerialPool
from reeplan.solve.executor.processes import LocalProcesses, ProcessPool, processors
from reeplan.solve.executor.store import AnswerStore

__all__ = [
    "CANCELLED",
    "AnswerStore",
    "Ask",
    "Backend",
    "Display",
    "Done",
    "Executor",
    "Job",
    "LocalProcesses",
    "Pool",
    "ProcessPool",
    "RemotePool",
    "SerialPool",
    "Task",
    "UnusableError",
    "WorkerLostError",
    "processors",
    "solve_here",
    "sweep",
]
