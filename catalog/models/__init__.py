"""The catalogue's rows, by aggregate: categories, products, search, imports."""

from catalog.models.category import AttributeDefinition, Category, CategoryAttribute
from catalog.models.imports import (
    ImportedPicture,
    ListingImport,
    ListingImportRow,
    ListingImportTransition,
    RememberedColumns,
)
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
    "ImportedPicture",
    "ListingImport",
    "ListingImportRow",
    "ListingImportTransition",
    "PriceTier",
    "Product",
    "ProductChange",
    "ProductImage",
    "ProductTransition",
    "RememberedColumns",
    "SearchChange",
    "SearchEntry",
    "SearchFeed",
    "SearchWord",
    "SupplierFacts",
    "Variant",
]
