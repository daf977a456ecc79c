"""Studies: many questions about one case, and what their answers say together."""
