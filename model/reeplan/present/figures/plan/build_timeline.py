"""When each project of a plan is decided, built and running, in what size, and who pays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from reeplan import words
from reeplan.outputs.run import STAGES
from reeplan.present.charts.key import squares
from reeplan.present.charts.marks import bracket
from reeplan.present.charts.page import Page
from reeplan.present.charts.style import EDGE, GREY, INK, LINE, SMALL, TINY, WIDTH
from reeplan.present.charts.timeline_bars import BAR, CHART, CHART_WIDTH, NAMES, SIZES, Row, draw_steps, write_sizes
from reeplan.present.figures.spec import FigureSpec, View
from reeplan.tolerances import SLIGHT

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_ROWS = 24
ROW, GROUP_GAP = 0.27, 0.07
"""Height of a row and the gap between stages, inches."""
MONEY = WIDTH - EDGE - 0.42
"""Where the column of capital begins."""

COLUMNS = (
    "project", "option", "stage", "country", "partner", "decided", "first_year_running", "last_year_running", "modules",
    "t_per_year", "room_t", "capital_musd", "standing_t_per_year",
)  # fmt: skip


def table(view: View) -> pd.DataFrame:
    """What each partner decides of each project and when; all stockpile room of a country is one project."""
    run = view.run
    builds = run.plan(view.point, "builds")
    if builds.empty:
        return pd.DataFrame(columns=list(COLUMNS))
    assets = run.assets.reindex(builds["asset"]).reset_index(drop=True)
    builds = builds.reset_index(drop=True)
    room = builds["what"] == "room"
    country = assets["country"].fillna("")
    life = assets["life_years"].fillna(1e3)
    rows = pd.DataFrame(
        {
            "project": (assets["name"].fillna(builds["asset"])).where(~room, "stockpile room"),
            "option": assets["option"].fillna(""),
            "stage": assets["stage"].fillna("products"),
            "country": country,
            "partner": builds["partner"],
            "decided": builds["decided"].astype(int),
            "first_year_running": builds["running"].astype(int),
            "last_year_running": (builds["running"] + life - 1).clip(upper=run.years[-1]).astype(int),
            "modules": builds["modules"],
            "t_per_year": builds["t_per_year"].where(~room, 0.0),
            "room_t": builds["t_per_year"].where(room, 0.0),
            "capital_musd": builds["capex_musd"],
            "standing_t_per_year": builds["asset"].map(_standing(view)).fillna(0.0),
        }
    )
    keys = [name for name in COLUMNS if name not in ("modules", "t_per_year", "room_t", "capital_musd")]
    summed = rows.groupby(keys, sort=False, as_index=False)[["modules", "t_per_year", "room_t", "capital_musd"]].sum()
    return _in_order(summed)[list(COLUMNS)]


def _standing(view: View) -> dict[str, float]:
    """What stands already in the first year, by asset."""
    capacity = view.run.plan(view.point, "capacity")
    first = capacity[capacity["year"] == view.run.years[0]]
    return dict(zip(first["asset"], first["existing_t_per_year"], strict=True))


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Along the chain; within a stage what is decided first, then the dearest, comes first."""
    by_project = rows.groupby(["project", "country"], sort=False)
    order = pd.DataFrame(
        {
            "stage": rows["stage"].map(STAGES.index),
            "first": by_project["decided"].transform("min"),
            "money": -by_project["capital_musd"].transform("sum"),
            "project": rows["project"],
            "country": rows["country"],
            "decided": rows["decided"],
            "partner": rows["partner"],
        }
    ).sort_values(["stage", "first", "money", "project", "country", "decided", "partner"])
    return rows.loc[order.index].reset_index(drop=True)


# ---- words --------------------------------------------------------------------------------------


