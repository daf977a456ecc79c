"""The check of a run folder: sound runs hold, and a run with any number changed by 1 % does not.

What 1 % cannot show from the tables' sense alone, listed honestly:

- ``metrics.csv``, metric ``loss without``: it asks what could be served if everything were decided anew, which
  only an optimisation can answer; the check sees that it lies between 0 and 1.
- ``prices.csv``: a price is checked where something is shipped, bought, sold, made, missing or left over that
  no other rule ties down; elsewhere (a place whose only activity is a stockpile, say) only that it is above 0.
- amounts below 1e-4 t: 1 % of them is less than what the tables leave out.

For these the fingerprints of all tables in ``manifest.json`` remain, which any change breaks; the check lists them
(``reeplan.verify.not_recomputed``). The tests of numbers below leave the fingerprints out: what they catch is caught by
recomputation.
"""

from __future__ import annotations

import ast
import contextlib
import json
import random
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import reeplan.verify
from forging import forge
from reeplan.outputs.spec.plans import FRONT, PLAN_TABLES
from reeplan.verify import Verdict, verify_run
from reeplan.verify.core.case import Checked
from reeplan.verify.core.files import read_table
from reeplan.verify.core.front import check_front
from reeplan.verify.core.inputs import read_inputs
from reeplan.verify.core.manifest import check_points
from reeplan.verify.core.plan import Plan, read_plan
from reeplan.verify.core.prices import check_prices
from reeplan.verify.core.verdict import Ledger
from reeplan.verify.core.vocabulary import SERVED
from reeplan.verify.run import TOPICS, check_plan
from solved import random_case
from solved import run_without_figures as run_command
from test_hand_cases import Run, runs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reeplan.outputs.spec import Output

SEEDS = (0, 2, 4, 5, 6, 7, 8, 9, 13, 14, 17, 21, 25, 29, 36)
MORE_SEEDS = range(61)
MEASURES = ("worst_case", "weakest_link", "expected", "cvar")
PACKAGE = Path(reeplan.verify.__file__).parent
ALLOWED = ("reeplan.verify", "reeplan.inputs.spec", "reeplan.outputs.spec")
OPTIMISER = (
    "pyomo", "highspy", "scipy", "reeplan.model", "reeplan.solve", "reeplan.outputs.plan_tables",
    "reeplan.outputs.metrics", "reeplan.outputs.losses", "reeplan.outputs.run_folder", "reeplan.outputs.iamc",
)  # fmt: skip


# ---- independence ----------------------------------------------------------------------------------


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            for name in node.names:
                yield f"{node.module}.{name.name}"


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.stem)
def test_nothing_of_the_optimiser_is_imported(path: Path) -> None:
    own = [name for name in imported(path) if name.split(".")[0] == "reeplan"]
    assert [name for name in own if not name.startswith(ALLOWED)] == []
    assert [name for name in imported(path) if name.startswith(OPTIMISER)] == []


def test_nothing_of_the_optimiser_is_loaded() -> None:
    code = "import sys, reeplan.verify; print('\\n'.join(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert [name for name in loaded if name.startswith(OPTIMISER)] == []


# ---- sound runs hold -------------------------------------------------------------------------------


def assert_holds(run: Path) -> Verdict:
    verdict = verify_run(run)
    assert verdict.holds, "\n".join(failure.message for failure in verdict.failures)
    assert max(verdict.worst.values()) < 1e-8
    return verdict


def possible() -> list[Run]:
    return [run for run in runs() if "infeasible" not in run.expected]


def one_of_each() -> list[Run]:
    """A run of each hand case."""
    return list({run.case: run for run in reversed(possible())}.values())


@pytest.mark.slow
@pytest.mark.parametrize("run", possible(), ids=lambda run: run.name)
def test_every_run_of_the_hand_cases_holds(run: Run, tmp_path: Path) -> None:
    check_hand_case(run, tmp_path)


@pytest.mark.parametrize("run", one_of_each(), ids=lambda run: run.name)
def test_hand_cases_hold(run: Run, tmp_path: Path) -> None:
    check_hand_case(run, tmp_path)


def check_hand_case(run: Run, tmp_path: Path) -> None:
    place = tmp_path / "run"
    options = {("--points" if name == "--front" else name): value for name, value in run.options.items()}
    words = [word.format(case=run.case) for option in options.items() for word in option]
    result = run_command("solve", run.case, "--out", place, "--workers", 1, *words)
    assert result.exit_code == 0, result.output
    assert_holds(place)


