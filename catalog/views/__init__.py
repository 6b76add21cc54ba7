"""The catalogue's pages: parse, one query or one operation, answer."""
