"""A line of an order: what of which variant was ordered at which price, and how far it has come."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from catalog.rules.prices import with_variant
from marketplace.core.querysets import LockableQuerySet
from orders.models.order import Order
from orders.rules.worth import Course, thousandths


class OrderLine(models.Model):
    """One variant of a product of the order, as it was when ordered (or amended).

    `amount_minor` is quantity × price less its part of a promised discount.

    The counters are sums over its shipment lines, kept under the order's lock; the database holds
    0 ≤ delivered ≤ shipped ≤ packed and packed + cancelled ≤ quantity + tolerated.
    `tolerated_quantity` is what the weighing found above (positive) or below the ordered quantity and the
    tolerance settled. `taken_quantity` is how much of the ordered quantity has its price fixed: shipped,
    cancelled or missing; from `priced_from_quantity` on, the agreed lower price counts for the rest.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="+")
    variant = models.ForeignKey("catalog.Variant", on_delete=models.PROTECT, related_name="+", null=True)
    title = models.CharField(max_length=200)
    variant_name = models.CharField(
        max_length=120, blank=True, default="", db_default="", help_text="empty: the listing has one form"
    )
    sku = models.CharField(max_length=64, blank=True)
    hs_code = models.CharField(max_length=10, blank=True)
    origin = models.CharField(max_length=2, blank=True)
    unit_code = models.CharField(max_length=3)
    quantity = models.DecimalField(max_digits=14, decimal_places=3)
    unit_price = models.DecimalField(max_digits=18, decimal_places=6)
    discount_bps = models.PositiveIntegerField(default=0)
    promised_discount_minor = models.BigIntegerField(default=0)
    amount_minor = models.BigIntegerField()
    specification = models.TextField(blank=True)
    packed_quantity = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))
    shipped_quantity = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))
    delivered_quantity = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))
    cancelled_quantity = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))
    tolerated_quantity = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))
    taken_quantity = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))
    priced_from_quantity = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))
    priced_from_minor = models.BigIntegerField(default=0)
    price_cut_minor = models.BigIntegerField(default=0)
    lower_unit_price = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    lower_discount_bps = models.PositiveIntegerField(null=True)

    objects = LockableQuerySet["OrderLine"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="order_line_position_once"),
            models.CheckConstraint(
                condition=Q(
                    quantity__gte=0,
                    unit_price__gte=0,
                    amount_minor__gte=0,
                    promised_discount_minor__gte=0,
                    discount_bps__lte=10_000,
                ),
                name="order_line_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(
                    delivered_quantity__gte=0,
                    delivered_quantity__lte=F("shipped_quantity"),
                    shipped_quantity__lte=F("packed_quantity"),
                ),
                name="order_line_delivered_within_shipped_within_packed",
            ),
            models.CheckConstraint(
                condition=Q(
                    cancelled_quantity__gte=0,
                    packed_quantity__lte=F("quantity") + F("tolerated_quantity") - F("cancelled_quantity"),
                ),
                name="order_line_never_more_packed_than_ordered",
            ),
            models.CheckConstraint(
                condition=Q(
                    priced_from_quantity__gte=0,
                    taken_quantity__gte=F("priced_from_quantity"),
                    taken_quantity__lte=F("quantity"),
                    price_cut_minor__gte=0,
                    price_cut_minor__lte=F("amount_minor"),
                ),
                name="order_line_priced_within_the_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.full_title}"

    @property
    def full_title(self) -> str:
        """The listing's title and the variant that was ordered: what every page and paper calls the line."""
        return with_variant(self.title, self.variant_name)

    @property
    def wanted_quantity(self) -> Decimal:
        """What is to be delivered: ordered and not cancelled, more or less by what the tolerance settled."""
        return self.quantity + self.tolerated_quantity - self.cancelled_quantity

    @property
    def open_quantity(self) -> Decimal:
        """What is still to be packed."""
        return self.wanted_quantity - self.packed_quantity

    @property
    def course(self) -> Course:
        """How the line's worth goes with its quantity, from the last agreed price to the end."""
        return Course(
            thousandths(self.priced_from_quantity),
            self.priced_from_minor,
            thousandths(self.quantity),
            self.amount_minor - self.price_cut_minor,
        )

    @property
    def taken_minor(self) -> int:
        """The worth of what has its price fixed."""
        return self.course.at(thousandths(self.taken_quantity))

    @property
    def rest_minor(self) -> int:
        """The worth of what has neither left nor been cancelled."""
        return self.amount_minor - self.price_cut_minor - self.taken_minor

    @property
    def rest_quantity(self) -> Decimal:
        """How much of the ordered quantity has neither left nor been cancelled."""
        return self.quantity - self.taken_quantity

    @property
    def price_now(self) -> Decimal:
        """The unit price of what has not left yet."""
        return self.unit_price if self.lower_unit_price is None else self.lower_unit_price

    @property
    def discount_now_bps(self) -> int:
        """The discount on what has not left yet."""
        return self.discount_bps if self.lower_discount_bps is None else self.lower_discount_bps