def check_seed(seed: int, place: Path, *options: object) -> None:
    """By one of the measures; those that weigh windows need a case with a probability."""
    with random_case(seed) as folder:
        for measure in (MEASURES[seed % 4], MEASURES[seed % 2]):
            run = place / measure
            result = run_command("solve", folder, "--out", run, "--workers", 1, "--measure", measure, *options)
            if result.exit_code in (0, 4):
                assert_holds(run)
                return


@pytest.mark.parametrize("seed", SEEDS)
def test_random_cases_hold(seed: int, tmp_path: Path) -> None:
    check_seed(seed, tmp_path, "--target", 0, "--time-limit", 5)


@pytest.mark.slow
@pytest.mark.parametrize("seed", MORE_SEEDS)
def test_fronts_of_many_random_cases_hold(seed: int, tmp_path: Path) -> None:
    check_seed(seed, tmp_path, "--points", 3, "--time-limit", 10)


def test_what_was_checked_is_counted(small_run: Path) -> None:
    verdict = assert_holds(small_run)
    for rule in ("balance", "capacity", "whole_modules", "room", "unmet", "cost_amount", "metric", "plan_cost",
                 "plan_resilience", "front_sorted", "manifest_same", "price_and_freight"):  # fmt: skip
        assert verdict.checked[rule] > 0, rule


# ---- damaged numbers -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sound:
    """One plan of a sound run, read once, to be damaged in memory."""

    run: Path
    point: str

    @cached_property
    def case(self) -> Checked:
        return Checked(read_inputs(self.run / "inputs", Ledger(Verdict())))

    @cached_property
    def front(self) -> pd.DataFrame:
        served = [f"{SERVED}{partner}" for partner in self.case.inputs.wacc]
        return read_table(self.run, FRONT, Ledger(Verdict()), served)

    @cached_property
    def plan(self) -> Plan:
        return read_plan(self.run / "plans" / self.point, self.case, Ledger(Verdict()))

    @property
    def row(self) -> Any:
        return self.front[self.front["point"] == self.point].iloc[0]

    def judged(self, name: str, table: pd.DataFrame) -> Verdict:
        """The verdict on the plan with this table instead; the first topic that is broken will do."""
        verdict = Verdict()
        ledger = Ledger(verdict, self.point)
        plan = Plan(self.case, {**self.plan.tables, name: table})
        for check in TOPICS.values():
            check(plan, ledger)
            if not verdict.holds:
                return verdict
        check_plan(plan, self.row, ledger)
        return verdict


def changed(output: Output, table: pd.DataFrame, position: int, column: str, share: float) -> pd.DataFrame:
    """The table with one number 1 % off; a year is the next one."""
    table = table.copy()
    old = table.loc[position, column]
    table.loc[position, column] = old + 1 if output.column(column).kind == "integer" else old * (1 + share)
    return table


def cells(name: str, table: pd.DataFrame) -> Iterator[tuple[int, str]]:
    """Every number above nothing whose sense can be checked (the docstring of this file lists what cannot)."""
    for column in PLAN_TABLES[name].numbers:
        rows = table[table[column].fillna(0.0) != 0]
        if name == "metrics":
            rows = rows[rows["metric"] != "loss without"]
        for position in rows.index:
            yield int(position), column


CHECKED_TABLES = tuple(name for name in PLAN_TABLES if name != "prices")


def assert_caught(sound: Sound, name: str, some: int | None) -> None:
    """Change numbers of a table, all or some of each column, up or down."""
    table = sound.plan[name]
    rng = random.Random(name)
    by_column: dict[str, list[int]] = {}
    for position, column in cells(name, table):
        by_column.setdefault(column, []).append(position)
    missed = []
    for column, positions in by_column.items():
        chosen = positions if some is None else rng.sample(positions, min(some, len(positions)))
        for position in chosen:
            for share in (0.01, -0.01) if some is None else (rng.choice((0.01, -0.01)),):
                verdict = sound.judged(name, changed(PLAN_TABLES[name], table, position, column, share))
                if verdict.holds:
                    missed.append((column, share, *table.loc[position]))
                assert all(failure.rule != "checkable" for failure in verdict.failures)
    assert missed == []


@pytest.fixture(scope="session")
def rich(small_run: Path) -> Sound:
    """The most resilient plan of the small case: it builds, ships, stores and falls short."""
    return Sound(small_run, sorted(path.name for path in (small_run / "plans").iterdir())[-1])


