"""Schema history of the catalogue."""
