"""What a case folder holds: every table, column, unit, key, default and rule, stated once.

Reading, checking, defaults, overlays, the generated table reference, the empty templates and
``datapackage.json`` all follow from this page and from nothing else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "number", "integer", "yes_no", "choice", "years"]

REQUIRED = "required"
"""A cell without a default: it must be filled."""

NO_LIMIT = math.inf
MATERIAL = "material"
"""A reference to anything that can be bought, demanded or stored: an element or a product."""

KINDS_OF_GOODS = ("concentrate", "mixed", "heavy_mix", "oxide", "product", "scrap")
"""The kinds of transport, and of material in a disruption: what a lane or a cutoff can single out."""

VARIED_TABLES = (
    "settings", "partners", "regions", "elements", "products", "deposits", "processes", "recipes", "plants", "ventures",
    "suppliers", "markets", "transport", "demand", "stockpiles", "budgets", "offtakes", "dependence", "scenarios",
    "disruptions",
)  # fmt: skip
"""Tables whose numbers may have a range. A basket's shares hang together, so one of them alone may not."""

VARIED_SETTINGS = ("discount_rate", "cvar_level")
"""Settings that say something about the world, not about how a plan is sought."""

ALL = "all"
ANY_YEAR = "any"
"""Of the starts of a scenario: every year from which its whole window lies in the horizon."""

MONTHS_OF_A_YEAR = 12

BASE = "base"
"""The reserved scenario whose disruptions act on the undisrupted path and in every window."""


@dataclass(frozen=True)
class FromColumn:
    """A default taken from another column of the same row."""

    column: str


@dataclass(frozen=True)
class FromSetting:
    """A default taken from the settings."""

    name: str


