"""A rule about goods as an operator types it, and what a supplier states about restricted goods."""

from __future__ import annotations

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from catalog.forms.refusals import RefusedForm
from catalog.operations import RuleFacts
from catalog.queries.trust.goods_desk import RulesQuestion
from catalog.rules import hs
from catalog.states import GoodsRuleKind
from marketplace.core.countries import country_choices
from marketplace.core.forms import KeyedForm


def _countries() -> list[tuple[str, str]]:
    return [("", str(_("any country"))), *country_choices()]


def _day_picker() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class GoodsRuleForm(RefusedForm):
    """One rule; empty countries are any, no last day is for good."""

    kind = forms.ChoiceField(choices=GoodsRuleKind, label=_("The goods are"))
    hs_prefix = forms.CharField(
        max_length=14, label=_("HS code begins with"), help_text=_("2 to 10 digits, for example 0507.10")
    )
    origin = forms.ChoiceField(required=False, choices=_countries, label=_("Made in"))
    destination = forms.ChoiceField(
        required=False,
        choices=_countries,
        label=_("Going to"),
        help_text=_("With a country here the goods may be listed, and orders to it are refused."),
    )
    reason = forms.CharField(max_length=400, label=_("Reason"), help_text=_("Suppliers and buyers read it."))
    source = forms.CharField(max_length=300, label=_("Legal source"))
    needs = forms.CharField(
        required=False,
        max_length=300,
        label=_("What is needed"),
        help_text=_("For restricted goods: the permit or certificate, for example a CITES permit."),
    )
    valid_from = forms.DateField(widget=_day_picker(), label=_("Valid from"))
    valid_until = forms.DateField(required=False, widget=_day_picker(), label=_("Valid until"))

    def facts(self) -> RuleFacts:
        """What was typed. Call `is_valid()` first."""
        data = self.cleaned_data
        names = (
            "kind", "hs_prefix", "origin", "destination", "reason", "source", "needs", "valid_from",
            "valid_until",
        )  # fmt: skip
        return RuleFacts(**{name: data[name] for name in names})


class GoodsRuleSearch(forms.Form):
    """Which of the rules the desk looks for. What cannot be read is not looked for, and its field says so."""

    mostly_optional = True

    words = forms.CharField(required=False, max_length=100, label=_("Words"))
    hs = forms.CharField(required=False, max_length=14, label=_("HS code"))
    country = forms.ChoiceField(required=False, choices=_countries, label=_("Country"))
    kind = forms.ChoiceField(
        required=False, choices=lambda: [("", _("all")), *GoodsRuleKind.choices], label=_("Kind")
    )
    after = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)

    def clean_hs(self) -> str:
        """The digits of a code, or of its beginning."""
        digits = hs.normalised(self.cleaned_data["hs"])
        if digits and not (digits.isascii() and digits.isdecimal()):
            raise forms.ValidationError(
                _("Write the digits of an HS code or of its beginning, such as 4407.21.")
            )
        return digits

    def question(self) -> RulesQuestion:
        """What was asked."""
        self.is_valid()
        return RulesQuestion(**{name: self.cleaned_data.get(name, "") for name in self.fields})


class GoodsStatementForm(KeyedForm):
    """What the supplier has for restricted goods."""

    text = forms.CharField(
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=_("What you have"),
        help_text=_("For example the number and date of the permit, or the species by its Latin name."),
    )
    document = forms.FileField(
        required=False,
        label=_("Document"),
        help_text=_("A PDF or a picture; only your company and the moderators see it."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png,image/webp"}),
    )


def first_day(today: date) -> dict[str, date]:
    """The form's beginning: a rule holds from today."""
    return {"valid_from": today}
