"""What the product list of the programming interface can be narrowed by."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from catalog.models import Product
from catalog.words import asked_words, may_start
from marketplace.accounts.states import VerificationState

QUERY_LENGTH = 200


class ProductFilter(django_filters.FilterSet):
    """`q` searches as the page does; `category` includes what lies inside it."""

    q = django_filters.CharFilter(
        method="search", max_length=QUERY_LENGTH, label="words, as on the search page"
    )
    category = django_filters.CharFilter(
        method="inside", max_length=60, label="a category's code, with all inside it"
    )
    origin = django_filters.CharFilter(field_name="origin", max_length=2, label="ISO 3166-1 alpha-2")
    supplier = django_filters.CharFilter(field_name="supplier__ref", max_length=32, label="a supplier's ref")
    incoterms_rule = django_filters.CharFilter(field_name="incoterms_rule", max_length=3)
    currency = django_filters.CharFilter(field_name="currency", max_length=3)
    hs_code = django_filters.CharFilter(field_name="hs_code", lookup_expr="startswith", max_length=10)
    lead_time_max = django_filters.NumberFilter(
        field_name="lead_time_days", lookup_expr="lte", min_value=0, max_value=100_000
    )
    verified = django_filters.BooleanFilter(method="of_verified", label="suppliers that are verified")

    class Meta:
        model = Product
        fields: tuple[str, ...] = ()

    def search(self, queryset: QuerySet[Product], _name: str, value: str) -> QuerySet[Product]:
        """All words, as they are, as beginnings or by their stems."""
        words = asked_words(value)
        if not words:
            return queryset.none()
        found = RawSQL(
            "SELECT product_id FROM catalog_searchentry WHERE vector @@ catalog_query(%s::text[], %s::boolean[])",
            [words, [may_start(word) for word in words]],
        )
        return queryset.filter(pk__in=found)

    def inside(self, queryset: QuerySet[Product], _name: str, value: str) -> QuerySet[Product]:
        """The category and everything below it."""
        return (
            queryset.filter(category__path__regex=rf"(^|/){value}/")
            if value.replace("-", "").isalnum()
            else queryset.none()
        )

    def of_verified(self, queryset: QuerySet[Product], _name: str, value: bool) -> QuerySet[Product]:  # noqa: FBT001 -- django-filter's signature
        """Only those of verified suppliers, or only the others."""
        condition = {"supplier__state": VerificationState.VERIFIED}
        return queryset.filter(**condition) if value else queryset.exclude(**condition)
