"""Writes prices for named buyers and groups."""
