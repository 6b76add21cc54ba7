"""What many listings say in other languages, as stored; for tables of listings."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from catalog.models import Translation

_COLUMNS = """
SELECT DISTINCT said.field, t.language
FROM catalog_translation t
JOIN catalog_product p ON p.id = t.product_id, jsonb_object_keys(t.texts) AS said(field)
WHERE p.supplier_id = %s
"""


def translations_of(product_ids: Iterable[int]) -> dict[int, dict[str, Translation]]:
    """By product and language. One statement."""
    found: dict[int, dict[str, Translation]] = {}
    for row in Translation.objects.filter(product__in=list(product_ids)).order_by("language"):
        found.setdefault(row.product_id, {})[row.language] = row
    return found


def translated_fields_of(supplier_id: int) -> list[tuple[str, str]]:
    """Which fields any of the company's listings says in which language. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS, [supplier_id])
        return [(field, language) for field, language in cursor.fetchall()]
