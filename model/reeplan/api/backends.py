"""Where a run has its points solved when it is not on this machine alone."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from reeplan.inputs.errors import UserInputError
from reeplan.solve.executor import UnusableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reeplan.api.request import Request
    from reeplan.solve.executor import Backend


@contextmanager
def machines_of(request: Request) -> Iterator[Backend | None]:
    """The workers that were asked for; None for those of this machine.

    Raises UserInputError where they cannot be had.
    """
    if request.dask is not None:
        with _dask_cluster(request.dask) as cluster:
            yield cluster
    elif request.mpi:
        with _mpi_ranks() as ranks:
            yield ranks
    else:
        yield None


def _dask_cluster(address: str) -> Backend:
    try:
        from reeplan.solve.executor.dask_cluster import DaskCluster
    except ModuleNotFoundError as missing:
        raise _lacking(missing, "--dask", "dask") from missing
    try:
        return DaskCluster(address)
    except UnusableError as unusable:
        raise UserInputError(unusable.message, unusable.hint) from unusable


@contextmanager
def _mpi_ranks() -> Iterator[Backend]:
    try:
        from reeplan.solve.executor.mpi_ranks import mpi_ranks, number_of_ranks
    except ModuleNotFoundError as missing:
        raise _lacking(missing, "--mpi", "mpi") from missing
    except (ImportError, RuntimeError) as trouble:  # mpi4py is there, the MPI library is not
        raise UserInputError(
            f"mpi4py finds no MPI on this machine ({str(trouble).splitlines()[0]}).",
            "load your system's MPI, or install one: pip install mpich",
        ) from trouble
    if number_of_ranks() == 1:
        raise UserInputError(
            "--mpi needs at least two ranks: one asks, the others solve.",
            "mpiexec -n 4 python -m mpi4py.futures -m reeplan solve CASE --mpi; if you did start several, "
            "mpiexec belongs to another MPI than the one that mpi4py uses.",
        )
    with mpi_ranks() as ranks:
        if ranks is None:  # a rank that has solved for the first one, which says what came out
            raise SystemExit(0)
        yield ranks


def _lacking(missing: ModuleNotFoundError, option: str, extra: str) -> UserInputError:
    return UserInputError(f"{option} needs the package '{missing.name}'.", f"pip install 'reeplan[{extra}]'")
