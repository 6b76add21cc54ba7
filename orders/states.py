"""States of orders, amendments and shipments, and the steps between them. Data only."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OrderState(TextChoices):
    """The furthest thing that is true of all lines of the order."""

    PLACED = "placed", _("placed")
    CONFIRMED = "confirmed", _("confirmed")
    IN_PRODUCTION = "in_production", _("in production")
    SHIPPED = "shipped", _("shipped")
    DELIVERED = "delivered", _("delivered")
    COMPLETED = "completed", _("completed")
    DECLINED = "declined", _("declined")
    LAPSED = "lapsed", _("lapsed")
    CANCELLED = "cancelled", _("cancelled")


class AmendmentState(TextChoices):
    """A supplier's other terms for a placed order; at most one is proposed at a time."""

    PROPOSED = "proposed", _("waits for the buyer")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined by the buyer")
    SUPERSEDED = "superseded", _("no longer on the table")


class ShipmentState(TextChoices):
    """Goods of some lines that leave together. A packed shipment may be unpacked again."""

    PACKED = "packed", _("packed")
    IN_TRANSIT = "in_transit", _("in transit")
    DELIVERED = "delivered", _("delivered")
    ACCEPTED = "accepted", _("accepted")
    UNPACKED = "unpacked", _("unpacked again")


class SurplusState(TextChoices):
    """What becomes of goods beyond the ordered quantity (within the tolerance) that a shipment holds."""

    NONE = "", _("none")
    ASKED = "asked", _("the buyer is asked to pay for it")
    PAID = "paid", _("paid for")
    WAIVED = "waived", _("given without extra pay")


class AddendumState(TextChoices):
    """A change of a running contract that one side proposes; it counts only when both have agreed."""

    PROPOSED = "proposed", _("waits for an answer")
    ACCEPTED = "accepted", _("agreed")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")
    EXPIRED = "expired", _("not answered in time")
    LAPSED = "lapsed", _("lapsed with the order")


class TransportMode(TextChoices):
    """How goods travel; the inspection window depends on it."""

    SEA = "sea", _("sea")
    LAND = "land", _("road or rail")
    AIR = "air", _("air")
    EXPRESS = "express", _("express courier")


class DeliverySource(TextChoices):
    """Who says that a shipment arrived."""

    BUYER = "buyer", _("the buyer")
    OFFICER = "officer", _("a dispute officer")
    CARRIER = "carrier", _("the carrier")
    PRESUMED = "presumed", _("presumed, by the clock")


class FundOn(TextChoices):
    """When a milestone is paid in."""

    CONFIRMATION = "confirmation", _("when the order is confirmed")
    BEFORE_SHIPMENT = "before_shipment", _("before the goods leave")
    DATE = "date", _("on a date")


class ReleaseOn(TextChoices):
    """What releases a milestone's money to the supplier."""

    SHIPMENT_DOCUMENTS = "shipment_documents", _("when the goods have left and their documents are there")
    DELIVERY = "delivery", _("when the goods have arrived")
    ACCEPTANCE = "acceptance", _("when the goods are accepted")


class MilestoneKind(TextChoices):
    """Where a milestone comes from."""

    SCHEDULED = "scheduled", _("of the payment schedule")
    TOP_UP = "top_up", _("for more goods than ordered")


class DocumentType(TextChoices):
    """Documents that travel with a shipment."""

    BILL_OF_LADING = "bill_of_lading", _("Bill of lading")
    AIR_WAYBILL = "air_waybill", _("Air waybill")
    PACKING_LIST = "packing_list", _("Packing list")
    COMMERCIAL_INVOICE = "commercial_invoice", _("Commercial invoice")
    CERTIFICATE_OF_ORIGIN = "certificate_of_origin", _("Certificate of origin")
    PHYTOSANITARY = "phytosanitary", _("Phytosanitary certificate")
    INSPECTION = "inspection", _("Inspection certificate")
    WEIGHT_CERTIFICATE = "weight_certificate", _("Weight certificate")
    OTHER = "other", _("Other document")


class CarrierStatus(TextChoices):
    """What a carrier's signed event reports."""

    PICKED_UP = "picked_up", _("picked up")
    IN_TRANSIT = "in_transit", _("in transit")
    DELIVERED = "delivered", _("delivered")


class CarrierOutcome(TextChoices):
    """What became of a carrier's event."""

    APPLIED = "applied", _("applied")
    KNOWN = "known", _("already known")
    REVIEW = "review", _("kept for review")


class Audience(TextChoices):
    """Who reads a line of the timeline; staff read all."""

    BOTH = "both", _("both sides")
    BUYER = "buyer", _("the buyer")
    SUPPLIER = "supplier", _("the supplier")
    STAFF = "staff", _("officers")


