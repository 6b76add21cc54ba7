"""What a supplier can price, as its lists name it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from catalog.models import Variant
from catalog.rules.price_lists import Sellable


def sellable_by_article(articles: Iterable[str], supplier_id: int) -> dict[str, Sellable]:
    """Variants on offer, by article number, and by the listing's reference with the variant's number. One statement.

    The reference alone is the first variant.
    """
    asked = {article for article in articles if article}
    if not asked:
        return {}
    listings = {article.partition("/")[0] for article in asked}
    named = Q(sku__in=asked) | Q(product__ref__in=listings)
    rows = Variant.objects.filter(named, product__supplier_id=supplier_id, position__isnull=False)
    found: dict[str, Sellable] = {}
    for row in rows.exclude(product__currency="").select_related("product"):
        product = row.product
        one = Sellable(row.pk, product.currency, product.moq, product.order_multiple)
        names = {row.sku, f"{product.ref}/{row.number}", product.ref if row.position == 1 else ""}
        found |= dict.fromkeys(names & asked, one)
    return found
