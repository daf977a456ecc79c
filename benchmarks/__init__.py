"""What the program costs in time and memory, as ratios measured within one run."""
