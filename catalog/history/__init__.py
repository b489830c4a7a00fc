"""History: what an act changed, row by row, and how it is taken back."""
