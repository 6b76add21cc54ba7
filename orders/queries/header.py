"""What the header of every page counts for the company acted for, in one statement."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, IntegerField, QuerySet, Subquery
from django.db.models.functions import Coalesce

from marketplace.accounts.models import Company
from marketplace.core.compiled import compiled
from orders.models import CartLine, Enquiry


@dataclass(frozen=True, slots=True)
class HeaderCounts:
    """Lines in the cart, and enquiries that wait for the company's answer."""

    cart: int = 0
    enquiries: int = 0


def header_counts(company_id: int | None) -> HeaderCounts:
    """Both counts. One statement, none without a company."""
    found = _counted(company_id) if company_id is not None else []
    return (
        HeaderCounts(found[0].__dict__["in_cart"], found[0].__dict__["waiting"]) if found else HeaderCounts()
    )


@compiled
def _counted(company_id: int) -> QuerySet[Company, Company]:
    lines = CartLine.objects.filter(cart__company_id=company_id).order_by().values("cart")
    asked = Enquiry.objects.filter(supplier_id=company_id).waiting().order_by().values("supplier")
    return (
        Company.objects.filter(pk=company_id)
        .only("pk")
        .annotate(
            in_cart=_number(Subquery(lines.annotate(n=Count("pk")).values("n"))),
            waiting=_number(Subquery(asked.annotate(n=Count("pk")).values("n"))),
        )
    )


def _number(counted: Subquery) -> Coalesce:
    return Coalesce(counted, 0, output_field=IntegerField())
