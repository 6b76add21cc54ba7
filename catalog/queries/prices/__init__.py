"""Prices for named buyers, for their supplier's sellers only; and the price grid while it is typed."""
