"""Where each material comes from, year by year, against what is needed of it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd

from reeplan import words
from reeplan.inputs.spec import BASE
from reeplan.present.charts.key import Key, hatched, square, stroke
from reeplan.present.charts.panels import Panel, Sizes, dress_amounts, panel_chart
from reeplan.present.charts.style import GREY, INK, OTHER, paler
from reeplan.present.figures.flows.movements import movements, worst_window, worth_of
from reeplan.present.figures.flows.origins import FROM_STOCK, RECYCLED, origin_where_made, where_made
from reeplan.present.figures.spec import FigureSpec, Variant, View

if TYPE_CHECKING:
    from typing import Any

    from matplotlib.figure import Figure

    from reeplan.present.run import Run

NOT_MET = "not met"
SPECIAL = {RECYCLED: ("#E2E2E2", "----"), FROM_STOCK: ("#6E6E6E", ""), NOT_MET: ("white", "xxxx")}
"""Sources that are no countries: their colour and their hatching."""

COLUMNS = ["window", "year", "material", "panel", "source", "t_per_year", "needed_t_per_year"]
MOST = 8
"""Materials drawn; the others are in the table alone."""

NEEDED = "needed: demand and the partners’ plants"


def variants(run: Run, point: str) -> list[Variant]:
    """The undisrupted path, and the window in which the plan serves least."""
    worst = worst_window(run, point)
    base = [Variant("expected", "as expected, no disruption")]
    return base + ([Variant("worst", run.window_in_words(worst))] if worst else [])


def _window(view: View) -> str:
    return worst_window(view.run, view.point) if view.variant and view.variant.slug == "worst" else BASE


def table(view: View) -> pd.DataFrame:
    """t per year of each source of each material, and what demand and the partners' plants need of it.

    What a window of months takes and needs is stated as so much a year, so that its bars compare with others.

    One row a window, year, material and source; ``panel`` is the place in the figure from 1 on, 0 where
    a material is not drawn; no rows where nothing is needed. In a disruption, the years outside it are those of the
    undisrupted path.
    """
    everything = _sources(view.run, view.point)
    window = _window(view)
    disrupted = view.run.window_years.get(window, [])
    calm = (everything["window"] == BASE) & ~everything["year"].isin(disrupted)
    shown = everything[calm | ((everything["window"] == window) & (window != BASE))]
    panels = _panels(view.run, everything[everything["window"] == BASE])
    if shown.empty or not panels:
        return pd.DataFrame(columns=COLUMNS)
    shown = shown.assign(panel=shown["material"].map(panels).fillna(0).astype(int))
    rank = {name: place for place, name in enumerate(_order(view.run))}
    rank_of_material = {name: place for place, name in enumerate([*view.run.products, *view.run.elements])}
    keys = pd.DataFrame(
        {
            "panel": shown["panel"].replace(0, 10**6),
            "material": shown["material"].map(rank_of_material).fillna(10**6),
            "year": shown["year"],
            "source": shown["source"].map(rank),
        }
    )
    order = keys.sort_values(["panel", "material", "year", "source"]).index
    return shown.loc[order].reindex(columns=COLUMNS).reset_index(drop=True)


def _order(run: Run) -> list[str]:
    """Sources from the bottom of a bar to its top: what is one's own first, what is missing last."""
    return [*run.partners, RECYCLED, *reversed(run.countries[len(run.partners) :]), FROM_STOCK, NOT_MET]


def _panels(run: Run, base: pd.DataFrame) -> dict[str, int]:
    worth = worth_of(run)
    needed = base.drop_duplicates(["year", "material"]).groupby("material")["needed_t_per_year"].sum()
    value = {str(name): t * worth.get(str(name), 0.0) for name, t in needed.items() if t > 0}
    ranked = sorted(value, key=lambda name: -value[name])[:MOST]
    return {name: place for place, name in enumerate(ranked, start=1)}


