"""From a plan to tidy tables, metrics and the run folder."""
