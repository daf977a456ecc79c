"""The commands and their options. Everything heavy is imported when a command needs it."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reeplan import __version__
from reeplan.cli.exit_codes import BAD_INPUT, INTERRUPTED
from reeplan.cli.screen import width
from reeplan.endings import Status
from reeplan.interrupt import Interrupt
from reeplan.studies.registry import STUDIES

if TYPE_CHECKING:
    from reeplan.api.request import Extras, Request
    from reeplan.studies.base import Option, Study

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
AS_JSON, WORDS = "reeplan.as_json", "reeplan.words"
"""What click keeps for the commands: whether one object is to be printed, and the words of the command line."""


def _note_json(context: click.Context, _: click.Parameter, value: bool) -> bool:
    context.meta[AS_JSON] = value
    return value


JSON = click.option(
    "--json", "as_json", is_flag=True, callback=_note_json, help="Print one JSON object instead of text."
)


class Target(click.ParamType[object]):
    """A resilience between 0 and 1, or 'none' for the cheapest plan."""

    name = "share"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> object:
        """Read it, or say what is expected."""
        if isinstance(value, float) or value == "none":
            return value
        text = str(value)
        number = _number(text)
        if number is None or not 0 <= number <= 1:
            wrong = "is not a share between 0 and 1" if number is None else "is not between 0 and 1"
            self.fail(f"{text!r} {wrong}.{_meant(text)}", param, ctx)
        return number


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _meant(text: str) -> str:
    """The share that was meant: by a percentage, or by a number with a decimal comma."""
    number = _number(text.rstrip("% ").replace(",", "."))
    if number is None:
        return ""
    share = number / 100 if "%" in text or number > 1 else number
    return f" Did you mean {share:.12g}?" if 0 <= share <= 1 else ""


def _finite(_: click.Context, param: click.Parameter, value: float | None) -> float | None:
    """Refuse 'nan' and 'inf', which lie in no range and outside of none."""
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"{value} is not a number.", param=param)
    return value


def _all_finite(_: click.Context, param: click.Parameter, values: tuple[float, ...]) -> tuple[float, ...]:
    """The same for an option that may be repeated."""
    for value in values:
        _finite(_, param, value)
    return values


DATED = "<date>-<time>"
"""The end of a name that nobody gave."""

POINTS = click.option(
    "--points", type=click.IntRange(1, 1000), help="Resilience levels of the front, its ends included."
)


def _search(each: str, place: str) -> Callable[[Command], Command]:
    """The case and the options of every command that searches for plans, one ``each`` at a time; ``place`` is where."""
    options = (
        click.argument("case", type=click.Path(path_type=Path), required=False),
        WITH,
        click.option(
            "--target", type=Target(), help="Solve at this one resilience (or 'none') instead of along the front."
        ),
        click.option(
            "--measure",
            type=click.Choice(["worst_case", "weakest_link", "expected", "cvar"]),
            help="How resilience is measured.",
        ),
        click.option("--out", type=click.Path(path_type=Path), help=f"Run folder to write [{place}]."),
        click.option(
            "--workers",
            type=click.IntRange(1, 256),
            help=f"{each.capitalize()}s solved side by side [a large case: one per processor].",
        ),
        click.option(
            "--dask",
            metavar="ADDRESS",
            help=f"Solve {each}s on the workers of this Dask scheduler, such as tcp://192.168.1.10:8786.",
        ),
        click.option(
            "--mpi",
            is_flag=True,
            help=f"Solve {each}s on MPI ranks: mpiexec -n 4 python -m mpi4py.futures -m reeplan ...",
        ),
        click.option(
            "--gap",
            type=click.FloatRange(0, 1),
            callback=_finite,
            help=f"Relative gap at which a {each} counts as solved.",
        ),
        click.option(
            "--time-limit",
            type=click.FloatRange(0, min_open=True),
            callback=_finite,
            metavar="S",
            help=f"Time limit of each {each}, seconds.",
        ),
        click.option(
            "--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True, help="Seed of the solver."
        ),
        click.option(
            "--resume",
            type=click.Path(path_type=Path),
            metavar="RUN",
            help=f"Resume a run that was stopped; with --time-limit also with {each}s that ended at theirs.",
        ),
        STRICT,
        JSON,
    )

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


ACT_ON_RESUME = ("--resume", "--time-limit", "--workers", "--dask", "--mpi", "--json")
"""Options that do something for a run that is resumed; all others are taken from the run."""


def _given() -> list[str]:
    """The options that stand on the command line, whatever their value."""
    context = click.get_current_context()
    return [
        param.opts[0]
        for param in context.command.params
        if isinstance(param, click.Option)
        and context.get_parameter_source(param.name or "") is not click.core.ParameterSource.DEFAULT
    ]


def _request(command: str, case: Path | None, options: dict[str, Any], own: dict[str, Any]) -> Request:
    """What was asked for, once it makes sense; ``own`` are options of this command alone."""
    from reeplan.api.request import Request

    request = Request(case, command, **options, options=own, extras=_extras())
    if request.target is not None and request.points is not None:
        raise click.UsageError("--target solves one plan and --points a front: give one of them.")
    if (case is None) == (request.resume is None):
        raise click.UsageError("name the CASE to solve, or the run to resume: --resume RUN.")
    elsewhere = [name for name, given in (("--dask", request.dask), ("--mpi", request.mpi)) if given]
    if len(elsewhere) > 1 or (elsewhere and request.workers is not None):
        raise click.UsageError("--workers, --dask and --mpi each say who solves: give one of them.")
    if request.resume is not None and (idle := [name for name in _given() if name not in ACT_ON_RESUME]):
        raise click.UsageError(
            f"{' and '.join(idle)} {'has' if len(idle) == 1 else 'have'} no effect when resuming: the run keeps what "
            "it was started with. Leave this out, or solve the run's inputs as a new run."
        )
    return request


def _extras() -> Extras:
    """What is made beside tables: all, where whoever calls the command line from Python does not say otherwise."""
    from reeplan.api.request import Extras

    return click.get_current_context().find_object(Extras) or Extras()


@contextmanager
def _usage_errors_as_json(words: Sequence[str]) -> Iterator[None]:
    """A usage error is an answer too: where ``--json`` is among the words, one object, before click says it in text."""
    try:
        yield
    except click.UsageError as wrong:
        if "--json" in words:
            message = wrong.format_message()
            error = {"file": None, "line": None, "column": None, "message": message, "hint": None}
            said = {"run": None, "status": "bad input", "message": message, "errors": [error], "warnings": []}
            click.echo(json.dumps(said, ensure_ascii=False))
        raise


class _Command(click.Command):
    """A command whose one sentence in the list of commands is never cut: it takes as many lines as it needs."""

    def get_short_help_str(self, limit: int = 0) -> str:
        """The first sentence of its help, however narrow the screen is."""
        return super().get_short_help_str(1000)


class _Commands(click.Group):
    """All commands. What there is nothing to keep of yet is stopped at once by Ctrl-C."""

    command_class = _Command

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Help is as wide as everything else that is said."""
        words = list(args)  # click takes those away that it reads
        with _usage_errors_as_json(words):
            context = super().make_context(info_name, args, parent, **{"terminal_width": width(), **extra})
        context.meta[WORDS] = words
        return context

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a first Ctrl-C is answered at once, whatever is done."""
        try:
            with (
                Interrupt(at_once=True, answer=lambda: click.echo("Stopping.", err=True)),
                _usage_errors_as_json(ctx.meta[WORDS]),
            ):
                return super().invoke(ctx)
        except KeyboardInterrupt:
            message = f"'reeplan {ctx.invoked_subcommand or ''}' was stopped before it was done."
            click.echo(message, err=True)
            if ctx.meta.get(AS_JSON):
                click.echo(json.dumps({"status": Status.INTERRUPTED, "message": message}))
            sys.exit(INTERRUPTED)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="reeplan")
def reeplan() -> None:
    """Plan what to build together in rare earths: cost against resilience.

    A case is a folder of CSV files. Start with 'reeplan solve inputs/tutorial'.
    """


@reeplan.command("help", hidden=True)
@click.argument("command", required=False)
@click.pass_context
def help_(context: click.Context, command: str | None) -> None:
    """What the commands do, or what one COMMAND does and its options."""
    about = context.find_root()
    if command is not None:
        name, found, _ = reeplan.resolve_command(about, [command])  # suggests a name for one that is not there
        assert found is not None
        about = found.make_context(name, [], parent=about, resilient_parsing=True, terminal_width=width())
    click.echo(about.get_help())


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
@_search("point", f"runs/<case>-{DATED}")
@POINTS
def solve(case: Path | None, **options: Any) -> None:
    """Solve CASE: the front of cost against resilience, tables and figures in a run folder."""
    _solve("solve", case, options)


def _solve(command: str, case: Path | None, options: dict[str, Any], own: dict[str, Any] | None = None) -> None:
    from reeplan.cli.run import run_solve

    as_json = options.pop("as_json")
    sys.exit(run_solve(_request(command, case, options, own or {}), as_json=as_json))


# ---- studies --------------------------------------------------------------------------------------


def _add(study: Study) -> None:
    """Add the command of a study."""

    def command(case: Path | None, **options: Any) -> None:
        own = {option.name: _as_kept(options.pop(option.name), option) for option in study.options}
        if conflict := study.conflict(own):
            raise click.UsageError(conflict)
        _solve(study.command, case, options, own)

    for option in reversed(study.options):
        command = _option(option)(command)
    if not study.single:
        command = POINTS(command)
    place = f"runs/{study.command}-<case>-{DATED}"
    reeplan.command(study.command, help=study.about)(_search(study.unit.removesuffix("s"), place)(command))


def _option(option: Option) -> Callable[[Command], Command]:
    """An option of a study as click has it."""
    if option.kind is bool:
        return click.option(option.flag, option.name, is_flag=True, help=option.help)
    return click.option(
        option.flag,
        option.name,
        type=_type_of(option),
        multiple=option.repeatable,
        callback=_all_finite if option.kind is float else None,
        metavar=option.metavar,
        help=option.help,
    )


def _type_of(option: Option) -> Any:
    bounded = option.least is not None or option.most is not None
    if option.kind is int and bounded:
        return click.IntRange(option.least, option.most)  # type: ignore[arg-type]
    if option.kind is float:
        most, open_end = (option.most, False) if option.below is None else (option.below, True)
        return click.FloatRange(option.least, most, max_open=open_end)
    if option.kind is Path:
        return click.Path(path_type=Path)
    return int if option.kind is int else click.Choice(option.kind)  # type: ignore[arg-type]


def _as_kept(value: Any, option: Option) -> Any:
    """A value as the run keeps it: plain, and ``unset`` where the option was not given."""
    if option.repeatable:
        return [one.as_posix() if isinstance(one, Path) else one for one in value]
    return option.unset if value is None or value is False else value


for _study in STUDIES.values():
    _add(_study)


# ---- runs -----------------------------------------------------------------------------------------


@reeplan.command()
@click.argument("run", type=click.Path(path_type=Path))
@JSON
def verify(run: Path, as_json: bool) -> None:
    """Recompute RUN from its files alone, without the optimiser; say what does not hold, and what was not recomputed.

    RUN may also be a run folder that is packed: run.zip, or the folder in which it lies.
    """
    from reeplan.cli.verify import run_verify

    sys.exit(run_verify(run, as_json))


@reeplan.command()
@click.argument("run", type=click.Path(path_type=Path))
def report(run: Path) -> None:
    """Draw the figures and report.html of RUN again from its files; its tables stay as they are."""
    from reeplan.cli.report import run_report

    sys.exit(run_report(run, _extras()))


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
    from reeplan.inputs.describe import write_templates
    from reeplan.outputs.place_lock import PlaceTakenError, alone_at

    try:
        with alone_at(folder):
            write_templates(folder)
    except FileExistsError:
        click.echo(f"error   {folder} exists and is not empty; nothing was written.", err=True)
        sys.exit(BAD_INPUT)
    except PlaceTakenError as taken:
        click.echo(f"error   {taken.message}; nothing was written.", err=True)
        sys.exit(BAD_INPUT)
    except OSError as trouble:
        click.echo(f"error   {folder} could not be written: {trouble}.", err=True)
        sys.exit(BAD_INPUT)
    click.echo(f"{folder} now holds an empty case. README.md there says what each column means.")
