"""What each partner pays, owns and risks in the joint plan, before any side payment: three small charts a partner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from reeplan.outputs.run import STAGES
from reeplan.outputs.spec import cooperation as spec
from reeplan.present.charts.key import squares
from reeplan.present.charts.marks import stacked, write_behind
from reeplan.present.charts.page import Page, years_and_money
from reeplan.present.charts.scale import Scale
from reeplan.present.charts.style import BODY, EDGE, GREY, INK, OTHER, STAGE_COLOURS, TINY, line
from reeplan.present.figures.cooperation.data import deal_level
from reeplan.present.figures.plan.cost_parts import PARTS
from reeplan.present.figures.spec import FigureSpec, View
from reeplan.present.words.cooperation import level_subtitle
from reeplan.tolerances import SLIGHT
from reeplan.words import STAGE_WORDS, capitalised, display_name, join_and, money, percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reeplan.present.run import Run

PAYS, OWNS, RISKS = "pays", "owns", "risks"
NAMES, ROW, BAR, GAP, FOOT = 1.25, 0.5, 0.2, 0.5, 0.42
PERCENTS = ((0, 25, 50, 75, 100), ("0", "25", "50", "75", "100"))
SAYS = 0.62
"""Room for the number behind a bar, inches."""
COLUMNS = ("what", "partner", "item", "musd", "served_percent")


def table(view: View) -> pd.DataFrame:
    """Cost by part, capital by stage of the chain, and what each disruption leaves served, partner by partner."""
    run = view.run
    pays = run.table(spec.PAYS).rename(columns={"part": "item"}).assign(what=PAYS)
    owns = run.table(spec.OWNS)
    stage = owns["asset"].map(run.assets["stage"]).fillna("")
    owned = owns.assign(item=stage).groupby(["partner", "item"], sort=False)["capex_musd"].sum().reset_index()
    owned = owned.rename(columns={"capex_musd": "musd"}).assign(what=OWNS)
    risks = run.table(spec.RISKS)
    risks = risks.assign(what=RISKS, item=risks["window"], served_percent=100 * risks["served_share"])
    parts = [part.reindex(columns=list(COLUMNS)) for part in (pays, owned, risks) if not part.empty]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))


# ---- words --------------------------------------------------------------------------------------


def title(view: View, table: pd.DataFrame) -> str:
    """Who pays most, who owns most, and who is served least: one partner's name stands once for what it is first in."""
    said: dict[str, list[str]] = {}
    paid = _sums(view.run, table, PAYS)
    if not paid.empty:
        payer = str(paid.idxmax())
        said.setdefault(payer, []).append(f"pays {money(float(paid[payer]))} of {money(float(paid.sum()))} MUSD")
    owned = _sums(view.run, table, OWNS)
    if owned.sum() > 0:
        owner = str(owned.idxmax())
        said.setdefault(owner, []).append(f"owns {percent(100 * owned[owner] / owned.sum())} of the new capital")
    worst, whole = _worst(table), ""
    if worst is not None and worst["served_percent"] > 100 - SLIGHT:
        whole = "nobody goes short in any disruption"
    elif worst is not None:
        share = percent(worst["served_percent"])
        said.setdefault(str(worst["partner"]), []).append(f"is left with {share} served in its worst disruption")
    parts = [f"{display_name(partner)} {join_and(clauses)}" for partner, clauses in said.items()]
    parts += [whole] if whole else []
    return capitalised("; ".join(parts))


def alt(view: View, table: pd.DataFrame) -> str:
    """The sums of every partner."""
    run = view.run
    paid, owned = _sums(run, table, PAYS), _sums(run, table, OWNS)
    said = []
    for partner in run.partners:
        parts = [f"pays {money(float(paid[partner]))} MUSD"] if partner in paid else []
        if owned.sum() > 0:
            parts.append(f"owns {money(float(owned.get(partner, 0.0)))} MUSD of new capital")
        worst = _worst(table[table["partner"] == partner])
        if worst is not None:
            window = run.window_in_words(str(worst["item"]))
            parts.append(f"is served least ({percent(worst['served_percent'])}) in {window}")
        if parts:
            said.append(f"{display_name(partner)} {join_and(parts)}.")
    return f"{title(view, table)}. {' '.join(said)}"


def _sums(run: Run, table: pd.DataFrame, what: str) -> pd.Series[float]:
    sums = table[table["what"] == what].groupby("partner")["musd"].sum()
    return sums.reindex([partner for partner in run.partners if partner in sums.index])


def _worst(table: pd.DataFrame) -> pd.Series[Any] | None:
    risks = table[(table["what"] == RISKS) & table["served_percent"].notna() & (table["item"] != "base")]
    return None if risks.empty else risks.iloc[int(risks["served_percent"].argmin())]


# ---- drawing ------------------------------------------------------------------------------------


