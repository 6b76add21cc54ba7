"""Writes what trades say about a supplier; called by the apps that know orders."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from catalog.models import SupplierFacts


@transaction.atomic
def record_supplier_facts(
    *,
    supplier_id: int,
    orders_completed: int,
    on_time_bps: int | None,
    disputes_bps: int | None,
    answers_in_hours: int | None,
    at: datetime,
) -> SupplierFacts:
    """Replace the facts shown about a supplier: shares in basis points of completed orders, None when unknown."""
    facts, _created = SupplierFacts.objects.update_or_create(
        supplier_id=supplier_id,
        defaults={
            "orders_completed": orders_completed,
            "on_time_bps": on_time_bps,
            "disputes_bps": disputes_bps,
            "answers_in_hours": answers_in_hours,
            "updated_at": at,
        },
    )
    return facts
