"""The run folder: whole or not there at all, complete, and enough to solve the run again."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from reeplan.inputs.spec import TABLES
from reeplan.outputs.plan_tables import surplus
from reeplan.outputs.run_folder import written_whole
from reeplan.outputs.spec.plans import FRONT, IAMC, PLAN_TABLES
from solved import cheapest, planner_of, rows_of
from solved import run_command as run_with_figures
from solved import run_without_figures as run_command
from support import ONE_TOWN, PURE_ORE, write_case, years

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, encoding="utf-8-sig")


def points_of(run: Path) -> list[str]:
    return list(read(run / "front.csv")["point"])


# ---- whole or not at all ----------------------------------------------------------------------------


class BrokenError(Exception):
    pass


def test_a_failure_on_the_way_leaves_nothing(tmp_path: Path) -> None:
    def fails() -> None:
        with written_whole(tmp_path / "runs" / "one") as folder:
            (folder / "front.csv").write_text("half")
            raise BrokenError

    with pytest.raises(BrokenError):
        fails()
    assert list((tmp_path / "runs").iterdir()) == []


@pytest.mark.parametrize("failure", [BrokenError, KeyboardInterrupt])
def test_a_failure_before_anything_is_found_leaves_nothing(
    small_case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: type[BaseException]
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr("reeplan.api.solving.Planner", fails)
    result = run_command("solve", small_case, "--target", "none", "--out", tmp_path / "run")
    assert result.exit_code != 0
    assert list(tmp_path.iterdir()) == []


def test_a_figure_that_fails_does_not_cost_the_tables(
    small_case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise BrokenError("out of ink")

    monkeypatch.setattr("reeplan.api.solving.draw_figures", fails)
    result = run_with_figures("solve", small_case, "--target", "none", "--out", tmp_path / "run")
    assert result.exit_code == 0
    assert "out of ink" in result.stderr
    assert (tmp_path / "run" / "front.csv").exists()


def test_the_folder_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    place = tmp_path / "run"
    with written_whole(place) as folder:
        (folder / "a").write_text("a")
        assert not place.exists()
        assert folder.parent == tmp_path, "beside its place, so that moving it there is one step"
        assert folder.name.startswith("."), "hidden, so that nobody takes it for a run"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert (place / "a").read_text() == "a"


def test_a_run_that_is_gone_on_with_replaces_the_old_one_only_when_it_is_whole(tmp_path: Path) -> None:
    place = tmp_path / "run"
    place.mkdir()
    (place / "front.csv").write_text("old")

    def fails() -> None:
        with written_whole(place, replaces=True) as folder:
            (folder / "front.csv").write_text("half")
            raise BrokenError

    with pytest.raises(BrokenError):
        fails()
    assert (place / "front.csv").read_text() == "old"
    with written_whole(place, replaces=True) as folder:
        (folder / "front.csv").write_text("new")
    assert (place / "front.csv").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_folder_that_appears_meanwhile_is_not_touched(tmp_path: Path) -> None:
    place = tmp_path / "run"

    def somebody_else_writes() -> None:
        with written_whole(place) as folder:
            (folder / "front.csv").write_text("mine")
            place.mkdir()
            (place / "front.csv").write_text("somebody else's")

    with pytest.raises(OSError, match="has appeared meanwhile"):
        somebody_else_writes()
    assert (place / "front.csv").read_text() == "somebody else's"


def test_what_was_found_before_a_failure_is_kept_and_gone_on_with(
    small_case: Path, small_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that breaks off after its solves leaves them beside its place; going on gives the same front."""
    place = tmp_path / "run"

    def fails(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("reeplan.api.solving.write_plan", fails)
        assert run_command("solve", small_case, "--out", place, "--workers", 1).exit_code != 0
    assert not place.exists()
    [kept] = tmp_path.iterdir()
    assert kept.name.startswith("."), "nobody takes it for a run"
    refused = run_command("solve", small_case, "--out", place)
    assert refused.exit_code == 2
    assert "--resume" in refused.stderr
    assert run_command("solve", "--resume", place, "--workers", 1).exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    columns = [name for name in FRONT.names if name != "seconds"]
    pd.testing.assert_frame_equal(read(place / "front.csv")[columns], read(small_run / "front.csv")[columns])


def test_a_folder_that_exists_is_refused_and_untouched(small_case: Path, tmp_path: Path) -> None:
    place = tmp_path / "mine"
    place.mkdir()
    (place / "notes.txt").write_text("keep me")
    result = run_command("solve", small_case, "--out", place)
    assert result.exit_code == 2
    assert "exists already" in result.stderr
    assert [(path.name, path.read_text()) for path in place.iterdir()] == [("notes.txt", "keep me")]


# ---- what is in it -----------------------------------------------------------------------------------


def test_every_table_opens_and_has_its_columns(small_run: Path) -> None:
    front = read(small_run / "front.csv")
    assert [name for name in front if name in FRONT.names] == list(FRONT.names)
    assert len(front) > 1
    for point in front["point"]:
        plan = small_run / "plans" / point
        assert {path.stem for path in plan.glob("*.csv")} == {*PLAN_TABLES, IAMC.name}
        for table in PLAN_TABLES.values():
            assert list(read(plan / table.file).columns) == list(table.names), table.name
        assert list(read(plan / IAMC.file).columns) == [*IAMC.names, "2030", "2031", "2032"]
    for path in small_run.rglob("*.csv"):
        assert path.read_bytes().startswith(b"\xef\xbb\xbf"), "a spreadsheet tells UTF-8 by this mark"
        read(path)


def test_there_is_one_folder_of_tables_for_each_point(small_run: Path) -> None:
    assert sorted(path.name for path in (small_run / "plans").iterdir()) == sorted(points_of(small_run))


def test_the_front_is_in_order_and_nothing_on_it_is_dominated(small_run: Path) -> None:
    front = read(small_run / "front.csv")
    assert front["cost_musd"].is_monotonic_increasing
    assert front["cost_musd"].is_unique
    assert front["resilience"].is_monotonic_increasing
    assert front["resilience"].is_unique
    assert (front["bound_musd"] <= front["cost_musd"]).all()
    assert set(front["status"]) == {"optimal"}


def test_manifest(small_case: Path, small_run: Path) -> None:
    manifest = json.loads((small_run / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["case"] == small_case.as_posix()
    assert manifest["overlays"] == []
    assert manifest["inputs_sha256"] == {
        path.as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in small_case.glob("*.csv")
    }
    assert manifest["status"] == "done"
    assert {"reeplan", "python", "pyomo", "highspy"} <= set(manifest["versions"])
    assert manifest["workers"] == 1
    assert manifest["settings"]["front_points"] == 4
    front = read(small_run / "front.csv")
    assert [point["point"] for point in manifest["points"]] == list(front["point"])
    for point, row in zip(manifest["points"], front.itertuples(), strict=True):
        assert point["cost_musd"] == pytest.approx(row.cost_musd, rel=1e-9)
        assert point["bound_musd"] == pytest.approx(row.bound_musd, rel=1e-9)
        assert point["gap"] == pytest.approx(row.gap, abs=1e-9)
        assert point["seconds"] >= 0


def test_the_inputs_are_the_merged_tables(small_case: Path, tmp_path: Path) -> None:
    overlay = tmp_path / "costlier"
    overlay.mkdir()
    (overlay / "suppliers.csv").write_text(
        "supplier,material,year,region,price_usd_per_t,max_t_per_year\ntrader,Nd,2030,quay,51000,500\n"
    )
    run = tmp_path / "run"
    assert run_command("solve", small_case, "--with", overlay, "--target", "0.5", "--out", run).exit_code == 0
    assert {path.stem for path in (run / "inputs").glob("*.csv")} <= set(TABLES)
    prices = {row["material"]: row["price_usd_per_t"] for row in rows_of(run / "inputs", "suppliers")}
    assert prices == {"Nd": "51000", "Dy": "200000"}
    assert {"name": "resilience_target", "value": "0.5"}.items() <= next(
        row for row in rows_of(run / "inputs", "settings") if row["name"] == "resilience_target"
    ).items()


def test_the_inputs_of_a_run_give_the_run_again(small_run: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    assert run_command("solve", small_run / "inputs", "--out", again, "--workers", 1).exit_code == 0
    columns = [name for name in FRONT.names if name != "seconds"]
    pd.testing.assert_frame_equal(read(small_run / "front.csv")[columns], read(again / "front.csv")[columns])
    for name in (*PLAN_TABLES, IAMC.name):
        for point in points_of(small_run):
            old, new = (run / "plans" / point / f"{name}.csv" for run in (small_run, again))
            assert old.read_bytes() == new.read_bytes(), name


def test_the_solvers_own_log_is_kept(small_run: Path) -> None:
    assert "HiGHS" in (small_run / "solver.log").read_text(encoding="utf-8")


# ---- metrics -----------------------------------------------------------------------------------------


def test_the_worst_served_share_is_the_resilience(small_run: Path) -> None:
    front = read(small_run / "front.csv").set_index("point")
    for point in front.index:
        metrics = read(small_run / "plans" / point / "metrics.csv")
        served = metrics[metrics["metric"] == "served share by value"]
        assert len(served) == 4, "two partners, two windows"
        assert served["value"].min() == pytest.approx(front.loc[point, "resilience"], abs=1e-9)
        assert metrics.loc[metrics["metric"] == "resilience", "value"].item() == pytest.approx(
            front.loc[point, "resilience"], abs=1e-9
        )
        for partner, rows in served.groupby("partner"):
            worst = front.loc[point, f"worst_window_served_{partner}"]
            assert rows["value"].min() == pytest.approx(worst, abs=1e-9)


def test_shares_are_shares_and_days_are_days(small_run: Path) -> None:
    for point in points_of(small_run):
        metrics = read(small_run / "plans" / point / "metrics.csv")
        shares = metrics[metrics["unit"].str.startswith("fraction") | (metrics["unit"] == "0 to 1")]
        assert shares["value"].between(0, 1 + 1e-9).all()
        survive = metrics[metrics["metric"] == "time to survive"]
        assert survive["value"].between(0, 365).all()


SELLER_AND_WORKS = """
    regions
    region  country
    town    A
    quay    X

    plants
    plant  region  process  deposit  capacity_t_per_year
    works  town    refine   pit      70

    stockpiles
    region  material  initial_t  capacity_t
    town    Nd        5          5

    suppliers
    supplier  material  year  region  price_usd_per_t  max_t_per_year
    seller    Nd        2030  quay    1000             80
    seller    Nd        2031  quay    2000             80

    transport
    from_region  to_region  kind   usd_per_t
    quay         town       oxide  100

    demand
    region  material  year  t_per_year  shortage_usd_per_t
    town    Nd        2030  100         100000
    """


def test_what_is_lost_without_a_country_or_a_plant(tmp_path: Path) -> None:
    """100 t a year: works of 70 t, a seller of 80 t who is costlier in 2031, so that the 5 t in store stay there in
    2030.

    Without the seller's country the works run flat out and the store is emptied: 75 t served, a quarter lost.
    Without the works 80 t are bought and 5 t drawn: 15 % lost.
    """
    case = write_case(tmp_path / "case", ONE_TOWN, PURE_ORE, years(2030, 2031), SELLER_AND_WORKS)
    assert run_command("solve", case, "--target", "none", "--out", tmp_path / "run").exit_code == 0
    metrics = read(tmp_path / "run" / "plans" / "p01" / "metrics.csv")
    lost = metrics[metrics["metric"] == "loss without"]
    assert set(lost["year"]) == {2031}
    assert dict(zip(lost["subject"], lost["value"], strict=True)) == pytest.approx(
        {"country X": 0.25, "plant works": 0.15}, abs=1e-6
    )


def test_what_nobody_uses_is_listed_as_surplus(tmp_path: Path) -> None:
    """40 t of Nd come with 60 t of La that nobody asks for: the balance problem must show."""
    case = write_case(
        tmp_path / "case",
        ONE_TOWN + "La       light    2000\n",
        PURE_ORE.replace("deposit  Nd\npit      1", "deposit  Nd   La\npit      0.4  0.6"),
        years(2030, 2030),
        """
        plants
        plant  region  process  deposit  capacity_t_per_year
        works  town    refine   pit      100

        demand
        region  material  year  t_per_year  shortage_usd_per_t
        town    Nd        2030  40          100000
        """,
    )

    planner = planner_of(case)
    plan = cheapest(planner)
    assert plan is not None
    given_away = {row.material: row.t for row in surplus(planner, plan).itertuples()}
    assert given_away == pytest.approx({"La": 60})