def draw(view: View, table: pd.DataFrame) -> Figure:
    """A row a partner, a column each for what it pays, owns and risks."""
    run = view.run
    partners = [partner for partner in run.partners if (table["partner"] == partner).any()]
    panels = [what for what in (PAYS, OWNS, RISKS) if _has(table, what)]
    level = deal_level(run)
    subtitle = level_subtitle(run, level) if level is not None else years_and_money(run)
    width = (8.8 - 2 * EDGE - NAMES - GAP * (len(panels) - 1)) / max(len(panels), 1)
    keys = _key_rows(table) * (line(TINY) + 0.06) + 0.1
    body = line(BODY) + 0.1 + ROW * len(partners) + FOOT + keys
    page = Page.of(view, title(view, table), subtitle, body, _notes(panels))
    top = page.ceiling - line(BODY) - 0.1
    for place, partner in enumerate(partners):
        page.fit(EDGE, top - ROW * (place + 0.5), display_name(partner), NAMES - 0.1, BODY, weight="bold")
    for number, what in enumerate(panels):
        left = EDGE + NAMES + number * (width + GAP)
        room = width if what == RISKS else width - SAYS + 0.2
        axes = page.axes(left, top - ROW * len(partners), room, ROW * len(partners))
        axes.set(ylim=(len(partners), 0), yticks=[])
        axes.spines["left"].set_visible(False)
        heads = {PAYS: "Pays over all years", OWNS: "Owns of what is built", RISKS: "Is served in disruption"}
        page.write(left, page.ceiling - line(BODY) + 0.04, heads[what], BODY, weight="bold")
        foot = top - ROW * len(partners) - FOOT
        if what == RISKS:
            _draw_risks(view, page, axes, table, partners, width)
        else:
            _draw_money(view, axes, table[table["what"] == what], partners, what)
            _keys(page, table[table["what"] == what], what, left, foot, width)
    return page.figure


def _has(table: pd.DataFrame, what: str) -> bool:
    rows = table[table["what"] == what]
    return bool((rows["served_percent"].notna() if what == RISKS else rows["musd"].abs() > SLIGHT).any())


def _items(what: str) -> dict[str, tuple[str, str]]:
    """Parts of the cost, or stages, with their names and colours, in the order of the figure."""
    if what == PAYS:
        return PARTS
    return {stage: (STAGE_WORDS[stage], STAGE_COLOURS[stage]) for stage in STAGES} | {"": ("Other", OTHER)}


def _draw_money(view: View, axes: Any, rows: pd.DataFrame, partners: list[str], what: str) -> None:
    """Bars of parts, what is earned to the left; the sum behind them."""
    sums = {(row["partner"], row["item"]): float(row["musd"]) for row in rows.to_dict("records")}
    ends = [0.0, SLIGHT]
    for place, partner in enumerate(partners):
        parts = [(sums.get((partner, item), 0.0), colour, f"{what} {partner} {item}")
                 for item, (_, colour) in _items(what).items()]  # fmt: skip
        ends += stacked(axes, place + 0.5, parts, BAR / ROW)
        total = sum(musd for (name, _), musd in sums.items() if name == partner)
        write_behind(axes, ends[-1], place + 0.5, money(total), weight="bold")
    label = f"MUSD of {view.run.currency_year}" + (", undiscounted" if what == OWNS else "")
    Scale(min(ends) * 1.02, max(ends) * 1.02, label).dress(axes, most=4)
    axes.axvline(0, color=INK, lw=0.8, zorder=3)


def _key_rows(table: pd.DataFrame) -> int:
    """Lines that the names of parts and stages need: two parts or three stages stand side by side."""
    there = table[table["musd"].abs() > SLIGHT].groupby("what")["item"].nunique()
    return max(-(-int(there.get(PAYS, 0)) // 2), -(-int(there.get(OWNS, 0)) // 2))


def _keys(page: Page, rows: pd.DataFrame, what: str, left: float, top: float, width: float) -> None:
    there = {str(row["item"]) for row in rows.to_dict("records") if abs(row["musd"]) > SLIGHT}
    items = [(label, colour) for item, (label, colour) in _items(what).items() if item in there]
    page.legend(left, top, squares(items), width + GAP - 0.12, TINY)


def _draw_risks(view: View, page: Page, axes: Any, table: pd.DataFrame, partners: list[str], width: float) -> None:
    """A ring a disruption; the worst is filled and named."""
    level = deal_level(view.run)
    Scale(0, 100, "% of demand, by value", ticks=PERCENTS).dress(axes)
    if level is not None and level.target > 0 and view.run.settings["resilience_measure"] == "worst_case":
        axes.axvline(100 * level.target, color=INK, lw=1.1, ls=(0, (1, 2)), zorder=1)
    risks = table[(table["what"] == RISKS) & (table["item"] != "base")]
    for place, partner in enumerate(partners):
        rows = risks[(risks["partner"] == partner) & risks["served_percent"].notna()]
        worst = _worst(rows)
        axes.plot(
            rows["served_percent"], [place + 0.36] * len(rows), "o", ms=5, mfc="none", mec=GREY, mew=1.0, zorder=3,
            clip_on=False, gid=f"risks {partner}",
        )  # fmt: skip
        if worst is None:
            continue
        axes.plot([worst["served_percent"]], [place + 0.36], "o", ms=6, mfc=INK, mec=INK, zorder=4, clip_on=False)
        said = f"{percent(worst['served_percent'])}: {view.run.window_in_words(str(worst['item']))}"
        right = worst["served_percent"] > 50
        axes.text(
            100 if right else 0, place + 0.8, page.ruler.cut(said, width, TINY), size=TINY, color=INK,
            ha="right" if right else "left", va="center_baseline", zorder=5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        )  # fmt: skip


def _notes(panels: list[str]) -> list[str]:
    said = "In the joint plan, before any side payment."
    if RISKS in panels:
        said += (
            " A ring is a disruption as if it alone happened; filled: the one that serves that partner least. "
            "Dotted line: the target."
        )
    return [said]


FIGURE = FigureSpec(
    name="pays-owns-risks",
    heading="What each partner pays, owns and risks",
    per="run",
    table=table,
    title=title,
    alt=alt,
    draw=draw,
    needs=spec.PAYS.file,
)
