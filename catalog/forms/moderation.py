"""What a moderator and a supplier type besides a listing: reasons, descriptions of pictures."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.operations.listings.images import ALT_LENGTH, MAXIMUM_IMAGES
from catalog.reasons import OTHER, REASONS
from marketplace.core.forms import KeyedForm


class ReasonForm(KeyedForm):
    """Why a listing is sent back or suspended; the supplier reads it."""

    reason = forms.CharField(
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        label=_("Reason"),
        help_text=_("The supplier reads it: say what would have to change."),
    )


class DecisionReasonForm(ReasonForm):
    """Why a listing is sent back or suspended: a reason of the list, which may speak for itself, and own words."""

    reason_code = forms.ChoiceField(
        required=False,
        choices=lambda: [("", "–"), *((code, one.label) for code, one in REASONS.items())],
        label=_("Reason"),
    )
    reason = forms.CharField(
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        label=_("In your words"),
        help_text=_(
            "The supplier reads it after the words of the reason. With “another reason” it is needed."
        ),
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)
    field_order = ("reason_code", "reason")

    def clean(self) -> dict[str, Any]:
        """Without a reason of the list the moderator's own words are needed."""
        data = self.cleaned_data
        data["reason_code"] = data.get("reason_code") or OTHER
        if data["reason_code"] == OTHER and not data.get("reason"):
            self.add_error("reason", self.fields["reason"].error_messages["required"])
        return data


class WhyForm(forms.Form):
    """A short reason beside a button."""

    reason = forms.CharField(max_length=400)


class DecisionForm(KeyedForm):
    """A decision about exactly the listing that was shown."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class ImageForm(forms.Form):
    """One picture's description, or its move."""

    MOVES = (("describe", ""), ("first", ""), ("up", ""), ("down", ""), ("remove", ""), ("place", ""))

    step = forms.ChoiceField(choices=MOVES)
    alt = forms.CharField(required=False, max_length=ALT_LENGTH, label=_("What it shows"))
    position = forms.IntegerField(required=False, min_value=1, max_value=MAXIMUM_IMAGES)
