"""Suppliers and their storefronts."""
