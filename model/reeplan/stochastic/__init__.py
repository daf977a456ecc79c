"""One case with more windows than one machine can hold, solved in parts by several processes.

``parts`` cuts the program into the undisrupted path and bundles of windows; ``bounds`` has mpi-sppy solve
them over MPI; ``python -m reeplan.stochastic`` is the command.
"""
