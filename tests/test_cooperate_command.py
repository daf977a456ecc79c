"""``reeplan cooperate`` from the command line: what it prints, writes, and says when something is out of reach."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

from reeplan.solve.executor import Executor
from reeplan.studies.cooperation.question import CoalitionQuestion
from solved import run_without_figures as run_command
from support import write_case, years
from test_cooperate_coalition import TWO

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any


@pytest.fixture
def two(tmp_path: Path) -> Path:
    return write_case(tmp_path / "two", years(2030, 2030), TWO)


def table(run: Path, name: str) -> list[dict[str, str]]:
    with (run / f"{name}.csv").open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def test_the_case_on_paper_through_worker_processes(two: Path, tmp_path: Path) -> None:
    """A bears -3.235 and its mine costs it 0.1: it receives 3.335; B bears 4.475 and pays 1.14 in the plan."""
    run = tmp_path / "run"
    result = run_command("cooperate", two, "--out", run, "--workers", 2, "--gap", 0, "--target", "none", "--json")
    assert result.exit_code == 0
    said = json.loads(result.stdout)
    assert said["status"] == "done"
    assert [tuple(one["partners"]) for one in said["coalitions"]] == [("A",), ("B",), ("A", "B")]
    assert [one["cost_musd"] for one in said["coalitions"]] == pytest.approx([0.06, 7.77, 1.24], rel=1e-6)
    assert said["gain_musd"] == pytest.approx(6.59, rel=1e-6)
    assert said["shapley"] == pytest.approx({"A": -3.235, "B": 4.475}, rel=1e-6)
    assert said["nucleolus"] == pytest.approx(said["shapley"])
    assert said["core"] is True
    assert said["side_payments_musd"] == pytest.approx({"A": -3.335, "B": 3.335}, rel=1e-6)
    assert json.loads((run / "manifest.json").read_text())["status"] == "done"
    assert [row["coalition"] for row in table(run, "coalitions")] == ["A", "B", "A + B"]
    assert sum(float(row["musd"]) for row in table(run, "pays")) == pytest.approx(1.24, rel=1e-6)
    assert (run / "inputs" / "suppliers.csv").exists()
    assert not list(tmp_path.glob(".*unfinished"))


def test_what_it_prints(two: Path, tmp_path: Path) -> None:
    result = run_command("cooperate", two, "--target", "none", "--out", tmp_path / "run")
    assert result.exit_code == 0
    said = " ".join(result.stdout.split())
    assert "Together the partners save 6.6 MUSD." in said
    assert "Nobody would pay less in a smaller group" in said
    assert "-3.3" in said.replace("\u2212", "-"), "the side payment that A receives"
    assert max(map(len, result.stdout.splitlines())) <= 100


def test_a_binding_part_of_a_shared_seller_is_reported_with_its_worth(two: Path, tmp_path: Path) -> None:
    """B alone buys its whole 70 t from X and lacks more: a tonne more saves 100000 - 10000 - 1000 USD."""
    run_command("cooperate", two, "--target", "none", "--out", tmp_path / "run")
    [row] = [row for row in table(tmp_path / "run", "ceilings") if row["coalition"] == "B" and row["window"] == "base"]
    assert float(row["limit_t"]) == pytest.approx(70)
    assert float(row["worth_usd_per_t"]) == pytest.approx(89000)


def test_a_target_that_one_cannot_reach_alone_is_reported_and_is_no_failure(two: Path, tmp_path: Path) -> None:
    result = run_command("cooperate", two, "--target", 0.4, "--out", tmp_path / "run")
    assert result.exit_code == 0
    said = " ".join(result.stdout.split())
    assert "B cannot reach the target alone: joining makes it possible." in said
    assert "B alone reaches 0.0 % at most." in said
    rows = {row["coalition"]: row for row in table(tmp_path / "run", "coalitions")}
    assert rows["B"]["status"] == "cannot reach the target"
    assert rows["B"]["cost_musd"] == rows["A + B"]["gain_musd"] == ""
    assert float(rows["A + B"]["cost_musd"]) == pytest.approx(1.24, rel=1e-6)


def test_a_target_that_all_together_cannot_reach(two: Path, tmp_path: Path) -> None:
    """100 t for 200: half is the most."""
    result = run_command("cooperate", two, "--target", 0.6, "--out", tmp_path / "run", "--json")
    assert result.exit_code == 3
    assert json.loads(result.stdout)["status"] == "infeasible"
    assert "at most" in (tmp_path / "run" / "infeasible.md").read_text(encoding="utf-8")


def test_along_the_front_every_level_has_every_coalition(two: Path, tmp_path: Path) -> None:
    """Together at most half of B's demand is served; B alone can keep nothing, so the deal is made at no target.

    A serves itself at every level, and costs the same at each.
    """
    run = tmp_path / "run"
    result = run_command("cooperate", two, "--points", 3, "--out", run, "--json")
    assert result.exit_code == 0
    said = json.loads(result.stdout)
    assert said["target"] == 0
    assert said["shapley"] == pytest.approx({"A": -3.235, "B": 4.475}, rel=1e-6)
    rows = table(run, "coalitions")
    levels = sorted({float(row["target"]) for row in rows})
    assert levels == pytest.approx(sorted(said["levels"]))
    assert len(rows) == 3 * len(levels)
    assert {round(float(row["cost_musd"]), 6) for row in rows if row["coalition"] == "A"} == {0.06}
    reached = {float(row["target"]): row["status"] for row in rows if row["coalition"] == "B"}
    assert reached == {level: "optimal" if level == 0 else "cannot reach the target" for level in levels}
    front = table(run, "front")
    together = {round(float(row["cost_musd"]), 6) for row in rows if row["coalition"] == "A + B"}
    assert together <= {round(float(row["cost_musd"]), 6) for row in front}


def test_it_is_a_run_like_any_other(two: Path, tmp_path: Path) -> None:
    """Its plans are checked from their files, and drawn again, as those of ``reeplan solve``."""
    run = tmp_path / "run"
    assert run_command("cooperate", two, "--points", 3, "--out", run).exit_code == 0
    assert run_command("verify", run).exit_code == 0
    assert run_command("report", run).exit_code == 0
    prints = json.loads((run / "manifest.json").read_text())["tables_sha256"]
    assert {"coalitions.csv", "allocation.csv", "pays.csv", "front.csv"} <= set(prints)


def stop_after(number: int, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ctrl-C after so many answers; what was asked of the solver is listed."""
    asked: list[str] = []
    ask = CoalitionQuestion.__call__

    def count(question: CoalitionQuestion, planner: Any, watch: Any) -> Any:
        answer = ask(question, planner, watch)
        asked.append(" + ".join(planner.case.partners))
        return answer

    monkeypatch.setattr(CoalitionQuestion, "__call__", count)
    monkeypatch.setattr(Executor, "interrupted", property(lambda executor: len(asked) >= number))
    return asked


