"""The tables of every run: ``front.csv``, what is known of it while it is solved, and those of each plan's folder."""

from __future__ import annotations

from reeplan.outputs.spec.output import musd, number, output, share, text, year, yes_no

WINDOW = text("window")
YEAR = year("year")
PLACE = (*WINDOW, *YEAR, *text("region material"))
"""A material at a region, in a year of a window."""

PLANS = "plans"

FRONT = output(
    "front", "One row a plan: cost, resilience, what is proven, cost parts.", "point",
    text("point", "name of the plan and of its folder under `plans/`", title="Plan"),
    musd("cost_musd", "expected cost, discounted to the end of `first_year`; the money of a year falls at its end"),
    share("resilience", "by the case's measure, of the plan as reported", title="Served in disruption"),
    musd("bound_musd", "no plan at least as resilient costs less", title="Proven to cost at least"),
    share("gap", "`gap_musd` / cost"),
    text("status", "`optimal`, `gap not reached`, `bound not proven`, `interrupted` or `inexact`",
         title="Search"),
    yes_no("knee", "the front bends here"),
    yes_no("not_distinguished_from_previous", "the search ended before this was proven to cost more than the "
           "row above"),
    musd("gap_musd", "cost less bound", title="Could be cheaper by"),
    musd("gap_target_musd", "the gap at which a point counts as solved", title="Gap asked for"),
    share("target", "the resilience that was asked for; the plan may exceed it"),
    number("seconds", "s", "solver time of the plan's mixed-integer solve"),
    share("largest_violation", "largest violation of any rule of the program, recomputed from the plan's values, "
          "relative to the size of the rule's terms", missing=True),
    musd("annuities_musd", "capital, as paid within the horizon; this and the next eight columns sum to `cost_musd`",
         title="Capital, as annuities"),
    musd("fixed_musd", "fixed cost of capacity held", title="Fixed cost of capacity"),
    musd("process_musd", "processing: opex, royalty, energy, carbon, thorium", title="Processing"),
    musd("purchases_musd", "purchases"),
    musd("transport_musd", "freight", title="Freight"),
    musd("sales_musd", "sales of surplus; negative", title="Sales of surplus"),
    musd("holding_musd", "holding of stockpiles", title="Keeping stocks"),
    musd("shortage_musd", "value of lost supply", title="Value of lost supply"),
    musd("restock_musd", "buying back what windows drew from stockpiles", title="Refilling stocks after a disruption"),
    musd("capital_musd", "overnight capital decided over the horizon, undiscounted, with storage room",
         title="Capital decided"),
    number("modules_decided", "modules", "modules and options decided over the horizon", title="Modules and options"),
    number("base_path_unmet_t", "t", "what goes unmet on the undisrupted path, all years and materials",
           title="Unmet without disruption, all years"),
    musd("net_over_first_musd", "what the plan costs more than the first; the sum of the next four columns",
         title="Net of all"),
    musd("capital_over_first_musd", "of that, capital: the difference of `annuities_musd`", title="More capital"),
    musd("running_over_first_musd", "of that, what is spent to run, ship and store: the differences of fixed cost, "
         "processing, freight, holding and refilling", title="More to run, ship and store"),
    musd("purchases_over_first_musd", "of that, what is bought, less what is sold; negative where less is bought",
         title="More bought"),
    musd("losses_over_first_musd", "of that, expected value of lost supply; negative where loss is avoided",
         title="More expected loss"),
    text("binding_window", "where the plan serves least: the worse-off partner by value, or "
         "under `weakest_link` the least served material; the first of several; empty without windows",
         title="Binding disruption"),
    share("total_served", "what all partners together are served in that window, by value; `resilience` is of the "
          "worse-off one", title="Served to all together"),
    text("weakest_material", "the material that is served least in that window, by the share in tonnes of a partner",
         title="Weakest material"),
    text("weakest_partner", "the partner whose it is", title="Where it lacks"),
    share("weakest_material_served", "that share", title="Of it served"),
    share("resilience_without_sharing", "the most that could be served with this investment and undisrupted path if in "
          "windows partners sent each other no more than undisturbed; no more than `resilience`, and left out where "
          "nothing can be shared", missing=True, title="Served without sharing"),
    share("worst_window_served_<partner>",
          "the least share, by value, that this partner is served in any window in the target; one column a partner"),
)  # fmt: skip

