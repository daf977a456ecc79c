"""Figures of sensitivity: which inputs matter, and what holds in most futures."""
