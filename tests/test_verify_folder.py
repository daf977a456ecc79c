"""A run folder as a whole: no file of it can be another, more or gone, and what is no run is refused in a sentence.

Fingerprints are no secret. What somebody who computes them again still cannot say is tried below; what they can say
rests on fingerprints alone, and the check lists it.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from forging import forge, with_manifest
from reeplan.csv_files import write_table
from reeplan.outputs.fingerprints import sha256_of_results, write_sums
from reeplan.present.report import write_report
from reeplan.verify import Failure, not_recomputed, verify_folder
from reeplan.verify.describe import page_with_kinds
from reeplan.verify.not_recomputed import KINDS, files_of
from reeplan.verify.run import _check_plan as check_plan
from solved import run_command, run_without_figures
from support import write_case

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def plans_checked() -> None:
    """For tests that need the plans to be recomputed as well, which takes most of the time."""


@pytest.fixture(autouse=True)
def plans_left_out(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere only what is said of the run as a whole is checked."""
    if "plans_checked" not in request.fixturenames:
        monkeypatch.setattr("reeplan.verify.run._check_plan", lambda *_: None)


@pytest.fixture
def run(small_run: Path, tmp_path: Path) -> Path:
    """A copy of the small run, to be changed."""
    return Path(shutil.copytree(small_run, tmp_path / "run"))


def failures(run: Path) -> list[Failure]:
    return verify_folder(run).failures


