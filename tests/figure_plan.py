"""One plan written by hand for figures of what flows: two partners, one works, one seller who may stop selling.

In 2031, the middle year, the works digs 50 t with 80 % Nd and 20 % Dy. Of the 40 t of Nd the town uses 30 and ships 10;
the port buys 50 more of the trader at the quay. Of the 10 t of Dy the port needs 6. Without the trader the port lacks
50 t.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from figure_support import hand_run
from reeplan.present.figures.spec import View
from reeplan.present.run import Run

if TYPE_CHECKING:
    from pathlib import Path

    from reeplan.present.figures.spec import Variant

INPUTS = """
    settings
    name           value
    first_year     2030
    last_year      2032
    discount_rate  0.05

    partners
    partner  wacc
    A        0.04
    B        0.08

    regions
    region  country  latitude  longitude
    town    A        20        75
    port    B        36        140
    quay    X        40        110
    beach   Y        -20       -120

    elements
    element  name        circuit  reference_usd_per_t
    Nd       neodymium   light    60000
    Dy       dysprosium  heavy    250000

    deposits
    deposit  region  ore   resource_t
    pit      town    rock  5000

    baskets
    deposit  Nd   Dy
    pit      0.8  0.2

    processes
    process  takes  makes   opex_usd_per_t
    refine   ore    oxides  4000

    plants
    plant  region  process  deposit  module_t_per_year  max_modules  module_musd
    works  town    refine   pit      40                 4            9

    suppliers
    supplier  material  year  region  price_usd_per_t  max_t_per_year
    trader    Nd        2030  quay    50000            500
    trader    Dy        2030  quay    200000           100

    transport
    from_region  to_region  kind  usd_per_t
    quay         town       all   100
    quay         port       all   150
    town         port       all   50

    stockpiles
    region  material  capacity_t  initial_t  max_capacity_t
    port    Nd        5           0          60

    scenarios
    scenario  label             starts  years  probability
    cutoff    X sells nothing   2031    1      0.04

    disruptions
    scenario  kind     target  availability
    cutoff    country  X       0

    demand
    region  material  year  t_per_year  shortage_usd_per_t
    town    Nd        2030  30          150000
    port    Nd        2030  60          150000
    port    Dy        2030  6           600000
    """

FRONT = """
    front
    point  cost_musd  resilience  bound_musd  gap  status   knee  not_distinguished_from_previous
    p01    10         0.4         10          0    optimal  no    no
    """

PLAN = """
    builds
    asset              partner  decided  running  modules  t_per_year  capex_musd  what
    works              A        2030     2031     1.2      48          10.8        module
    works              B        2030     2031     0.8      32          7.2         module
    works              A        2032     2032     1        40          9           module
    stockpile port/Nd  B        2030     2030     0        20          0.1         room

    capacity
    asset  year  existing_t_per_year  modules_running  t_per_year
    works  2031  0                    2                80

    operation
    window       year  asset  deposit  t
    base         2031  works  pit      50
    cutoff@2031  2031  works  pit      50

    flows
    window       year  from_region  to_region  material  t
    base         2031  town         port       Nd        10
    base         2031  quay         port       Nd        50
    base         2031  town         port       Dy        6
    cutoff@2031  2031  town         port       Nd        10
    cutoff@2031  2031  town         port       Dy        6

    supply
    window  year  supplier  region  material  t   price_usd_per_t
    base    2031  trader    quay    Nd        50  50000

    sales
    window  year  region  material  t  price_usd_per_t

    stock
    window  year  region  material  level_t  filled_t  drawn_t  room_t

    shortage
    window       year  region  partner  material  demand_t  unmet_t  lost_musd
    base         2031  town    A        Nd        30        0        0
    base         2031  port    B        Nd        60        0        0
    base         2031  port    B        Dy        6         0        0
    cutoff@2031  2031  town    A        Nd        30        0        0
    cutoff@2031  2031  port    B        Nd        60        50       7.5
    cutoff@2031  2031  port    B        Dy        6         0        0

    surplus
    window  year  region  material  t
    base    2031  town    Dy        4

    prices
    window  year  region  material  usd_per_t
    base    2031  town    Nd        50100
    base    2031  port    Nd        50150

    metrics
    metric                 partner  window       year  material  subject  value  unit
    served share by value  A        cutoff@2031  -     -         -        1      fraction
    served share by value  B        cutoff@2031  -     -         -        0.4    fraction
    """


def view_of(folder: Path, variant: Variant | None = None, **changes: str) -> View:
    """The plan's view; ``changes`` are tables' names and what to write for them instead."""
    plan = PLAN + "".join(f"\n    {name}\n" + text.strip("\n") + "\n" for name, text in changes.items())
    return View(Run(hand_run(folder, INPUTS, FRONT, {"p01": plan})), "p01", variant)
