"""Figures of how sure a plan is: near-optimal plans, uncertain inputs, uncertain futures."""
