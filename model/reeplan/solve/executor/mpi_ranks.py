"""Workers that are MPI ranks: rank 0 asks, the others solve.

``mpi4py.futures`` hands the work out; news, versions and a request to stop are messages beside it. MPI cannot do
without a rank that dies: most implementations end all of them then, and the run is resumed from its stored answers.
"""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mpi4py import MPI
from mpi4py.futures import MPICommExecutor
from mpi4py.run import set_abort_status

from reeplan.solve.executor.backend import Backend
from reeplan.solve.executor.worker import differences, start_with, versions
from reeplan.standard_output import keep_for_the_answer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

    from reeplan.solve.engine import Progress

NEWS, STOP, VERSIONS = 1, 2, 3
"""What a message is about. The executor sends its own by a communicator of its own."""


class MpiRanks(Backend):
    """All ranks but the first."""

    name = "the MPI ranks"

    def __init__(self, executor: Executor, size: int) -> None:
        super().__init__()
        self.executor = executor
        self.size = size
        self._stop_is_passed_on = False
        self._stops: list[MPI.Request] = []

    def news(self) -> Iterator[tuple[str, Progress]]:
        """What solvers have said since the last time."""
        yield from _received(NEWS)

    def look_after(self) -> None:
        """Pass a request to stop on; tell of ranks with other versions."""
        for rank, there in _received(VERSIONS):
            if differ := differences(there):
                self.say(f"    rank {rank}: {differ}; answers may differ in their last digits")
        if self.stop.is_set() and not self._stop_is_passed_on:
            self._stop_is_passed_on = True
            self._stops = [MPI.COMM_WORLD.isend(None, rank, STOP) for rank in range(1, number_of_ranks())]

    def close(self) -> None:
        """Take what is still on its way, so that MPI can end in order."""
        self.look_after()
        for _ in self.news():
            pass


def number_of_ranks() -> int:
    """How many ranks were started; one where there is no mpiexec."""
    return int(MPI.COMM_WORLD.Get_size())


@contextmanager
def mpi_ranks() -> Iterator[MpiRanks | None]:
    """The other ranks as workers; in those themselves None, after their work is done.

    Works under ``python -m mpi4py.futures``, where only rank 0 comes here, and without it.
    """
    try:
        with MPICommExecutor(MPI.COMM_WORLD, 0, initializer=_prepare_rank) as executor:
            if executor is None:
                yield None
                return
            pool: Any = executor
            with MpiRanks(pool, pool.num_workers) as ranks:
                yield ranks
    except SystemExit as end:
        set_abort_status(end)  # or mpiexec would not hear of the exit code
        raise


def _received(about: int) -> Iterator[Any]:
    """What has come about a subject."""
    while MPI.COMM_WORLD.iprobe(MPI.ANY_SOURCE, about):
        yield MPI.COMM_WORLD.recv(None, MPI.ANY_SOURCE, about)


# ---- the worker's end ----------------------------------------------------------------------------


class _MpiChannel:
    """A rank's channel to rank 0."""

    def __init__(self) -> None:
        self._stopped = False
        self._on_their_way: list[MPI.Request] = []

    def tell(self, what: str, progress: Progress) -> None:
        """Send it without waiting for anybody to take it."""
        self._on_their_way = [message for message in self._on_their_way if not message.Test()]
        self._on_their_way.append(MPI.COMM_WORLD.isend((what, progress), 0, NEWS))

    def is_set(self) -> bool:
        """Whether rank 0 has asked to stop."""
        if not self._stopped and MPI.COMM_WORLD.iprobe(0, STOP):
            MPI.COMM_WORLD.recv(None, 0, STOP)
            self._stopped = True
        return self._stopped


def _prepare_rank() -> None:
    # mpiexec passes Ctrl-C on to all ranks; it is rank 0's to hear.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keep_for_the_answer()  # mpiexec joins the output of all ranks
    start_with(_MpiChannel(), None)
    MPI.COMM_WORLD.send((MPI.COMM_WORLD.Get_rank(), versions()), 0, VERSIONS)