def title(view: View, table: pd.DataFrame) -> str:
    """How much is decided first."""
    projects = table[table["stage"] != "stockpile"]
    if projects.empty:
        return f"Only stockpile room is added, from {table['decided'].min()} on"
    first = int(projects["decided"].min())
    now = projects[projects["decided"] == first]
    some, every = _number_of(now), _number_of(projects)
    money, total = words.musd(now["capital_musd"].sum()), words.musd(projects["capital_musd"].sum())
    if len(now) == len(projects):
        which = "the only project" if every == 1 else f"all {words.count(every, 'project')}"
        return f"Decide {which} in {first}: {total} MUSD of capital"
    if every == 1:
        return f"Decide {_first_name(projects)} in {first}, with {money} of {total} MUSD of capital"
    which = "a first part of all" if some == every else f"{words.number(some)} of"
    return f"Decide {which} {words.count(every, 'project')} in {first}, with {money} of {total} MUSD of capital"


def alt(view: View, table: pd.DataFrame) -> str:
    """The dearest projects in words."""
    money = table.groupby(["project", "country"], sort=False)
    dearest = money["capital_musd"].sum().sort_values(ascending=False).index[:3]
    said = []
    for key in dearest:
        rows = money.get_group(key)
        years = words.span(rows["first_year_running"].min(), rows["first_year_running"].max())
        said.append(
            f"{words.clipped(words.display_name(key[0]))} in {words.display_name(key[1])} for "
            f"{words.musd(rows['capital_musd'].sum())} MUSD, running from {years}"
        )
    return f"{title(view, table)}. The dearest: {'; '.join(said)}."


def _number_of(rows: pd.DataFrame) -> int:
    return rows.groupby(["project", "country"]).ngroups


def _first_name(rows: pd.DataFrame) -> str:
    return words.clipped(words.display_name(rows["project"].iloc[0]))


# ---- drawing ------------------------------------------------------------------------------------


def draw(view: View, table: pd.DataFrame) -> Figure:
    """A row a project: hatched while it is built, full while it runs, in the colours of who pays."""
    run = view.run
    rows = [
        Row(str(key[0]), str(part["stage"].iloc[0]), str(key[1]), part)
        for key, part in table.groupby(["project", "country"], sort=False)
    ]
    rows, more = _those_that_fit(rows)
    groups = len({row.stage for row in rows})
    body = 0.5 + ROW * len(rows) + GROUP_GAP * (groups + 1)
    partners = [name for name in run.partners if name in set(table["partner"])]
    page = Page.of(
        view,
        title(view, table),
        f"{run.plan_in_words(view.point)}: when each project is decided, built and running, and who pays",
        body,
        [
            more,
            "A bar is as high as the part of the project that runs; the number on it is that size, when ramped up "
            "(t/yr, for stockpiles t; k: thousand).",
        ],
    )
    _legend(page, [(words.display_name(name), run.partner_colour(name)) for name in partners])
    top = page.ceiling - 0.46
    axes = _year_axes(page, run.years, top)
    y, stage, stage_top = top, "", top
    for row in rows:
        if row.stage != stage:
            _draw_stage(page, stage, stage_top, y)
            y, stage = y - GROUP_GAP, row.stage
            stage_top = y
        y -= ROW
        _draw_row(view, page, axes, row, y + (ROW - BAR) / 2)
    _draw_stage(page, stage, stage_top, y)
    page.write(SIZES, top + 0.06, "added, t/yr (on what stood)", TINY, color=GREY)
    page.write(page.right, top + 0.06, "MUSD", TINY, color=GREY, ha="right")
    return page.figure


def _those_that_fit(rows: list[Row]) -> tuple[list[Row], str]:
    """The dearest projects, and a sentence about the rest."""
    if len(rows) <= MOST_ROWS:
        return rows, ""
    dearest = sorted(rows, key=lambda row: -row.rows["capital_musd"].sum())[:MOST_ROWS]
    rest = [row for row in rows if row not in dearest]
    money = words.musd(sum(float(row.rows["capital_musd"].sum()) for row in rest))
    return [row for row in rows if row in dearest], f"{len(rest)} smaller projects for {money} MUSD are not shown."