def test_what_was_found_before_an_interrupt_is_kept_and_gone_on_from(
    two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    with monkeypatch.context() as patch:
        asked = stop_after(1, patch)
        result = run_command("cooperate", two, "--target", "none", "--out", run)
        assert result.exit_code == 130
        assert asked == ["A"]
    rows = {row["coalition"]: row for row in table(run, "coalitions")}
    assert float(rows["A + B"]["cost_musd"]) == pytest.approx(1.24, rel=1e-6)
    assert rows["B"]["status"] == "not solved"
    assert f"reeplan cooperate --resume {run}" in " ".join(result.stdout.split())

    assert "reeplan cooperate --resume" in run_command("solve", "--resume", run).stderr
    with monkeypatch.context() as patch:
        asked = stop_after(10, patch)
        assert run_command("cooperate", "--resume", run).exit_code == 0
        assert asked == ["B"]
    rows = {row["coalition"]: row for row in table(run, "coalitions")}
    assert float(rows["B"]["cost_musd"]) == pytest.approx(7.77, rel=1e-6)
    assert not (run / "journal").exists()


@pytest.mark.parametrize("partners", ["A        0", "\n".join(f"P{i}       0" for i in range(9))])
def test_one_partner_or_too_many_are_refused(two: Path, tmp_path: Path, partners: str) -> None:
    alone = write_case(tmp_path / "other", years(2030, 2030), TWO.replace("A        0\nB        0", partners))
    result = run_command("cooperate", alone, "--out", tmp_path / "run", "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["coalitions"] == []
    assert not (tmp_path / "run").exists()
