"""What a new listing of a supplier most probably says, so that a form begins with it. Reads only."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject

from catalog.models import Product
from catalog.rules.listing import ListingFacts
from marketplace.accounts.models import Company

_SAME = ("origin", "currency", "incoterms_rule", "named_place")
ANY_QUANTITY = Decimal(1)
_LAST = Subquery(
    Product.objects.filter(supplier=OuterRef("pk"))
    .order_by("-pk")
    .values(said=JSONObject(**{name: name for name in _SAME}))[:1]
)


def first_facts(supplier_id: int) -> ListingFacts:
    """As the last listing said it; what that leaves open, and a first listing, begins in the company's country
    and is sold in any quantity.

    One statement.
    """
    row = Company.objects.filter(pk=supplier_id).annotate(last=_LAST).values_list("country", "last").first()
    country, said = row or ("", None)
    known = {name: text for name, text in (said or {}).items() if text}
    return ListingFacts(**{"title": "", "origin": country, "order_multiple": ANY_QUANTITY, **known})
