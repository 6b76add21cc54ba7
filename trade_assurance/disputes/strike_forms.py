"""The shape of what people enter about strikes. Persists nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.core.forms import KeyedForm
from trade_assurance.disputes.operations.case import TEXT_LIMIT


class StrikeAppealForm(KeyedForm):
    """Why a strike is wrong. Its ids carry the strike, as several stand on one page."""

    text = forms.CharField(
        label=_("Why is this strike wrong?"),
        help_text=_("Facts, numbers and dates; an officer reads it beside the order."),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, strike: str, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{strike}_%s")
        super().__init__(*args, **kwargs)


class StrikeAnswerForm(KeyedForm):
    """Lift a strike, or turn its appeal down, with reasons the supplier reads."""

    outcome = forms.ChoiceField(
        label=_("Answer"),
        choices=[("lift", _("Lift the strike")), ("uphold", _("Turn the appeal down"))],
        widget=forms.RadioSelect,
    )
    reasons = forms.CharField(
        label=_("Reasons"), max_length=TEXT_LIMIT, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, strike: str, appealed: bool = True, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{strike}_%s")
        super().__init__(*args, **kwargs)
        if not appealed:  # there is nothing to turn down
            self.fields["outcome"].widget = forms.HiddenInput()
            self.initial.setdefault("outcome", "lift")
