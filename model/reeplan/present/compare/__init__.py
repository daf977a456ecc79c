"""Two or more runs beside each other: inputs, fronts and plans, from the files of their folders alone."""
