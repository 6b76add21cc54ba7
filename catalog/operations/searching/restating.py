"""Brings what search keeps of certificates, markets and seasons up to date, without indexing the words anew."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.db import connection

from catalog.models import Product
from catalog.queries.listings.stated import Stated, stated_of

# Listings that state the same are written together; what does not change writes nothing and tells nobody.
_UPDATE = """
UPDATE catalog_searchentry SET certificates = %(certificates)s, ships = %(ships)s, countries = %(countries)s, months = %(months)s
WHERE product_id = ANY(%(ids)s) AND (certificates, ships, countries, months::integer[])
    IS DISTINCT FROM (%(certificates)s::varchar[], %(ships)s::varchar, %(countries)s::varchar[], %(months)s::integer[])
"""


def restate_products_of(supplier_id: int, product_ids: Iterable[int] | None = None) -> None:
    """What a supplier's listings state is found so from this commit on; all of its listings when none are named.

    Locks them first, in any state: whoever publishes one meanwhile sees what was written here, or is seen.
    """
    rows = Product.objects.of_supplier(supplier_id)
    if product_ids is not None:
        rows = rows.filter(pk__in=set(product_ids))
    ids = list(rows.lock().values_list("pk", flat=True))
    by_statement: dict[Stated, list[int]] = {}
    for product_id, stated in stated_of(ids).items():
        by_statement.setdefault(replace(stated, lead_steps=()), []).append(product_id)
    with connection.cursor() as cursor:
        for stated, together in by_statement.items():
            cursor.execute(
                _UPDATE,
                {
                    "certificates": list(stated.certificates),
                    "ships": stated.ships,
                    "countries": list(stated.countries),
                    "months": list(stated.months),
                    "ids": together,
                },
            )
