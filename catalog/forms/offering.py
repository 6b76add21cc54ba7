"""Where, when and with which sample a listing is offered, as people type it. `catalog.rules.offering` judges."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from catalog.forms.refusals import RefusedForm
from catalog.imports.cells import CellWrong
from catalog.imports.names import country_names
from catalog.rules.markets import Markets
from catalog.rules.offering import OfferingFacts, Sample
from catalog.states import ShipsTo
from marketplace.core.countries import country_name
from marketplace.core.forms import TypedDecimalField
from marketplace.core.typed_numbers import editable_number, editable_price

_BETWEEN = re.compile(r"[,;\n]")
_LONGEST = 4_000


class CountriesField(forms.CharField):
    """Countries by name or code, in any language of the marketplace; cleans to codes, proposes what is near."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False, max_length=_LONGEST, widget=forms.Textarea(attrs={"rows": 2}), **kwargs
        )

    def clean(self, value: Any) -> tuple[str, ...]:
        names = [part.strip() for part in _BETWEEN.split(super().clean(value) or "") if part.strip()]
        codes, wrong = [], []
        for name in names:
            try:
                codes.append(country_names().find(name))
            except CellWrong as refused:
                wrong.append(f"{name}: {refused.text}")
        if wrong:
            raise ValidationError(wrong)
        return tuple(dict.fromkeys(codes))


class MarketsForm(RefusedForm):
    """Where a supplier offers its goods."""

    ships = forms.ChoiceField(
        choices=ShipsTo.choices, widget=forms.RadioSelect, label=_("We offer our goods")
    )
    countries = CountriesField(
        label=_("Countries"), help_text=_("Names or two letters, with commas between: Germany, France, JP.")
    )

    def markets(self) -> Markets:
        """What was typed. Call `is_valid()` first."""
        return Markets(self.cleaned_data["ships"], self.cleaned_data["countries"])


def _own_choices() -> list[tuple[str, Any]]:
    return [("", _("as all our products")), *ShipsTo.choices]


class OfferingForm(MarketsForm):
    """The same of one listing, with its season and its sample."""

    mostly_optional = True

    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    ships = forms.ChoiceField(
        choices=_own_choices, required=False, widget=forms.RadioSelect, label=_("This product is offered")
    )
    months = forms.TypedMultipleChoiceField(
        required=False,
        coerce=int,
        choices=lambda: list(MONTHS.items()),
        widget=forms.CheckboxSelectMultiple,
        label=_("Months of harvest or availability"),
    )
    sample_quantity = TypedDecimalField(
        required=False, max_digits=14, decimal_places=3, label=_("Quantity of a sample")
    )
    sample_price = TypedDecimalField(
        required=False, max_digits=18, decimal_places=6, label=_("Price of the whole sample")
    )
    sample_days = forms.IntegerField(required=False, label=_("Ready in (days)"))
    sample_is_credited = forms.BooleanField(
        required=False,
        label=_("Its price comes off a later order"),
        help_text=_(
            "Promised by itself when the sample's order is completed; the buyer may use it for a year."
        ),
    )

    def __init__(self, *args: Any, has_season: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_season:
            del self.fields["months"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        stated = [name for name in ("sample_quantity", "sample_price") if data.get(name) is not None]
        if len(stated) == 1:
            missing = "sample_price" if stated == ["sample_quantity"] else "sample_quantity"
            self.add_error(missing, _("A sample has a quantity and a price."))
        return data

    def facts(self) -> OfferingFacts:
        """What was typed. Call `is_valid()` first."""
        data = self.cleaned_data
        sample = None
        if data["sample_quantity"] is not None and data["sample_price"] is not None:
            days = data["sample_days"]
            sample = Sample(
                data["sample_quantity"],
                data["sample_price"],
                0 if days is None else days,
                data["sample_is_credited"],
            )
        return OfferingFacts(
            Markets(data["ships"], data["countries"]) if data["ships"] else None,
            tuple(data.get("months") or ()),
            sample,
        )


def markets_initial(markets: Markets | None) -> dict[str, Any]:
    """The form's beginning."""
    if markets is None:
        return {"ships": "", "countries": ""}
    return {"ships": markets.ships, "countries": ", ".join(map(country_name, markets.countries))}


def offering_initial(facts: OfferingFacts, currency: str) -> dict[str, Any]:
    """The same for a listing in this currency."""
    sample = facts.sample
    plain: dict[str, Any] = {} if sample is None else {
        "sample_quantity": editable_number(sample.quantity),
        "sample_price": editable_price(sample.price, currency),
        "sample_days": sample.days,
        "sample_is_credited": sample.is_credited,
    }  # fmt: skip
    return {**markets_initial(facts.markets), "months": list(facts.months), **plain}
