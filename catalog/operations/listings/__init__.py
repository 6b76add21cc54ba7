"""Writes listings: one, many at once, and their parts."""
