"""What the check declares not to recompute is all that it does not recompute.

Every numeric cell of runs of every command is falsified, the manifest made to repeat it, and the fingerprints left out,
as somebody would who wants it to pass: the check must see it, unless the cell is declared.
"""

from __future__ import annotations

import csv
import random
import shutil
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from falsified import Cell, Judged, cells_of, falsified, plans_are_read_once
from forging import forge
from reeplan.verify import verify_folder
from reeplan.verify.not_recomputed import KINDS
from solved import run_without_figures as run_command
from studies_support import TO_VERIFY
from support import write_case
from test_verify_cooperation import CLAUSES, SHORT_OF_GOODS, THIRD_PARTNER

if TYPE_CHECKING:
    from collections.abc import Callable

RUNS = ("small", "selling", *TO_VERIFY, "two", "three")


def declared(cell: Cell) -> bool:
    return any(cells.include(cell.table, cell.column, cell.cells) for kind in KINDS for cells in kind.cells)


@pytest.fixture(scope="session")
def run_of(
    small_run: Path,
    selling_run: Path,
    run_to_verify: Callable[[str], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], Path]:
    """A copy of a run of each kind, made when it is first asked for."""
    place = tmp_path_factory.mktemp("every_number")

    def made(name: str) -> Path:
        run = place / name
        if run.exists():
            return run
        if name == "small":
            shutil.copytree(small_run, run, ignore=shutil.ignore_patterns("figures", "report.html"))
            forge(run)  # as a run without them
            return run
        if name in TO_VERIFY:
            return Path(shutil.copytree(run_to_verify(name), run))
        if name == "selling":
            return Path(shutil.copytree(selling_run, run))
        case = write_case(place / f"case-{name}", SHORT_OF_GOODS, CLAUSES if name == "two" else THIRD_PARTNER)
        more = ["--points", 3, "--levers"] if name == "two" else ["--target", "none"]
        result = run_command("cooperate", case, "--out", run, "--workers", 1, "--regret", *more)
        assert result.exit_code == 0, result.output
        return run

    return made


def unseen(judged: Judged, tables: list[str], some: int | None, monkeypatch: pytest.MonkeyPatch) -> list[Cell]:
    """Cells that may be false without a word, and are not declared: of all, or of some of each column."""
    plans_are_read_once(monkeypatch)
    by_column: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    for cell in (cell for table in tables for cell in cells_of(judged.run, table)):
        by_column[cell.table, cell.column] += [] if declared(cell) else [cell]
    assert by_column
    missed = []
    for (_, column), cells in by_column.items():
        chosen = cells if some is None else random.Random(column).sample(cells, min(some, len(cells)))
        for cell in chosen:
            tried = cell.false if some is None else cell.false[:1]
            missed += [cell for false in tried if not judged.sees(cell, false)]
    return missed


def test_no_number_of_the_front_is_trusted_without_saying_so(
    run_of: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert unseen(Judged(run_of("small")), ["front.csv"], 1, monkeypatch) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", RUNS)
def test_no_number_is_trusted_without_saying_so(
    name: str, run_of: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = Judged(run_of(name))
    own = [table for table in judged.tables if name in ("small", "selling") or not table.startswith("plans/")]
    assert unseen(judged, own, None, monkeypatch) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", RUNS)
def test_a_false_number_with_every_digest_computed_again_is_seen(name: str, run_of: Callable[[str], Path]) -> None:
    """The whole check, as ``reeplan verify`` makes it: one number of every table."""
    run = run_of(name)
    assert verify_folder(run).holds
    for table in Judged(run).tables:
        cells = [cell for cell in cells_of(run, table) if not declared(cell) and cell.false != ["1"]]
        for cell in random.Random(table).sample(cells, min(1, len(cells))):
            with falsified(run, cell, cell.false[0]):
                forge(run)
                assert not verify_folder(run).holds, cell
            forge(run)


@pytest.mark.slow
def test_what_is_declared_is_there(run_of: Callable[[str], Path]) -> None:
    """No column is declared that no run has."""
    runs = [run_of(name) for name in RUNS]
    for cells in (cells for kind in KINDS for cells in kind.cells if cells.file.endswith(".csv")):
        files = [path for run in runs for path in run.glob(cells.file)]
        assert files, cells.file
        there = set().union(*(next(csv.reader(path.open(encoding="utf-8-sig"))) for path in files))
        assert set(cells.columns) <= there, cells
