"""What a company says against a decision, and what the other moderator answers."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.core.forms import KeyedForm


class AppealForm(KeyedForm):
    """Why the decision is wrong, with one document."""

    text = forms.CharField(
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        label=_("Why the decision is wrong"),
        help_text=_("Another moderator reads it. You can appeal once against a decision."),
    )
    document = forms.FileField(
        required=False,
        label=_("Document"),
        help_text=_("A PDF or a picture; only your company and the moderators see it."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png,image/webp"}),
    )


class AnswerForm(KeyedForm):
    """The decision about an appeal, with its reason."""

    answer = forms.CharField(
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        label=_("Your reason"),
        help_text=_("Everybody concerned reads it."),
    )
    outcome = forms.ChoiceField(choices=[("granted", ""), ("upheld", "")])
