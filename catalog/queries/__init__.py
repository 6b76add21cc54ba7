"""Reads of the catalogue for pages, the API and the apps above: frozen dataclasses, never lazy querysets."""

from catalog.queries.buying.gone import supplier_of_gone
from catalog.queries.buying.offers import Offer, ProductCard, offer_for_order, product_cards, variant_cards
from catalog.queries.buying.sample_offers import offer_for_sample
from catalog.queries.categories import CategoryNode, Tree, category_facts, category_tree
from catalog.queries.trust.goods import GoodsLine, demand_sendable

__all__ = [
    "CategoryNode",
    "GoodsLine",
    "Offer",
    "ProductCard",
    "Tree",
    "category_facts",
    "category_tree",
    "demand_sendable",
    "offer_for_order",
    "offer_for_sample",
    "product_cards",
    "supplier_of_gone",
    "variant_cards",
]
