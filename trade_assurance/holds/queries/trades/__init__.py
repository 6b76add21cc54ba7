"""Reads of a trade's money for its two sides."""
