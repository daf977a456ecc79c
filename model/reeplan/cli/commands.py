"""The commands and their options. Everything heavy is imported when a command needs it."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from reeplan import __version__
from reeplan.cli.exits import BAD_INPUT

Command = Callable[..., None]

CASE = click.argument("case", type=click.Path(path_type=Path))
WITH = click.option(
    "--with",
    "overlays",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="OVERLAY",
    help="Folder with tables that replace or join the case's rows; repeatable, in this order.",
)
STRICT = click.option("--strict", is_flag=True, help="Treat warnings as errors.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")


class Target(click.ParamType[object]):
    """A resilience between 0 and 1, or 'none' for the cheapest plan."""

    name = "share"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> object:
        """Read it, or say what is expected."""
        if isinstance(value, float) or value == "none":
            return value
        text = str(value)
        try:
            share = float(text)
        except ValueError:
            hint = f" Write {text.rstrip('% ')} % as a share, for instance 0.95." if text.endswith("%") else ""
            self.fail(f"{text!r} is not a share between 0 and 1.{hint}", param, ctx)
        if not 0 <= share <= 1:
            hint = f" Did you mean {share / 100:g}?" if 1 < share <= 100 else ""
            self.fail(f"{text} is not between 0 and 1.{hint}", param, ctx)
        return share


def _finite(_: click.Context, param: click.Parameter, value: float | None) -> float | None:
    """Refuse 'nan' and 'inf', which lie in no range and outside of none."""
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"{value} is not a number.", param=param)
    return value


def _effort(each: str) -> Callable[[Command], Command]:
    """The options that say how hard the solver tries at each point, or each coalition."""
    gap = click.option(
        "--gap", type=click.FloatRange(0, 1), callback=_finite, help=f"Relative gap at which a {each} counts as solved."
    )
    time_limit = click.option(
        "--time-limit",
        type=click.FloatRange(0, min_open=True),
        callback=_finite,
        metavar="S",
        help=f"Time limit of each {each}, seconds.",
    )
    seed = click.option(
        "--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True, help="Seed of the solver."
    )
    return lambda command: gap(time_limit(seed(command)))


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="reeplan")
def reeplan() -> None:
    """Plan what to build together in rare earths: cost against resilience.

    A case is a folder of CSV files. Start with 'reeplan solve inputs/tutorial'.
    """


@reeplan.command()
@CASE
@WITH
@STRICT
@JSON
def check(case: Path, overlays: tuple[Path, ...], strict: bool, as_json: bool) -> None:
    """Check every table of CASE and report all errors and warnings at once."""
    from reeplan.cli.check import run_check

    sys.exit(run_check(case, overlays, strict, as_json))


@reeplan.command()
@click.argument("case", type=click.Path(path_type=Path), required=False)
@WITH
@click.option(
    "--target", type=Target(), help="Solve one plan that keeps this resilience (or 'none') instead of the front."
)
@click.option("--points", type=click.IntRange(1, 1000), help="Resilience levels of the front, its two ends included.")
@click.option(
    "--measure",
    type=click.Choice(["worst_case", "weakest_link", "expected", "cvar"]),
    help="How resilience is measured.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Run folder to write [runs/<case>-<date>-<time>].")
@click.option(
    "--workers", type=click.IntRange(1, 256), help="Points solved side by side [a large case: one per processor]."
)
@click.option(
    "--dask",
    metavar="ADDRESS",
    help="Solve points on the workers of this Dask scheduler, such as tcp://192.168.1.10:8786.",
)
@click.option(
    "--mpi", is_flag=True, help="Solve points on MPI ranks: mpiexec -n 4 python -m mpi4py.futures -m reeplan solve ..."
)
@_effort("point")
@click.option(
    "--resume",
    type=click.Path(path_type=Path),
    metavar="RUN",
    help="Go on with a run that was stopped; with --time-limit also with points that ended at theirs.",
)
@STRICT
@JSON
def solve(case: Path | None, **options: Any) -> None:
    """Solve CASE: the front of cost against resilience, tables and figures in a run folder."""
    from reeplan.cli.session import Request
    from reeplan.cli.solve import run_solve

    request = Request(case=case, **options)
    if request.target is not None and request.points is not None:
        raise click.UsageError("--target solves one plan and --points a front: give one of them.")
    if (case is None) == (request.resume is None):
        raise click.UsageError("name the CASE to solve, or the run to go on with: --resume RUN.")
    elsewhere = [name for name, given in (("--dask", request.dask), ("--mpi", request.mpi)) if given]
    if len(elsewhere) > 1 or (elsewhere and request.workers is not None):
        raise click.UsageError("--workers, --dask and --mpi each say who solves: give one of them.")
    kept_from_the_run = (request.overlays, request.target, request.points, request.measure, request.out, request.gap)
    if request.resume is not None and any(option not in (None, ()) for option in kept_from_the_run):
        raise click.UsageError("--resume takes the case and its options from the run: leave them out.")
    sys.exit(run_solve(request))


@reeplan.command()
@CASE
@WITH
@click.option(
    "--target",
    type=Target(),
    help="Resilience that every coalition must keep (or 'none') [the settings' resilience_target, else none].",
)
@click.option("--out", type=click.Path(path_type=Path), help="Run folder [runs/cooperate-<case>-<date>-<time>].")
@click.option("--workers", type=click.IntRange(1, 256), help="Coalitions solved side by side [one per processor].")
@_effort("coalition")
@STRICT
@JSON
def cooperate(case: Path, **options: Any) -> None:
    """What cooperation is worth in CASE: every coalition of partners at one target, who gains, who should pay whom."""
    from reeplan.cli.cooperate import run_cooperate
    from reeplan.cli.session import Request

    sys.exit(run_cooperate(Request(case=case, points=None, measure=None, resume=None, **options)))


@reeplan.command()
@click.argument("run", type=click.Path(path_type=Path))
@JSON
def verify(run: Path, as_json: bool) -> None:
    """Recompute every number of RUN from its files alone, without the optimiser, and say what does not hold."""
    from reeplan.cli.verify import run_verify

    sys.exit(run_verify(run, as_json))


@reeplan.command()
@click.argument("run", type=click.Path(path_type=Path))
def report(run: Path) -> None:
    """Draw the figures and report.html of RUN again from its files; its tables stay as they are."""
    from reeplan.cli.report import run_report

    sys.exit(run_report(run))


@reeplan.command()
@click.argument("runs", nargs=-1, metavar="RUN RUN...", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write [runs/compare-<date>-<time>].")
@JSON
def compare(runs: tuple[Path, ...], out: Path | None, as_json: bool) -> None:
    """Compare two or more runs: fronts, what is built, and every input and result that differs from the first."""
    from reeplan.cli.compare import run_compare

    sys.exit(run_compare(runs, out, as_json))


@reeplan.command()
@click.argument("folder", type=click.Path(path_type=Path))
def init(folder: Path) -> None:
    """Write an empty case to FOLDER: every table with its columns, and what each means."""
    from reeplan.tables.describe import write_templates

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        click.echo(f"error   {folder} exists and is not empty; nothing was written.", err=True)
        sys.exit(BAD_INPUT)
    write_templates(folder)
    click.echo(f"{folder} now holds an empty case. README.md there says what each column means.")
