"""What changed in the catalog, by day: computed from the tables' own days, and from the history for what has no day."""