EXCHANGEABLE = output(
    "exchangeable",
    "One row a plan and asset of which other plans found within the plan's gap decide another number of "
    "modules: what could be exchanged without leaving the gap.",
    "point asset",
    text("point", title="Plan"),
    text("asset", "plant or `venture/option`", title="What"),
    number("modules", "modules", "decided in the plan", title="Modules in the plan"),
    number("fewest most", "modules", "fewest and most decided in any plan found that is as resilient, within its gap",
           title="Fewest within the gap|Most within the gap"),
    musd("capital_musd", "capital of the difference between the two", title="Capital of the difference"),
)  # fmt: skip

SO_FAR = output(
    "front-so-far", "One row a plan found until then, in the unfinished folder of a run that is being solved.", "point",
    tuple(
        FRONT.column(name)
        for name in ("point", "cost_musd", "resilience", "bound_musd", "gap_target_musd", "status")
    ),
)  # fmt: skip

BUILDS = output(
    "builds", "What is decided, by whom and when; one row a partner with its part, so rows add up.",
    "asset partner decided what",
    text("asset", "plant, `venture/option`, or `stockpile region/material`", title="What"),
    text("partner", "who pays and owns this part", title="Who pays"),
    year("decided", "year of decision"),
    year("running", "first year of running"),
    number("modules", "modules", "the partner's part of the modules; 0 for sites and room"),
    number("t_per_year", "t/yr", "the partner's part of the capacity when ramped up; for room, t", title="Capacity"),
    musd("capex_musd", "overnight capital of this part, undiscounted", title="Capital"),
    text("what", "`module`, `site` or `room`"),
    place=PLANS,
)  # fmt: skip

CAPACITY = output(
    "capacity", "What stood already, what runs, and what it gives; one row an asset and year.", "asset year",
    text("asset", "plant or `venture/option`"),
    YEAR,
    number("existing_t_per_year", "t/yr", "capacity that stood at the start and has not retired"),
    number("modules_running", "modules", "running, whatever their ramp"),
    number("t_per_year", "t/yr", "all capacity, ramped; before any disruption"),
    place=PLANS,
)  # fmt: skip

OPERATION = output(
    "operation", "What every asset treats.", "window year asset deposit",
    WINDOW, YEAR,
    text("asset"),
    text("deposit", "whose material is treated; empty for a recipe"),
    number("t", "t/yr", "activity: t REO taken, or t of activity of a recipe"),
    place=PLANS,
)  # fmt: skip

FLOWS = output(
    "flows", "What is shipped from region to region.", "window year from_region to_region material",
    WINDOW, YEAR,
    text("from_region"),
    text("to_region"),
    text("material", "element, product, scrap, or `concentrate of …`, `mixed of …`, `heavy_mix of …` with the deposit"),
    number("t", "t/yr", "shipped"),
    place=PLANS,
)  # fmt: skip

SUPPLY = output(
    "supply", "What is bought, from whom, where and at what price.", "window year supplier material",
    WINDOW, YEAR,
    text("supplier"),
    text("region", "where it is handed over"),
    text("material"),
    number("t", "t/yr", "bought"),
    number("price_usd_per_t", "USD/t", "the supplier's price in that year and window"),
    place=PLANS,
)  # fmt: skip

SALES = output(
    "sales", "What surplus is sold, and at what price.", "window year region material",
    PLACE,
    number("t", "t/yr", "sold"),
    number("price_usd_per_t", "USD/t", "the market's price in that year and window"),
    place=PLANS,
)  # fmt: skip

