"""The way in: readers that give frames of text, and the snapshot that freezes them."""
