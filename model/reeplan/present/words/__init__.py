"""Sentences that report, figures and terminal share, computed from the files of a run."""
