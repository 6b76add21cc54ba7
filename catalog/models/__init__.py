"""The catalogue's rows, by aggregate: categories, products, search."""

from catalog.models.category import AttributeDefinition, Category, CategoryAttribute
from catalog.models.product import (
    PriceTier,
    Product,
    ProductChange,
    ProductImage,
    ProductTransition,
    SupplierFacts,
    Variant,
)
from catalog.models.search import SearchChange, SearchEntry, SearchFeed, SearchWord

__all__ = [
    "AttributeDefinition",
    "Category",
    "CategoryAttribute",
    "PriceTier",
    "Product",
    "ProductChange",
    "ProductImage",
    "ProductTransition",
    "SearchChange",
    "SearchEntry",
    "SearchFeed",
    "SearchWord",
    "SupplierFacts",
    "Variant",
]
