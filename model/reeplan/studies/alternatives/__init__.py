"""Near-optimal plans: what every plan needs that costs little more than the cheapest, and what is left to choose."""
