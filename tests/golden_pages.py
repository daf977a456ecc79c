"""What users and their scripts rely on, as text: commands, exit codes, files, columns, numbers and figures.

``python tests/golden_pages.py`` writes the pages in ``tests/golden`` anew where a change is meant; the commit says why.
``tests/test_golden.py`` and ``tests/test_golden_figures.py`` hold the code to them.

Pages of numbers and of figures name in their first line what made them: another solver may choose another plan of the
same cost, and another drawing library draws otherwise.
"""

from __future__ import annotations

import contextlib
import csv
import difflib
import hashlib
import io
import json
import platform
import re
import shutil
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from click.testing import CliRunner

from reeplan.cli.commands import reeplan
from reeplan.present.figures.catalogue import draw_all
from reeplan.studies.registry import STUDIES
from solved import NO_FIGURES, add_rows, rows_of, run_without_figures, write_rows
from studies_support import TRIED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from click.testing import Result

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"
TUTORIAL = HERE.parent / "inputs" / "tutorial"

RUNS: dict[str, list[object]] = {
    "solve": ["--points", 3],
    **{command: tried.tutorial or tried.small for command, tried in TRIED.items()},
}
"""The front of the tutorial and its studies, with options under which each takes seconds."""

OF_NUMBERS = ("highspy", "numpy", "pandas", "pyomo", "scipy", "SALib")
"""What the digits of a table depend on."""

OF_FIGURES = (*OF_NUMBERS, "matplotlib", "pillow")
"""What the bytes of a figure depend on."""

OF_THE_DAY = ("seconds", "wall_time_s", "started", "written")
"""Columns and names whose values differ from one run to the next."""

OF_THE_FILES = ("sha256", "versions")
"""Endings of names that hold digests, which times have a part in, or versions."""

UNSAID = "…"
"""In place of such a value."""

RUN = "tutorial"
"""The name of every run's folder: its figures state it."""

SAID = "said.json"
"""What a command printed with ``--json``, beside its run."""

Table = list[list[str]]
Tables = dict[str, Table]
"""Tables and objects of a run by file, the first row with the names of the columns."""


# ---- commands ---------------------------------------------------------------------------------------


def help_page() -> str:
    """What every command says of itself, with its options."""
    lines = ["--help", *(f"{name} --help" for name in sorted(reeplan.commands))]
    return "\n\n".join(_call(line).stdout.rstrip() for line in lines) + "\n"


def _call(line: str) -> Result:
    """A command as in a shell that is a hundred characters wide; nothing is drawn."""
    return CliRunner(env={"COLUMNS": "100"}).invoke(reeplan, line.split(), obj=NO_FIGURES)


RIGHT = (
    "--version",
    "check tutorial",
    "check tutorial --json",
    "init empty",
    "verify run",
    "compare run twin --out compared",
    "report run",
)
"""Calls of which the exit code is kept."""

WRONG = (
    "",
    "slove tutorial",
    "solve",
    "solve tutorail",
    "solve tutorial --pionts 3",
    "solve tutorial --points 0",
    "solve tutorial --points 3 --target 0.5",
    "solve tutorial --target 50%",
    "solve tutorial --target 0,5",
    "solve tutorial --measure worst",
    "solve tutorial --workers 0",
    "solve tutorial --with nowhere",
    "solve tutorial --target none --out run",
    "solve tutorial --target 1 --out impossible --workers 1",
    "solve --resume run",
    "solve --resume nowhere",
    "solve odd --out refused",
    "check odd",
    "check odd --json",
    "init run",
    "cooperate tutorial --leaves 2027",
    "cooperate tutorial --regret --leaves 1999",
    "alternatives tutorial --slack -1",
    "sensitivity tutorial --samples 3",
    "futures tutorial --future nowhere",
    "compare run",
    "compare run tutorial",
    "report tutorial",
    "verify tutorial",
    "verify changed",
    "verify changed --json",
)
"""Calls of which also the words are kept."""


def calls_page(run: Path) -> str:
    """How typical calls end, right and wrong ones; ``run`` is a run of the tutorial."""
    with tempfile.TemporaryDirectory() as place, contextlib.chdir(place):
        _prepare(run)
        right = [f"{_call(line).exit_code}  reeplan {line}" for line in RIGHT]
        shutil.rmtree("run")
        shutil.copytree(run, "run")
        wrong = []
        for line in WRONG:
            result = _call(line)
            wrong += ["", f"{result.exit_code}  reeplan {line}".rstrip(), *_indented("out", result.stdout)]
            wrong += _indented("err", result.stderr)
        assert not Path("refused").exists()
    return "\n".join([*right, *wrong]) + "\n"


def _prepare(run: Path) -> None:
    """A case, one that is wrong, a run, and one of which a table was changed."""
    shutil.copytree(TUTORIAL, "tutorial")
    shutil.copytree(TUTORIAL, "odd")
    add_rows(Path("odd"), "demand", {"region": "jappan", "material": "magnet", "year": 2026, "t_per_year": "many"})
    shutil.copytree(run, "run")
    shutil.copytree(run, "twin")
    shutil.copytree(run, "changed")
    first, *rest = rows_of(Path("changed"), "front")
    write_rows(Path("changed"), "front", [first | {"cost_musd": "1"}, *rest])