@lru_cache(maxsize=2)
def _sources(run: Run, point: str) -> pd.DataFrame:
    """What comes to the partners' regions, is made, bought or drawn there, or is missing, in all windows."""
    moved, shortage = movements(run, point), run.plan(point, "shortage")
    home = {region for region, country in run.country_of.items() if country in run.partners}
    goods = [*run.products, *run.elements]
    moved = moved[moved["material"].isin(goods)]
    rows: list[dict[str, Any]] = []
    for (window, year), part in moved.groupby(["window", "year"]):
        parts = where_made(run, part)
        for row in part[part["region"].isin(home)].to_dict("records"):
            kind, found = row["kind"], {}
            if kind == "arriving" and row["other"] not in home:
                found = parts.get((row["other"], row["material"]), {})
            elif kind == "made":
                found = {origin_where_made(run, row["asset"], row["deposit"]): 1.0}
            elif kind == "bought":
                found = {run.country_of[row["region"]]: 1.0}
            elif kind == "drawn":
                found = {FROM_STOCK: 1.0}
            here = {"window": window, "year": year, "material": row["material"]}
            rows += [{**here, "source": source, "t_per_year": row["t"] * share} for source, share in found.items()]
    missing = shortage[(shortage["unmet_t"] > 0) & shortage["material"].isin(goods)]
    key = ["window", "year", "material"]
    if not rows and missing.empty:
        return pd.DataFrame(columns=[*key, "source", "t_per_year", "needed_t_per_year"])
    used = moved[(moved["kind"] == "taken") & moved["region"].isin(home)].groupby(key)["t"].sum()
    asked = shortage.groupby(key)["demand_t"].sum()
    needed = used.add(asked, fill_value=0.0).rename("needed_t_per_year")
    unmet = missing[key].assign(source=NOT_MET, t_per_year=missing["unmet_t"])
    both = pd.concat([pd.DataFrame(rows), unmet]) if rows else unmet
    summed = both.groupby([*key, "source"], as_index=False)["t_per_year"].sum()
    result: pd.DataFrame = summed.merge(needed.reset_index(), on=key, how="left")
    result["year"] = result["year"].astype(int)
    result["needed_t_per_year"] = result["needed_t_per_year"].fillna(0.0)
    of_year = {BASE: 1.0} | {window: facts.of_year for window, facts in run.window_facts.items()}
    for column in ("t_per_year", "needed_t_per_year"):
        result[column] = result[column] / result["window"].map(of_year)
    return result


# ---- words --------------------------------------------------------------------------------------


def title(view: View, table: pd.DataFrame) -> str:
    """How the largest foreign source changes, or what a disruption leaves missing."""
    run, window = view.run, _window(view)
    drawn = table[table["panel"] > 0]
    if window != BASE:
        happens = run.window_in_words(window)
        crisis = drawn[drawn["window"] == window]
        asked = crisis.drop_duplicates(["year", "material"]).groupby("material")["needed_t_per_year"].sum()
        lost = crisis[crisis["source"] == NOT_MET].groupby("material")["t_per_year"].sum()
        share = (lost / asked).dropna().sort_values(ascending=False)
        short = [str(name) for name in share.index if share[name] >= 0.005]
        if not short:
            return f"{happens}: almost everything is still supplied" if len(lost) else f"{happens}: nothing is missing"
        rest = len(short) - 1
        more = f"; {words.count(rest, 'other material')} less so" if rest else ""
        return f"{happens}: {words.percent(100 * share.iloc[0])} of {words.display_name(short[0])} missing{more}"
    material = _leading(run, drawn)
    mine = drawn[(drawn["material"] == material) & (drawn["source"] != NOT_MET)]
    total = mine.groupby("year")["t_per_year"].sum()
    foreign = mine[mine["source"].isin(run.countries[len(run.partners) :])]
    name = run.inputs("elements").set_index("element")["name"].get(material, material)
    if foreign.empty:
        return f"All {words.display_name(str(name))} is dug, made or recycled by the partners themselves"
    first, last = int(total.index.min()), int(total.index.max())
    shares = foreign.pivot_table(index="year", columns="source", values="t_per_year", aggfunc="sum")
    shares = shares.reindex(total.index).fillna(0.0).div(total, axis=0)
    source = shares.loc[first].idxmax() if shares.loc[first].max() > 0 else shares.mean().idxmax()
    course = [float(share) for share in shares[source].to_numpy(dtype=float)]
    before, after = 100 * course[0], 100 * course[-1]
    verb = "falls" if after < before - 2 else "rises" if after > before + 2 else ""
    of = f"{words.display_name(str(source))}’s part of the {words.display_name(str(name))}"
    if not verb:
        return f"{of} stays near {words.percent(after)} from {first} to {last}"
    return f"{of} {verb} from {words.percent(before)} in {first} to {words.percent(after)} in {last}"


