"""What a listing states for search beyond price and words: its certificates' periods, its markets, its months,
its lead times by quantity.

One statement for any number of listings. Reads only; whoever writes the projection holds the listings' locks.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from catalog.rules.certificates import merged, period_of
from catalog.rules.lead_times import LeadStep

_STATED = """
SELECT p.id, coalesce(nullif(o.ships, ''), m.ships, 'everywhere'),
    CASE WHEN coalesce(o.ships, '') = '' THEN coalesce(m.countries, '{}') ELSE o.countries END,
    coalesce(o.months, '{}'),
    ARRAY(
        SELECT concat(c.kind, '/', c.valid_from, '/', c.valid_until) FROM catalog_certificate c
        WHERE c.supplier_id = p.supplier_id AND c.state IN ('stated', 'checked') AND (c.covers_all OR EXISTS (
            SELECT 1 FROM catalog_certifiedproduct x WHERE x.certificate_id = c.id AND x.product_id = p.id
        ))
    ),
    coalesce(o.lead_steps, '[]')::text
FROM catalog_product p
LEFT JOIN catalog_offering o ON o.product_id = p.id
LEFT JOIN catalog_suppliermarkets m ON m.supplier_id = p.supplier_id
WHERE p.id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Stated:
    """As the search projection keeps it: periods as texts, where it is offered, months of its season, lead times from a quantity on."""

    certificates: tuple[str, ...]
    ships: str
    countries: tuple[str, ...]
    months: tuple[int, ...]
    lead_steps: tuple[LeadStep, ...] = ()


def stated_of(product_ids: Sequence[int]) -> dict[int, Stated]:
    """What each listing states now."""
    with connection.cursor() as cursor:
        cursor.execute(_STATED, [list(product_ids)])
        return {row[0]: _stated(*row[1:]) for row in cursor.fetchall()}


def _stated(
    ships: str, countries: list[str], months: list[int], certificates: list[str], lead_steps: str
) -> Stated:
    parts = (text.split("/") for text in certificates)
    periods = merged(period_of(kind, _day(first), _day(last)) for kind, first, last in parts)
    return Stated(
        tuple(period.as_text() for period in periods),
        ships,
        tuple(sorted(countries)),
        tuple(sorted(months)),
        tuple(LeadStep(Decimal(start), days) for start, days in json.loads(lead_steps)),
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
