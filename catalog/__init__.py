"""Supplier catalogues: categories, products, prices, images, search. Knows companies; has never heard of an order."""
