"""Reads of held money that a processor may not hold for so long."""
