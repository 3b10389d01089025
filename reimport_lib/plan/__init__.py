"""What becomes of each row: pure functions of snapshot, clock, mapping, target."""
