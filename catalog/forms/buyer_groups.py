"""A buyer group as its supplier types it. Owns the shape only; `catalog.rules.buyer_groups` judges."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.forms.price_lists import references_in
from catalog.forms.refusals import RefusedForm
from catalog.rules.buyer_groups import NAME_LENGTH, GroupFacts


class BuyerGroupForm(RefusedForm):
    """Name and members."""

    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(
        max_length=NAME_LENGTH,
        label=_("Name"),
        help_text=_("Such as “Retail chains EU”. Only your company reads it; members never do."),
    )
    members = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        label=_("Companies"),
        help_text=_(
            "References of buyers' companies (com_…), one on each line. The buyer reads it on the page of its company."
        ),
    )

    def clean_members(self) -> tuple[str, ...]:
        """The references, in any of the usual separators."""
        return references_in(self.cleaned_data["members"])

    def facts(self) -> GroupFacts:
        """What was typed. Call `is_valid()` first."""
        return GroupFacts(self.cleaned_data["name"], self.cleaned_data["members"])


def initial_of(facts: GroupFacts) -> dict[str, Any]:
    """What the form begins with."""
    return {"name": facts.name, "members": "\n".join(facts.members)}