@dataclass(frozen=True)
class Column:
    """One column: what may stand in a cell, in which unit, and what an empty cell means.

    ``default`` is ``REQUIRED``, a value, ``None`` (nothing: "no target", "never"), or a
    reference to another column or setting. ``refers_to`` names the tables whose keys are valid
    values. ``also`` lists words that are valid beside these names.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    default: object = REQUIRED
    least: float | None = None
    most: float | None = None
    above: float | None = None
    choices: tuple[str, ...] = ()
    refers_to: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    @property
    def required(self) -> bool:
        """Whether a cell of this column must be filled."""
        return isinstance(self.default, str) and self.default == REQUIRED


@dataclass(frozen=True)
class Table:
    """One table: its key, its columns, and what it means when it is absent.

    ``by_year``: the table has a ``year`` in its key; between the listed years values are
    interpolated, outside them the nearest listed year holds. ``wide``: further columns, one for
    each row of the table named, are allowed (the elements of a basket). ``if_absent``: what the
    absence of an optional table means for every plan; none depends on one that is ``for_studies``. ``either``: pairs of
    columns of which every row fills exactly one.
    """

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    optional: bool = False
    by_year: bool = False
    wide: str = ""
    if_absent: str = ""
    for_studies: bool = False
    either: tuple[tuple[str, str], ...] = ()

    def column(self, name: str) -> Column:
        """The column of this name."""
        return next(column for column in self.columns if column.name == name)


def _text(name: str, meaning: str, default: object = REQUIRED, **rules: object) -> Column:
    return Column(name, "text", meaning, default=default, **rules)  # type: ignore[arg-type]


def _number(name: str, unit: str, meaning: str, default: object = REQUIRED, **rules: object) -> Column:
    """A number that cannot be negative unless the rules say so."""
    bounds: dict[str, object] = {"least": 0.0, **rules}
    return Column(name, "number", meaning, unit, default, **bounds)  # type: ignore[arg-type]


def _share(name: str, meaning: str, default: object = REQUIRED) -> Column:
    return Column(name, "number", meaning, "fraction", default, least=0.0, most=1.0)


def _integer(name: str, unit: str, meaning: str, default: object = REQUIRED, **rules: object) -> Column:
    bounds: dict[str, object] = {"least": 0, **rules}
    return Column(name, "integer", meaning, unit, default, **bounds)  # type: ignore[arg-type]


def _year(name: str, meaning: str, default: object = REQUIRED) -> Column:
    return Column(name, "integer", meaning, "year", default, least=1900, most=2200)


SOURCE_AND_NOTE = (
    _text("source", "where the numbers of this row come from; begins with 'assumption' for a judgement", ""),
    _text("note", "anything a reader should know about this row", ""),
)
"""Columns that every table may have."""

DROP = Column("drop", "yes_no", "yes in an overlay: remove the row, or all rows that match what is filled of the key")
"""The column that only an overlay may have."""


SETTINGS: tuple[Column, ...] = (
    _text("title", "what the case is called on figures and in the report; empty: the name of its folder", ""),
    _year("first_year", "first year of the plan; costs are discounted to it"),
    _year("last_year", "last year of the plan"),
    _year("currency_year", "all money is in real USD of this year", FromSetting("first_year")),
    _number("discount_rate", "fraction a year", "real social rate that makes costs of different years comparable",
            most=1),
    Column("resilience_measure", "choice", "how the resilience of a plan is measured", default="worst_case",
           choices=("worst_case", "weakest_link", "expected", "cvar")),
    Column("cvar_level", "number", "cvar: the mean of the worst 1 - cvar_level of the probability", "fraction", 0.9,
           least=0.0, most=0.999999),
    Column("resilience_target", "number", "a resilience that is one of the front's points", "fraction", None,
           least=0.0, most=1.0),
    Column("crisis_sharing", "yes_no", "no: in a window, what one partner's country ships to another's of a material "
           "in a year is at most what it ships on the undisrupted path", default=True),
    Column("mip_gap", "number", "relative gap between plan and bound at which a point counts as solved", "fraction",
           0.001,
           least=0.0, most=1.0),
    Column("time_limit_s", "number", "time limit of each point", "s", 600.0, above=0.0),
    Column("front_points", "integer", "number of resilience levels of the front, its two ends included", "points", 12,
           least=1, most=1000),
)

_PLANT_ECONOMICS = (
    _number("fixed_usd_per_t", "USD/t/yr", "fixed cost a year for each t/yr of capacity held, used or not", 0.0),
    _number("opex_factor", "factor", "multiplies the process's opex at this place", 1.0),
    _year("earliest_year", "first year in which new capacity can run", FromSetting("first_year")),
    _integer("lead_years", "years", "years from decision to running", 0),
    _integer("life_years", "years", "years that a module (and a site) runs", 25, least=1),
    _integer("ramp_years", "years", "years until a new module gives its full size", 0),
)
_RISK_PREMIUM = _number("risk_premium", "fraction a year",
                        "added to the investor's rate in the annuity and in the interest while building", 0.0, most=1)

TABLES: dict[str, Table] = {table.name: table for table in (
    Table("settings", "The case as a whole: years, rates, how resilience is measured, when to stop solving.",
          ("name",), (
              Column("name", "choice", "name of the setting", choices=tuple(setting.name for setting in SETTINGS)),
              _text("value", "its value"),
          )),
    Table("partners", "The countries that plan together: their demand is served and their money is spent.",
          ("partner",), (
              _text("partner", "name of the country, as in regions"),
              _number("wacc", "fraction a year", "real cost of capital of its investors", most=1),
          )),
    Table("regions", "The nodes of the network. Each lies in a country.",
          ("region",), (
              _text("region", "name of the node"),
              _text("country", "country it belongs to"),
              Column("latitude", "number", "where it is drawn", "degrees", least=-90, most=90),
              Column("longitude", "number", "where it is drawn", "degrees", least=-180, most=180),
              _number("power_usd_per_mwh", "USD/MWh", "price of electricity and process energy", 0.0),
              _number("grid_tco2_per_mwh", "t CO2/MWh", "carbon of that energy", 0.0),
              _number("carbon_usd_per_t", "USD/t CO2", "carbon price", 0.0),
              _number("thorium_usd_per_t", "USD/t ThO2", "cost of handling and storing released thorium", 0.0),
              _number("thorium_max_t_per_year", "t ThO2/yr", "most thorium that may be released a year", NO_LIMIT),
          )),
    Table("elements", "The rare earths that are followed one by one, as separated oxides.",
          ("element",), (
              _text("element", "symbol or short name"),
              _text("name", "full name"),
              Column("circuit", "choice", "the separation circuit that yields it", choices=("light", "heavy")),
              _number("reference_usd_per_t", "USD/t REO",
                      "reference price; values what a stockpile must be refilled with"),
          )),
    Table("products", "What is made from oxides, and scrap.",
          ("product",), (
              _text("product", "name of the product"),
              Column("kind", "choice", "a product, or scrap", choices=("product", "scrap")),
              _number("reference_usd_per_t", "USD/t", "reference price"),
              _number("reo_t_per_t", "t REO/t", "oxide contained, for caps that count oxide"),
          ), optional=True, if_absent="only oxides are demanded and traded"),
    Table("deposits", "Ore bodies. Whatever is won from one keeps its oxide distribution.",
          ("deposit",), (
              _text("deposit", "name of the ore body"),
              _text("region", "where it lies", refers_to=("regions",)),
              _text("ore", "kind of ore: monazite, hard_rock, ionic_clay, mud, ..."),
              _number("resource_t", "t REO", "most that can be won over the whole horizon"),
              _number("thorium_t_per_t", "t ThO2/t REO", "thorium that comes with a tonne of oxide", 0.0),
          )),
    Table("baskets", "Each deposit's oxide distribution: one column per element; the shares sum to 1.",
          ("deposit",), (
              _text("deposit", "the ore body", refers_to=("deposits",)),
          ), wide="elements"),
    Table("processes", "Technologies: what they take and make, and what a tonne of activity costs. "
          "Activity is t REO taken; with a recipe, t of activity.",
          ("process",), (
              _text("process", "name of the technology"),
              Column("takes", "choice", "what goes in", choices=("ore", "concentrate", "mixed", "heavy_mix", "recipe")),
              Column("makes", "choice", "what comes out",
                     choices=("concentrate", "mixed", "light_and_heavy_mix", "oxides", "recipe")),
              _text("ore", "treats only deposits of this ore", "any", also=("any",)),
              Column("recovery", "number", "oxide recovered of oxide taken", "fraction", 1.0, above=0.0, most=1.0),
              _number("opex_usd_per_t", "USD/t", "operating cost without energy", 0.0),
              _number("energy_mwh_per_t", "MWh/t", "energy, charged at the region's price", 0.0),
              _number("co2_t_per_t", "t CO2/t", "carbon beside that of the energy", 0.0),
              Column("releases_thorium", "yes_no", "whether the deposit's thorium is set free here", default=False),
          )),
    Table("recipes", "What processes with a recipe consume (negative) and make (positive).",
          ("process", "material"), (
              _text("process", "the process", refers_to=("processes",)),
              _text("material", "element or product", refers_to=(MATERIAL,)),
              Column("t_per_t", "number", "tonnes per t of activity; negative is consumed, positive is made", "t/t"),
          ), optional=True, if_absent="nothing is made from oxides"),
    Table("plants", "A process at a place: what runs today and what can be built, module by module.",
          ("plant",), (
              _text("plant", "name of the plant"),
              _text("region", "where it stands", refers_to=("regions",)),
              _text("process", "what it does", refers_to=("processes",)),
              _text("deposit", "the only deposit it treats; needed where ore is taken", None, refers_to=("deposits",)),
              _number("capacity_t_per_year", "t/yr", "existing capacity, in t of activity", 0.0),
              _year("retires", "last year that the existing capacity runs", None),
              _number("module_t_per_year", "t/yr", "size of a module", 0.0),
              _integer("max_modules", "modules", "most modules that run in any year", 0),
              _number("site_musd", "MUSD", "overnight capital of a site, once, before any module", 0.0),
              _number("module_musd", "MUSD", "overnight capital of a module", 0.0),
              *_PLANT_ECONOMICS,
              _share("foreign_share_max", "most that foreign partners together may own, in a partner's own country",
                     1.0),
              _text("technology_partner", "the partner without whose technology nothing is built", None,
                    refers_to=("partners",)),
              _share("technology_share_min", "least part that the technology partner pays and owns", 0.0),
              _number("offtake_right", "t/t", "t/yr that a partner may take home for each t/yr of capacity it pays",
                      0.0),
              _RISK_PREMIUM,
          )),
    Table("ventures",
          "Equity-and-offtake options on projects in third countries. At most one option of a venture is taken.",
          ("venture", "option"), (
              _text("venture", "name of the project"),
              _text("option", "name of the option"),
              _text("region", "where it stands", refers_to=("regions",)),
              _text("process", "what it does", refers_to=("processes",)),
              _text("deposit", "the only deposit it treats; needed where ore is taken", None, refers_to=("deposits",)),
              _text("claimant", "the partner that can take it alone; empty: only all partners together", None,
                    refers_to=("partners",)),
              _number("plant_t_per_year", "t/yr", "size of the whole project, in t of activity"),
              _number("plant_musd", "MUSD", "overnight capital of the whole project"),
              _share("equity_share", "part of the capital that the option pays"),
              _share("offtake_share", "part of the capacity that the option uses"),
              _number("royalty_usd_per_t", "USD/t", "royalty and host-country tax per t of activity", 0.0),
              *_PLANT_ECONOMICS,
              _RISK_PREMIUM,
          ), optional=True, if_absent="there are no ventures in third countries"),
    Table("suppliers", "Who sells what, where, at what price, and how much a year.",
          ("supplier", "material", "year"), (
              _text("supplier", "name of the seller"),
              _text("material", "element, product or scrap", refers_to=(MATERIAL,)),
              _year("year", "year these values hold"),
              _text("region", "where it is handed over; one per supplier and material", refers_to=("regions",)),
              _number("price_usd_per_t", "USD/t", "price at that place"),
              _number("max_t_per_year", "t/yr", "most that it sells us"),
              _number("min_t_per_year", "t/yr", "take-or-pay: least that must be bought", 0.0),
              _text("buyer", "the partner that holds the contract", None, refers_to=("partners",)),
          ), by_year=True),
    Table("markets", "Where surplus can be sold.",
          ("region", "material", "year"), (
              _text("region", "where", refers_to=("regions",)),
              _text("material", "element, product or scrap", refers_to=(MATERIAL,)),
              _year("year", "year these values hold"),
              _number("price_usd_per_t", "USD/t", "price paid"),
              _number("max_t_per_year", "t/yr", "most that can be sold"),
          ), optional=True, by_year=True, if_absent="surplus is given away"),
    Table("transport",
          "Lanes. A pair of regions without a row cannot trade that kind of goods; an exact kind wins over 'all'.",
          ("from_region", "to_region", "kind"), (
              _text("from_region", "from", refers_to=("regions",)),
              _text("to_region", "to", refers_to=("regions",)),
              Column("kind", "choice", "what is carried", choices=(*KINDS_OF_GOODS, ALL)),
              _number("usd_per_t", "USD/t", "freight, handling and insurance"),
          )),
    Table("demand", "What must be served, in partners' countries, and the value of what is not.",
          ("region", "material", "year"), (
              _text("region", "where", refers_to=("regions",)),
              _text("material", "element, product or scrap", refers_to=(MATERIAL,)),
              _year("year", "year these values hold"),
              _number("t_per_year", "t/yr", "demand"),
              _number("shortage_usd_per_t", "USD/t", "value of lost supply"),
          ), by_year=True),
    Table("stockpiles", "Stores in partners' countries: what lies there, and how much room can be added.",
          ("region", "material"), (
              _text("region", "where", refers_to=("regions",)),
              _text("material", "element, product or scrap", refers_to=(MATERIAL,)),
              _number("initial_t", "t", "level before the first year; the undisrupted path ends with no less", 0.0),
              _number("capacity_t", "t", "room that exists", 0.0),
              _number("max_capacity_t", "t", "most room, with what is added", FromColumn("capacity_t")),
              _number("capacity_usd_per_t", "USD/t", "overnight capital of a tonne of room", 0.0),
              _number("holding_usd_per_t_year", "USD/t/yr", "cost of holding, on the level at year's end", 0.0),
              _integer("life_years", "years", "years that added room lasts", 25, least=1),
          ), optional=True, if_absent="nothing is stored"),
    Table("budgets", "Most overnight capital that a partner decides in a span of years.",
          ("partner", "first_year", "last_year"), (
              _text("partner", "who pays", refers_to=("partners",)),
              _year("first_year", "first year of the span"),
              _year("last_year", "last year of the span"),
              _number("musd", "MUSD", "most overnight capital"),
          ), optional=True, if_absent="capital is not limited"),
    Table("offtakes", "What one partner's country may ship to another's without that partner's finance.",
          ("from_country", "to_country", "year"), (
              _text("from_country", "sender", refers_to=("partners",)),
              _text("to_country", "receiver", refers_to=("partners",)),
              _year("year", "year these values hold"),
              _number("free_t_per_year", "t REO/yr", "export allowed without finance"),
          ), optional=True, by_year=True, if_absent="shipments between partners are not limited"),
    Table("dependence", "Most that a partner may take of a material from one country, as a share of what it uses.",
          ("partner", "from_country", "material", "year"), (
              _text("partner", "who depends", refers_to=("partners",)),
              _text("from_country", "on whom", refers_to=("countries",)),
              _text("material", "element or product; 'all' is each of them, not scrap", refers_to=(MATERIAL,),
                    also=(ALL,)),
              _year("year", "year these values hold"),
              _share("max_share", "most, as a share of demand and of what its plants take"),
          ), optional=True, by_year=True, if_absent="what a partner takes from one country is not limited"),
    Table("scenarios", "Disruptions that may happen. Each start year makes one window.",
          ("scenario",), (
              _text("scenario", "name of the scenario"),
              _text("label", "what it is called on figures", FromColumn("scenario")),
              Column("starts", "years", f"start years and spans of them; `{ANY_YEAR}` is every year from which the "
                     "whole window lies in the horizon", "year"),
              _integer("years", "years", "length", None, least=1),
              _integer("months", "months", "length of a window that lies within its start year", None, least=1,
                       most=MONTHS_OF_A_YEAR - 1),
              _share("probability", "that it happens in the horizon at all; split evenly over its starts", None),
              _share("probability_per_year", "of each of its starts", None),
              Column("in_target", "yes_no", "no: its windows count in the cost and are reported, but resilience and "
                     "target leave them out", default=True),
              Column("with_loss_of", "choice", "beside the window of each start, one more for every single one of this "
                     "kind that it does not take away already, which is lost in it too; of probability 0",
                     default=None, choices=("venture", "plant", "supplier")),
          ), optional=True, if_absent="nothing is disrupted for a time, and every plan's resilience is 1",
          either=(("years", "months"), ("probability", "probability_per_year"))),
    Table("disruptions", "What a scenario does. Where several rows act, the least availability holds.",
          ("scenario", "kind", "target", "material", "first", "last"), (
              _text("scenario", "the scenario; 'base' acts on the undisrupted path and in every window",
                    refers_to=("scenarios",), also=(BASE,)),
              Column("kind", "choice", "what is hit", choices=("country", "supplier", "plant", "deposit", "route")),
              _text("target", "a country, a supplier, a plant or venture, a deposit (its ore is not won), or a route "
                    "'A>B' between two countries"),
              _text("material", "element, product, a kind of goods, or all", ALL, refers_to=(MATERIAL,),
                    also=(ALL, *KINDS_OF_GOODS)),
              _integer("first", "year",
                       "first year of the window that is hit, counted from 1; for 'base' a calendar year",
                       None, least=1),
              _integer("last", "year", "last year of the window that is hit; for 'base' a calendar year", None,
                       least=1),
              _share("availability", "what remains; may be empty only where there is a price_factor", 1.0),
              _number("price_factor", "factor", "of suppliers and countries: multiplies what purchases from them cost, "
                      "and what sales in that country earn; several multiply", 1.0),
              Column("basis", "choice",
                     "of what it remains: of the supplier's limit, or of purchases on the undisrupted path",
                     default="ceiling", choices=("ceiling", "flow")),
          ), optional=True, if_absent="scenarios change nothing"),
    Table("ranges", "What is uncertain, and how far: the numbers that `reeplan sensitivity` varies. "
          "No plan of `reeplan solve` depends on it.",
          ("input", "table", "key", "column"), (
              _text("input", "what it is called in results; rows of one name move together, from low to high; "
                    "without a name a row moves by itself", None),
              Column("table", "choice", "the table that the numbers stand in", choices=VARIED_TABLES),
              _text("key", "which rows of it: their key, its parts in the order of that table with / between them "
                    "('seller / material / 2030'); * is any, and so is what is left out at the end", ""),
              _text("column", "the column; for settings it is 'value'"),
              Column("low", "number", "lower end, as `change` says"),
              Column("high", "number", "upper end"),
              Column("change", "choice", "what low and high are: values (to), factors on the present values (times), "
                     "or what is added to them (plus)", default="to", choices=("to", "times", "plus")),
              Column("distribution", "choice", "how likely what lies between is: all alike, the present value most, or "
                     "all alike on a scale of ratios", default="uniform",
                     choices=("uniform", "triangular", "log_uniform")),
          ), optional=True, for_studies=True,
          if_absent="nothing is said to be uncertain, and there is no sensitivity to study"),
)}