@pytest.fixture(scope="session")
def selling(selling_run: Path) -> Sound:
    """A plan of a random case with markets, so that something is sold."""
    sound = Sound(selling_run, "p01")
    assert len(sound.plan["sales"])
    assert len(sound.plan["surplus"])
    return sound


@pytest.mark.parametrize("name", CHECKED_TABLES)
def test_one_percent_is_caught(rich: Sound, name: str) -> None:
    assert_caught(rich, name, some=1)


@pytest.mark.parametrize("name", ["sales", "surplus"])
def test_one_percent_of_what_is_sold_or_left_is_caught(selling: Sound, name: str) -> None:
    assert_caught(selling, name, some=2)


@pytest.mark.slow
@pytest.mark.parametrize("name", CHECKED_TABLES)
def test_one_percent_of_every_number_is_caught(rich: Sound, name: str) -> None:
    assert_caught(rich, name, some=None)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sales", "surplus"])
def test_one_percent_of_all_that_is_sold_or_left_is_caught(selling: Sound, name: str) -> None:
    assert_caught(selling, name, some=None)


def test_one_percent_of_most_prices_is_caught(rich: Sound) -> None:
    """At least half of the prices of the plan are tied to what it does."""
    prices = rich.plan["prices"]
    caught = []
    for position in random.Random(0).sample(list(prices.index), min(20, len(prices))):
        verdict = Verdict()
        tables = {**rich.plan.tables, "prices": changed(PLAN_TABLES["prices"], prices, position, "usd_per_t", 0.01)}
        check_prices(Plan(rich.case, tables), Ledger(verdict))
        caught.append(not verdict.holds)
    assert sum(caught) >= len(caught) / 2


def front_verdict(sound: Sound, front: pd.DataFrame) -> Verdict:
    verdict = Verdict()
    ledger = Ledger(verdict)
    manifest = json.loads((sound.run / "manifest.json").read_text(encoding="utf-8"))
    check_front(front, ledger)
    check_points(manifest, front, ledger)
    if verdict.holds:
        for _, row in front.iterrows():
            if str(row["point"]) == sound.point:
                check_plan(sound.plan, row, Ledger(verdict, sound.point))
    return verdict


def test_one_percent_in_the_front_is_caught(rich: Sound) -> None:
    front = rich.front
    position = front.index[front["point"] == rich.point][0]
    numbers = [column for column in front.columns if column not in (*FRONT.key, *FRONT.texts)]
    assert front_verdict(rich, front).holds
    for column in numbers:
        if abs(front.loc[position, column]) < 1e-9 or FRONT.column(column).missing:
            continue
        verdict = front_verdict(rich, changed(FRONT, front, position, column, 0.01))
        assert [failure for failure in verdict.failures if failure.table == "front.csv"], column


# ---- damaged rows, names and files -----------------------------------------------------------------


