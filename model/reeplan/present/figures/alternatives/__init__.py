"""Figures of near-optimal plans."""
