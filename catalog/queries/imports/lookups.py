"""What names and codes mean to an import, in the reader's language: categories with their facts, countries, units."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from django.db.models import Max
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalog.imports.names import Names, country_names, unit_names
from catalog.imports.written import Lookups
from catalog.models import AttributeDefinition, Category, CategoryAttribute
from catalog.queries.categories import attribute_use, category_tree, name_in
from catalog.rules.listing import AttributeUse, CategoryFacts
from catalog.states import AttributeKind


def lookups() -> Lookups:
    """Everything, in one statement once a process knows it; the tree is written anew with new keys when it changes."""
    newest = CategoryAttribute.objects.aggregate(newest=Max("pk"))["newest"]
    return _lookups(get_language() or "en", newest)


@lru_cache(maxsize=8)
def _lookups(_language: str, _newest: int | None) -> Lookups:
    categories = _categories()
    definitions = list(AttributeDefinition.objects.order_by("pk"))
    uses = {one.code: _bare_use(one) for one in definitions}
    return Lookups(
        categories=categories,
        category_names=_category_names(),
        countries=country_names(),
        units=unit_names(),
        uses=uses,
        choices={
            one.code: _choices(one, uses[one.code]) for one in definitions if one.kind == AttributeKind.CHOICE
        },
        attribute_labels=_labels(uses),
    )


def attribute_labels() -> dict[str, str]:
    """What columns of categories' facts are called, by code."""
    return _labels({one.code: _bare_use(one) for one in AttributeDefinition.objects.order_by("pk")})


def _labels(uses: Mapping[str, AttributeUse]) -> dict[str, str]:
    return {code: f"{use.label} ({use.symbol})" if use.symbol else use.label for code, use in uses.items()}


def _categories() -> dict[str, CategoryFacts]:
    uses: dict[int, list[AttributeUse]] = {}
    for use in CategoryAttribute.objects.select_related("attribute").order_by("category_id", "position"):
        uses.setdefault(use.category_id, []).append(attribute_use(use.attribute, required=use.required))
    return {
        row.code: CategoryFacts(
            id=row.pk,
            code=row.code,
            name=name_in(row.names),
            path=row.path,
            is_leaf=row.is_leaf,
            hs=tuple(row.hs),
            uses=tuple(uses.get(row.pk, ())),
        )
        for row in Category.objects.all()
    }


def _category_names() -> Names:
    labels = {code: way for _root, leaves in category_tree().grouped_leaves() for code, way in leaves}
    every = [
        (name, code)
        for code, names in Category.objects.filter(is_leaf=True).values_list("code", "names")
        for name in names.values()
    ]
    return Names(_("No category is called so."), labels, every)


def _bare_use(one: AttributeDefinition) -> AttributeUse:
    return attribute_use(one, required=False)


def _choices(one: AttributeDefinition, use: AttributeUse) -> Names:
    every = [
        (name, choice["code"])
        for choice in one.choices
        if choice["names"]
        for name in choice["names"].values()
    ]
    return Names(_("This is none of the values."), dict(use.choices), every)
