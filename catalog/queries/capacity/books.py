"""The catalogue's part of `check_books`: what is taken of a period is what orders hold and what its book says."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from catalog.models import CapacityMovement, CapacityPeriod, CapacityTaking
from marketplace.core.books import Discrepancy

PART = "stock and capacity"
_ZERO = Decimal(0)


def capacity_discrepancies() -> Iterator[Discrepancy]:
    """Periods whose amounts are not the sums of their takings and movements, takings that are not their movements'."""
    moved = CapacityMovement.objects.all()
    periods = CapacityPeriod.objects.annotate(
        held=_sum(CapacityTaking.objects.all(), "period", "quantity"),
        moved=_sum(moved, "period", "taken_change"),
        stated=_sum(moved, "period", "offered_change"),
    )
    for row in periods.order_by("pk").iterator(chunk_size=500):
        said = (row.offered, row.taken, row.taken)
        summed = (row.stated, row.moved, row.held)
        if said != summed:
            text = _("Offered and taken are %(said)s; the book says %(summed)s, orders hold %(held)s.")
            values = {
                "said": f"{row.offered} / {row.taken}",
                "summed": f"{row.stated} / {row.moved}",
                "held": row.held,
            }
            yield Discrepancy(PART, row.ref, text % values)
    takings = CapacityTaking.objects.annotate(moved=_sum(moved, "taking", "taken_change"))
    for taking in takings.order_by("pk").iterator(chunk_size=500):
        if taking.quantity != taking.moved:
            text = _("Line %(position)s holds %(held)s; the book says %(moved)s.")
            values = {"position": taking.line_position, "held": taking.quantity, "moved": taking.moved}
            yield Discrepancy(PART, taking.order_ref, text % values)


def _sum(rows: QuerySet[CapacityTaking] | QuerySet[CapacityMovement], by: str, what: str) -> Coalesce:
    found = rows.filter(**{by: OuterRef("pk")}).order_by().values(by).annotate(whole=Sum(what))
    return Coalesce(Subquery(found.values("whole")), _ZERO)
