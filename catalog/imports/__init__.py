"""Imports: what other catalogs say, read without trust, shown as a difference, applied as one act that can be undone."""
