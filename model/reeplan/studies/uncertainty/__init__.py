"""An uncertain future: what knowing it would be worth, what a plan would be regretted for, what risk costs.

``two_stage`` computes the value of knowing for any two-stage program: a case of this model (``case_problem``) or a
textbook's problem (``textbook``). ``regret`` sets the plans of a front against what may happen and against other
futures, ``risk`` trades expected cost against the tail of the shortage, and ``result`` makes tables of it.
"""
