"""What if the numbers are wrong: which inputs move cost and decisions, and which decisions hold in most futures.

``inputs`` reads the ranges, ``futures`` makes a case of each point in them, ``question`` is what is asked of the
solver, ``design`` and ``indices`` are the methods (SALib's), ``outputs`` what is looked at, ``study`` the order of the
work, and ``tornado``, ``effects``, ``robust`` and ``result`` put the answers together.
"""
