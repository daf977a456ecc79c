"""Figures of planning under uncertainty: what knowing is worth, regret, and risk."""
