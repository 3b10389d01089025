"""The database a run writes to: the only package, with phases, that imports Django."""
