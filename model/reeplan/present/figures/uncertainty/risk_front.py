"""What it costs to lose less when it comes worst: expected cost against lost supply in the worst disruptions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from reeplan.endings import Status
from reeplan.outputs.spec.uncertainty import RISK_FRONT
from reeplan.present.charts.page import Page, years_and_money
from reeplan.present.charts.palette import BLUE, GREEN, INDIGO, ORANGE, VERMILION
from reeplan.present.charts.scale import Scale, tick_label, ticks_between
from reeplan.present.charts.style import BODY, EDGE, INK, SMALL, apart
from reeplan.present.figures.spec import FigureSpec, View
from reeplan.tolerances import LEAST_EXTENT, MISSED, SLIGHT
from reeplan.words import NBSP, capitalised, count, join_and, musd, percent

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from reeplan.present.run import Run

COLUMNS = (
    "cvar_level", "point", "cost_musd", "cvar_lost_share", "expected_lost_share", "worst_lost_share", "bound_musd",
    "gap_musd", "gap", "status",
)  # fmt: skip
HEIGHT, LEFT, RIGHT, FOOT = 3.6, 0.85, 2.2, 0.5
LOOKS = ((BLUE, "o", "-"), (VERMILION, "s", "--"), (GREEN, "^", ":"), (INDIGO, "D", "-."), (ORANGE, "v", "-"))


def table(view: View) -> pd.DataFrame:
    """All plans."""
    return rows_of(view.run)


def rows_of(run: Run) -> pd.DataFrame:
    """``risk_front.csv``, the cheapest first at each depth."""
    rows = run.table(RISK_FRONT)[list(COLUMNS)]
    rows = rows[rows["cost_musd"].notna() & rows["cvar_lost_share"].notna()]
    return rows.sort_values(["cvar_level", "cost_musd", "cvar_lost_share"], ignore_index=True)


def curves(table: pd.DataFrame) -> list[tuple[list[float], pd.DataFrame]]:
    """The depths with the same plans together, each with its rows."""
    found: list[tuple[list[float], pd.DataFrame]] = []
    for depth, rows in table.groupby("cvar_level", sort=True):
        for depths, other in found:
            if len(other) == len(rows) and all(
                (abs(other[name].to_numpy() - rows[name].to_numpy()) <= size).all()
                for name, size in (("cost_musd", SLIGHT * max(1.0, rows["cost_musd"].abs().max())),
                                   ("cvar_lost_share", MISSED))
            ):  # fmt: skip
                depths.append(float(depth))  # type: ignore[arg-type]
                break
        else:
            found.append(([float(depth)], rows))  # type: ignore[arg-type]
    return found


# ---- words --------------------------------------------------------------------------------------


def depth_in_words(depth: float) -> str:
    """Which part of disruptions is looked at.

    >>> depth_in_words(0.0), depth_in_words(0.9).replace(chr(160), " ")
    ('on average over disruptions', 'in the worst 10 % of disruptions')
    """
    return (
        "on average over disruptions" if depth <= 0 else f"in the worst {100 * (1 - depth):.3g}{NBSP}% of disruptions"
    )


def title(view: View, table: pd.DataFrame) -> str:
    """What the last plan costs more and spares, at the deepest tail."""
    depths, rows = curves(table)[-1]
    first, last = rows.iloc[0], rows.iloc[-1]
    where = depth_in_words(depths[-1])
    lost = percent(100 * float(first["cvar_lost_share"]), 1)
    if first["cvar_lost_share"] <= MISSED:
        return f"Even with the cheapest plan nobody lacks anything {where}"
    if len(rows) < 2 or last["cvar_lost_share"] >= first["cvar_lost_share"] - MISSED:
        return f"{capitalised(where)} the worse-off partner lacks {lost} of its demand, and in no plan found less"
    more = musd(float(last["cost_musd"] - first["cost_musd"]))
    left = float(last["cvar_lost_share"])
    kept = "nothing" if left <= MISSED else percent(100 * left, 1)
    return f"To leave {kept} instead of {lost} of the worse-off partner's demand unserved {where} costs {more} MUSD"


def alt(view: View, table: pd.DataFrame) -> str:
    """Every curve with its ends."""
    said = []
    for depths, rows in curves(table):
        first, last = rows.iloc[0], rows.iloc[-1]
        where = join_and([depth_in_words(depth) for depth in depths])
        ends = [f"{musd(float(row['cost_musd']))} MUSD at {percent(100 * row['cvar_lost_share'], 1)} lost"
                for row in (first, last)][: len(rows)]  # fmt: skip
        said.append(f"{capitalised(where)}: {' to '.join(ends)}, {count(len(rows), 'plan')}.")
    return f"{title(view, table)}. {' '.join(said)}"


# ---- drawing ------------------------------------------------------------------------------------


def draw(view: View, table: pd.DataFrame) -> Figure:
    """Lost supply to the right, expected cost upwards; a curve a depth, with what is proven below each plan."""
    found = curves(table)
    page = Page.of(view, title(view, table), years_and_money(view.run), HEIGHT, _notes(view, table, found))
    axes = page.axes(EDGE + LEFT, page.floor + FOOT, page.right - RIGHT - EDGE - LEFT, HEIGHT - FOOT - 0.05)
    costs = Scale.covering(
        table["cost_musd"], table["bound_musd"], beyond=1.0, label=f"Expected cost (MUSD of {view.run.currency_year})"
    )
    costs.dress(axes, "y", size=BODY)
    right = 100 * max(LEAST_EXTENT, float(table["cvar_lost_share"].max()))
    ticks = ticks_between(0.0, 1.06 * right, 6)
    lost = Scale(
        -0.02 * right, 1.06 * right,
        "Part of its demand, by value, that the worse-off partner lacks in these disruptions",
        ticks=(tuple(ticks), tuple(f"{tick_label(tick, ticks)}{NBSP}%" for tick in ticks)),
    )  # fmt: skip
    lost.dress(axes, size=BODY)
    for (_, rows), look in zip(found, _looks(len(found)), strict=True):
        _curve(axes, rows, costs.low, look)
    _labels(page, axes, found)
    return page.figure


def _looks(number: int) -> list[tuple[str, str, str]]:
    return [LOOKS[place % len(LOOKS)] for place in range(number)]


def _curve(axes: Any, rows: pd.DataFrame, low: float, look: tuple[str, str, str]) -> None:
    colour, mark, dashes = look
    x, y = 100 * rows["cvar_lost_share"], rows["cost_musd"]
    axes.plot(x, y, ls=dashes, color=colour, lw=1.3, zorder=3)
    for row in rows.to_dict("records"):
        at = 100 * row["cvar_lost_share"]
        bound = max(row["bound_musd"], low) if math.isfinite(row["bound_musd"]) else low
        axes.plot([at, at], [bound, row["cost_musd"]], color=colour, lw=1.0, zorder=2, gid="gap")
        done = row["status"] == Status.OPTIMAL
        axes.plot([at], [row["cost_musd"]], mark, ms=6, color=colour, mfc=colour if done else "white", mew=1.2,
                  zorder=4, clip_on=False, gid="plan")  # fmt: skip


def _labels(page: Page, axes: Any, found: list[tuple[list[float], pd.DataFrame]]) -> None:
    """A curve's name beside the frame, at the height of its dearest plan, with its mark."""
    low, high = axes.get_ylim()
    bottom, top = page.floor + FOOT, page.ceiling - 0.05
    x = page.right - RIGHT + 0.16
    names = [page.ruler.wrap(capitalised(join_and([_short(depth) for depth in depths])), RIGHT - 0.5, SMALL, most=3)
             for depths, _ in found]  # fmt: skip
    order = sorted(range(len(found)), key=lambda number: float(found[number][1]["cost_musd"].iloc[-1]))
    wanted = [bottom + (top - bottom) * (float(found[n][1]["cost_musd"].iloc[-1]) - low) / (high - low) for n in order]
    places = apart(wanted, 0.17 * max(len(name) for name in names) + 0.08, bottom, top - 0.1)
    for number, y in zip(order, places, strict=True):
        colour, mark, dashes = _looks(len(found))[number]
        page.layer.plot([x, x + 0.22], [y, y], ls=dashes, color=colour, lw=1.3)
        page.layer.plot([x + 0.11], [y], mark, ms=6, color=colour)
        page.paragraph(x + 0.3, y + 0.085, names[number], SMALL, color=INK)


def _short(depth: float) -> str:
    return "average of disruptions" if depth <= 0 else f"worst {100 * (1 - depth):.3g}{NBSP}%"


def _notes(view: View, table: pd.DataFrame, found: list[tuple[list[float], pd.DataFrame]]) -> list[str]:
    said = ["Each mark is a plan; left is safer, down is cheaper. Lines only guide the eye."]
    if (table["gap_musd"] > SLIGHT * table["cost_musd"].abs().clip(lower=1.0)).any():
        said.append("Stroke below a mark: how much cheaper such a plan could be at most.")
    if (table["status"] != Status.OPTIMAL).any():
        said.append("Hollow: not proven to the gap asked for.")
    if any(len(depths) > 1 for depths, _ in found):
        said.append("Depths with the same plans share a curve: there are too few disruptions to tell them apart.")
    return [" ".join(said)]


FIGURE = FigureSpec(
    name="risk-front",
    heading="What it costs to lose less when it comes worst",
    per="run",
    table=table,
    title=title,
    alt=alt,
    draw=draw,
    needs=RISK_FRONT.file,
)
