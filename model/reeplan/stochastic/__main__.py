"""``mpiexec -n 4 python -m reeplan.stochastic CASE``: bounds on the cost of one case, by several processes."""

from __future__ import annotations

import csv
import math
import os
import sys
import tempfile
import time
import traceback
from contextlib import chdir
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reeplan.cli.check import show_problems
from reeplan.cli.commands import WITH, Target
from reeplan.cli.exit_codes import BAD_INPUT, DONE, INFEASIBLE, STOPPED_AT_LIMIT
from reeplan.inputs.names import counted
from reeplan.standard_output import ERR, sent_to

if TYPE_CHECKING:
    from reeplan.inputs.rows import Tables
    from reeplan.model.case import Case
    from reeplan.solve.search_options import SearchOptions
    from reeplan.stochastic.bounds import Bounds
    from reeplan.stochastic.parts import Decided

FAILED = 1

MISSING = "This command needs the packages of the extra 'stochastic': pip install \"reeplan[stochastic]\""


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.argument("case", type=click.Path(path_type=Path))
@WITH
@click.option(
    "--target",
    type=Target(),
    metavar="SHARE|none",
    default=None,
    help="Resilience that every window has to keep.  [default: the case's resilience_target, else none]",
)
@click.option(
    "--bundle",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Windows solved together as one part.",
)
@click.option(
    "--gap",
    type=click.FloatRange(0, 1),
    help="Relative gap to which the whole decisions are proven.  [default: the case's mip_gap]",
)
@click.option("--time-limit", type=click.FloatRange(0), help="Seconds after which no further round begins.")
@click.option("--relax", is_flag=True, help="Let modules be divisible: a lower bound, in less time.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="CSV to write what the plan found decides to."
)
def main(
    case: Path,
    overlays: tuple[Path, ...],
    target: float | str | None,
    bundle: int,
    gap: float | None,
    time_limit: float | None,
    relax: bool,
    out: Path | None,
) -> None:
    """Bound the cost of the cheapest plan of CASE, solved in parts by the processes of mpiexec."""
    idle = [name for name, given in (("--gap", gap), ("--out", out)) if given is not None]
    if relax and idle:
        raise click.UsageError(f"{idle[0]} has no effect with --relax, which decides nothing whole: give one of them.")
    try:
        from mpi4py import MPI
    except ImportError as missing:
        raise click.ClickException(MISSING) from missing
    world = MPI.COMM_WORLD
    if world.rank > 0 or world.size > 1:
        _stop_all_if_one_fails()
    tables = _read(case, overlays, speak=world.rank == 0)
    if tables is None:
        sys.exit(BAD_INPUT)
    from reeplan.model.build_case import case_from_tables
    from reeplan.solve.search_options import SearchOptions

    loaded, search = case_from_tables(tables), SearchOptions.of(tables.settings)
    if target is None:
        target = search.target
    share = float(target) if target not in (None, "none") else 0.0
    if world.rank == 0:
        click.echo(
            f"{loaded.settings.title}: {counted(len(loaded.windows), 'window')}, {counted(bundle, 'window')} a part, "
            f"{counted(world.size, 'process', 'processes')}"
        )
    search = replace(search, target=share, gap=search.gap if gap is None else gap)
    found = _solve(loaded, search, bundle, math.inf if time_limit is None else time_limit, relax)
    if world.rank == 0:
        _say(found, relax)
        if out is not None and found.decided:
            _write(out, found.decided)
    sys.exit(DONE if math.isfinite(found.inner_musd) else STOPPED_AT_LIMIT)


def _read(case: Path, overlays: tuple[Path, ...], *, speak: bool) -> Tables | None:
    """The tables, or None where it cannot be solved; one process says why."""
    from reeplan.inputs.load import load_tables

    loaded = load_tables(case, overlays)
    if loaded.is_bad(strict=False):
        if speak:
            show_problems(loaded, strict=False)
        return None
    return loaded.tables


def _solve(case: Case, search: SearchOptions, bundle: int, time_limit: float, relax: bool) -> Bounds:
    from mpi4py import MPI

    with sent_to(ERR):  # what mpi-sppy and HiGHS say while they work is no part of the answer
        # mpi-sppy opens a log file of its own in the folder that it is imported in.
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as elsewhere, chdir(elsewhere):
            from reeplan.stochastic.bounds import NoPlanInPartsError, RoundLimits, bounds
        from reeplan.stochastic.parts import CoupledWindowsError, Parts

        try:
            parts = Parts(case, search.measure, search.target or 0.0, bundle)
            return bounds(parts, RoundLimits(search.gap, time_limit), relax=relax)
        except CoupledWindowsError as error:
            raise click.ClickException(f"{error}.") from error
        except NoPlanInPartsError:
            click.echo(f"No plan serves {search.target:.12g} of what is demanded in every window.", err=True)
            sys.stderr.flush()
            time.sleep(1.0)  # mpiexec passes the line on, and what it still holds when Abort is called may be lost
            # The other processes wait for this one.
            MPI.COMM_WORLD.Abort(INFEASIBLE)
            os._exit(INFEASIBLE)  # Abort may return before it has ended this process


def _say(found: Bounds, relax: bool) -> None:
    what = "with divisible modules, costs" if relax else "costs"
    click.echo(f"no plan {what} less than       {found.outer_musd:.6f} MUSD")
    if math.isfinite(found.inner_musd):
        click.echo(f"a plan that holds in every window costs {found.inner_musd:.6f} MUSD")
        click.echo(f"gap {found.gap_musd:.6f} MUSD, {counted(found.rounds, 'round')}, {found.seconds:.1f} s")
    else:
        click.echo(
            f"stopped at the time limit, before a plan was found that holds in every window: "
            f"{counted(found.rounds, 'round')}, {found.seconds:.1f} s"
        )


def _write(path: Path, decided: Decided) -> None:
    """What the plan decides: modules and sites by asset and year; the file appears whole, whoever else writes it."""
    modules = {one.index: number for one, number in decided.items() if one.variable == "built"}
    sites = {one.index: number for one, number in decided.items() if one.variable == "open"}
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with draft.open("w", newline="", encoding="utf-8-sig") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["asset", "year", "modules", "sites"])
        for asset, year in modules:
            new = modules[asset, year] - modules.get((asset, year - 1), 0)
            opened = sites.get((asset, year), 0)
            if new or opened:
                table.writerow([asset, year, round(new), round(opened)])
    os.replace(draft, path)


def _stop_all_if_one_fails() -> None:
    """An error in one process ends all: the others would wait for it for ever."""
    from mpi4py import MPI

    def stop(kind: type[BaseException], error: BaseException, trace: object) -> None:
        traceback.print_exception(error)
        sys.stderr.flush()
        MPI.COMM_WORLD.Abort(FAILED)

    sys.excepthook = stop


if __name__ == "__main__":
    main(prog_name="python -m reeplan.stochastic")
