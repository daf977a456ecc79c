"""Solving: the solver, plans, fronts, and who works on what is asked."""
