"""Writes what trades say about a supplier; called by the apps that know orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from catalog.models import ProductTrades, SupplierFacts
from catalog.payment_words import SupplierPayment
from catalog.states import ListingVisibility


@transaction.atomic
def record_supplier_facts(
    *,
    supplier_id: int,
    orders_completed: int,
    on_time_bps: int | None,
    disputes_bps: int | None,
    answers_in_hours: int | None,
    first_completed_at: datetime | None,
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
            "first_completed_at": first_completed_at,
            "updated_at": at,
        },
    )
    return facts


@transaction.atomic
def record_answer_time(*, supplier_id: int, hours: int | None, enquiries: int, at: datetime) -> None:
    """Replace the usual time in which a supplier answers questions (None: too few were counted), and of how many."""
    said = {"enquiries_answered_in_hours": hours, "enquiries_counted": enquiries}
    SupplierFacts.objects.update_or_create(
        supplier_id=supplier_id, defaults=said, create_defaults=said | {"updated_at": at}
    )


@transaction.atomic
def record_product_trades(*, completed: Mapping[int, int], at: datetime) -> None:
    """Replace how many completed orders held each of these products (by id). One statement."""
    rows = [
        ProductTrades(product_id=pk, orders_completed=completed[pk], updated_at=at)
        for pk in sorted(completed)
    ]
    ProductTrades.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["product"],
        update_fields=["orders_completed", "updated_at"],
    )


@transaction.atomic
def record_supplier_payments(*, supplier_id: int, payments: Sequence[SupplierPayment], at: datetime) -> None:
    """Say how new orders of a supplier are paid: shown on its products. None: everything on confirmation."""
    rows = [asdict(payment) for payment in payments]
    SupplierFacts.objects.update_or_create(
        supplier_id=supplier_id,
        defaults={"payments": rows},
        create_defaults={"payments": rows, "updated_at": at},
    )


@transaction.atomic
def set_listing_visibility(*, supplier_id: int, visibility: ListingVisibility, at: datetime) -> None:
    """Say how a supplier's listings stand in search from now on. Their pages stay where they are."""
    SupplierFacts.objects.update_or_create(
        supplier_id=supplier_id,
        defaults={"visibility": visibility},
        create_defaults={"visibility": visibility, "updated_at": at},
    )
