"""What a search address may hold. Everything is optional; a field that is wrong is named and left out."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from catalog.data.certificates import OTHER, certificate_names
from catalog.rules import measures
from catalog.search import LEAD_TIMES, SearchSpec, Sort
from catalog.states import Incoterms
from marketplace.core.countries import country_choices, country_codes
from marketplace.core.forms import QuantityField, TypedDecimalField
from marketplace.core.money import currency_codes
from marketplace.core.units import UNITS

QUERY_LENGTH = 200
DEFAULT_CURRENCY = "USD"
ROWS, CARDS = "rows", "cards"


@cache
def units() -> frozenset[str]:
    """The units that “my quantity” may be in."""
    return frozenset(measures.comparable_units())


@cache
def currencies() -> frozenset[str]:
    """The currencies that prices may be compared in."""
    return frozenset(currency_codes())


@cache
def certificate_kinds() -> frozenset[str]:
    """The kinds that offers may be asked for: what is called otherwise has no common name to be found by."""
    return frozenset(certificate_names()) - {OTHER}


class CodeField(forms.ChoiceField):
    """One of many codes. Its choices are not spelt out: two hundred labels a page would cost more than the search."""

    def __init__(self, *, codes: Callable[[], frozenset[str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._codes = codes

    def valid_value(self, value: str) -> bool:
        """Whether there is such a code."""
        return value in self._codes()


class QueryField(forms.CharField):
    """What is typed into a search field: of endless words the beginning."""

    def to_python(self, value: Any) -> Any:
        """Cut where the field of a page would have ended."""
        return str(super().to_python(value) or "")[:QUERY_LENGTH].strip()


class SeveralField(forms.MultipleChoiceField):
    """Some of the choices; said twice is said once."""

    def to_python(self, value: Any) -> list[str]:
        """Each once, in the order of the address."""
        return list(dict.fromkeys(super().to_python(value)))


class CodesField(SeveralField):
    """Some of many codes, likewise."""

    def __init__(self, *, codes: Callable[[], frozenset[str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._codes = codes

    def valid_value(self, value: str) -> bool:
        """Whether there is such a code."""
        return value in self._codes()


class _Shared(dict[str, forms.Field]):
    """Fields that every form of a kind uses as they are: nobody changes them, so no form needs its own copies."""

    def __deepcopy__(self, _memo: object) -> _Shared:
        return self


class SearchForm(forms.Form):
    """The filters of a list of offers, as they stand in the address."""

    q = QueryField(required=False, label=_("Search"))
    quantity = QuantityField(required=False, label=_("My quantity"))
    unit = CodeField(codes=units, required=False, label=_("Unit"))
    category = forms.SlugField(required=False, max_length=60)
    origin = CodesField(codes=country_codes, required=False, label=_("Country of origin"))
    terms = SeveralField(required=False, choices=Incoterms.choices, label=_("Incoterms rule"))
    verified = forms.BooleanField(required=False, label=_("Verified suppliers only"))
    price_max = TypedDecimalField(
        required=False,
        min_value=Decimal("0.000001"),
        max_digits=18,
        decimal_places=6,
        label=_("Price at most"),
    )
    currency = CodeField(codes=currencies, required=False, label=_("Currency"))
    moq_max = QuantityField(required=False, label=_("Minimum order at most"))
    lead_max = forms.TypedChoiceField(
        required=False,
        coerce=int,
        empty_value=None,
        label=_("Ready within"),
        choices=[("", _("any time")), *((days, str(days)) for days in LEAD_TIMES)],
    )
    certificate = CodesField(codes=certificate_kinds, required=False, label=_("Certificates"))
    ships_to = CodeField(codes=country_codes, required=False, label=_("Offered to"))
    in_season = forms.BooleanField(required=False, label=_("In season now"))
    sort = forms.ChoiceField(required=False, choices=[("", ""), *Sort.choices], label=_("Order"))
    view = forms.ChoiceField(required=False, choices=[("", ""), (ROWS, _("Rows")), (CARDS, _("Cards"))])
    cursor = forms.CharField(required=False, max_length=200)

    def value(self, name: str) -> Any:
        """The cleaned value; nothing when the field is wrong."""
        return self.cleaned_data.get(name)

    def typed(self, name: str) -> str:
        """What stood in the address, right or wrong."""
        return self.data.get(name) or ""

    def wrong(self, name: str) -> tuple[str, ...]:
        """What is wrong with it."""
        return tuple(str(error) for error in self.errors.get(name, ()))

    @property
    def is_cut(self) -> bool:
        """Whether more words were sent than are searched."""
        return len(self.data.get("q", "").strip()) > QUERY_LENGTH

    @property
    def price_currency(self) -> str:
        """The currency that prices are compared in."""
        return self.value("currency") or DEFAULT_CURRENCY

    def spec(
        self,
        *,
        category_path: str = "",
        supplier_id: int | None = None,
        country: str = "",
        buyer_id: int | None = None,
    ) -> SearchSpec:
        """The question of a reader of a country, who acts for a company or for none. Call `is_valid()` first; what is wrong is left out."""
        return SearchSpec(
            query=self.value("q") or "",
            category_path=category_path,
            origins=tuple(self.value("origin") or ()),
            incoterms=tuple(self.value("terms") or ()),
            verified=bool(self.value("verified")),
            price_max=self.value("price_max"),
            moq_max=self.value("moq_max"),
            lead_max=self.value("lead_max"),
            certificates=tuple(sorted(set(self.value("certificate") or ()))),
            ships_to=self.value("ships_to") or "",
            country=country,
            in_season=bool(self.value("in_season")),
            quantity=self.value("quantity"),
            unit_code=self.value("unit") or "",
            currency=self.price_currency,
            supplier_id=supplier_id,
            buyer_id=buyer_id,
            sort=self.value("sort") or "",
            cursor=self.value("cursor") or "",
        )


SearchForm.base_fields = _Shared(SearchForm.base_fields)


def unit_options() -> list[tuple[str, Any]]:
    """“My quantity” may be in any unit, or in each product's own."""
    return [
        ("", _("as sold")),
        *((code, UNITS[code].name) for code in measures.comparable_units()),
    ]


def unit_select(chosen: str) -> SafeString:
    """The units as the options of a select, one chosen."""
    return _options("unit", chosen, get_language() or "")


def currency_select(chosen: str) -> SafeString:
    """The currencies likewise; none chosen compares nothing."""
    return _options("currency", chosen, get_language() or "")


def country_select(chosen: str) -> SafeString:
    """The countries likewise; none chosen asks for no country."""
    return _options("country", chosen, get_language() or "")


def _choices(kind: str) -> list[tuple[str, Any]]:
    if kind == "unit":
        return unit_options()
    if kind == "country":
        return [("", _("any country")), *country_choices()]
    return [("", "—"), *((code, code) for code in currency_codes())]


@lru_cache(maxsize=2000)
def _options(kind: str, chosen: str, _language: str) -> SafeString:
    options = _choices(kind)
    selected = format_html(" {}", "selected")
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((value, selected if value == chosen else "", label) for value, label in options),
    )