@pytest.fixture(scope="session")
def one_plan(small_case: Path, small_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The most resilient plan of the small case, in a run of its own."""
    place = tmp_path_factory.mktemp("one_plan") / "run"
    most = pd.read_csv(small_run / "front.csv", encoding="utf-8-sig")["resilience"].iloc[-1]
    result = run_command("solve", small_case, "--out", place, "--workers", 1, "--target", f"{most - 0.0005:.3f}")
    assert result.exit_code == 0, result.output
    assert_holds(place)
    return place


@pytest.fixture
def damaged(one_plan: Path, tmp_path: Path) -> Path:
    """A copy of that run, to be damaged."""
    return Path(shutil.copytree(one_plan, tmp_path / "run"))


def plan_file(run: Path, name: str) -> Path:
    [folder] = (run / "plans").iterdir()
    return folder / f"{name}.csv"


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8-sig").splitlines()


def rewrite(path: Path, lines: list[str]) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")


def rules_broken(run: Path) -> set[str]:
    """The rules that do not hold, with fingerprints as they would be had the run been written so."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        forge(run)
    verdict = verify_run(run)
    for failure in verdict.failures:
        assert failure.message.endswith(".")
        assert "Traceback" not in failure.message
    return {failure.rule for failure in verdict.failures}


def middle(lines: list[str]) -> int:
    return 1 + (len(lines) - 1) // 2


@pytest.mark.parametrize("name", [name for name in CHECKED_TABLES if name not in ("sales", "surplus")])
def test_a_deleted_row_is_caught(rich: Sound, name: str) -> None:
    """Each of a few rows; a loss without something is left out, which no other table speaks of."""
    table = rich.plan[name]
    rows = table if name != "metrics" else table[table["metric"] != "loss without"]
    if name == "costs":
        rows = rows[rows["musd"].abs() > 1e-5]
    for position in random.Random(name).sample(list(rows.index), min(2, len(rows))):
        assert not rich.judged(name, table.drop(index=position).reset_index(drop=True)).holds


@pytest.mark.parametrize("name", ["builds", "flows", "prices", "metrics"])
def test_a_duplicated_row_is_caught(damaged: Path, name: str) -> None:
    path = plan_file(damaged, name)
    lines = lines_of(path)
    rewrite(path, [*lines, lines[middle(lines)]])
    assert "no_duplicates" in rules_broken(damaged)


@pytest.mark.parametrize(("name", "column"), [("builds", "partner"), ("flows", "to_region"), ("supply", "material"),
                                              ("operation", "t"), ("stock", "level_t"), ("costs", "item")])  # fmt: skip
def test_two_swapped_cells_are_caught(rich: Sound, name: str, column: str) -> None:
    table = rich.plan[name].copy()
    first = 0
    other = next(i for i in table.index if table.loc[i, column] != table.loc[first, column])
    a, b = table.loc[first, column], table.loc[other, column]
    table.loc[first, column], table.loc[other, column] = b, a
    assert not rich.judged(name, table).holds


@pytest.mark.parametrize("legs", [2, 3])
def test_goods_sent_round_hide_no_gap_in_a_balance(rich: Sound, legs: int) -> None:
    """Much of it there and back, or round three places, leaves every balance as it was; so does a tonne from nowhere
    not become small beside it.
    """
    flows, bought = rich.plan["flows"], rich.plan["supply"]
    row = bought.iloc[0]
    places = [row["region"], *sorted(set(rich.case.inputs["regions"]["region"]) - {row["region"]})][:legs]
    assert len(places) == legs
    lanes = pd.DataFrame({"from_region": places, "to_region": [*places[1:], places[0]]})
    round_trip = lanes.assign(window=row["window"], year=row["year"], material=row["material"], t=1e9)
    fixed = pd.concat([flows, round_trip]).groupby([*PLAN_TABLES["flows"].key], as_index=False)["t"].sum()
    short = bought.copy()
    short.loc[bought.index[0], "t"] -= 0.01 * row["t"]
    for supply, broken in ((bought, False), (short, True)):
        verdict = Verdict()
        plan = Plan(rich.case, {**rich.plan.tables, "flows": fixed, "supply": supply})
        TOPICS["operation"](plan, Ledger(verdict, rich.point))
        assert ("balance" in {failure.rule for failure in verdict.failures}) == broken


@pytest.mark.parametrize(("name", "old", "new"), [("builds", "works", "wroks"), ("operation", "works", "wroks"),
                                                  ("flows", "quay", "kuay"), ("supply", "trader", "tradre"),
                                                  ("shortage", "Nd", "Ndd"), ("stock", "base", "bsae"),
                                                  ("prices", "town", "twon"), ("costs", "trader", "tradre"),
                                                  ("capacity", "works", "wroks"),
                                                  ("metrics", "days", "dais")])  # fmt: skip
def test_an_unknown_name_is_caught(damaged: Path, name: str, old: str, new: str) -> None:
    path = plan_file(damaged, name)
    lines = lines_of(path)
    changed_at = next(i for i, line in enumerate(lines) if i and old in line)
    lines[changed_at] = lines[changed_at].replace(old, new, 1)
    rewrite(path, lines)
    assert rules_broken(damaged) & {"known_names", "cost_known", "metric_known", "metric_unit"}


@pytest.mark.parametrize("cell", ["", "many", "nan", "inf", "1,5", "1e999"])
def test_what_is_no_number_is_caught(damaged: Path, cell: str) -> None:
    path = plan_file(damaged, "operation")
    lines = lines_of(path)
    lines[1] = lines[1].rsplit(",", 1)[0] + f',"{cell}"'
    rewrite(path, lines)
    assert rules_broken(damaged) == {"number"}


def test_a_missing_table_is_caught(damaged: Path) -> None:
    plan_file(damaged, "flows").unlink()
    assert rules_broken(damaged) == {"readable"}


def test_a_missing_column_is_caught(damaged: Path) -> None:
    path = plan_file(damaged, "builds")
    rewrite(path, [line.rsplit(",", 1)[0] for line in lines_of(path)])
    assert rules_broken(damaged) == {"columns"}


def test_a_short_row_is_caught(damaged: Path) -> None:
    path = plan_file(damaged, "builds")
    lines = lines_of(path)
    rewrite(path, [*lines[:-1], lines[-1].rsplit(",", 1)[0]])
    assert rules_broken(damaged) == {"row_width"}


@pytest.mark.parametrize("content", [b"\xff\xfe\x00broken", b"", b'window,year\n"base'])
def test_an_unreadable_table_is_caught(damaged: Path, content: bytes) -> None:
    plan_file(damaged, "costs").write_bytes(content)
    assert rules_broken(damaged) in ({"readable"}, {"columns"})


def test_other_files_and_folders_are_caught(damaged: Path) -> None:
    plan_file(damaged, "costs").with_name("more.csv").write_text("a\n1\n", encoding="utf-8")
    (damaged / "plans" / "p99").mkdir()
    assert rules_broken(damaged) == {"no_other_files", "plan_folders"}


@pytest.mark.parametrize("content", [None, "{", "[]", '{"points": 1}'])
def test_a_broken_manifest_is_caught(damaged: Path, content: str | None) -> None:
    path = damaged / "manifest.json"
    path.unlink()
    if content is not None:
        path.write_text(content, encoding="utf-8")
    assert rules_broken(damaged) == {"manifest_readable"}


def test_a_missing_front_is_caught(damaged: Path) -> None:
    (damaged / "front.csv").unlink()
    assert rules_broken(damaged) == {"readable"}


@pytest.mark.parametrize("table", ["settings", "plants", "regions", "demand", "scenarios", "suppliers"])
def test_missing_inputs_are_caught(damaged: Path, table: str) -> None:
    (damaged / "inputs" / f"{table}.csv").unlink()
    assert rules_broken(damaged)


@pytest.mark.parametrize(("table", "column", "rule"), [
    ("plants", "module_musd", "builds_capital"), ("plants", "module_t_per_year", "builds_size"),
    ("suppliers", "price_usd_per_t", "supplier_price"), ("demand", "t_per_year", "demand"),
    ("demand", "shortage_usd_per_t", "lost_value"), ("processes", "opex_usd_per_t", "cost_amount"),
    ("baskets", "Dy", "balance"), ("transport", "usd_per_t", "cost_amount"), ("partners", "wacc", "cost_amount"),
    ("scenarios", "probability", "cost_weight"), ("stockpiles", "capacity_t", "stock_room"),
])  # fmt: skip
def test_other_inputs_are_caught(damaged: Path, table: str, column: str, rule: str) -> None:
    """One number of the inputs 1 % higher: the plan is no longer one of that case."""
    path = damaged / "inputs" / f"{table}.csv"
    cells_ = pd.read_csv(path, encoding="utf-8-sig", dtype=str, keep_default_na=False)
    cells_[column] = [str(float(cell) * 1.01) for cell in cells_[column]]
    cells_.to_csv(path, index=False, encoding="utf-8-sig")
    assert rule in rules_broken(damaged)


def test_a_changed_fingerprint_is_caught(small_run: Path, tmp_path: Path) -> None:
    """Any byte of any table, also where no rule speaks of it."""
    place = tmp_path / "run"
    shutil.copytree(small_run, place)
    path = next((place / "plans").glob("*/prices.csv"))
    path.write_bytes(path.read_bytes() + b"\n")
    assert "fingerprint" in {failure.rule for failure in verify_run(place).failures}


def test_edited_sources_are_a_note_and_no_failure(damaged: Path) -> None:
    path = damaged / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    name = next(iter(manifest["inputs_sha256"]))
    manifest["inputs_sha256"] = {name: "0" * 64, "gone.csv": "1" * 64}
    path.write_text(json.dumps(manifest), encoding="utf-8")
    forge(damaged)
    verdict = verify_run(damaged)
    assert verdict.holds
    assert any("Edited since" in note for note in verdict.notes)
    assert any("gone.csv" in note for note in verdict.notes)


def test_a_folder_that_is_no_run_fails_in_words(tmp_path: Path) -> None:
    verdict = verify_run(tmp_path / "nowhere")
    assert not verdict.holds
    assert all("no such file" in failure.message for failure in verdict.failures)
