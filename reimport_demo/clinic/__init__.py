"""The synthetic clinic: its tables, what is wrong in them, and the answer key."""
