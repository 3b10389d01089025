"""Values as the database should hold them, read from the source in a way of its own."""
