"""Writes a listing's lead times by quantity and a supplier's pauses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from catalog import policies
from catalog.errors import ChangedMeanwhile, NotASupplier, NotEditable, PauseNotFound, TooManyPauses
from catalog.models import HolidayPause, Offering, Product
from catalog.operations.listings.products import locked_product, touch
from catalog.operations.searching.indexing import index_product
from catalog.queries.capacity.lead_times import lead_steps_of
from catalog.rules.lead_times import LeadStep, Pause, checked_pause, checked_steps
from marketplace.accounts.models import Company
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed
from marketplace.core.idempotency import lock_key, remember, replayed

MAXIMUM_PAUSES = 12


@transaction.atomic
def state_lead_times(
    *,
    product_ref: str,
    steps: Sequence[LeadStep | None],
    actor: Actor,
    key: str,
    at: datetime,
    revision: int | None = None,
) -> Product:
    """From which quantity on a listing's goods take longer, all of it at once; a change is one in its history.

    Raises `ProductNotFound`, `NotAllowed`, `NotEditable`, `ChangedMeanwhile`, `FieldErrors`.
    """
    product = locked_product(product_ref, actor)
    content = {"product": product_ref, "steps": [as_data([step]) if step else None for step in steps]}
    if replayed(key=key, operation="state_lead_times", content=content) is not None:
        return product
    if not policies.can_list_for(actor, product.supplier_id):
        raise NotAllowed
    if not product.is_editable:
        raise NotEditable(state=product.get_state_display())
    if revision is not None and revision != product.revision:
        raise ChangedMeanwhile
    clean = checked_steps(steps, base_days=product.lead_time_days, moq=product.moq)
    before, after = as_data(lead_steps_of(product)), as_data(clean)
    if before != after:
        Offering.objects.update_or_create(product=product, defaults={"lead_steps": after})
        touch(product, before={"lead_steps": before}, after={"lead_steps": after}, actor=actor, at=at)
        index_product(product)
    remember(key=key, operation="state_lead_times", content=content, result=product.ref, at=at)
    return product


@transaction.atomic
def add_pause(*, supplier_id: int, pause: Pause, actor: Actor, key: str, at: datetime) -> HolidayPause:
    """Say when the company is away. Orders already placed keep their days.

    Raises `NotAllowed`, `NotASupplier`, `TooManyPauses`, `FieldErrors`.
    """
    if not policies.can_list_for(actor, supplier_id):
        raise NotAllowed
    content = {"supplier": supplier_id, "pause": [pause.first_day, pause.last_day, pause.takes_orders, pause.words]}  # fmt: skip
    lock_key(key)
    if (ref := replayed(key=key, operation="add_pause", content=content)) is not None:
        return HolidayPause.objects.get(ref=ref)
    if not Company.objects.filter(pk=supplier_id, sells=True).exists():
        raise NotASupplier
    clean = checked_pause(pause, today=at.date())
    lock_key(f"pauses:{supplier_id}")
    open_ones = HolidayPause.objects.filter(supplier_id=supplier_id, ended_at__isnull=True)
    if open_ones.filter(last_day__gte=at.date()).count() >= MAXIMUM_PAUSES:
        raise TooManyPauses(limit=MAXIMUM_PAUSES)
    row = HolidayPause.objects.create(
        supplier_id=supplier_id,
        first_day=clean.first_day,
        last_day=clean.last_day,
        takes_orders=clean.takes_orders,
        words=clean.words,
        stated_by_label=actor.label,
        created_at=at,
    )
    remember(key=key, operation="add_pause", content=content, result=row.ref, at=at)
    return row


@transaction.atomic
def end_pause(*, pause_ref: str, actor: Actor, at: datetime) -> HolidayPause:
    """Take a pause back, or end it early: it counts no more. Ending is the same however often.

    Raises `PauseNotFound`, also for another company's, and `NotAllowed`.
    """
    row = HolidayPause.objects.filter(ref=pause_ref, supplier_id=actor.company_id or 0).lock().first()
    if row is None:
        raise PauseNotFound
    if not policies.can_list_for(actor, row.supplier_id):
        raise NotAllowed
    if row.ended_at is None:
        row.ended_at = at
        row.save(update_fields=["ended_at"])
    return row


def as_data(steps: Sequence[LeadStep]) -> list[list[object]]:
    """The steps as stored: `[["50", 30], …]`."""
    return [[format(step.from_quantity.normalize(), "f"), step.days] for step in steps]
