"""Held money that a processor may not hold for so long."""
