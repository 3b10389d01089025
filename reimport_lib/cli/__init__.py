"""The command: what it asks, does and says."""
