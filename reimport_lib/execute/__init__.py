"""Runs as a whole: approve, execute, restore, prune."""
