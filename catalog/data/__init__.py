"""The marketplace's category tree and attribute definitions, as data.

Owns the two TOML files beside it and their reading into frozen dataclasses.
Must not import Django or touch the database: `catalog.operations` writes the
rows, this package only says what they should be.
"""

from catalog.data.checks import find_problems
from catalog.data.tree import (
    LANGUAGES,
    AttributeDefinition,
    AttributeUse,
    CategoryDataError,
    CategoryDefinition,
    CategoryTree,
    ChoiceDefinition,
    Names,
    load_tree,
    parse_tree,
)

__all__ = [
    "LANGUAGES",
    "AttributeDefinition",
    "AttributeUse",
    "CategoryDataError",
    "CategoryDefinition",
    "CategoryTree",
    "ChoiceDefinition",
    "Names",
    "find_problems",
    "load_tree",
    "parse_tree",
]
