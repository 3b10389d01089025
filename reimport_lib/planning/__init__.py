"""What will become of each row: pure functions of snapshot, clock, mapping and target rows."""
