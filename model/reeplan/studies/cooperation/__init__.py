"""Together or alone: what each coalition of partners would cost, and how to share what cooperation gains.

``sharing`` and ``coalition`` say what a coalition has, ``allocation``, ``core`` and ``bands`` are the mathematics of
sharing, ``attribution`` says who pays what in a plan, ``question`` is what is asked of the solver, and ``deal`` puts
it together.
"""
