"""The costs pages: one workload, priced on every model, over time, against another model, and on a reader's own text."""
