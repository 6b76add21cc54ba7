"""Writes what is public of a supplier: facts from trades, its storefront."""
