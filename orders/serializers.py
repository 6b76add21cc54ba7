"""The shape of orders in the API, from the same frozen dataclasses as the pages. Reads only."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from marketplace.core.money import Money

MONEY_SCHEMA = {
    "type": "object",
    "properties": {
        "amount": {"type": "string", "example": "30435.00"},
        "amount_minor": {"type": "integer", "example": 3043500},
        "currency": {"type": "string", "example": "USD"},
    },
    "required": ["amount", "amount_minor", "currency"],
}


@extend_schema_field(MONEY_SCHEMA)
class MoneyField(serializers.Field[Money, Any, dict[str, object], Any]):
    """An amount in major units as text, in minor units as a whole number, and its currency."""

    def to_representation(self, value: Money) -> dict[str, object]:
        """All three, so that nobody has to know the currency's decimals."""
        return {
            "amount": str(value.as_decimal()),
            "amount_minor": value.amount_minor,
            "currency": value.currency,
        }


class CompanySerializer(serializers.Serializer[Any]):
    """A company of the trade."""

    ref = serializers.CharField()
    name = serializers.CharField()
    country = serializers.CharField()


class OrderRowSerializer(serializers.Serializer[Any]):
    """An order in a list."""

    ref = serializers.CharField()
    number = serializers.CharField()
    side = serializers.CharField(help_text="buyer or supplier: which side the company acted for is on")
    partner = serializers.CharField(source="other_name")
    partner_country = serializers.CharField(source="other_country")
    state = serializers.CharField()
    awaited = serializers.CharField(help_text="buyer, supplier or empty: who must act next")
    title = serializers.CharField(help_text="the first line's product")
    more_lines = serializers.IntegerField()
    total = MoneyField()
    placed_at = serializers.DateTimeField()
    ship_by = serializers.DateField()
    late = serializers.BooleanField()
    next_due_at = serializers.DateTimeField(allow_null=True)


class OrderListSerializer(serializers.Serializer[Any]):
    """A page of the list; `next_cursor` is empty on the last."""

    results = OrderRowSerializer(many=True, source="rows")
    next_cursor = serializers.CharField()


class LineSerializer(serializers.Serializer[Any]):
    """A line of an order."""

    position = serializers.IntegerField()
    product = serializers.CharField(source="product_ref")
    title = serializers.CharField(source="listing_title")
    variant = serializers.CharField(source="variant_name", help_text="empty: the listing has one form")
    sku = serializers.CharField()
    hs_code = serializers.CharField()
    origin = serializers.CharField()
    unit_code = serializers.CharField(help_text="UN/ECE Recommendation 20")
    quantity = serializers.DecimalField(max_digits=14, decimal_places=3)
    unit_price = serializers.DecimalField(max_digits=18, decimal_places=6)
    discount_bps = serializers.IntegerField()
    amount = MoneyField()
    shipped = serializers.DecimalField(max_digits=14, decimal_places=3)
    delivered = serializers.DecimalField(max_digits=14, decimal_places=3)
    cancelled = serializers.DecimalField(max_digits=14, decimal_places=3)


class ShipmentSerializer(serializers.Serializer[Any]):
    """A shipment of an order."""

    ref = serializers.CharField()
    state = serializers.CharField()
    transport_mode = serializers.CharField()
    carrier = serializers.CharField()
    tracking_number = serializers.CharField()
    shipped_on = serializers.DateField(allow_null=True)
    promised_arrival_on = serializers.DateField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    inspection_ends_at = serializers.DateTimeField(allow_null=True, help_text="when silence accepts it")
    accepted_at = serializers.DateTimeField(allow_null=True)
    worth = MoneyField(allow_null=True, help_text="its share of the money; fixed as it leaves")
    late = serializers.BooleanField()


class AddendumSerializer(serializers.Serializer[Any]):
    """A change of the contract that waits, was agreed or came to nothing; the contract itself stays."""

    ref = serializers.CharField()
    number = serializers.IntegerField()
    side = serializers.CharField(help_text="who proposed it: buyer or supplier")
    state = serializers.CharField()
    value = MoneyField(help_text="by how much the order becomes cheaper")
    proposed_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    terms_hash = serializers.CharField(help_text="SHA-256 of its text once agreed; else empty")


class TimelineSerializer(serializers.Serializer[Any]):
    """Something that happened."""

    at = serializers.DateTimeField()
    kind = serializers.CharField()
    text = serializers.CharField()
    who = serializers.CharField()
    reason = serializers.CharField()


class NextSerializer(serializers.Serializer[Any]):
    """Something that will happen by itself, and why."""

    kind = serializers.CharField()
    due_at = serializers.DateTimeField()
    text = serializers.CharField()
    rule = serializers.CharField()
    paused_at = serializers.DateTimeField(allow_null=True)
    pause_reason = serializers.CharField()


class PaymentSerializer(serializers.Serializer[Any]):
    """One payment of the agreed schedule; what of it is due now stands in `next` (`fund_by`)."""

    position = serializers.IntegerField()
    title = serializers.CharField()
    share_bps = serializers.IntegerField(help_text="hundredths of a percent of the total")
    amount = MoneyField()
    fund_on = serializers.CharField(help_text="confirmation, before_shipment or date")
    fund_on_date = serializers.DateField(allow_null=True)
    release_on = serializers.CharField(help_text="shipment_documents, delivery or acceptance")
    due_by = serializers.DateTimeField(
        allow_null=True, help_text="by when it is to be paid; null when it is paid or not due yet"
    )


class OrderSerializer(serializers.Serializer[Any]):
    """One order of the company acted for."""

    ref = serializers.CharField()
    number = serializers.CharField()
    side = serializers.CharField()
    state = serializers.CharField()
    buyer = CompanySerializer()
    supplier = CompanySerializer()
    goods = MoneyField()
    freight = MoneyField()
    total = MoneyField()
    cancelled_part = MoneyField()
    total_now = MoneyField(help_text="what the contract comes to today")
    quantity_tolerance_bps = serializers.IntegerField(source="tolerance_bps")
    incoterms_rule = serializers.CharField()
    named_place = serializers.CharField()
    transport_mode = serializers.CharField()
    ship_by = serializers.DateField()
    delivery_address = serializers.DictField(child=serializers.CharField(allow_blank=True))
    terms_hash = serializers.CharField(
        help_text="SHA-256 of the frozen contract terms; empty before confirmation"
    )
    placed_at = serializers.DateTimeField()
    confirmed_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    inspection_ends_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    late = serializers.BooleanField()
    awaited = serializers.CharField()
    awaits_payment = serializers.BooleanField(
        help_text="the supplier waits for a payment; its time to ship stands still"
    )
    schedule = PaymentSerializer(many=True)
    lines = LineSerializer(many=True)
    shipments = ShipmentSerializer(many=True)
    addenda = AddendumSerializer(many=True)
    timeline = TimelineSerializer(many=True)
    next = NextSerializer(many=True, source="deadlines")
