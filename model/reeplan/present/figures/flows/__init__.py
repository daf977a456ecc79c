"""Figures of flows: material from place to place, by origin."""