def broken(run: Path, *points: str) -> set[tuple[str, str]]:
    """Rules that do not hold, with the file in which; some plans are recomputed as well."""

    def check_some(*arguments: Any) -> None:
        if arguments[-1].point in points:
            check_plan(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reeplan.verify.run._check_plan", check_some)
        return {(failure.rule, failure.table) for failure in failures(run)}


def add(run: Path, name: str, text: str = "x") -> None:
    with (run / name).open("a", encoding="utf-8") as file:
        file.write(text)


def front_of(run: Path) -> pd.DataFrame:
    return pd.read_csv(run / "front.csv", encoding="utf-8-sig", dtype={"point": str})


def write_front(run: Path, front: pd.DataFrame) -> None:
    """The front, and the same in the manifest."""
    write_table(front, run / "front.csv")
    rows = front.to_dict("records")

    def points(manifest: dict[str, Any]) -> None:
        names = manifest["points"][0]
        manifest["points"] = [{name: row[name] for name in names} for row in rows]

    with_manifest(run, points)


# ---- as it was written -------------------------------------------------------------------------------


@pytest.mark.usefixtures("plans_checked")
def test_a_run_as_it_was_written_holds_and_says_what_was_not_recomputed(small_run: Path) -> None:
    result = run_command("verify", small_run)
    assert result.exit_code == 0, result.output
    kinds = not_recomputed(files_of(small_run))
    assert f"{len(kinds)} kinds of numbers" in result.output
    for kind in kinds:
        assert f"{kind.what}: {kind.where(files_of(small_run))}" in " ".join(result.output.split())
    said = json.loads(run_command("verify", small_run, "--json").output)
    assert all(digest in result.output for digest in said["sha256"].values())
    assert said["sha256"]["results"] == sha256_of_results(small_run)
    assert [kind["what"] for kind in said["not_recomputed"]] == [kind.what for kind in kinds]
    proven = ["bound_musd", "gap", "gap_musd", "gap_target_musd", "target"]
    listed = [cells for kind in said["not_recomputed"] for cells in kind["cells"]]
    assert {"file": "front.csv", "columns": proven, "rows": {}} in listed


def test_solving_says_the_digests_that_the_page_states(small_case: Path, tmp_path: Path) -> None:
    result = run_without_figures("solve", small_case, "--out", tmp_path / "run", "--target", 0.4, "--workers", 1)
    assert result.exit_code == 0, result.output
    verdict = verify_folder(tmp_path / "run")
    assert verdict.holds, verdict.failures[:3]
    assert verdict.sha256["results"] in result.output
    assert verdict.sha256["folder"] in result.output
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert f'<meta name="reeplan-results-sha256" content="{verdict.sha256["results"]}">' in page
    assert f">{verdict.sha256['results']}</code>" in page


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="there is no sha256sum here")
def test_an_ordinary_tool_reads_the_list(small_run: Path) -> None:
    command = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    subprocess.run(command, cwd=small_run, check=True)
    listed = (small_run / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    files = [path for path in small_run.rglob("*") if path.is_file()]
    assert len(listed) == len(files) - 1


# ---- every file is bound -----------------------------------------------------------------------------

FILES = ("report.html", "solver.log", "verify.json", "manifest.json", "front.csv", "inputs/demand.csv",
         "figures/front.csv", "figures/front.png", "figures/front.svg", "figures/index.json",
         "plans/p01/prices.csv")  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_changed_file_is_reported(run: Path, name: str) -> None:
    add(run, name, " ")
    assert ("fingerprint", name) in broken(run)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_reported(run: Path, name: str) -> None:
    (run / name).unlink()
    assert ("fingerprint", name) in broken(run)
    assert run_command("verify", run).exit_code == 1


@pytest.mark.parametrize(
    "name", ["more.csv", "note.txt", "inputs/more.csv", "plans/p01/more.csv", "figures/more.png", "deep/in/it.csv"]
)
def test_a_file_more_is_reported(run: Path, name: str) -> None:
    (run / name).parent.mkdir(parents=True, exist_ok=True)
    add(run, name)
    assert ("fingerprint_listed", name) in broken(run)


@pytest.mark.parametrize(
    ("name", "rule"), [("front.csv", "fingerprint"), ("report.html", "fingerprint"), ("more.csv", "fingerprint_listed")]
)
def test_a_file_that_two_lists_are_against_is_one_failure(run: Path, name: str, rule: str) -> None:
    add(run, name)
    told = [failure for failure in failures(run) if failure.rule == rule]
    assert [failure.table for failure in told] == [name]


def test_a_file_that_one_list_was_changed_for_is_still_reported(run: Path) -> None:
    add(run, "front.csv", " ")
    write_sums(run)
    assert ("fingerprint", "front.csv") in broken(run)


def test_what_a_desktop_leaves_behind_is_none_of_the_run(run: Path) -> None:
    add(run, ".DS_Store")
    add(run, "figures/Thumbs.db")
    assert failures(run) == []


def test_fingerprints_that_are_not_there_are_broken(run: Path) -> None:
    with_manifest(run, lambda manifest: manifest.pop("tables_sha256"))
    assert ("fingerprint_listed", "manifest.json") in broken(run)
    with_manifest(run, lambda manifest: manifest.update(tables_sha256={}))
    assert ("fingerprint_listed", "front.csv") in broken(run)


def test_one_fingerprint_that_is_not_there_is_broken(run: Path) -> None:
    with_manifest(run, lambda manifest: manifest["tables_sha256"].pop("inputs/demand.csv"))
    assert ("fingerprint_listed", "inputs/demand.csv") in broken(run)


def test_a_list_without_a_line_or_with_a_strange_one_is_broken(run: Path) -> None:
    lines = (run / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.endswith("  report.html")]
    (run / "SHA256SUMS").write_text("\n".join([*kept, kept[0], "nothing", f"{'0' * 64}  ../x"]), encoding="utf-8")
    found = broken(run)
    assert {("fingerprint_listed", "report.html"), ("sums_readable", "SHA256SUMS"), ("fingerprint", "../x")} <= found


def test_no_list_is_broken(run: Path) -> None:
    (run / "SHA256SUMS").unlink()
    assert ("sums_there", "SHA256SUMS") in broken(run)


# ---- with every digest computed again ----------------------------------------------------------------


def another_page(run: Path) -> None:
    """The page of another run, which states the digest that it was made from."""
    text = (run / "report.html").read_text(encoding="utf-8")
    (run / "report.html").write_text(text.replace(sha256_of_results(run), "1" * 64), encoding="utf-8")


def a_page_without_digest(run: Path) -> None:
    (run / "report.html").write_text("<p>All is well.", encoding="utf-8")


def other_figures(run: Path) -> None:
    text = (run / "figures" / "index.json").read_text(encoding="utf-8")
    (run / "figures" / "index.json").write_text(text.replace(sha256_of_results(run), "2" * 64), encoding="utf-8")


def a_figure_less(run: Path) -> None:
    (run / "figures" / "front.csv").unlink()


def a_kind_verdict(run: Path) -> None:
    (run / "verify.json").write_text('{"holds": false, "checked": {}}', encoding="utf-8")


@pytest.mark.parametrize(
    ("edit", "rule"),
    [(another_page, "made_from"), (a_page_without_digest, "made_from"), (other_figures, "made_from"),
     (a_figure_less, "figures_there"), (a_kind_verdict, "verdict_same")],
)  # fmt: skip
def test_page_figures_and_verdict_belong_to_the_results(run: Path, edit: Callable[[Path], None], rule: str) -> None:
    edit(run)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("forging.sha256_of_results", lambda run: "0" * 64)  # what is stated stays as it is
        forge(run)
    assert rule in {name for name, _ in broken(run)}


def a_gap_called_optimal(run: Path) -> None:
    """A plan that is proven to within 1 MUSD, which is said to be what was asked for."""
    front = front_of(run)
    front["bound_musd"] = front["cost_musd"] - 1.0
    front["gap_musd"], front["gap"], front["gap_target_musd"] = 1.0, 1.0 / front["cost_musd"], 1.5
    front["not_distinguished_from_previous"] = ["no"] + ["yes"] * (len(front) - 1)
    bounds = dict(zip(front["point"], front["bound_musd"], strict=True))
    write_front(run, front)

    def levels(manifest: dict[str, Any]) -> None:
        for level in manifest["levels"]:
            level["bound_musd"] = bounds[level["point"]]

    with_manifest(run, levels)


def a_plan_left_out(run: Path) -> None:
    """An inner plan is gone from front, manifest and folder, and those after it have moved up."""
    front = front_of(run)
    left_out = 1
    names = list(front["point"])
    moved = dict(zip([*names[:left_out], *names[left_out + 1 :]], names, strict=False))
    shutil.rmtree(run / "plans" / names[left_out])
    for old, new in moved.items():
        if old == new:
            continue
        (run / "plans" / old).rename(run / "plans" / new)
        path = run / "plans" / new / "iamc.csv"
        path.write_text(path.read_text(encoding="utf-8-sig").replace(old, new), encoding="utf-8-sig")
    front = front.drop(index=left_out).reset_index(drop=True)
    front["point"] = front["point"].map(moved)
    write_front(run, front)

    def levels(manifest: dict[str, Any]) -> None:
        for level in manifest["levels"]:
            level["point"] = moved.get(level["point"], names[left_out])

    with_manifest(run, levels)


def a_plan_and_its_level_left_out(run: Path) -> None:
    target = front_of(run)["target"].iloc[1]
    a_plan_left_out(run)

    def levels(manifest: dict[str, Any]) -> None:
        manifest["levels"] = [level for level in manifest["levels"] if abs(level["resilience"] - target) > 1e-9]

    with_manifest(run, levels)


def a_name_left_out(run: Path) -> None:
    """The same without moving the others up."""
    front = front_of(run)
    shutil.rmtree(run / "plans" / front["point"].iloc[1])
    write_front(run, front.drop(index=1).reset_index(drop=True))


def losses_left_out(run: Path) -> None:
    for path in run.glob("plans/*/metrics.csv"):
        table = pd.read_csv(path, encoding="utf-8-sig", keep_default_na=False, dtype=str)
        write_table(table[table["metric"] != "loss without"], path)


def one_loss_left_out(run: Path) -> None:
    path = sorted(run.glob("plans/*/metrics.csv"))[-1]
    table = pd.read_csv(path, encoding="utf-8-sig", keep_default_na=False, dtype=str)
    losses = table.index[table["metric"] == "loss without"]
    write_table(table.drop(index=losses[0]), path)


def a_loss_more(run: Path) -> None:
    path = sorted(run.glob("plans/*/metrics.csv"))[0]
    table = pd.read_csv(path, encoding="utf-8-sig", keep_default_na=False, dtype=str)
    row = table[table["metric"] == "loss without"].iloc[[0]].assign(subject="country A")
    write_table(pd.concat([table, row]), path)


def manifest_with(**changes: Any) -> Callable[[Path], None]:
    return lambda run: with_manifest(run, lambda manifest: manifest.update(changes))


def manifest_without(name: str) -> Callable[[Path], None]:
    return lambda run: with_manifest(run, lambda manifest: manifest.pop(name))


def status_of_a_plan(run: Path) -> None:
    write_front(run, front_of(run).assign(status="gap not reached"))


def another_version(run: Path) -> None:
    with_manifest(run, lambda manifest: manifest["versions"].update(reeplan="9.9"))


def another_target(run: Path) -> None:
    front = front_of(run)
    front.loc[1, "target"] -= 0.01
    write_front(run, front)


CHECKED = {"loss_without_listed": ("p01", "p04"), "exchange_model": ("p01",)}
"""Plans that are recomputed where a rule is about them."""

FORGERIES: list[tuple[Callable[[Path], None], str]] = [
    (a_gap_called_optimal, "gap_target"), (a_plan_left_out, "level_settled"),
    (a_plan_and_its_level_left_out, "levels_enough"), (a_name_left_out, "point_names"),
    (losses_left_out, "loss_without_listed"), (one_loss_left_out, "loss_without_listed"),
    (a_loss_more, "loss_without_listed"), (status_of_a_plan, "status"), (another_version, "exchange_model"),
    (another_target, "level_of_target"), (manifest_with(status="infeasible"), "no_plan"),
    (manifest_with(status="well done"), "manifest_status"), (manifest_with(status="unfinished"), "manifest_status"),
    (manifest_with(levels=[]), "levels_there"), (manifest_without("levels"), "levels_there"),
    (manifest_with(single=True), "levels_spaced"), (manifest_without("seed"), "manifest_whole"),
    (manifest_with(seed="0"), "manifest_whole"), (manifest_with(versions={}), "manifest_whole"),
    (manifest_without("highest_resilience_bound"), "highest_proven"),
    (manifest_with(highest_resilience_bound=2.0), "highest_proven"),
    (manifest_with(targets_out_of_reach=[0.1]), "out_of_reach"), (manifest_without("settings"), "manifest_settings"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "rule"), FORGERIES, ids=[f"{rule}-{i}" for i, (_, rule) in enumerate(FORGERIES)])
def test_a_falsehood_that_contradicts_the_run_is_seen(run: Path, edit: Callable[[Path], None], rule: str) -> None:
    edit(run)
    forge(run)
    assert rule in {name for name, _ in broken(run, *CHECKED.get(rule, ()))}


@pytest.mark.usefixtures("plans_checked")
def test_what_nothing_contradicts_is_listed(run: Path) -> None:
    """All bounds raised to the costs: the check cannot see it, and says that it cannot."""
    front = front_of(run)
    front["bound_musd"], front["gap_musd"], front["gap"] = front["cost_musd"], 0.0, 0.0
    costs = dict(zip(front["point"], front["cost_musd"], strict=True))
    write_front(run, front)

    def as_if_proven(manifest: dict[str, Any]) -> None:
        manifest["seed"] = 7
        for level in manifest["levels"]:
            level["bound_musd"] = costs[level["point"]]

    with_manifest(run, as_if_proven)
    forge(run)
    assert failures(run) == []
    listed = [cells for kind in not_recomputed(files_of(run)) for cells in kind.cells]
    for file, column in (("front.csv", "bound_musd"), ("front.csv", "gap_musd"), ("front.csv", "gap"),
                         ("manifest.json", "levels"), ("manifest.json", "seed")):  # fmt: skip
        assert any(cells.include(file, column, {}) for cells in listed), column


# ---- drawn again ---------------------------------------------------------------------------------------


def test_drawing_again_vouches_for_what_it_draws_alone(run: Path) -> None:
    add(run, "solver.log")
    (run / "report.html").write_text("another page", encoding="utf-8")
    assert run_without_figures("report", run).exit_code == 0
    assert broken(run) == {("fingerprint", "solver.log")}


def test_drawing_an_edited_run_says_so(run: Path) -> None:
    front = front_of(run)
    front.loc[0, "capital_musd"] += 1.0
    write_table(front, run / "front.csv")
    result = run_without_figures("report", run)
    assert result.exit_code == 0
    assert "are not those that the run wrote, and the page says so: front.csv" in result.stderr
    assert "do not use this page" in (run / "report.html").read_text(encoding="utf-8")
    assert {("fingerprint", "front.csv"), ("headline", "front.csv")} <= broken(run, "p01")


def test_a_page_of_a_run_without_fingerprints_says_so(run: Path) -> None:
    with_manifest(run, lambda manifest: manifest.pop("tables_sha256"))
    write_report(run)
    assert "do not use this page" in (run / "report.html").read_text(encoding="utf-8")


# ---- a case without a plan -----------------------------------------------------------------------------

NO_PLAN = """
    settings
    name               value
    first_year         2030
    last_year          2030
    discount_rate      0
    resilience_target  0.9

    partners
    partner  wacc
    A        0

    regions
    region  country
    town    A
    quay    X

    elements
    element  circuit  reference_usd_per_t
    Nd       light    40000

    suppliers
    supplier  region  material  year  max_t_per_year  price_usd_per_t
    trader    quay    Nd        2030  50              40000

    transport
    from_region  to_region  kind  usd_per_t
    quay         town       all   100

    demand
    region  material  year  t_per_year  shortage_usd_per_t
    town    Nd        2030  100         90000

    scenarios
    scenario  starts  years  probability
    calm      2030    1      0.1
    """


def test_a_run_without_a_plan_is_bound_too(tmp_path: Path) -> None:
    run = tmp_path / "run"
    solved = run_command("solve", write_case(tmp_path / "case", NO_PLAN), "--out", run, "--target", 0.9)
    assert solved.exit_code == 3, solved.output
    assert sha256_of_results(run) in solved.stderr
    result = run_command("verify", run)
    assert result.exit_code == 0, result.output
    assert "the reasons why there is no plan: infeasible.md" in result.output
    add(run, "infeasible.md")
    assert broken(run) == {("fingerprint", "infeasible.md")}
    (run / "infeasible.md").unlink()
    forge(run)
    assert broken(run) == {("no_plan", "infeasible.md")}


# ---- what is no run ------------------------------------------------------------------------------------


def a_comparison(place: Path, run: Path) -> Path:
    (place / "compared").mkdir()
    (place / "compared" / "compare.html").write_text("", encoding="utf-8")
    return place / "compared"


def a_case(place: Path, run: Path) -> Path:
    return Path(shutil.copytree(run / "inputs", place / "case"))


def an_unfinished_run(place: Path, run: Path) -> Path:
    shutil.copytree(run, place / ".mine.unfinished", ignore=shutil.ignore_patterns("figures", "plans"))
    with_manifest(place / ".mine.unfinished", lambda manifest: manifest.update(status="unfinished"))
    return place / "mine"


def an_unfinished_run_by_its_folder(place: Path, run: Path) -> Path:
    return an_unfinished_run(place, run).with_name(".mine.unfinished")


def an_empty_folder(place: Path, run: Path) -> Path:
    (place / "empty").mkdir()
    return place / "empty"


def a_file(place: Path, run: Path) -> Path:
    (place / "notes.txt").write_text("notes", encoding="utf-8")
    return place / "notes.txt"


def a_broken_zip(place: Path, run: Path) -> Path:
    (place / "packed").mkdir()
    (place / "packed" / "run.zip").write_bytes(b"PK\x03\x04 and no more")
    return place / "packed"


@pytest.mark.parametrize(
    ("folder", "says"),
    [
        (lambda place, run: place / "nowhere", "there is no run folder"),
        (a_comparison, "is a comparison: verify each of the runs that it compares"),
        (a_case, "is a case, not a run"),
        (an_unfinished_run, "is not finished: there is nothing to check yet"),
        (an_unfinished_run_by_its_folder, "is not finished: there is nothing to check yet"),
        (an_empty_folder, "is no run folder: it has no manifest.json"),
        (a_file, "notes.txt cannot be unpacked"),
        (a_broken_zip, "run.zip cannot be unpacked"),
    ],
)
def test_what_is_no_run_is_refused_in_a_sentence(
    folder: Callable[[Path, Path], Path], says: str, small_run: Path, tmp_path: Path
) -> None:
    place = folder(tmp_path, small_run)
    result = run_command("verify", place)
    assert result.exit_code == 2
    assert says in result.stderr
    assert len(result.output.splitlines()) == 1
    said = json.loads(run_command("verify", place, "--json").stdout)
    assert not said["holds"]
    assert says in said["message"]


# ---- a run that is packed ------------------------------------------------------------------------------


def pack(run: Path, file: Path, below: str = "") -> Path:
    file.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(file, "w") as archive:
        for path in run.rglob("*"):
            if path.is_file():
                archive.write(path, f"{below}{path.relative_to(run).as_posix()}")
    return file


def test_a_packed_run_is_checked_as_it_is(small_run: Path, tmp_path: Path) -> None:
    """Named by the folder in which it lies, or itself; packed with its folder or without."""
    packed = pack(small_run, tmp_path / "packed" / "run.zip")
    shutil.copy(small_run / "front.csv", tmp_path / "packed")
    add(tmp_path / "packed", "README.md")
    result = run_command("verify", packed.parent)
    assert result.exit_code == 0, result.output
    assert "1 file beside it is not part of it" in result.output
    assert run_command("verify", pack(small_run, tmp_path / "other" / "mine.zip", "mine/")).exit_code == 0
    add(tmp_path / "packed", "front.csv")
    result = run_command("verify", packed.parent)
    assert result.exit_code == 1
    assert "front.csv: a file beside run.zip must be the one that is packed" in result.stderr


def test_a_packed_run_that_is_false_is_seen(run: Path, tmp_path: Path) -> None:
    add(run, "plans/p01/builds.csv")
    result = run_command("verify", pack(run, tmp_path / "packed" / "run.zip").parent)
    assert result.exit_code == 1
    assert "plans/p01/builds.csv" in result.stderr


# ---- the documents -------------------------------------------------------------------------------------


def test_the_documents_list_what_is_not_recomputed() -> None:
    """If this fails: ``python -m reeplan.verify.describe docs/TRUST.md``."""
    root = Path(__file__).parents[1]
    text = (root / "docs" / "TRUST.md").read_text(encoding="utf-8")
    assert KINDS[-1].row() in text
    assert page_with_kinds(text) == text
    readme = " ".join((root / "README.md").read_text(encoding="utf-8").split())
    assert not re.search(r"recomputes? every number", readme)
    assert "(docs/TRUST.md#what-the-check-does-not-recompute)" in readme
