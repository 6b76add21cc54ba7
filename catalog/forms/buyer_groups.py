"""A buyer group as its supplier types it. Owns the shape only; `catalog.rules.buyer_groups` judges."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.forms.buyer_picker import ChosenBuyersField, PickingForm
from catalog.rules.buyer_groups import NAME_LENGTH, GroupFacts


class BuyerGroupForm(PickingForm):
    """Name and members."""

    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(
        max_length=NAME_LENGTH,
        label=_("Name"),
        help_text=_("Such as “Retail chains EU”. Only your company reads it; members never do."),
    )
    members = ChosenBuyersField(required=False, label=_("Companies"))
    picked = "members"

    def facts(self) -> GroupFacts:
        """What was typed. Call `is_valid()` first."""
        return GroupFacts(self.cleaned_data["name"], self.cleaned_data["members"])


def initial_of(facts: GroupFacts) -> dict[str, Any]:
    """What the form begins with."""
    return {"name": facts.name, "members": list(facts.members)}