def _indented(stream: str, text: str) -> list[str]:
    plain = re.sub(r"\b[0-9a-f]{64}\b|(?<=\bin )\d+(\.\d+)?(?= s\b)|(?<=HiGHS )[\d.]+\b", UNSAID, text)
    return [f"   {stream} | {line}".rstrip() for line in plain.splitlines()]


# ---- runs -------------------------------------------------------------------------------------------


def solve_tutorial(command: str, place: Path) -> Path:
    """Run the tutorial without its figures; the run folder, in ``place`` beside what the command said as JSON."""
    run = place / RUN
    result = run_without_figures(command, TUTORIAL, "--out", run, "--workers", 1, "--json", *RUNS[command])
    assert result.exit_code == 0, result.output
    (place / SAID).write_text(result.stdout, encoding="utf-8")
    return run


def files_page(places: Mapping[str, Path]) -> str:
    """Every file of the runs: a table with its columns and its kind of text, anything else by its name."""
    lines = []
    for command, place in places.items():
        lines.append(f"# {command}")
        lines += [f"{path.relative_to(place / RUN).as_posix()}{_columns(path)}" for path in files_of(place / RUN)]
        lines.append("")
    return "\n".join(lines)


def _columns(path: Path) -> str:
    if path.suffix != ".csv":
        return ""
    text = path.read_bytes()
    mark = "with" if text.startswith(b"\xef\xbb\xbf") else "without"
    ends = "CRLF" if b"\r\n" in text else "LF"
    return f" ({mark} byte order mark, {ends}): {', '.join(_read(path)[0])}"


def tables_of(place: Path) -> Tables:
    """Every table of a run and every object, with what the command said; without what differs from run to run."""
    found = {}
    for path in [place / SAID, *files_of(place / RUN)]:
        name = path.relative_to(place if path.name == SAID else place / RUN).as_posix()
        if path.suffix == ".csv":
            found[name] = _without_times(_read(path))
        elif path.suffix == ".json" and not name.startswith("figures/"):
            told = json.loads(path.read_text(encoding="utf-8"))
            found[name] = [["name", "value"], *(_plain(key, value, place) for key, value in _leaves(told))]
    return found


def files_of(folder: Path) -> list[Path]:
    """Every file in a folder, in the order of names."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _read(path: Path) -> Table:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.reader(file))


def _without_times(table: Table) -> Table:
    header, *rows = table
    kept = [name not in OF_THE_DAY for name in header]
    return [header, *([cell if keep else UNSAID for cell, keep in zip(row, kept, strict=True)] for row in rows)]


def _leaves(value: Any, name: str = "", unsaid: bool = False) -> Iterator[tuple[str, Any]]:
    """The values in an object with their names, such as ``points[0].cost_musd``."""
    parts: Iterable[tuple[str, str, Any]] = ()
    if isinstance(value, dict):
        parts = [(key, f"{name}.{key}".lstrip("."), part) for key, part in value.items()]
    elif isinstance(value, list):
        parts = [("", f"{name}[{number}]", part) for number, part in enumerate(value)]
    if not parts:
        yield name, UNSAID if unsaid else value
    for key, full, part in parts:
        yield from _leaves(part, full, unsaid or key in OF_THE_DAY or key.endswith(OF_THE_FILES))


def _plain(name: str, value: Any, place: Path) -> list[str]:
    """A name and its value as JSON, without where on this machine they are."""
    texts = (name, value if value == UNSAID else json.dumps(value, ensure_ascii=False))
    return [
        text.replace((place / RUN).as_posix(), "RUN").replace(TUTORIAL.as_posix(), "inputs/tutorial") for text in texts
    ]


# ---- pages of tables ----------------------------------------------------------------------------------


class Page(NamedTuple):
    """Tables as they are kept: what made them, and each with its file."""

    made_with: str
    tables: Tables


SAME, TITLE = "same as ", "## "


def named(command: str, tables: Tables) -> Tables:
    """Tables by the run that they belong to and their file."""
    return {f"{command} {name}": table for name, table in tables.items()}


def tables_page(made_with: str, tables: Tables, known: dict[str, str]) -> str:
    """Tables as text; those that stand in an earlier page, by their text in ``known``, are named."""
    lines = [made_with, ""]
    for name, table in tables.items():
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(table)
        body = text.getvalue()
        elsewhere = known.setdefault(body, name)
        lines += [f"{TITLE}{name}", f"{SAME}{elsewhere}\n" if elsewhere != name else body]
    return "\n".join(lines)


def read_tables(page: str, known: Tables) -> Page:
    """What ``tables_page`` wrote; ``known`` are the tables of the pages before, to which those of this are added."""
    made_with, *parts = page.split(f"\n{TITLE}")
    tables = {}
    for part in parts:
        name, body = part.rstrip("\n").split("\n", 1)
        table = known[body.removeprefix(SAME)] if body.startswith(SAME) else list(csv.reader(io.StringIO(body)))
        known[name] = tables[name] = table
    return Page(made_with.strip(), tables)


MOST_SHOWN = 40


def differences(kept: Tables, found: Tables) -> str:
    """Which files, rows and columns differ, in words; nothing if none does."""
    lines = [f"{name}: is not there any more" for name in kept if name not in found]
    lines += [f"{name}: is new" for name in found if name not in kept]
    for name in (name for name in kept if name in found):
        lines += [f"{name}: {line}" for line in _differences(kept[name], found[name])]
    rest = len(lines) - MOST_SHOWN
    return "\n".join(lines[:MOST_SHOWN] + ([f"and {rest} more"] if rest > 0 else []))


def _differences(kept: Table, found: Table) -> Iterator[str]:
    if kept[0] != found[0]:
        yield from (f"column {name}: is not there any more" for name in kept[0] if name not in found[0])
        yield from (f"column {name}: is new" for name in found[0] if name not in kept[0])
        if sorted(kept[0]) == sorted(found[0]):
            yield f"columns are in another order: {', '.join(found[0])}"
        return
    if len(kept) != len(found):
        yield f"had {len(kept) - 1} rows, has {len(found) - 1}"
        _, _, *changes = difflib.unified_diff([*map(",".join, kept)], [*map(",".join, found)], n=0, lineterm="")
        yield from (f"row lost: {line[1:]}" for line in changes if line.startswith("-"))
        yield from (f"row new: {line[1:]}" for line in changes if line.startswith("+"))
        return
    for number, (old, new) in enumerate(zip(kept[1:], found[1:], strict=True), 1):
        row = f"row {number} ({', '.join(cell for cell in new if cell and not _is_number(cell))[:60] or new[0]})"
        for column, was, now in zip(kept[0], old, new, strict=True):
            if was != now:
                yield f"{row}, {column}: was {was or 'empty'}, is {now or 'empty'}"


def _is_number(cell: str) -> bool:
    with contextlib.suppress(ValueError):
        return bool(str(float(cell)))
    return False


# ---- figures ------------------------------------------------------------------------------------------

DRAWN: dict[str, tuple[str, ...] | None] = {
    "solve": None,
    **{command: study.figures for command, study in STUDIES.items()},
    "sensitivity": ("built-in-futures", "tornado"),
}
"""The figures that are drawn of each run: all of the front, and a study's own."""


