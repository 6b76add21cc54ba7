"""Writes what search needs, and what people searched."""
