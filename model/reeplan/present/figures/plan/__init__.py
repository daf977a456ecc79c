"""Figures of one plan: what is built, paid, short and kept in stock."""
