"""Writes which buyers a supplier has dealt with; called by the apps that know orders and enquiries."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from catalog.models import KnownBuyer


@transaction.atomic
def record_known_buyer(*, supplier_id: int, buyer_id: int, at: datetime) -> None:
    """From now on the supplier finds the buyer by its name when it writes a price list. Saying it again changes nothing."""
    # INVARIANT: one row for the two (enforced by known_buyer_once_per_supplier)
    KnownBuyer.objects.bulk_create(
        [KnownBuyer(supplier_id=supplier_id, buyer_id=buyer_id, since=at)], ignore_conflicts=True
    )
