"""The synthetic clinic and its local services."""
