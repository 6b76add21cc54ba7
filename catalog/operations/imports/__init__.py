"""Writes imports of listings, step by step."""
