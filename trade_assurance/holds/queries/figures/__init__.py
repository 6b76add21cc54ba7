"""An exporter's figures, from the books and from what was asked and looked at."""
