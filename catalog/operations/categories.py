"""Writes the category tree from the data that ships with the marketplace."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from catalog.data import AttributeDefinition as AttributeData
from catalog.data import CategoryDefinition, CategoryTree, load_tree
from catalog.models import AttributeDefinition, Category, CategoryAttribute

_CATEGORY_FIELDS = ["parent", "path", "level", "position", "is_leaf", "hs", "names"]
_ATTRIBUTE_FIELDS = ["kind", "unit_code", "symbol", "names", "choices"]


@transaction.atomic
def load_categories(tree: CategoryTree | None = None) -> int:
    """Bring categories and attributes to the state of the tree; how many categories it has.

    Categories that the tree no longer has stay, because products may be filed there.
    """
    tree = tree or load_tree()
    AttributeDefinition.objects.bulk_create(
        [_attribute_row(attribute) for attribute in tree.attributes],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=_ATTRIBUTE_FIELDS,
    )
    ids: dict[str, int] = {}
    for level in (1, 2, 3):
        ids |= _write_level(tree, [c for c in tree.categories if tree.level(c.code) == level], level, ids)
    _write_uses(tree, ids)
    return len(ids)


def _write_level(
    tree: CategoryTree, definitions: Sequence[CategoryDefinition], level: int, ids: dict[str, int]
) -> dict[str, int]:
    order = {category.code: number for number, category in enumerate(tree.categories)}
    rows = [
        Category(
            code=definition.code,
            parent_id=ids.get(definition.parent),
            path="".join(f"{ancestor.code}/" for ancestor in tree.ancestors(definition.code)),
            level=level,
            position=order[definition.code],
            is_leaf=tree.is_leaf(definition.code),
            hs=list(definition.hs),
            names=dict(definition.name.by_language),
        )
        for definition in definitions
    ]
    Category.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["code"], update_fields=_CATEGORY_FIELDS
    )
    codes = [definition.code for definition in definitions]
    return dict(Category.objects.filter(code__in=codes).values_list("code", "pk"))


def _write_uses(tree: CategoryTree, ids: dict[str, int]) -> None:
    attributes = dict(AttributeDefinition.objects.values_list("code", "pk"))
    CategoryAttribute.objects.filter(category_id__in=ids.values()).delete()
    CategoryAttribute.objects.bulk_create(
        CategoryAttribute(
            category_id=ids[category.code],
            attribute_id=attributes[use.code],
            position=position,
            required=use.required,
        )
        for category in tree.categories
        for position, use in enumerate(tree.attributes_of(category.code))
    )


def _attribute_row(attribute: AttributeData) -> AttributeDefinition:
    return AttributeDefinition(
        code=attribute.code,
        kind=attribute.kind,
        unit_code=attribute.unit,
        symbol=attribute.symbol,
        names=dict(attribute.name.by_language),
        choices=[
            {"code": choice.code, "names": dict(choice.name.by_language) if choice.name else None}
            for choice in attribute.choices
        ],
    )
