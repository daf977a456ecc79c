"""The case, its numbers and its program: what the mathematics is about, before anybody solves it."""
