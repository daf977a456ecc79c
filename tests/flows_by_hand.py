"""A plan of one year written by hand, whose origins are worked out with pencil and paper.

The pit in A gives 30 t of Nd; 60 t are bought at the quay in X and shipped to the port in B, where 20 t
arrive from A. So the port's 80 t are a quarter A's. The forge there takes 50 t of them into 100 t of
magnets (37.5 t from X, 12.5 t from A); 30 t of oxide serve the port's own demand, and 10 t the town's. Of
120 t of magnets demanded 20 t are missing (10 t of oxide). In the cutoff nothing comes from the quay; the
port gets 20 t from A and 5 t from stock, all of it for the forge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from figure_support import hand_run

if TYPE_CHECKING:
    from pathlib import Path

INPUTS = """
settings
name        value
first_year  2030
last_year   2030
discount_rate  0

partners
partner  wacc
A        0.04
B        0.08

regions
region  country
town    A
port    B
quay    X

elements
element  circuit  reference_usd_per_t
Nd       light    60000

products
product  kind     reference_usd_per_t  reo_t_per_t
magnet   product  80000                0.5

deposits
deposit  region  ore   resource_t
pit      town    rock  5000

baskets
deposit  Nd
pit      1

processes
process  takes   makes   ore   opex_usd_per_t
refine   ore     oxides  rock  4000
forging  recipe  recipe  any   4000

recipes
process  material  t_per_t
forging  Nd        -0.5
forging  magnet    1

plants
plant  region  process  deposit  capacity_t_per_year
works  town    refine   pit      30
forge  port    forging  -        100

suppliers
supplier  material  year  region  price_usd_per_t  max_t_per_year
trader    Nd        2030  quay    50000            60

transport
from_region  to_region  kind  usd_per_t
quay         port       all   150
town         port       all   50

stockpiles
region  material  capacity_t  initial_t  max_capacity_t
port    Nd        8           5          8

scenarios
scenario  label                        starts  years  probability
cutoff    X sells nothing for a year   2030    1      0.04

disruptions
scenario  kind     target  availability
cutoff    country  X       0

demand
region  material  year  t_per_year  shortage_usd_per_t
town    Nd        2030  10          150000
port    Nd        2030  30          150000
port    magnet    2030  120         200000
"""

FRONT = """
front
point  cost_musd  resilience  bound_musd
p01    100        0.3         100
"""

PLAN = """
operation
window       year  asset  deposit  t
base         2030  works  pit      30
base         2030  forge  -        100
cutoff@2030  2030  works  pit      30
cutoff@2030  2030  forge  -        50

supply
window  year  supplier  region  material  t   price_usd_per_t
base    2030  trader    quay    Nd        60  50000

flows
window       year  from_region  to_region  material  t
base         2030  quay         port       Nd        60
base         2030  town         port       Nd        20
cutoff@2030  2030  town         port       Nd        20

stock
window       year  region  material  level_t  filled_t  drawn_t  room_t
base         2030  port    Nd        5        0         0        8
cutoff@2030  2030  port    Nd        0        0         5        8

shortage
window       year  region  partner  material  demand_t  unmet_t  lost_musd
base         2030  town    A        Nd        10        0        0
base         2030  port    B        Nd        30        0        0
base         2030  port    B        magnet    120       20       4
cutoff@2030  2030  town    A        Nd        10        0        0
cutoff@2030  2030  port    B        Nd        30        30       4.5
cutoff@2030  2030  port    B        magnet    120       70       14

metrics
metric                 partner  window       year  material  subject  value  unit
served share by value  B        cutoff@2030  -     -         -        0.3    fraction
days of cover          B        -            2030  Nd        -        22.8   days
"""

EMPTY = """
sales
window  year  region  material  t  price_usd_per_t
"""


def by_hand(folder: Path, nothing: bool = False, **changes: str) -> Path:
    """The run folder; with ``nothing`` every table of the plan has only its header. ``changes``: old text to new."""
    plan = PLAN
    for old, new in changes.items():
        plan = plan.replace(old, new)
    if nothing:
        blocks = [block.split("\n")[:2] for block in plan.strip().split("\n\n")]
        plan = "\n\n".join("\n".join(block) for block in blocks)
    return hand_run(folder, INPUTS, FRONT, {"p01": plan + "\n" + EMPTY})
