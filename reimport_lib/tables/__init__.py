"""The tables, one module each: the one place that knows what a table is."""
