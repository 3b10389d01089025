"""FileMaker Server, by its Data API and by OData."""
