"""What the address of a comparison may hold. A field that is wrong is left out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from catalog.forms.search import DEFAULT_CURRENCY, unit_options
from marketplace.core.forms import QuantityField
from marketplace.core.ids import REF_LENGTH
from marketplace.core.money import currency_codes

_MOST_READ = 20


class ComparisonForm(forms.Form):
    """My quantity and currency; the offers stand in the address as `p`."""

    quantity = QuantityField(required=False, label=_("My quantity"))
    unit = forms.ChoiceField(required=False, label=_("Unit"), choices=unit_options)
    currency = forms.ChoiceField(required=False, label=_("Compare in"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        currency = self.fields["currency"]
        if isinstance(currency, forms.ChoiceField):
            currency.choices = [("", ""), *((code, code) for code in currency_codes())]

    @property
    def price_currency(self) -> str:
        """The currency that prices are compared in."""
        return self.cleaned_data.get("currency") or DEFAULT_CURRENCY


def chosen_refs(address: QueryDict) -> list[str]:
    """The offers in the address, in their order."""
    return [ref for ref in address.getlist("p")[:_MOST_READ] if ref and len(ref) <= REF_LENGTH]
