"""A price list as its supplier types it, but for its prices. Owns the shape only; `catalog.rules.price_lists` judges."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from catalog.forms.buyer_picker import ChosenBuyersField, PickingForm
from catalog.queries.prices.buyer_groups import GroupLine
from catalog.rules.price_lists import PriceListFacts
from marketplace.core.formatting import format_number
from marketplace.core.forms import TypedDecimalField

_DAY = {"type": "date"}


class PriceListForm(PickingForm):
    """Name, days, buyers and a share off everything; single prices are typed in the grid."""

    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(max_length=120, label=_("Name"), help_text=_("Only your company reads it."))
    valid_from = forms.DateField(widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"), label=_("Valid from"))
    valid_until = forms.DateField(
        required=False,
        widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
        label=_("Valid until"),
        help_text=_("The last day it applies. Without one it applies until you end it."),
    )
    percent_off = TypedDecimalField(
        required=False,
        min_value=0,
        max_value=90,
        decimal_places=2,
        label=_("Off all of your listings, in percent"),
        help_text=_("Comes off the public price. Where a price of the list is lower, that one counts."),
    )
    groups = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("Buyer groups"),
        help_text=_("The prices are those of every company in the group, as long as it is in it."),
    )
    buyers = ChosenBuyersField(required=False, label=_("Buyers"))

    def __init__(self, *args: Any, groups: Sequence[GroupLine] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if groups:
            self.fields["groups"].choices = [(one.ref, _members(one)) for one in groups]  # type: ignore[attr-defined]  # a field with choices
        else:
            del self.fields["groups"]

    def facts(self) -> PriceListFacts:
        """What was typed. Call `is_valid()` first."""
        data = self.cleaned_data
        return PriceListFacts(
            name=data["name"],
            valid_from=data["valid_from"],
            valid_until=data["valid_until"],
            percent_off_bps=int((data["percent_off"] or 0) * 100),
            buyers=data["buyers"],
            groups=tuple(data.get("groups", ())),
        )


def initial_of(facts: PriceListFacts) -> dict[str, Any]:
    """What the form begins with."""
    return {
        "name": facts.name,
        "valid_from": facts.valid_from,
        "valid_until": facts.valid_until,
        "percent_off": Decimal(facts.percent_off_bps) / 100 if facts.percent_off_bps else None,
        "buyers": list(facts.buyers),
        "groups": list(facts.groups),
    }


def _members(group: GroupLine) -> str:
    text = ngettext("%(name)s: %(number)s company", "%(name)s: %(number)s companies", group.members)
    return text % {"name": group.name, "number": format_number(group.members)}
