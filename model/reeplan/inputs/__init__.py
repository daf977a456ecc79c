"""The input layer: what a case folder may hold, reading it, checking it, describing it."""
