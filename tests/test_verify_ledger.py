"""How the check enters what does not hold: which row, which column, what was due, and how much was judged."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from reeplan.outputs.spec.output import musd, number, output, share, text, yes_no
from reeplan.verify.core.tolerances import Allowance
from reeplan.verify.core.verdict import LISTED, Ledger, Rule, Verdict

CROPS = output(
    "crops", "What grows.", "field plot",
    text("field plot"), musd("worth_musd"), share("shade"), number("amount", "see `unit`"), text("unit"),
    yes_no("ripe"), number("rain_<month>", "mm"),
)  # fmt: skip
RULE = Rule("right", "it must be right")
CLOSE = Allowance(1e-6, 1e-6)
ROWS = pd.DataFrame(
    {
        "worth_musd": [1.0, 2.0, np.nan], "field": ["north", "north", "south"], "plot": [1.0, 2.0, 1.0], "shade": 0.5,
        "amount": [3.0, 4.0, 5.0], "unit": ["t", "t/yr", "t"], "ripe": ["yes", "no", ""], "rain_May": 7.0,
        "due": [1.0, 3.0, np.nan],
    }
)  # fmt: skip


@pytest.fixture
def verdict() -> Verdict:
    return Verdict()


def messages(verdict: Verdict) -> list[str]:
    return [failure.message for failure in verdict.failures]


def test_a_failure_names_its_row_and_column_and_what_is_due(verdict: Verdict) -> None:
    on = Ledger(verdict, "p01").on(CROPS)
    on.equal(RULE, ROWS.head(2), "due", "worth_musd", allow=CLOSE)
    place = "plan p01 · crops.csv · field north, plot 2"
    assert messages(verdict) == [f"{place}, column worth_musd: it must be right; expected 3 MUSD, found 2 MUSD."]
    [failure] = verdict.failures
    assert (failure.where, failure.unit, failure.off_by) == ("field north, plot 2, column worth_musd", "MUSD", 1.0)
    assert verdict.checked == {"right": 2}


@pytest.mark.parametrize(
    ("found", "unit", "said"), [("shade", "fraction", "0.5"), ("amount", "t", "3 t"), ("rain_May", "mm", "7 mm")]
)
def test_the_unit_is_that_of_the_column(found: str, unit: str, said: str, verdict: Verdict) -> None:
    Ledger(verdict).on(CROPS).at_most(RULE, ROWS.head(1), 0.0, found, allow=CLOSE)
    assert verdict.failures[0].unit == unit
    assert messages(verdict)[0].endswith(f", found {said}.")


def test_what_has_no_column_is_named_by_what_it_has(verdict: Verdict) -> None:
    on = Ledger(verdict).on(CROPS, "season")
    on.equal(RULE, pd.DataFrame({"season": ["dry"], "field": "north", "sum": 2.0}), 1.0, "sum", allow=CLOSE, unit="t")
    on.equal(RULE, {"part": "all"}, 1.0, 2.0, allow=CLOSE)
    assert [failure.where for failure in verdict.failures] == ["field north, season dry", "part all"]


def test_only_the_rows_that_are_meant_are_judged(verdict: Verdict) -> None:
    on = Ledger(verdict).on(CROPS)
    on.between(RULE, ROWS, 0.0, 1.5, "worth_musd", allow=CLOSE, only=ROWS["worth_musd"].notna())
    assert verdict.checked == {"right": 4}
    assert [failure.where for failure in verdict.failures] == ["field north, plot 2, column worth_musd"]


def test_numbers_that_may_be_missing(verdict: Verdict) -> None:
    """Nothing where nothing is due is right; it counts as a statement or not."""
    on = Ledger(verdict).on(CROPS)
    on.same(RULE, ROWS, [1.0, 2.0, np.nan], "worth_musd", allow=CLOSE)
    assert (verdict.holds, verdict.checked["right"]) == (True, 3)
    on.stated(RULE, ROWS, [1.0, 2.0, np.nan], "worth_musd", allow=CLOSE)
    assert (verdict.holds, verdict.checked["right"]) == (True, 5)
    on.stated(RULE, ROWS, [np.nan, 2.0, 3.0], "worth_musd", allow=CLOSE)
    assert [(failure.expected, failure.found) for failure in verdict.failures] == [(None, 1.0), (3.0, None)]
    assert verdict.checked["right"] == 8


def test_a_text_is_quoted_beside_the_one_that_is_due(verdict: Verdict) -> None:
    on = Ledger(verdict).on(CROPS)
    on.says(RULE, ROWS, ["yes", "yes", "yes"], "ripe")
    on.true(RULE, ROWS, ROWS["ripe"] != "no", "ripe")
    assert [(one.where, one.expected, one.found) for one in verdict.failures] == [
        ("field north, plot 2, ripe no", "yes", "no"),
        ("field south, plot 1", "yes", ""),
        ("field north, plot 2, ripe no", None, "no"),
    ]


def test_many_rows_are_counted_and_not_listed(verdict: Verdict) -> None:
    rows = pd.DataFrame({"field": [f"f{number}" for number in range(LISTED + 5)], "worth_musd": 1.0})
    Ledger(verdict).on(CROPS).equal(RULE, rows, 0.0, "worth_musd", allow=CLOSE)
    assert len(verdict.failures) == LISTED + 1
    assert verdict.failures[-1].where == "5 more rows"


def test_a_statement_is_held_or_broken_and_a_broken_one_is_entered_once(verdict: Verdict) -> None:
    on = Ledger(verdict).on("manifest.json")
    on.holds(RULE, True, count=3)
    for _ in range(2):
        on.holds(RULE, False, "status", "done", "open")
    assert messages(verdict) == ["manifest.json · status: it must be right; expected done, found open."]
    assert verdict.checked == {"right": 4}
