"""What of a trade may be shown to a payer's bank: its facts and its papers. Must not write."""

from __future__ import annotations

from typing import Final

from django.db.models import QuerySet

from marketplace.core.formatting import format_money
from orders.models import Order, ShipmentDocument
from trade_assurance.payments.models import Chargeback

EVIDENCE_DUE: Final = "chargeback_evidence_due"


def documents_of(order: Order) -> QuerySet[ShipmentDocument]:
    """The papers of the trade that may be shown to a bank, oldest first."""
    return (
        ShipmentDocument.objects.filter(shipment__order=order)
        .select_related("file", "shipment")
        .order_by("pk")
    )


def facts_of(order: Order, row: Chargeback) -> list[str]:
    """The trade as a list of plain sentences, each of a recorded fact."""
    told = [
        f"Order {order.number}: {order.supplier.legal_name} (seller), {order.buyer.legal_name} (buyer), two companies.",
        f"Total {format_money(order.total)}; Incoterms 2020 {order.incoterms_rule} {order.named_place}.",
        f"To be shipped by {order.ship_by.isoformat()}.",
    ]
    if order.confirmed_at is not None:
        told.append(
            f"The contract was agreed on {order.confirmed_at:%Y-%m-%d %H:%M} UTC; its terms are frozen with the "
            f"SHA-256 {order.terms_hash}."
        )
    told.append(
        f"{format_money(row.payment.received)} was paid by the buyer's own members in the payment disputed."
    )
    for shipment in order.shipments.order_by("pk"):
        if shipment.shipped_on is not None:
            told.append(
                f"Shipment {shipment.ref} left on {shipment.shipped_on.isoformat()} with {shipment.carrier}, "
                f"tracking number {shipment.tracking_number or 'none'}."
            )
        if shipment.delivered_at is not None:
            told.append(
                f"It was delivered on {shipment.delivered_at:%Y-%m-%d %H:%M} UTC, reported by: "
                f"{shipment.delivery_source}."
            )
    if order.accepted_at is not None:
        told.append(f"The goods were accepted on {order.accepted_at:%Y-%m-%d %H:%M} UTC.")
    return told