def _legend(page: Page, partners: list[tuple[str, str]]) -> None:
    """How to read the marks: left the marks, then who pays."""
    y = page.ceiling - 0.1
    page.layer.plot([NAMES + 0.05], [y], "D", ms=4, color=INK)
    page.write(NAMES + 0.15, y, "decided", SMALL, va="center_baseline", color=GREY)
    page.box(NAMES + 0.75, y - 0.055, 0.22, 0.11, facecolor="white", edgecolor=GREY, hatch="//////", linewidth=0.5)
    page.write(NAMES + 1.03, y, "being built", SMALL, va="center_baseline", color=GREY)
    page.write(CHART, y, "paid by", SMALL, va="center_baseline", color=GREY)
    page.legend(CHART + 0.5, y + 0.115, squares(partners), page.right - CHART - 0.5)


def _year_axes(page: Page, years: list[int], top: float) -> Any:
    axes = page.axes(CHART, page.floor, CHART_WIDTH, top - page.floor)
    axes.set_xlim(years[0], years[-1] + 1)
    axes.set_ylim(page.floor, top)
    axes.set_yticks([])
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.xaxis.tick_top()
    step = next(step for step in (1, 2, 5, 10, 20, 50) if len(years) / step * 0.42 <= CHART_WIDTH or step == 50)
    named = [year for year in years if (year - years[0]) % step == 0]
    axes.set_xticks([year + 0.5 for year in named], [str(year) for year in named], size=SMALL)
    axes.tick_params(length=0, pad=2)
    for year in range(years[0], years[-1] + 2):
        axes.axvline(year, color=LINE, lw=0.8 if (year - years[0]) % step == 0 else 0.4, zorder=0)
    return axes


def _draw_stage(page: Page, stage: str, top: float, bottom: float) -> None:
    if stage:
        bracket(page, stage, NAMES - 0.08, top, bottom, SMALL if top - bottom >= 2 * ROW else TINY)


def _draw_row(view: View, page: Page, axes: Any, row: Row, bottom: float) -> None:
    run, rows = view.run, row.rows
    full = max(row.running(run.years).values()) or float(rows[row.unit].sum()) or 1.0
    draw_steps(view, axes, row, bottom, BAR / full)
    for year in sorted(set(rows["decided"])):
        axes.plot([year], [bottom + BAR / 2], "D", ms=4, color=INK, zorder=5, clip_on=False)
    write_sizes(view, axes, page, row, bottom, full)
    middle = bottom + BAR / 2
    name = words.display_name(row.project if row.stage != "stockpile" else row.country)
    options = " to ".join(dict.fromkeys(words.display_name(option) for option in rows["option"] if option))
    place = "" if row.stage == "stockpile" else words.display_name(row.country)
    label = f"{name} at {options}" if options else name
    room = CHART - NAMES - 0.12
    small = f"  {place}" if place else ""
    label = page.ruler.cut(label, room - page.ruler.width(small, TINY), SMALL)
    page.write(NAMES, middle, label, SMALL, va="center_baseline")
    page.write(NAMES + page.ruler.width(label, SMALL), middle, small, TINY, va="center_baseline", color=GREY)
    page.fit(SIZES, middle, _size_in_words(row), MONEY - SIZES, TINY)
    page.write(page.right, middle, words.musd(rows["capital_musd"].sum()), TINY, va="center_baseline", ha="right")


def _size_in_words(row: Row) -> str:
    """What is added, and what stands there already."""
    rows = row.rows
    total, modules = float(rows[row.unit].sum()), float(rows["modules"].sum())
    if row.stage == "stockpile":
        return f"{words.tonnes(total)} t"
    each = f"{modules:.3g}{words.NBSP}×{words.NBSP}" if modules > 1 + SLIGHT else ""
    standing = float(rows["standing_t_per_year"].max())
    there = f" (on {words.tonnes(standing)})" if standing > 0 else ""
    return f"{each}{words.tonnes(total / modules if modules > 1 + SLIGHT else total)}{there}"


FIGURE = FigureSpec(
    name="build-timeline",
    heading="What to build, and when to decide",
    per="plan",
    table=table,
    title=title,
    alt=alt,
    draw=draw,
)