STOCK = output(
    "stock", "Every stockpile, also where nothing is in it.", "window year region material",
    PLACE,
    number("level_t", "t", "level at the end of the year"),
    number("filled_t", "t/yr", "rise of the level in the year, or 0"),
    number("drawn_t", "t/yr", "fall of the level in the year, or 0"),
    number("room_t", "t", "room there is, with what was added"),
    place=PLANS,
)  # fmt: skip

SHORTAGE = output(
    "shortage", "Every demand, served or not.", "window year region material",
    WINDOW, YEAR, text("region"), text("partner"), text("material"),
    number("demand_t", "t/yr", "demanded"),
    number("unmet_t", "t/yr", "not served"),
    musd("lost_musd", "value of that lost supply in its year, undiscounted and not weighted"),
    place=PLANS,
)  # fmt: skip

SURPLUS = output(
    "surplus", "What is given away because nothing uses it: the slack of every balance, above 10⁻⁶ t.",
    "window year region material",
    PLACE,
    number("t", "t/yr", "given away"),
    place=PLANS,
)  # fmt: skip

COSTS = output(
    "costs", "Every cost, in its year and as it counts in the expected cost.", "part item partner year window",
    text("part", "`annuities`, `fixed`, `process`, `purchases`, `transport`, `sales`, `holding`, `shortage`, "
         "`restock`"),
    text("item", "asset, supplier, lane `from>to`, region of a market, stockpile, or `region/material` of a shortage"),
    text("partner", "who pays an annuity; otherwise empty"),
    YEAR,
    text("window", "`base` also for annuities and fixed cost, which no window changes"),
    musd("musd", "in that year if that window happens, undiscounted; sales are negative"),
    share("weight", "discount factor, for operation × probability"),
    musd("expected_musd", "`musd` × `weight`; sums to the plan's cost"),
    place=PLANS,
)  # fmt: skip

METRICS = output(
    "metrics", "One row a figure. Columns that do not apply are empty.",
    "metric partner window year material subject",
    text("metric", "one of the names below"),
    text("partner"),
    WINDOW,
    year("year", empty=True),
    text("material"),
    text("subject", "the country, plant or measure that the figure is about"),
    number("value", "as `unit` says"),
    text("unit"),
    place=PLANS,
)  # fmt: skip

PRICES = output(
    "prices", "What one tonne more would cost, given this build plan.", "window year region material",
    text("window", "in windows: the price if the window happens"),
    YEAR, text("region"), text("material"),
    number("usd_per_t", "USD/t", "in money of that year, undiscounted; empty: not known", empty=True),
    place=PLANS,
)  # fmt: skip

PLAN_TABLES = {
    table.name: table
    for table in (
        BUILDS, CAPACITY, OPERATION, FLOWS, SUPPLY, SALES, STOCK, SHORTAGE, SURPLUS, COSTS, METRICS, PRICES,
    )
}  # fmt: skip
"""The tables of a plan by name, but for that in exchange format."""

IAMC = output(
    "iamc",
    "The plan in the format of the Integrated Assessment Modeling Consortium, which databases and tools of scenarios "
    "read (pyam, for one).",
    "Model Scenario Region Variable Unit",
    text("Model", "the program with its version"),
    text("Scenario",
         "the plan on the undisrupted path; the plan and the window, with a blank between, in a disruption"),
    text("Region"),
    text("Variable", "one of the names below; a bar within a name of the case is written as a slash"),
    text("Unit", "t, t/yr, million USD a year or USD/t of the case's currency year"),
    number("<year>", "as `Unit` says", "one column a year; empty where there is nothing, and outside a window's years"),
    place=PLANS,
)  # fmt: skip

TABLES = (FRONT, EXCHANGEABLE, SO_FAR, *PLAN_TABLES.values(), IAMC)
"""In the order in which they are described."""
