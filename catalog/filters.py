"""What the product list of the programming interface can be narrowed by: the filters of the search page, by the same rules.

The search finds which products (`question`); what is a column of a product is asked of the rows once more. What is not
(prices at a quantity, lead times, certificates …) is believed of the index, which may lag by 15 seconds at most.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from catalog.forms.search import DEFAULT_CURRENCY, CodeField, CodesField, certificate_kinds, currencies, units
from catalog.models import Product
from catalog.queries.categories import category_tree
from catalog.search import SearchSpec
from catalog.states import Incoterms
from marketplace.accounts.models import Company
from marketplace.accounts.states import VerificationState
from marketplace.core.countries import country_codes
from marketplace.core.forms import QuantityField
from marketplace.core.http import actor_of

QUERY_LENGTH = 200
_NO_PATH, _NOBODY = "/", 0


@extend_schema_field(OpenApiTypes.STR)
class CodeFilter(django_filters.ChoiceFilter):
    """One of many codes."""

    field_class = CodeField


@extend_schema_field(OpenApiTypes.STR)
class CodesFilter(django_filters.MultipleChoiceFilter):
    """Some of many codes: the name is repeated in the address."""

    field_class = CodesField


class QuantityFilter(django_filters.NumberFilter):
    """A quantity above zero with at most three decimals."""

    field_class = QuantityField


class SwitchFilter(django_filters.BooleanFilter):
    """On or left out."""

    field_class = forms.BooleanField


class ProductFilter(django_filters.FilterSet):
    """As on the search page. `price_max`, `lead_time_max` and `moq_max` count at `quantity` of `unit`."""

    q = django_filters.CharFilter(
        max_length=QUERY_LENGTH,
        label='words, "phrases" and -exclusions as on the search page; mistyped words are not corrected',
    )
    category = django_filters.CharFilter(
        method="inside", max_length=60, label="a category's code, with all inside it"
    )
    origin = CodesFilter(codes=country_codes, label="ISO 3166-1 alpha-2; repeat for any of several")
    supplier = django_filters.CharFilter(field_name="supplier__ref", max_length=32, label="a supplier's ref")
    incoterms_rule = django_filters.MultipleChoiceFilter(
        choices=Incoterms.choices, label="repeat for any of several"
    )
    currency = django_filters.CharFilter(
        field_name="currency", max_length=3, label="what the product is priced in"
    )
    hs_code = django_filters.CharFilter(field_name="hs_code", lookup_expr="startswith", max_length=10)
    verified = django_filters.BooleanFilter(method="of_verified", label="suppliers that are verified")
    quantity = QuantityFilter(label="my quantity: at which prices and lead times are compared")
    unit = CodeFilter(
        codes=units,
        label="of `quantity`, `price_max` and `moq_max`, UN/ECE Rec. 20; without it each product's own",
    )
    price_max = django_filters.NumberFilter(
        min_value=Decimal("0.000001"),
        max_digits=18,
        decimal_places=6,
        label="unit price at `quantity` (else at the minimum order), at most, in `price_currency`",
    )
    price_currency = CodeFilter(
        codes=currencies,
        label=f"of `price_max`, at the reference rates of the day; {DEFAULT_CURRENCY} without it",
    )
    moq_max = QuantityFilter(label="minimum order at most")
    lead_time_max = django_filters.NumberFilter(
        min_value=0,
        max_value=100_000,
        decimal_places=0,
        label="days from payment to handing over at `quantity`, at most; days off are not counted",
    )
    certificate = CodesFilter(codes=certificate_kinds, label="held today; repeat for all of several")
    ships_to = CodeFilter(codes=country_codes, label="offered to this country, ISO 3166-1 alpha-2")
    in_season = SwitchFilter(label="harvested or available this month")

    class Meta:
        model = Product
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: QuerySet[Product]) -> QuerySet[Product]:
        """What is a column of the product."""
        said = self.form.cleaned_data
        for name in ("category", "supplier", "currency", "hs_code", "verified"):
            queryset = self.filters[name].filter(queryset, said[name])
        if said["origin"]:
            queryset = queryset.filter(origin__in=said["origin"])
        if said["incoterms_rule"]:
            queryset = queryset.filter(incoterms_rule__in=said["incoterms_rule"])
        return queryset

    def question(self) -> SearchSpec | None:
        """Everything that was said, as a question to the search; None where nothing was. Call `is_valid()` first."""
        asked = self._question(self.form.cleaned_data)
        # These only say how others are meant.
        manner = ("currency", "quantity", "unit_code", "buyer_id", "on")
        everything = SearchSpec(**{name: getattr(asked, name) for name in manner})
        return None if asked == everything else asked

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

    def _question(self, said: dict[str, Any]) -> SearchSpec:
        days = said["lead_time_max"]
        return SearchSpec(
            query=said["q"],
            price_max=said["price_max"],
            currency=said["price_currency"] or DEFAULT_CURRENCY,
            moq_max=said["moq_max"],
            lead_max=None if days is None else int(days),
            certificates=tuple(sorted(set(said["certificate"]))),
            ships_to=said["ships_to"],
            in_season=said["in_season"],
            quantity=said["quantity"],
            unit_code=said["unit"],
            buyer_id=actor_of(self.request).company_id,
            category_path=_path_of(said["category"]),
            origins=tuple(said["origin"]),
            incoterms=tuple(said["incoterms_rule"]),
            verified=said["verified"] is True,
            unverified=said["verified"] is False,
            supplier_id=_number_of(said["supplier"]),
            priced_in=said["currency"],
            hs_prefix=said["hs_code"],
        )


def _path_of(code: str) -> str:
    """Where the category stands in the tree; what no category has where there is none."""
    if not code:
        return ""
    node = category_tree().by_code.get(code)
    return node.path if node else _NO_PATH


def _number_of(ref: str) -> int | None:
    """The supplier's number; one that nobody has where there is none."""
    if not ref:
        return None
    return Company.objects.filter(ref=ref).values_list("pk", flat=True).first() or _NOBODY
