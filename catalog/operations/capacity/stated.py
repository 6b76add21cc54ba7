"""Writes what a supplier states of stock and capacity. What orders take of it: `takings`.

Lock order: Order → … → ledger accounts → capacity periods by primary key, last of all. A person who states capacity
locks the product and then its periods; an order never locks a product.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from catalog import policies
from catalog.errors import (
    CapacityBelowTaken,
    CapacityDaysTaken,
    CapacityNotFound,
    CapacityOverlaps,
    CapacityWithoutUnit,
    FieldErrors,
    TooManyCapacityPeriods,
    VariantNotFound,
)
from catalog.models import CapacityPeriod, Product, Variant
from catalog.operations.capacity.book import NOTHING, moved, write_book
from catalog.operations.capacity.news import forget_low
from catalog.operations.listings.products import locked_product
from catalog.queries.capacity.stated import period_of, period_text
from catalog.rules.capacity import (
    MAXIMUM_PERIODS,
    Period,
    amount_problem,
    checked_period,
    met_by,
)
from catalog.states import CapacityMovementKind
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed
from marketplace.core.formatting import format_quantity
from marketplace.core.idempotency import remember, replayed


@transaction.atomic
def add_capacity(
    *,
    product_ref: str,
    variant: int,
    first_day: date,
    last_day: date | None,
    offered: Decimal,
    actor: Actor,
    key: str,
    at: datetime,
) -> CapacityPeriod:
    """Offer so much of a variant (its number in the listing) in a period, or without a last day as stock.

    From its first period on, a variant can be ordered only as far as its periods go. Placed orders count in none.
    Raises `ProductNotFound`, `VariantNotFound`, `NotAllowed`, `CapacityWithoutUnit`, `FieldErrors`, `CapacityOverlaps`,
    `TooManyCapacityPeriods`.
    """
    product = locked_product(product_ref, actor)
    content = {"product": product_ref, "variant": variant, "facts": [first_day, last_day, offered]}
    if (ref := replayed(key=key, operation="add_capacity", content=content)) is not None:
        return CapacityPeriod.objects.get(ref=ref)
    _demand_seller(product, actor)
    if not product.unit_code:
        raise CapacityWithoutUnit
    stated = checked_period(
        first_day=first_day,
        last_day=last_day,
        offered=offered,
        unit_code=product.unit_code,
        today=at.date(),
    )
    row = _variant_of(product, variant)
    others = list(row.capacity.filter(withdrawn_at__isnull=True))
    if len(others) >= MAXIMUM_PERIODS:
        raise TooManyCapacityPeriods(limit=MAXIMUM_PERIODS)
    _demand_free(stated, others)
    period = CapacityPeriod.objects.create(
        variant=row,
        unit_code=product.unit_code,
        first_day=first_day,
        last_day=last_day,
        offered=NOTHING,
        created_at=at,
    )
    write_book([moved(period, CapacityMovementKind.OFFERED, offered=offered, actor=actor, at=at)])
    remember(key=key, operation="add_capacity", content=content, result=period.ref, at=at)
    return period


@transaction.atomic
def change_capacity(
    *,
    capacity_ref: str,
    first_day: date,
    last_day: date | None,
    offered: Decimal,
    actor: Actor,
    key: str,
    at: datetime,
) -> CapacityPeriod:
    """Offer another amount in a period, or, while no order has taken of it, on other days.

    Raises `CapacityNotFound`, `NotAllowed`, `CapacityBelowTaken` when orders hold more than that, `CapacityDaysTaken`,
    `FieldErrors`, `CapacityOverlaps`.
    """
    period = _locked_period(capacity_ref, actor)
    content = {"capacity": capacity_ref, "facts": [first_day, last_day, offered]}
    if replayed(key=key, operation="change_capacity", content=content) is not None:
        return period
    if problem := amount_problem(offered, period.unit_code):
        raise FieldErrors({"offered": problem})
    if offered < period.taken:
        taken = format_quantity(period.taken, period.unit_code)
        raise CapacityBelowTaken(field="offered", taken=taken)
    moves_days = (first_day, last_day) != (period.first_day, period.last_day)
    if moves_days:
        _move_days(period, first_day, last_day, at)
    if moves_days or offered != period.offered:
        more = offered - period.offered
        movement = moved(period, CapacityMovementKind.OFFERED, offered=more, actor=actor, at=at)
        forget_low(period)
        write_book([movement])
    remember(key=key, operation="change_capacity", content=content, result=period.ref, at=at)
    return period


@transaction.atomic
def withdraw_capacity(*, capacity_ref: str, actor: Actor, at: datetime) -> CapacityPeriod:
    """Offer a period no more; what orders hold of it they keep. Withdrawing is the same however often.

    Without any period left the variant is not limited any more. Raises `CapacityNotFound`, `NotAllowed`.
    """
    period = _locked_period(capacity_ref, actor)
    if period.withdrawn_at is None:
        period.withdrawn_at = at
        write_book([moved(period, CapacityMovementKind.WITHDRAWN, actor=actor, at=at)])
    return period


def _locked_period(capacity_ref: str, actor: Actor) -> CapacityPeriod:
    """The company's own period under its listing's lock. Raises `CapacityNotFound`, `NotAllowed`."""
    own = CapacityPeriod.objects.filter(ref=capacity_ref, variant__product__supplier_id=actor.company_id or 0)
    product_ref = own.values_list("variant__product__ref", flat=True).first()
    if product_ref is None:
        raise CapacityNotFound
    _demand_seller(locked_product(product_ref, actor), actor)
    return own.lock().get()


def _demand_seller(product: Product, actor: Actor) -> None:
    if not policies.can_list_for(actor, product.supplier_id):
        raise NotAllowed


def _variant_of(product: Product, number: int) -> Variant:
    variant = product.variants.filter(number=number, position__isnull=False).first()
    if variant is None:
        raise VariantNotFound
    return variant


def _move_days(period: CapacityPeriod, first_day: date, last_day: date | None, at: datetime) -> None:
    if period.takings.filter(quantity__gt=0).exists():
        raise CapacityDaysTaken(field="first_day")
    stated = checked_period(
        first_day=first_day,
        last_day=last_day,
        offered=period.offered,
        unit_code=period.unit_code,
        today=at.date(),
    )
    others = CapacityPeriod.objects.filter(variant_id=period.variant_id, withdrawn_at__isnull=True)
    _demand_free(stated, others.exclude(pk=period.pk))
    period.first_day, period.last_day = first_day, last_day


def _demand_free(stated: Period, others: Iterable[CapacityPeriod]) -> None:
    other = met_by(stated, [period_of(row) for row in others])
    if other is not None:
        raise CapacityOverlaps(field="first_day", other=period_text(other))
