"""The order: what one buyer and one supplier agree in one currency, its milestones and history.

The terms are frozen at confirmation: a trigger refuses any later change of them (migration 0002).
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from marketplace.core.ids import REF_LENGTH
from marketplace.core.models import StatefulModel, TransitionRecord, TransitionTable
from marketplace.core.money import Money
from orders.querysets import OrderQuerySet
from orders.rules.schedule import ScheduledMilestone, from_data, whole_order_data
from orders.states import (
    ENDED,
    ORDER_TRANSITIONS,
    RUNNING,
    SHIPPABLE,
    UNDONE,
    Audience,
    FundOn,
    MilestoneKind,
    OrderState,
    ReleaseOn,
    TransportMode,
)


class Order(StatefulModel):
    """One trade. `clocks` is the operator's settings as they stood when it was placed; nothing later changes them.

    `schedule` is how it is to be paid, frozen with the terms; `ship_by_extended_to` gives the supplier back the
    days it waited for the buyer's money; `awaits_payment_since` is set while it waits. `lost_minor` was held for goods
    that have not left and is gone by chargebacks; they wait until the supplier goes on without it (`lost_accepted_minor`).
    """

    TRANSITIONS: ClassVar[TransitionTable] = ORDER_TRANSITIONS

    ref = models.CharField(max_length=REF_LENGTH, unique=True)
    number = models.CharField(max_length=20, unique=True)
    buyer = models.ForeignKey("accounts.Company", on_delete=models.PROTECT, related_name="orders_bought")
    supplier = models.ForeignKey("accounts.Company", on_delete=models.PROTECT, related_name="orders_sold")
    placed_by = models.CharField(max_length=120)
    state = models.CharField(max_length=16, choices=OrderState, default=OrderState.PLACED)

    currency = models.CharField(max_length=3)
    goods_minor = models.BigIntegerField()
    freight_minor = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField()
    cancelled_goods_minor = models.BigIntegerField(default=0)
    cancelled_freight_minor = models.BigIntegerField(default=0)
    cancelled_part_minor = models.BigIntegerField(default=0)
    reduced_goods_minor = models.BigIntegerField(default=0)
    reduced_freight_minor = models.BigIntegerField(default=0)
    topped_up_minor = models.BigIntegerField(default=0)
    lost_minor = models.BigIntegerField(default=0)
    lost_accepted_minor = models.BigIntegerField(default=0)
    freight_from_goods_minor = models.BigIntegerField(default=0)
    freight_from_minor = models.BigIntegerField(default=0)
    quantity_tolerance_bps = models.PositiveIntegerField(default=0)
    commission_bps = models.PositiveIntegerField(null=True)
    promised_discount = models.ForeignKey(
        "orders.PromisedDiscount", on_delete=models.PROTECT, null=True, related_name="orders"
    )

    delivery_address = models.JSONField()
    incoterms_rule = models.CharField(max_length=3)
    named_place = models.CharField(max_length=120)
    transport_mode = models.CharField(max_length=8, choices=TransportMode)
    ship_by = models.DateField()
    ship_by_extended_to = models.DateField(null=True)
    transit_days = models.PositiveIntegerField()
    schedule = models.JSONField(default=whole_order_data)
    buyer_note = models.TextField(blank=True)
    clocks = models.JSONField()
    terms = models.JSONField(null=True)
    terms_hash = models.CharField(max_length=64, blank=True)

    placed_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    cleared_to_produce_at = models.DateTimeField(null=True)
    cleared_to_ship_at = models.DateTimeField(null=True)
    awaits_payment_since = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    inspection_ends_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    late = models.BooleanField(default=False)

    objects = OrderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(buyer=F("supplier")), name="order_not_from_own_company"),
            models.CheckConstraint(
                condition=Q(
                    goods_minor__gte=0,
                    freight_minor__gte=0,
                    total_minor=F("goods_minor") + F("freight_minor"),
                ),
                name="order_total_is_goods_plus_freight",
            ),
            models.UniqueConstraint(
                fields=["promised_discount"],
                condition=~Q(state__in=sorted(UNDONE)),
                name="order_uses_a_promised_discount_alone",
            ),
            models.CheckConstraint(
                condition=Q(total_minor__lt=10**12), name="order_total_has_at_most_12_digits"
            ),
            models.CheckConstraint(
                condition=Q(
                    cancelled_goods_minor__gte=0,
                    cancelled_goods_minor__lte=F("goods_minor"),
                    cancelled_freight_minor__gte=0,
                    cancelled_freight_minor__lte=F("freight_minor"),
                    cancelled_part_minor=F("cancelled_goods_minor") + F("cancelled_freight_minor"),
                ),
                name="order_cancelled_part_within_total",
            ),
            models.CheckConstraint(
                condition=Q(
                    reduced_goods_minor__gte=0,
                    reduced_goods_minor__lte=F("goods_minor") - F("cancelled_goods_minor"),
                    reduced_freight_minor__gte=0,
                    reduced_freight_minor__lte=F("freight_minor") - F("cancelled_freight_minor"),
                    topped_up_minor__gte=0,
                ),
                name="order_reduced_by_no_more_than_it_costs",
            ),
            models.CheckConstraint(
                condition=Q(lost_accepted_minor__gte=0, lost_minor__gte=F("lost_accepted_minor")),
                name="order_goes_on_without_no_more_than_was_lost",
            ),
            models.CheckConstraint(
                condition=Q(quantity_tolerance_bps__lte=2_000), name="order_tolerance_at_most_20_percent"
            ),
            models.CheckConstraint(
                condition=Q(
                    confirmed_at__isnull=True, terms__isnull=True, terms_hash="", commission_bps__isnull=True
                )
                | (
                    Q(confirmed_at__isnull=False, terms__isnull=False, commission_bps__isnull=False)
                    & ~Q(terms_hash="")
                ),
                name="order_terms_frozen_exactly_when_confirmed",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(RUNNING | {OrderState.COMPLETED.value}))
                | Q(confirmed_at__isnull=False),
                name="order_runs_only_when_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(cleared_to_ship_at__isnull=True) | Q(cleared_to_produce_at__isnull=False),
                name="order_cleared_to_ship_only_after_produce",
            ),
            models.CheckConstraint(
                condition=Q(ship_by_extended_to__isnull=True) | Q(ship_by_extended_to__gt=F("ship_by")),
                name="order_ship_by_is_only_ever_extended",
            ),
            models.CheckConstraint(
                condition=~Q(state=OrderState.DELIVERED) | Q(delivered_at__isnull=False),
                name="order_delivered_at_some_moment",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(ENDED), ended_at__isnull=False)
                | (~Q(state__in=sorted(ENDED)) & Q(ended_at__isnull=True)),
                name="order_ended_exactly_when_over",
            ),
        ]
        indexes = [
            models.Index(fields=["buyer", "-placed_at", "-id"], name="order_by_buyer"),
            models.Index(fields=["supplier", "-placed_at", "-id"], name="order_by_supplier"),
            models.Index(fields=["state"], name="order_by_state"),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def goods(self) -> Money:
        return Money(self.goods_minor, self.currency)

    @property
    def freight(self) -> Money:
        return Money(self.freight_minor, self.currency)

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)

    @property
    def cancelled_part(self) -> Money:
        """Value of what was cancelled after confirmation: goods and their share of the freight."""
        return Money(self.cancelled_part_minor, self.currency)

    @property
    def milestones_agreed(self) -> list[ScheduledMilestone]:
        """How the order is to be paid, as stored."""
        return from_data(self.schedule)

    @property
    def last_ship_day(self) -> date:
        """The day by whose end the goods leave: the contract's, and what the buyer's late payment added to it."""
        return self.ship_by_extended_to or self.ship_by

    @property
    def reduced_part(self) -> Money:
        """By how much it became cheaper: lower prices by agreement, and goods that weighed less."""
        return Money(self.reduced_goods_minor + self.reduced_freight_minor, self.currency)

    @property
    def total_now(self) -> Money:
        """What the contract comes to today: as agreed, less what was cancelled or reduced, plus top-ups paid."""
        topped_up = Money(self.topped_up_minor, self.currency)
        return self.total - self.cancelled_part - self.reduced_part + topped_up

    @property
    def tolerance_bps(self) -> int:
        """The tolerance on quantities as frozen in the terms; before confirmation as it stands."""
        terms = self.terms
        return self.quantity_tolerance_bps if terms is None else int(terms["quantity_tolerance_bps"])

    @property
    def is_running(self) -> bool:
        """Confirmed and not over."""
        return self.state in RUNNING

    @property
    def misses(self) -> Money:
        """What was held for goods that have not left, is gone, and the supplier has not said to go on without."""
        return Money(self.lost_minor - self.lost_accepted_minor, self.currency)

    @property
    def is_shippable(self) -> bool:
        """Goods may still be packed."""
        return self.state in SHIPPABLE

    @property
    def is_over(self) -> bool:
        return self.state in ENDED


class Milestone(models.Model):
    """A share of the order's total with a condition to fund it and one to release it.

    `amount_minor` is as agreed; what is due now is the hold's, which a cancellation may lower.
    A top-up is for what a `shipment` holds beyond the ordered quantity.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="milestones")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=MilestoneKind, default=MilestoneKind.SCHEDULED)
    title = models.CharField(max_length=120)
    share_bps = models.PositiveIntegerField()
    amount_minor = models.BigIntegerField()
    fund_on = models.CharField(max_length=32, choices=FundOn)
    fund_on_date = models.DateField(null=True)
    release_on = models.CharField(max_length=32, choices=ReleaseOn)
    shipment = models.ForeignKey(
        "orders.Shipment", on_delete=models.PROTECT, related_name="milestones", null=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="milestone_position_once"),
            models.CheckConstraint(
                condition=Q(share_bps__lte=10_000, amount_minor__gte=0)
                & (Q(share_bps__gt=0) | Q(kind=MilestoneKind.TOP_UP)),
                name="milestone_is_a_share_of_the_total",
            ),
            models.CheckConstraint(
                condition=Q(kind=MilestoneKind.TOP_UP, shipment__isnull=False)
                | Q(kind=MilestoneKind.SCHEDULED, shipment__isnull=True),
                name="milestone_tops_up_exactly_a_shipment",
            ),
            models.CheckConstraint(
                condition=Q(fund_on=FundOn.DATE, fund_on_date__isnull=False)
                | (~Q(fund_on=FundOn.DATE) & Q(fund_on_date__isnull=True)),
                name="milestone_has_a_date_exactly_when_paid_on_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} of order {self.order_id}"


class OrderTransition(TransitionRecord):
    """A step of an order."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="transitions")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class OrderEvent(models.Model):
    """A line of the timeline that is not a step of a state; its text is registered per `kind`."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    audience = models.CharField(max_length=8, choices=Audience, default=Audience.BOTH)
    actor = models.CharField(max_length=120)
    actor_label = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["order", "at"], name="order_event_by_order")]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at:%Y-%m-%d %H:%M}"