# Why a clock of the supplier's stands still.
AWAITS_PAYMENT: Final = "awaits_payment"

_LIVE_ENDS = frozenset({OrderState.COMPLETED.value, OrderState.CANCELLED.value})

ORDER_TRANSITIONS: dict[str, frozenset[str]] = {
    OrderState.PLACED: frozenset(
        {
            OrderState.CONFIRMED.value,
            OrderState.DECLINED.value,
            OrderState.LAPSED.value,
            OrderState.CANCELLED.value,
        }
    ),
    OrderState.CONFIRMED: frozenset(
        {
            OrderState.IN_PRODUCTION.value,
            OrderState.SHIPPED.value,
            OrderState.DELIVERED.value,
            OrderState.LAPSED.value,
        }
    )
    | _LIVE_ENDS,
    OrderState.IN_PRODUCTION: frozenset({OrderState.SHIPPED.value, OrderState.DELIVERED.value}) | _LIVE_ENDS,
    OrderState.SHIPPED: frozenset({OrderState.DELIVERED.value}) | _LIVE_ENDS,
    OrderState.DELIVERED: _LIVE_ENDS,
}

SHIPMENT_TRANSITIONS: dict[str, frozenset[str]] = {
    ShipmentState.PACKED: frozenset({ShipmentState.IN_TRANSIT.value, ShipmentState.UNPACKED.value}),
    ShipmentState.IN_TRANSIT: frozenset({ShipmentState.DELIVERED.value}),
    ShipmentState.DELIVERED: frozenset({ShipmentState.ACCEPTED.value}),
}

AMENDMENT_TRANSITIONS: dict[str, frozenset[str]] = {
    AmendmentState.PROPOSED: frozenset(
        {AmendmentState.ACCEPTED.value, AmendmentState.DECLINED.value, AmendmentState.SUPERSEDED.value}
    ),
}

ADDENDUM_TRANSITIONS: dict[str, frozenset[str]] = {
    AddendumState.PROPOSED: frozenset(
        {
            AddendumState.ACCEPTED.value,
            AddendumState.DECLINED.value,
            AddendumState.WITHDRAWN.value,
            AddendumState.EXPIRED.value,
            AddendumState.LAPSED.value,
        }
    ),
}

# Between confirmation and the end: the contract is frozen and something is still to happen.
RUNNING = frozenset(
    {
        OrderState.CONFIRMED.value,
        OrderState.IN_PRODUCTION.value,
        OrderState.SHIPPED.value,
        OrderState.DELIVERED.value,
    }
)
# Goods may still be packed.
SHIPPABLE = frozenset({OrderState.CONFIRMED.value, OrderState.IN_PRODUCTION.value})
ENDED = frozenset(
    {
        OrderState.COMPLETED.value,
        OrderState.DECLINED.value,
        OrderState.LAPSED.value,
        OrderState.CANCELLED.value,
    }
)
# Ended before anything was delivered and paid for.
UNDONE = frozenset({OrderState.DECLINED.value, OrderState.LAPSED.value, OrderState.CANCELLED.value})
# Shipments that left the supplier.
GONE = frozenset(
    {ShipmentState.IN_TRANSIT.value, ShipmentState.DELIVERED.value, ShipmentState.ACCEPTED.value}
)
ARRIVED = frozenset({ShipmentState.DELIVERED.value, ShipmentState.ACCEPTED.value})


class EnquiryState(TextChoices):
    """A question to a supplier: who spoke last, until one side closes it."""

    OPEN = "open", _("open")
    ANSWERED = "answered", _("answered")
    CLOSED = "closed", _("closed")


class EnquiryReportReason(TextChoices):
    """Why the moderators should read an enquiry, as the side that reports it says."""

    ADVERTISING = "advertising", _("it advertises something and asks nothing")
    AROUND = "around", _("it asks to pay or to deal outside this marketplace")
    FRAUD = "fraud", _("it looks like fraud")
    INSULT = "insult", _("it insults or threatens")
    OTHER = "other", _("another reason")


class EnquiryStep(TextChoices):
    """What moderators decide about a reported enquiry."""

    KEPT = "kept", _("nothing is wrong with it")
    STOPPED = "stopped", _("stopped")


# A buyer's further word opens an answered enquiry again; what is closed stays closed.
ENQUIRY_TRANSITIONS: Final = {
    EnquiryState.OPEN: frozenset({EnquiryState.ANSWERED, EnquiryState.CLOSED}),
    EnquiryState.ANSWERED: frozenset({EnquiryState.OPEN, EnquiryState.CLOSED}),
    EnquiryState.CLOSED: frozenset(),
}