def draw(run: Path, command: str, place: Path) -> Path:
    """Draw figures of a copy of the run, in ``place``."""
    copied = Path(shutil.copytree(run, place / RUN))
    draw_all(copied, DRAWN[command], processes=1)
    return copied


def figures_of(run: Path) -> Tables:
    """The data of every figure, and the fingerprints of the pictures."""
    tables = {f"figures/{path.relative_to(run / 'figures').as_posix()}": _read(path)
              for path in files_of(run / "figures") if path.suffix == ".csv"}  # fmt: skip
    pictures = [path for path in files_of(run / "figures") if path.suffix in (".svg", ".png")]
    prints = [[path.relative_to(run).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()] for path in pictures]
    return {"pictures": [["file", "sha256"], *prints], **tables}


# ---- the pages as files -------------------------------------------------------------------------------


def made_with(packages: Iterable[str]) -> str:
    """The first line of a page: the machine and the versions of what made it."""
    return ", ".join([f"{platform.system()} {platform.machine()}", *(f"{name} {version(name)}" for name in packages)])


def kept_page(name: str) -> str:
    """A page as it is kept."""
    return (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def kept_tables(kind: str, command: str) -> Page:
    """The tables of a run as they are kept (``kind`` is ``tables`` or ``figures``)."""
    known: Tables = {}
    pages = {one: read_tables(kept_page(f"{kind}_{one}"), known) for one in RUNS}
    return pages[command]


def write_pages(place: Path) -> None:
    """Solve and draw all runs in ``place``, and write every page anew."""
    GOLDEN.mkdir(exist_ok=True)

    def write(name: str, page: str) -> None:
        (GOLDEN / f"{name}.txt").write_text(page, encoding="utf-8", newline="\n")

    places = {command: place / command for command in RUNS}
    write("help", help_page())
    runs = {}
    for command, folder in places.items():
        folder.mkdir()
        runs[command] = solve_tutorial(command, folder)
    write("calls", calls_page(runs["solve"]))
    write("files", files_page(places))
    _write_tables(write, "tables", OF_NUMBERS, {command: tables_of(folder) for command, folder in places.items()})
    drawn = {command: draw(run, command, place / f"{command}-drawn") for command, run in runs.items()}
    _write_tables(write, "figures", OF_FIGURES, {command: figures_of(run) for command, run in drawn.items()})


def _write_tables(
    write: Callable[[str, str], None], kind: str, packages: Iterable[str], tables: Mapping[str, Tables]
) -> None:
    known: dict[str, str] = {}
    for command, found in tables.items():
        write(f"{kind}_{command}", tables_page(made_with(packages), named(command, found), known))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        write_pages(Path(temporary))
    sys.stdout.write(f"{GOLDEN} is written anew: see what 'git diff' says of it\n")
