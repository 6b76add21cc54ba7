"""The periods of many listings, for their export and for what an import would change of them. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from catalog.imports.stocked import capacity_text
from catalog.models import CapacityPeriod
from catalog.queries.capacity.stated import period_of


def capacity_of_listings(
    products: Collection[int], *, lock: bool = False
) -> Mapping[int, list[CapacityPeriod]]:
    """By variant, those that are offered. One statement. `lock`: hold them, after their listings."""
    rows = CapacityPeriod.objects.filter(variant__product__in=list(products), withdrawn_at__isnull=True)
    found: dict[int, list[CapacityPeriod]] = {}
    for row in rows.lock() if lock else rows.order_by("pk"):
        found.setdefault(row.variant_id, []).append(row)
    return found


def stated_text(rows: Iterable[CapacityPeriod], unit_code: str) -> str:
    """The cell of a variant. What was stated in another unit sells nothing and has no place in it."""
    return capacity_text(period_of(row) for row in rows if row.unit_code == unit_code)
