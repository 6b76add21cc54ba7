"""What trades say about a supplier, pushed down to the catalogue whenever a trade gives an answer or ends.

Owns the figures' meaning: completed orders; of these the shares shipped on time and with a claim; the
median hours until a supplier answers; how many completed orders held a product. Needs orders and cases, so it lives on the top floor.
"""

from __future__ import annotations

from datetime import datetime
from statistics import median_low
from typing import Final

from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, Subquery, When
from django.db.models.functions import Least

from catalog.operations import record_product_trades, record_supplier_facts
from marketplace.core.jobs import QUEUE_DISPUTES
from marketplace.core.models import OutboxEvent
from marketplace.core.outbox import EventConsumer
from orders.models import Amendment, Order, OrderLine
from orders.states import OrderState
from trade_assurance.disputes.models import Dispute
from trade_assurance.disputes.states import DisputeState

# Of so many latest answers the median is shown: what a supplier is like now, not years ago.
ANSWERS_LOOKED_AT: Final = 50
WHOLE_BPS: Final = 10_000
EVENTS: Final = ("order_confirmed", "order_amended", "order_declined", "order_completed")


def refresh_supplier_facts(event: OutboxEvent, at: datetime) -> None:
    """Count the supplier of this order's trades anew."""
    supplier_id = Order.objects.filter(ref=event.root).values_list("supplier_id", flat=True).get()
    claim = Dispute.objects.filter(order=OuterRef("pk")).exclude(state=DisputeState.WITHDRAWN)
    counts = (
        Order.objects.filter(supplier_id=supplier_id, state=OrderState.COMPLETED)
        .annotate(claimed=Exists(claim))
        .aggregate(
            all=Count("pk"),
            late=Count("pk", filter=Q(late=True)),
            claims=Count("pk", filter=Q(claimed=True)),
            first=Min("ended_at"),
        )
    )
    completed = counts["all"]
    record_supplier_facts(
        supplier_id=supplier_id,
        orders_completed=completed,
        on_time_bps=share_bps(completed - counts["late"], completed),
        disputes_bps=share_bps(counts["claims"], completed),
        answers_in_hours=_usual_answer(supplier_id),
        first_completed_at=counts["first"],
        at=at,
    )
    if event.kind == "order_completed":
        record_product_trades(completed=_completed_with(event.root), at=at)


def _completed_with(order_ref: str) -> dict[int, int]:
    """How many completed orders hold each product of this one. One statement."""
    products = OrderLine.objects.filter(order__ref=order_ref).values("product_id")
    counted = (
        OrderLine.objects.filter(product_id__in=products, order__state=OrderState.COMPLETED)
        .values("product_id")
        .annotate(orders=Count("order", distinct=True))
        .order_by("product_id")
    )
    return {row["product_id"]: row["orders"] for row in counted}


def share_bps(part: int, whole: int) -> int | None:
    """A share in basis points, rounded down; None of nothing."""
    return part * WHOLE_BPS // whole if whole else None


def _usual_answer(supplier_id: int) -> int | None:
    """Whole hours, rounded up, from placing to the first proposal, confirmation or refusal."""
    proposed = Amendment.objects.filter(order=OuterRef("pk"), version=1).values("proposed_at")
    declined = Case(When(state=OrderState.DECLINED, then=F("ended_at")))
    answers = (
        Order.objects.filter(supplier_id=supplier_id)
        .annotate(answered_at=Least("confirmed_at", declined, Subquery(proposed)))
        .filter(answered_at__isnull=False)
        .order_by("-placed_at", "-pk")
        .values_list("placed_at", "answered_at")[:ANSWERS_LOOKED_AT]
    )
    hours = [-(-int((answered - placed).total_seconds()) // 3600) for placed, answered in answers]
    return median_low(sorted(hours)) if hours else None


CONSUMERS: Final = tuple(
    EventConsumer(event, f"disputes.refresh_supplier_facts_{event}", QUEUE_DISPUTES, refresh_supplier_facts)
    for event in EVENTS
)
