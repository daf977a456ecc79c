"""How results are shown: words, charts, figures, the report and comparisons, all from run folders alone."""
