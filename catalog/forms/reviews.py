"""What is typed about a review by others than its writer: an answer, a report, a moderator's reason."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.rules.reviewing import TEXT_LENGTH
from catalog.states import JUDGEMENTS, ReportReason


class AnswerReviewForm(forms.Form):
    """The supplier's answer."""

    text = forms.CharField(
        max_length=TEXT_LENGTH, widget=forms.Textarea(attrs={"rows": 3}), label=_("Your answer")
    )


class ReportForm(forms.Form):
    """Why a review should not stand."""

    reason = forms.ChoiceField(
        choices=ReportReason.choices, widget=forms.RadioSelect, label=_("Why should it not stand?")
    )
    text = forms.CharField(
        required=False,
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        label=_("In your words"),
        help_text=_("Only the moderators read it. With “another reason” it is needed."),
    )


class JudgeForm(forms.Form):
    """A moderator's decision about a review."""

    step = forms.ChoiceField(choices=[(step.value, step.label) for step in JUDGEMENTS])
    reason = forms.CharField(max_length=2000)


class ReviewFilterForm(forms.Form):
    """Which of a supplier's reviews are read."""

    product = forms.CharField(required=False, max_length=32)
    stars = forms.TypedChoiceField(
        required=False, choices=[(str(mark), mark) for mark in range(1, 6)], coerce=int, empty_value=None
    )
    after = forms.CharField(required=False, max_length=32)
