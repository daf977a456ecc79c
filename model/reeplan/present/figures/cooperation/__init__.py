"""Figures of ``reeplan cooperate``: what joining is worth, who gains and pays, levers of the deal, and regret."""