def _leading(run: Run, drawn: pd.DataFrame) -> str:
    """The element of most value among those drawn; of products alone the first."""
    names = [str(name) for name in dict.fromkeys(drawn["material"])]
    return next((name for name in names if name in run.elements), names[0])


def alt(view: View, table: pd.DataFrame) -> str:
    """What is drawn, and the title's sentence."""
    names = [words.display_name(name) for name in dict.fromkeys(table["material"][table["panel"] > 0])]
    years = words.span(table["year"].min(), table["year"].max())
    return f"Stacked bars of where {words.join_and(names)} come from in {years}. {title(view, table)}."


# ---- drawing ------------------------------------------------------------------------------------


def draw(view: View, table: pd.DataFrame) -> Figure:
    """One panel a material: stacked bars by source, and a line for what is needed."""
    run, window = view.run, _window(view)
    drawn = table[table["panel"] > 0]
    names = list(dict.fromkeys(drawn.sort_values("panel", kind="stable")["material"]))
    everyone = words.join_and([words.display_name(name) for name in run.partners])
    years = "" if window == BASE else "; shaded: the disruption"
    subtitle = f"{run.plan_in_words(view.point)}: what reaches {everyone}, by origin, t a year{years}"
    disrupted = run.window_years.get(window, [])

    def panel(name: str) -> Panel:
        rows = drawn[drawn["material"] == name]
        return Panel(run.material_in_words(name), lambda axes, wide: _panel(axes, run, rows, disrupted))

    panels = [panel(name) for name in names]
    return panel_chart(view, title(view, table), subtitle, [_note(table)], panels, _keys(run, drawn), Sizes(1.3)).figure


def _panel(axes: Any, run: Run, rows: pd.DataFrame, disrupted: list[int]) -> None:
    if disrupted:
        axes.axvspan(disrupted[0] - 0.5, disrupted[-1] + 0.5, color="#EDEDED", lw=0, zorder=0)
    floor = pd.Series(0.0, index=run.years)
    for source in _order(run):
        part = rows[rows["source"] == source]
        if part.empty:
            continue
        colour, hatch = SPECIAL.get(source, (run.country_colour(source), ""))
        pale = paler(colour, 0.5) if colour != "white" else colour
        faces = [pale if disrupted and window == BASE else colour for window in part["window"]]
        edge = {"edgecolor": GREY, "linewidth": 0.3, "hatch": hatch} if hatch else {"linewidth": 0}
        axes.bar(part["year"], part["t_per_year"], 0.82, floor[part["year"]], color=faces, gid=source, **edge)
        floor = floor.add(part.set_index("year")["t_per_year"], fill_value=0.0)
    needed = rows.drop_duplicates("year").set_index("year")["needed_t_per_year"].reindex(run.years).fillna(0.0)
    edges = [run.years[0] - 0.5, *(year + 0.5 for year in run.years)]
    axes.stairs(needed.to_numpy(), edges, color=INK, lw=1.3, baseline=None, gid="needed")
    top = max(float(floor.max()), float(needed.max())) or 1.0
    axes.set(xlim=(edges[0], edges[-1]), ylim=(0, 1.06 * top))
    dress_amounts(axes, 1.06 * top, "t a year", 4)
    step = max(1, (len(run.years) - 1) // 2)
    axes.set_xticks(run.years[::step][:3])


def _keys(run: Run, drawn: pd.DataFrame) -> list[Key]:
    there = set(drawn["source"])
    keys, others = [stroke(NEEDED, color=INK, lw=1.4)], False
    for source in _order(run):
        colour, hatch = SPECIAL.get(source, (run.country_colour(source), ""))
        if source in there and colour == OTHER:
            others = True
        elif source in there:
            name = words.display_name(source)
            keys.append(hatched(name, colour, hatch) if hatch else square(name, colour))
    return [*keys, *([square("other countries", OTHER)] if others else [])]


def _note(table: pd.DataFrame) -> str:
    left = [words.display_name(name) for name in dict.fromkeys(table["material"][table["panel"] == 0])]
    text = (
        "Oxides count for the country in which they were dug, products for the one in which they were made; what mixes "
        "on the way is shared out in proportion. Bars above the line: put into stock, sold or left over."
    )
    if left:
        text += f" Not drawn, being worth less: {words.join_and(left)}; they are in the table."
    return text


FIGURE = FigureSpec(
    name="source-mix",
    heading="Where material comes from",
    per="plan",
    table=table,
    title=title,
    alt=alt,
    draw=draw,
    variants=variants,
)
