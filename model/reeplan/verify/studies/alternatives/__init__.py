"""The check of near-optimal plans."""
