"""Cells as values: pure functions from what a person typed to what a field holds."""
