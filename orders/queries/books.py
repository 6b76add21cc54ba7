"""Orders' part of `check_books`: the counters on lines are the sums of the shipments, contracts give their hash."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from catalog.models import CapacityTaking
from marketplace.core.books import Discrepancy
from orders.models import Amendment, Order, OrderLine
from orders.rules.capacity import needed
from orders.rules.terms import terms_hash
from orders.states import ARRIVED, GONE, UNDONE, AmendmentState, ShipmentState

CAPACITY_PART = "capacity of orders"


def line_discrepancies() -> Iterator[Discrepancy]:
    """Lines whose packed, shipped or delivered quantity is not the sum of their shipments."""
    zero = Decimal(0)
    live = ~Q(shipment_lines__shipment__state=ShipmentState.UNPACKED)
    rows = OrderLine.objects.annotate(
        packed_sum=Coalesce(Sum("shipment_lines__quantity", filter=live), zero),
        shipped_sum=Coalesce(
            Sum("shipment_lines__quantity", filter=Q(shipment_lines__shipment__state__in=GONE)), zero
        ),
        delivered_sum=Coalesce(
            Sum("shipment_lines__quantity", filter=Q(shipment_lines__shipment__state__in=ARRIVED)), zero
        ),
    ).select_related("order")
    for row in rows.order_by("pk").iterator(chunk_size=500):
        counted = (row.packed_quantity, row.shipped_quantity, row.delivered_quantity)
        summed = (row.packed_sum, row.shipped_sum, row.delivered_sum)
        if counted != summed:
            yield Discrepancy(
                "order lines",
                row.order.ref,
                _(
                    "Line %(position)s counts packed, shipped, delivered %(counted)s; its shipments say %(summed)s."
                )
                % {"position": row.position, "counted": _text(counted), "summed": _text(summed)},
            )


def contract_discrepancies() -> Iterator[Discrepancy]:
    """Contracts whose terms no longer give their hash, or whose total is not the order's."""
    confirmed = Order.objects.filter(terms__isnull=False).values_list(
        "ref", "terms", "terms_hash", "total_minor"
    )
    for ref, terms, stored, total_minor in confirmed.order_by("pk").iterator(chunk_size=500):
        if terms is None:
            continue
        if terms_hash(terms) != stored:
            yield Discrepancy(
                "contracts", ref, _("The contract terms do not give the hash that both sides saw.")
            )
        elif terms["total_minor"] != total_minor:
            yield Discrepancy("contracts", ref, _("The order's total is not the contract's."))


def capacity_discrepancies() -> Iterator[Discrepancy]:
    """Lines that hold another amount of stock or capacity than they need; a proposed amendment may hold more."""
    held = CapacityTaking.objects.filter(order_ref=OuterRef("order__ref"), line_position=OuterRef("position"))
    amended = Amendment.objects.filter(order=OuterRef("order"), state=AmendmentState.PROPOSED)
    sums = (
        held.order_by()
        .values("line_position")
        .annotate(agreed_sum=Sum("agreed"), proposed_sum=Sum("proposed"))
    )
    lines = OrderLine.objects.annotate(
        held=Subquery(sums.values("agreed_sum")),
        proposed=Subquery(sums.values("proposed_sum")),
        amended=Exists(amended),
    )
    for line in (
        lines.filter(held__isnull=False).select_related("order").order_by("pk").iterator(chunk_size=500)
    ):
        wanted = needed(
            quantity=line.quantity,
            cancelled=line.cancelled_quantity,
            shipped=line.shipped_quantity,
            is_undone=line.order.state in UNDONE,
        )
        if (line.held != wanted or line.proposed) and not (line.amended and line.held >= wanted):
            text = _("Line %(position)s needs %(needed)s of what is offered and holds %(held)s.")
            values = {"position": line.position, "needed": str(wanted), "held": str(line.held)}
            yield Discrepancy(CAPACITY_PART, line.order.ref, text % values)
    line_of = OrderLine.objects.filter(order__ref=OuterRef("order_ref"), position=OuterRef("line_position"))
    for taking in CapacityTaking.objects.filter(~Exists(line_of)).order_by("pk").iterator(chunk_size=500):
        text = _("Line %(position)s is none of an order and holds %(held)s of what is offered.")
        values = {"position": taking.line_position, "held": str(taking.quantity)}
        yield Discrepancy(CAPACITY_PART, taking.order_ref, text % values)


def _text(quantities: tuple[Decimal, ...]) -> str:
    return " / ".join(str(quantity) for quantity in quantities)
