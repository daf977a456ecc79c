"""Figures of supply: where material comes from, at what cost, and on whom partners depend."""
